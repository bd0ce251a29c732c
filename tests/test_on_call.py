"""Who is on call, now and next; and a hole is said plainly before anybody falls into it."""

from datetime import UTC, datetime, timedelta

import pytest

from app.tables import duties, people, shifts
from dispatch.cover import holes
from tests.crisis import Crisis
from tests.house import NIGHT, PHONES, House
from tests.walk import post, text


def put_on(house: House, person: str, tier: str, start: timedelta, end: timedelta) -> None:
    with house.shell.store.write() as connection:
        connection.execute(
            shifts.insert().values(
                id=f"{person}-{tier}-{start}",
                program="alder",
                tier=tier,
                person=person,
                place_in_line=9,
                starts_at=NIGHT + start,
                ends_at=NIGHT + end,
            )
        )


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 10, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [(0, 10)]),
        ([(0, 10)], []),
        ([(-5, 4), (4, 12)], []),
        ([(2, 4), (6, 7)], [(0, 2), (4, 6), (7, 10)]),
        ([(1, 9), (2, 3)], [(0, 1), (9, 10)]),
        ([(6, 8), (0, 5)], [(5, 6), (8, 10)]),
        ([(10, 12)], [(0, 10)]),
        ([(3, 3)], [(0, 3), (3, 10)]),
    ],
)
def test_a_hole_is_what_no_span_covers(spans: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    def hours(pair: tuple[int, int]) -> tuple[datetime, datetime]:
        return at(5) + timedelta(hours=pair[0]), at(5) + timedelta(hours=pair[1])

    assert holes(map(hours, spans), *hours((0, 10))) == list(map(hours, expected))


def test_the_page_says_who_is_on_until_when_and_how_to_ring_them(house: House) -> None:
    page = house.client("ruiz").get("/on-call")
    assert "Cyd Raman , CM until Tue 10 Nov 19:00" in text(page)
    assert f'href="tel:{PHONES["cyd"]}"' in page.get_data(as_text=True)


def test_the_order_is_that_of_the_ladder(house: House) -> None:
    said = text(house.client("ruiz").get("/on-call"))
    assert said.index("Primary") < said.index("Backup") < said.index("Supervisor")


def test_an_admin_sees_no_numbers_and_a_responder_no_page(house: House) -> None:
    assert "tel:" not in house.client("root").get("/on-call").get_data(as_text=True)
    assert house.client("ana").get("/on-call").status_code == 403


def test_a_hole_ahead_is_said_with_its_hours(house: House) -> None:
    put_on(house, "cyd", "backup", timedelta(hours=20), timedelta(days=3))
    said = text(house.client("ruiz").get("/on-call"))
    assert "Nobody is on backup from Tue 10 Nov 19:00 until Tue 10 Nov 23:00 ." in said
    assert "Nobody is on primary from Tue 10 Nov 19:00 ." in said
    assert "Next, from Tue 10 Nov 23:00 : Cyd Raman" in said


def test_a_hole_now_is_said_as_now(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.tier == "backup"))
    said = text(house.client("ruiz").get("/on-call"))
    assert "Nobody is on backup now , and nobody is written down for the next 3 days." in said


def test_nobody_stands_behind_the_shift_of_someone_switched_off(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "okonjo").values(active=False))
    said = text(house.client("ruiz").get("/on-call"))
    assert "Nobody is on supervisor now" in said and "M. Okonjo" not in said


def test_on_a_break_or_out_is_said_and_when_nobody_can_be_asked_too(house: House) -> None:
    with house.shell.store.write() as connection:
        for person in ("cyd", "dov"):
            until = NIGHT + timedelta(hours=1)
            row = {"person": person, "duty": "break", "until": until, "set_at": NIGHT}
            connection.execute(duties.insert().values(row))
    crisis = Crisis(house).received().sent()
    said = text(house.client("ruiz").get("/on-call"))
    assert "Cyd Raman , CM until Tue 10 Nov 19:00 On a break until 04:00" in said
    assert "Nobody on backup can be asked now." in said
    assert f"On {crisis.ref}" in said and "Nobody on primary can be asked now." in said
    house.clock.move(timedelta(hours=1))
    assert "Nobody on backup can be asked now." not in text(house.client("ruiz").get("/on-call"))


def test_a_change_of_the_rota_shows_on_the_next_look(house: House) -> None:
    admin = house.client("root")
    post(admin, "/rota/edit/shifts/s-okonjo/end")
    assert "Nobody is on supervisor now" in text(house.client("ruiz").get("/on-call"))
