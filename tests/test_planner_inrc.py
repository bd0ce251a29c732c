"""Instances by INRC-II's rules: the checker, the reader of the real files, the generator, and the model's price."""

from pathlib import Path
from random import Random

import pytest

from dispatch.value import replace
from tests.bench.inrc.cost import broken, cost_of
from tests.bench.inrc.generate import an_instance
from tests.bench.inrc.instance import OFF, Bounds, Contract, Instance, Nurse, Roster
from tests.bench.inrc.read import read_instance

CONTRACT = Contract(Bounds(0, 28), Bounds(2, 3), Bounds(2, 3), 1, True)


def priced(
    line: str, nurse: Nurse | None = None, contract: Contract = CONTRACT, **more: object
) -> dict[str, int]:
    """The price of one nurse's four weeks: a letter a day, E and N for shifts and - for off."""
    nurse = nurse or Nurse("a", "c", ("x",), off_run=2)
    line = line.ljust(28, "-")
    shifts = {"E": Bounds(1, 28), "N": Bounds(2, 3)}
    given: dict[str, object] = {"need": {}, "wishes": frozenset(), **more}
    instance = Instance("t", 4, ("x",), shifts, frozenset({("N", "E")}), {"c": contract}, (nurse,), **given)  # type: ignore[arg-type]
    roster: Roster = {"a": [(OFF, OFF) if day == "-" else (day, "x") for day in line]}
    return cost_of(instance, roster)


LONG_OFF = Contract(Bounds(0, 28), Bounds(2, 3), Bounds(1, 28), 4, False)


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("EE", 0),
        ("E", 30),  # one day, two are the least
        ("EEEEE", 60),  # two beyond three
        ("-N", 30 + 15),  # too short as a run of days and as a run of nights
        ("NNNN", 30 + 15),
        ("-" * 27 + "E", 0),  # goes on after the last day
    ],
)
def test_runs_are_priced_by_what_they_miss_or_have_too_much(line: str, price: int) -> None:
    assert priced(line, contract=LONG_OFF)["consecutive"] == price


def test_the_week_before_counts_towards_a_run_and_is_not_counted_again() -> None:
    five = Nurse("a", "c", ("x",), "E", 5, 5)
    assert priced("E", five, LONG_OFF)["consecutive"] == 30
    one = Nurse("a", "c", ("x",), "N", 1, 1)
    assert priced("--", one, LONG_OFF)["consecutive"] == 30 + 15
    assert priced("N-", one, LONG_OFF)["consecutive"] == 0


def test_weekends_totals_and_wishes_have_their_prices() -> None:
    assert priced("-----E-")["weekend"] == 30
    assert priced("-----EE-----EE-----EE")["weekends"] == 60
    least = Contract(Bounds(4, 5), Bounds(1, 28), Bounds(1, 28), 4, False)
    assert priced("EE", contract=least)["total"] == 40
    assert priced("EEEEEEE", contract=least)["total"] == 40
    wishes = frozenset({("a", 0, OFF), ("a", 1, "N"), ("a", 2, "E")})
    assert priced("EEE", contract=LONG_OFF, wishes=wishes)["requests"] == 20


def test_too_few_a_wrong_skill_and_a_forbidden_succession_are_seen() -> None:
    need = {(0, "E", "x"): (1, 2)}
    nurse = Nurse("a", "c", ("x",), "N", 2, 2)
    instance = Instance(
        "t", 1, ("x",), {"E": Bounds(1, 9), "N": Bounds(1, 9)}, frozenset({("N", "E")}), {"c": CONTRACT},
        (nurse,), need, frozenset(),
    )  # fmt: skip
    off: Roster = {"a": [(OFF, OFF)] * 7}
    assert len(broken(instance, off)) == 1
    assert cost_of(instance, off)["staff"] == 60
    early: Roster = {"a": [("E", "y"), *off["a"][1:]]}
    assert len(broken(instance, early)) == 3


@pytest.mark.parametrize("seed", range(5))
def test_the_known_roster_of_an_instance_of_ours_breaks_no_hard_rule(seed: int) -> None:
    instance, roster = an_instance(5 + 4 * seed, 4, seed)
    assert broken(instance, roster) == []
    assert an_instance(5 + 4 * seed, 4, seed) == (instance, roster)


@pytest.mark.parametrize("seed", range(3))
def test_the_model_asks_the_price_that_the_checker_counts(seed: int) -> None:
    pytest.importorskip("ortools")
    from tests.bench.inrc.model import Model

    instance, roster = an_instance(6, 2 + seed, seed)
    model = Model(instance)
    model.hold_to(roster)
    again, price, bound = model.solve(20, lambda *_: None)
    assert again == roster
    assert price == bound == sum(cost_of(instance, roster).values())


def test_the_model_prices_runs_of_every_length_as_the_checker_does() -> None:
    pytest.importorskip("ortools")
    from tests.bench.inrc.model import Model

    instance, _ = an_instance(6, 4, 7)
    instance = replace(instance, need={}, forbidden=frozenset())
    draw = Random(1)
    roster: Roster = {
        nurse.name: [
            draw.choice(((OFF, OFF), (OFF, OFF), ("Early", nurse.skills[0]), ("Night", nurse.skills[0])))
            for _ in range(instance.days)
        ]
        for nurse in instance.nurses
    }
    model = Model(instance)
    model.hold_to(roster)
    assert model.solve(20, lambda *_: None)[1] == sum(cost_of(instance, roster).values())


SCENARIO = """SCENARIO = n002w1

WEEKS = 1

SKILLS = 2
HeadNurse
Nurse

SHIFT_TYPES = 2
Early (2,5)
Night (4,5)

FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early

CONTRACTS = 1
FullTime (3,5) (3,5) (2,3) 2 1

NURSES = 2
A_0 FullTime 2 HeadNurse Nurse
B_1 FullTime 1 Nurse
"""
HISTORY = "HISTORY\n0 n002w1\n\nNURSE_HISTORY\nA_0 3 1 Night 1 4 0\nB_1 0 0 None 0 0 2\n"
WEEK = """WEEK_DATA
n002w1

REQUIREMENTS
Early HeadNurse (0,0) (0,0) (1,1) (0,0) (0,0) (0,0) (0,0)
Early Nurse (0,1) (0,1) (0,1) (0,1) (0,1) (0,1) (0,2)
Night HeadNurse (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Nurse (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)

SHIFT_OFF_REQUESTS = 2
A_0 Any Tue
B_1 Early Sun
"""


def test_the_real_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "n002w1"
    folder.mkdir()
    (folder / "Sc-n002w1.txt").write_text(SCENARIO)
    (folder / "H0-n002w1-0.txt").write_text(HISTORY)
    (folder / "WD-n002w1-3.txt").write_text(WEEK)
    found = read_instance(folder, 0, (3,))
    assert found.name == "n002w1_0_3" and found.skills == ("HeadNurse", "Nurse")
    assert found.forbidden == {("Night", "Early")}
    assert found.shifts == {"Early": Bounds(2, 5), "Night": Bounds(4, 5)}
    assert found.contracts["FullTime"] == Contract(Bounds(3, 5), Bounds(3, 5), Bounds(2, 3), 2, True)
    assert found.nurses[0] == Nurse("A_0", "FullTime", ("HeadNurse", "Nurse"), "Night", 1, 4, 0, 3, 1)
    assert found.nurses[1].last == OFF and found.nurses[1].off_run == 2
    assert found.need[2, "Early", "HeadNurse"] == (1, 1) and found.need[6, "Early", "Nurse"] == (0, 2)
    assert found.wishes == {("A_0", 1, OFF), ("B_1", 6, "Early")}
