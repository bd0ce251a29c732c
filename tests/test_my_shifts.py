"""My shifts in a browser's hands: the phone page, asking, taking, swapping, falling sick, and the manager's side."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.rota.shift_words import code_of, span_code
from app.tables import covers, journal, outbox, ways
from dispatch.rota.rules import Assignment
from tests.cover_stage import NIGHT_LONG, THURSDAY, a_shift, all_covers, asked, on_call, stored, terms
from tests.house import NIGHT, House
from tests.walk import hidden, post, text

HOUR = timedelta(hours=1)
SUNDAY = THURSDAY + timedelta(days=3)


def whole(shift: Assignment) -> dict[str, str]:
    return {"shift": code_of(shift), "part": span_code((shift.starts_at, shift.ends_at))}


# --- what one sees ---------------------------------------------------------------------------------------------
def test_the_page_says_what_runs_what_is_next_and_with_whom(house: House) -> None:
    a_shift(house, "ana")
    page = text(house.client("ana").get("/shifts"))
    assert "Now Mon 9 Nov, day and night 19:00 to 19:00. 24 h." in page
    assert "Primary, C4. With Ben Whitcomb." in page
    assert "Thu 12 Nov, night 19:00 to 07:00, primary" in page


def test_a_night_when_the_clocks_go_back_is_as_long_as_it_truly_is(house: House) -> None:
    house.clock.move(datetime(2027, 11, 4, tzinfo=UTC) - house.clock.now())
    a_shift(house, "ana", datetime(2027, 11, 7, 0, tzinfo=UTC), timedelta(hours=13))
    a_shift(house, "ana", datetime(2027, 11, 11, 13, tzinfo=UTC), timedelta(hours=8))
    page = text(house.client("ana").get("/shifts"))
    assert "Next Sat 6 Nov, night 19:00 to 07:00. 13 h, the clocks go back." in page
    assert "Thu 11 Nov, day Veterans Day. 07:00 to 15:00, primary" in page


def test_what_is_asked_of_me_says_rest_nights_and_the_mean(house: House) -> None:
    asked(house, a_shift(house, "ana"), "cyd", "dov")
    page = text(house.client("cyd").get("/shifts"))
    assert "Ana Vela asks. Asked of you, and 1 other Thu 12 Nov, night, 12 h" in page
    assert re.search(r"Rest before it: 48 h\. It would be your 2nd night in 8 weeks, the mean is 1\.", page)
    assert "I take it" in page and "Not this one" in page


def test_the_page_says_when_the_phone_last_rang(house: House) -> None:
    row = {"person": "ana", "address": "+15555550102", "added_at": NIGHT, "verified_at": NIGHT}
    with house.shell.store.write() as connection:
        rang = {"tried_at": NIGHT - timedelta(days=3), "answered_at": NIGHT - timedelta(days=3)}
        connection.execute(ways.insert().values(id="w", kind="text", **row, **rang))
    assert "Your phone last rang 3 days ago Text yes" in text(house.client("ana").get("/shifts"))


def test_looking_at_any_of_these_pages_changes_nothing(house: House) -> None:
    shift = a_shift(house, "ana")
    cover = asked(house, shift, "cyd")
    a_shift(house, "ben", SUNDAY)
    ana, boss = house.client("ana"), house.client("brandvold")
    before = _rows(house)
    for url in (
        "/shifts",
        f"/shifts/cover?shift={code_of(shift)}",
        f"/shifts/swap?shift={code_of(shift)}",
        "/shifts/sick",
        f"/shifts/asks/{cover.id}",
        "/shifts/time-off",
    ):
        assert ana.get(url).status_code == 200, url
    for url in ("/rota/covers", f"/rota/covers/{cover.id}", "/rota/time-off", "/rota/sick"):
        assert boss.get(url).status_code == 200, url
    assert _rows(house) == before


def _rows(house: House) -> list[object]:
    with house.shell.store.read() as connection:
        return [connection.execute(select(table)).all() for table in (covers, journal, outbox)]


# --- asking and taking ------------------------------------------------------------------------------------------
def test_cover_is_asked_and_taken_page_by_page(house: House) -> None:
    shift = a_shift(house, "ana")
    ana = house.client("ana")
    page = text(ana.get(f"/shifts/cover?shift={code_of(shift)}"))
    assert "It stays yours until someone says yes." in page and "Cyd Raman Rest: 48 h." in page
    answer = post(ana, "/shifts/cover", **whole(shift), person=["cyd", "dov"], word="A wedding.")
    assert answer.status_code == 303
    cover = all_covers(house)[0]
    house.worker.tick()
    assert "wedding" not in house.texts("cyd")[-1], "free text has no slot in a text"
    assert "Cover asked" in text(ana.get("/shifts"))
    cyd = house.client("cyd")
    assert "Ana Vela writes A wedding." in text(cyd.get(f"/shifts/asks/{cover.id}"))
    assert post(cyd, f"/shifts/asks/{cover.id}/take").status_code == 303
    assert on_call(house) == ["cyd"]
    assert "It is yours." in text(cyd.get(f"/shifts/asks/{cover.id}"))
    assert "You are off it" in text(ana.get(f"/shifts/asks/{cover.id}"))
    late = post(house.client("dov"), f"/shifts/asks/{cover.id}/take")
    assert late.status_code == 409 and "Cyd Raman took it 03:00." in text(late)


def test_a_blocked_colleague_is_shown_with_the_reason_and_cannot_be_ticked(house: House) -> None:
    shift = a_shift(house, "ana")
    a_shift(house, "cyd", THURSDAY - 6 * HOUR, 4 * HOUR)
    page = house.client("ana").get(f"/shifts/cover?shift={code_of(shift)}").get_data(as_text=True)
    assert re.search(
        r'value="cyd" disabled><span><b>Cyd Raman</b><br><span class="small mute">Cyd Raman would have 2 h',
        page,
    )
    forged = post(house.client("ana"), "/shifts/cover", **whole(shift), person=["cyd"])
    assert forged.status_code == 409 and "2 h rest before" in text(forged)
    assert all_covers(house) == []


def test_a_part_is_asked_for_and_a_part_is_taken(house: House) -> None:
    shift = a_shift(house, "ana")
    ana = house.client("ana")
    where = f"/shifts/cover?shift={code_of(shift)}&starts_at=2026-11-12T23:00&ends_at=2026-11-13T07:00"
    assert "23:00 to 07:00, 8 h : a part of 19:00 to 07:00" in text(ana.get(where)).replace("8 h:", "8 h :")
    post(ana, "/shifts/cover", shift=code_of(shift), part=hidden(ana, where)["part"], person=["cyd", "dov"])
    cover = all_covers(house)[0]
    assert cover.span == (THURSDAY + 4 * HOUR, THURSDAY + NIGHT_LONG)
    part = {"starts_at": "2026-11-12T23:00", "ends_at": "2026-11-13T03:00"}
    assert post(house.client("cyd"), f"/shifts/asks/{cover.id}/take", **part).status_code == 303
    assert on_call(house) == ["ana", "cyd", "ana"]
    assert [one.state for one in all_covers(house)] == ["taken", "open"]


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("2026-11-13T02:00", "2026-11-12T23:00", "The end is before the start."),
        ("2026-11-12T23:00", "2026-11-12T23:00", "the same time"),
        ("2026-11-12T12:00", "2026-11-12T20:00", "not within the shift"),
        ("2026-11-12T20:00", "2056-11-12T20:00", "not within the shift"),
        ("yesterday", "", "Write a date and a time"),
        ("9999-12-31T23:59", "0001-01-01T00:00", "Write a date"),
    ],
)
def test_a_part_that_cannot_be_is_said_on_both_pages(
    house: House, start: str, end: str, sentence: str
) -> None:
    shift = a_shift(house, "ana")
    ana, typed = house.client("ana"), {"starts_at": start, "ends_at": end}
    page = ana.get("/shifts/cover", query_string={"shift": code_of(shift), **typed})
    assert page.status_code == 200 and sentence in text(page)
    cover = asked(house, shift, "cyd")
    taken = post(house.client("cyd"), f"/shifts/asks/{cover.id}/take", **typed)
    assert taken.status_code in (409, 422) and sentence in text(taken)
    assert stored(house, cover).state == "open"


@pytest.mark.parametrize(
    "code", ["", "x", "ana.primary", "ana.primary.1.2", "ana.primary.9e9.1", "ben.primary.{0}.{1}"]
)
def test_a_shift_that_is_not_mine_is_not_asked_for(house: House, code: str) -> None:
    theirs = a_shift(house, "ben")
    named = code_of(theirs) if "{0}" in code else code
    for url in ("/shifts/cover", "/shifts/swap"):
        answer = house.client("ana").get(url, query_string={"shift": named})
        assert answer.status_code == 409 and "Look at My shifts." in text(answer)
        sent = {**whole(theirs), "shift": named, "person": ["cyd"], "theirs": code_of(theirs)}
        assert post(house.client("ana"), url, **sent).status_code == 409
    assert all_covers(house) == []


def test_a_mistaken_yes_is_given_back_on_the_page(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd", "dov")
    cyd = house.client("cyd")
    post(cyd, f"/shifts/asks/{cover.id}/take")
    assert "Give back" in text(cyd.get("/shifts"))
    post(cyd, f"/shifts/asks/{cover.id}/back")
    assert on_call(house) == ["ana"] and len(all_covers(house)) == 2


def test_who_was_not_asked_does_not_read_a_request(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd", word="Private.")
    answer = house.client("dov").get(f"/shifts/asks/{cover.id}")
    assert answer.status_code == 409 and "Private." not in text(answer)


# --- swaps and sick --------------------------------------------------------------------------------------------
def test_a_swap_is_offered_and_made_page_by_page(house: House) -> None:
    mine, theirs = a_shift(house, "ana"), a_shift(house, "ben", SUNDAY)
    ana = house.client("ana")
    assert "Sun 15 Nov, night, Ben Whitcomb" in text(ana.get(f"/shifts/swap?shift={code_of(mine)}"))
    assert post(ana, "/shifts/swap", shift=code_of(mine)).status_code == 422
    assert post(ana, "/shifts/swap", shift=code_of(mine), theirs=code_of(theirs)).status_code == 303
    ben = house.client("ben")
    assert "For your Sun 15 Nov, night" in text(ben.get("/shifts"))
    post(ben, f"/shifts/asks/{all_covers(house)[0].id}/take")
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ben"], ["ana"])


def test_sick_at_night_from_the_phone_in_two_presses(house: House) -> None:
    ana = house.client("ana")
    assert "Your shift runs: Mon 9 Nov, day and night" in text(ana.get("/shifts/sick"))
    assert post(ana, "/shifts/sick", until="shift").headers["Location"].endswith("done=sick")
    assert on_call(house, start=NIGHT, hours=1) == ["ben"]
    page = text(ana.get("/shifts"))
    assert "Written down as sick until Tue 10 Nov 19:00" in page and "Asked for you" in page
    post(ana, "/shifts/fit")
    assert on_call(house, start=NIGHT, hours=1) == ["ana", "ben"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose until when."),
        ({"until": "9999"}, "Choose until when."),
        ({"until": "own"}, "Write a date and a time"),
        ({"until": "own", "own": "2026-11-09T03:00"}, "over already"),
        ({"until": "own", "own": "2090-11-09T03:00"}, "at most 14 days"),
    ],
)
def test_sick_until_nothing_that_can_be_meant_is_asked_again(
    house: House, fields: dict[str, str], sentence: str
) -> None:
    answer = post(house.client("ana"), "/shifts/sick", **fields)
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert on_call(house, start=NIGHT, hours=1) == ["ana", "ben"]


def test_the_desk_writes_down_who_called_in_sick(house: House) -> None:
    desk = house.client("ruiz")
    answer = post(desk, "/rota/sick", person="ana", until="shift")
    assert answer.status_code == 303 and "Ana Vela is off the rota." in text(
        desk.get(answer.headers["Location"])
    )
    assert on_call(house, start=NIGHT, hours=1) == ["ben"]
    assert post(house.client("ben"), "/rota/sick", person="cyd", until="24").status_code == 403


# --- the manager ------------------------------------------------------------------------------------------------
def test_a_manager_sees_what_is_open_puts_somebody_in_and_undoes_it(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd")
    boss = house.client("brandvold")
    assert "It stays with Ana Vela." in text(boss.get("/rota/covers"))
    assert post(boss, f"/rota/covers/{cover.id}/assign").status_code == 422
    assert post(boss, f"/rota/covers/{cover.id}/assign", person="ruiz").status_code == 409
    assert post(boss, f"/rota/covers/{cover.id}/assign", person="dov").status_code == 303
    assert on_call(house) == ["dov"]
    assert post(boss, f"/rota/covers/{cover.id}/back").status_code == 303
    assert on_call(house) == ["ana"]


def test_a_manager_approves_on_the_list(house: House) -> None:
    terms(house, approve_cover=True)
    cover = asked(house, a_shift(house, "ana"), "cyd")
    post(house.client("cyd"), f"/shifts/asks/{cover.id}/take")
    boss = house.client("brandvold")
    assert "Approve Cyd Raman" in text(boss.get("/rota/covers")) and on_call(house) == ["ana"]
    post(boss, f"/rota/covers/{cover.id}/approve")
    assert on_call(house) == ["cyd"]


def test_only_those_who_keep_the_rota_settle_requests_of_others(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd")
    for person in ("cyd", "ruiz"):
        assert house.client(person).get("/rota/covers").status_code == 403
        assert post(house.client(person), f"/rota/covers/{cover.id}/close").status_code == 403
    assert stored(house, cover).state == "open"
