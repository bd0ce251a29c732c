"""What was told of a place stays with the program whose people wrote it down."""

from pathlib import Path

import pytest

from app.hazards import add_hazard, hazards_of, withdraw_hazard
from app.intake import place_index
from app.tables import people, programs
from dispatch.value import Refused
from tests.house import NIGHT, PROGRAM, House, a_house

PLACE = "12 Quarry Road"


def another_program(house: House) -> None:
    """Its one dispatcher, `mori`."""
    with house.shell.store.write() as connection:
        connection.execute(
            programs.insert().values(
                id="birch", name="Birch", zone="America/Chicago", policy={}, areas=[], active=True
            )
        )
        connection.execute(
            people.insert().values(
                id="mori",
                name="K. Mori",
                email="mori@birch.example",
                roles=["dispatcher"],
                skills=[],
                program="birch",
                active=True,
                created_at=NIGHT,
            )
        )


def seen_by(house: House, program: str) -> list[str]:
    with house.shell.store.read() as connection:
        found = hazards_of(connection, house.shell, program, place=place_index(house.shell, PLACE))
        return [one.words for one in found]


def test_a_hazard_at_a_place_is_not_shown_to_another_program(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        another_program(house)
        at = place_index(house.shell, PLACE)
        for desk, program, words in (
            ("mori", "birch", "Son has a gun"),
            ("ruiz", PROGRAM, "Dog in the yard"),
        ):
            add_hazard(house.shell, desk, program, kind="other", source="caller", words=words, place=at)
        assert seen_by(house, PROGRAM) == ["Dog in the yard"]
        assert seen_by(house, "birch") == ["Son has a gun"]


def test_a_hazard_at_a_place_is_not_withdrawn_by_another_program(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        another_program(house)
        at = place_index(house.shell, PLACE)
        theirs = add_hazard(
            house.shell, "mori", "birch", kind="other", source="caller", words="Son has a gun", place=at
        )
        with pytest.raises(Refused):
            withdraw_hazard(house.shell, "ruiz", PROGRAM, theirs, place=at)
        assert seen_by(house, "birch") == ["Son has a gun"]
