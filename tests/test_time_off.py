"""Time off and wishes: asked with the shifts in sight, decided by another, never a hole that nobody said."""

import pytest
from sqlalchemy import select

from app.tables import rota_wishes, time_off
from tests.cover_stage import a_shift, all_covers, on_call, terms
from tests.house import House
from tests.walk import post, text

LEAVE = {"kind": "vacation", "starts_at": "2026-11-12T00:00", "ends_at": "2026-11-15T00:00"}


def leaves(house: House) -> list[tuple[str, str, str]]:
    with house.shell.store.read() as connection:
        rows = connection.execute(select(time_off).order_by(time_off.c.asked_at, time_off.c.starts_at))
        return [(row.person, row.kind, row.state) for row in rows]


def only(house: House) -> str:
    with house.shell.store.read() as connection:
        return str(connection.scalar(select(time_off.c.id)))


def test_the_shifts_within_are_seen_before_it_is_asked(house: House) -> None:
    a_shift(house, "ana")
    page = text(house.client("ana").get("/shifts/time-off", query_string=LEAVE))
    assert "You have 1 shift then: ask for cover." in page and "Thu 12 Nov, night" in page
    assert "You have no shift then." in text(house.client("ben").get("/shifts/time-off", query_string=LEAVE))
    assert leaves(house) == []


def test_time_off_is_asked_approved_and_told(house: House) -> None:
    ana, boss = house.client("ana"), house.client("brandvold")
    assert post(ana, "/shifts/time-off", **LEAVE).status_code == 303
    house.worker.tick()
    assert "Ana Vela asks for time off, Thu 12 Nov 00:00 to Sun 15 Nov 00:00." in house.texts("brandvold")[-1]
    assert "Waits for a manager" in text(ana.get("/shifts/time-off"))
    assert "No shift then." in text(boss.get("/rota/time-off"))
    assert post(boss, f"/rota/time-off/{only(house)}/approve").status_code == 303
    house.worker.tick()
    assert "is approved" in house.texts("ana")[-1] and leaves(house) == [("ana", "vacation", "approved")]


def test_it_is_not_approved_over_a_shift_unless_the_hole_is_meant(house: House) -> None:
    a_shift(house, "ana")
    post(house.client("ana"), "/shifts/time-off", **LEAVE)
    boss, where = house.client("brandvold"), f"/rota/time-off/{only(house)}/approve"
    refused = post(boss, where)
    assert refused.status_code == 409
    assert "Ana Vela has 1 shift then: primary Thu 12 Nov 19:00 to 07:00. Ask for cover first." in text(
        refused
    )
    assert on_call(house) == ["ana"]
    assert post(boss, where, holes="1").status_code == 303
    assert on_call(house) == [] and [one.kind for one in all_covers(house)] == ["leave"]
    house.worker.tick()
    assert "Ana Vela asks for cover, Thu 12 Nov 19:00" in house.texts("cyd")[-1]


def test_nobody_decides_on_their_own(house: House) -> None:
    post(house.client("okonjo"), "/shifts/time-off", **LEAVE)
    own = post(house.client("okonjo"), f"/rota/time-off/{only(house)}/approve")
    assert own.status_code == 409 and "Another manager decides." in text(own)
    assert post(house.client("ana"), f"/rota/time-off/{only(house)}/approve").status_code == 403


def test_it_is_refused_or_withdrawn_and_then_settled(house: House) -> None:
    ana, boss = house.client("ana"), house.client("brandvold")
    post(ana, "/shifts/time-off", **LEAVE)
    leave = only(house)
    assert post(house.client("ben"), f"/shifts/time-off/{leave}/withdraw").status_code == 404
    post(boss, f"/rota/time-off/{leave}/refuse")
    house.worker.tick()
    assert "was not approved. Talk to H. Brandvold." in house.texts("ana")[-1]
    assert post(ana, f"/shifts/time-off/{leave}/withdraw").status_code == 409
    assert post(boss, f"/rota/time-off/{leave}/approve").status_code == 409


def test_time_off_taken_back_gives_the_untaken_shifts_back(house: House) -> None:
    a_shift(house, "ana")
    post(house.client("brandvold"), "/rota/time-off", person="ana", holes="1", **LEAVE)
    assert on_call(house) == []
    post(house.client("ana"), f"/shifts/time-off/{only(house)}/withdraw")
    assert on_call(house) == ["ana"] and [one.state for one in all_covers(house)] == ["withdrawn"]


def test_where_nobody_need_approve_it_counts_at_once_but_not_over_a_shift(house: House) -> None:
    terms(house, approve_time_off=False)
    a_shift(house, "ana")
    refused = post(house.client("ana"), "/shifts/time-off", **LEAVE)
    assert refused.status_code == 409 and "You have 1 shift then" in text(refused)
    assert post(house.client("ben"), "/shifts/time-off", **LEAVE).status_code == 303
    assert leaves(house) == [("ben", "vacation", "approved")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": ""}, "Choose what it is for."),
        ({"kind": "moon"}, "Choose what it is for."),
        ({"ends_at": "2026-11-12T00:00"}, "the same time"),
        ({"ends_at": "2026-11-11T00:00"}, "The end is before the start."),
        ({"starts_at": "2026-11-01T00:00", "ends_at": "2026-11-02T00:00"}, "over already"),
        ({"starts_at": "2026-10-01T00:00"}, "at most a day ago"),
        ({"ends_at": "2027-11-12T00:00"}, "at most 120 days"),
        ({"starts_at": "2030-11-12T00:00", "ends_at": "2030-11-13T00:00"}, "at most 400 days ahead"),
        ({"starts_at": "tomorrow"}, "Write a date and a time"),
        ({"ends_at": ""}, "Write a date and a time"),
    ],
)
def test_time_off_that_cannot_be_meant_is_asked_again_with_what_was_typed(
    house: House, changes: dict[str, str], sentence: str
) -> None:
    for person, url, who in (
        ("ana", "/shifts/time-off", {}),
        ("brandvold", "/rota/time-off", {"person": "ana"}),
    ):
        answer = post(house.client(person), url, **{**LEAVE, **changes, **who})
        assert answer.status_code in (409, 422) and sentence in text(answer)
    assert leaves(house) == []


def test_time_off_does_not_overlap_other_time_off_of_ones_own(house: House) -> None:
    ana = house.client("ana")
    post(ana, "/shifts/time-off", **LEAVE)
    again = post(
        ana, "/shifts/time-off", **{**LEAVE, "starts_at": "2026-11-14T00:00", "ends_at": "2026-11-18T00:00"}
    )
    assert again.status_code == 409 and "There is time off then already." in text(again)
    assert len(leaves(house)) == 1


# --- wishes ---------------------------------------------------------------------------------------------------
def wishes(house: House) -> list[tuple[str, str, str]]:
    with house.shell.store.read() as connection:
        rows = connection.execute(select(rota_wishes).order_by(rota_wishes.c.day))
        return [(row.day, row.part, row.kind) for row in rows]


def test_a_wish_is_written_down_changed_and_taken_away(house: House) -> None:
    ana = house.client("ana")
    post(ana, "/shifts/wishes", day="2026-12-24", part="night", wants="avoid")
    post(ana, "/shifts/wishes", day="2026-12-24", part="night", wants="want")
    assert wishes(house) == [("2026-12-24", "night", "want")]
    assert "Thu 24 Dec, night I would like it" in text(ana.get("/shifts/time-off"))
    with house.shell.store.read() as connection:
        wish = connection.scalar(select(rota_wishes.c.id))
    assert post(house.client("ben"), f"/shifts/wishes/{wish}/remove").status_code == 404
    post(ana, f"/shifts/wishes/{wish}/remove")
    assert wishes(house) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": ""}, "Choose a day."),
        ({"day": "soon"}, "Write a date as"),
        ({"day": "2026-11-10"}, "still ahead"),
        ({"day": "2029-01-01"}, "within 400 days"),
        ({"part": "dusk"}, "Choose the day or the night."),
        ({"wants": ""}, "Choose what you would like."),
    ],
)
def test_a_wish_that_cannot_be_meant_is_asked_again(
    house: House, changes: dict[str, str], sentence: str
) -> None:
    wish = {"day": "2026-12-24", "part": "night", "wants": "avoid", **changes}
    answer = post(house.client("ana"), "/shifts/wishes", **wish)
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert wishes(house) == []
