"""What people see of the rota: weeks, months, people, shifts, and the pages that read it beside."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.clock import VirtualClock
from app.demo import county, rota, rota_people
from app.note import note
from app.oncall import on_duty
from app.queries.rota_history import OF_PEOPLE, OF_THE_ROTA
from app.queries.rota_span import rota_span
from app.queries.rota_week import Week, monday_of, week_of
from app.rota.cover_rows import acting
from app.rota.ready import findings
from app.tables import journal, people, rota_drafts, rota_layers, shifts
from app.wiring import ROOT, shell_for
from dispatch.rota.spans import DAY, day_of
from tests.house import NIGHT, PHONES, PROGRAM, House, create_schema, settings_for
from tests.rota_scene import COUNTY, a_rota, ask_cover, days, lay, need, put_over, take_off, wall
from tests.walk import post, text


def the_week(house: House, day: date) -> Week:
    monday = monday_of(day)
    with house.shell.store.read() as connection:
        span = rota_span(connection, PROGRAM, day_of(monday, COUNTY)[0], day_of(monday + 6 * DAY, COUNTY)[1])
    return week_of(span, monday, house.clock.now())


def page(house: House, who: str, path: str) -> str:
    answer = house.client(who).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return text(answer)


def html(house: House, who: str, path: str) -> str:
    return house.client(who).get(path).get_data(as_text=True)


# --- the week ----------------------------------------------------------------------------------------------------
def test_each_seat_of_a_tier_keeps_its_own_row(house: House) -> None:
    a_rota(house)
    primary = next(lane for lane in the_week(house, date(2026, 11, 16)).lanes if lane.tier == "primary")
    assert [{bar.name for bar in row} for row in primary.rows] == [{"Vela", "Raman"}, {"Whitcomb", "Osei"}]
    for row in primary.rows:
        assert all(one.ends_at <= two.starts_at for one, two in zip(row, row[1:], strict=False))


def test_a_hole_is_hatched_and_says_how_many_are_there(house: House) -> None:
    a_rota(house)
    take_off(house, "dov", wall(21, 7), wall(21, 19))
    week = the_week(house, date(2026, 11, 16))
    holes = [
        (bar.tier, bar.note) for lane in week.lanes for row in lane.rows for bar in row if not bar.person
    ]
    # Osei leaves Raman alone, and his own day as backup to nobody.
    assert holes == [("primary", "1 of 2, 12 h"), ("backup", "no one, 12 h")]
    shown = html(house, "ruiz", "/rota/week/2026-11-16")
    assert re.search(r'class="s gap[^"]*"[^>]*><b>Hole</b>\s*<small>1 of 2, 12 h</small>', shown)


def test_a_hole_that_has_passed_stays_drawn_and_is_not_counted(house: House) -> None:
    a_rota(house)
    house.clock.move(timedelta(days=20))
    assert the_week(house, date(2026, 11, 9)).holes == 0
    assert 'class="s gap' in html(house, "ruiz", "/rota/week/2026-11-09")


def test_those_who_keep_the_rota_are_led_from_a_hole_to_filling_it(house: House) -> None:
    a_rota(house)
    take_off(house, "dov", wall(19, 12), wall(20, 12))
    assert "/rota/edit/override?tier=primary" in html(house, "brandvold", "/rota/week/2026-11-16")
    assert "/rota/edit/override" not in html(house, "ana", "/rota/week/2026-11-16")


def test_a_request_is_dashed_and_a_cover_is_said_in_words(house: House) -> None:
    a_rota(house)
    ask_cover(house, "ana", "primary", wall(14, 7), wall(14, 19))
    cover = ask_cover(house, "ben", "primary", wall(15, 7), wall(15, 19), ref=2902, state="taken")
    put_over(house, "primary", wall(15, 7), wall(15, 19), person="dov", instead_of="ben", cover=cover)
    put_over(house, "supervisor", wall(13, 7), wall(14, 7), person="haddad", instead_of="okonjo", number=2)
    week = the_week(house, date(2026, 11, 9))
    marks = {
        (bar.name, bar.mark, bar.asked) for lane in week.lanes for row in lane.rows for bar in row if bar.mark
    }
    assert marks == {
        ("Vela", "cover asked", True),
        ("Osei", "covers Whitcomb", False),
        ("Haddad", "for Okonjo", False),
    }


def test_the_night_when_the_clocks_go_back_is_marked_and_as_long_as_it_is(house: House) -> None:
    need(house, primary=1)
    lay(house, "Nights", "primary", [["ana"]], windows=days("19:00", "07:00"))
    week = the_week(house, date(2026, 11, 1))
    sunday = week.days[6]
    assert (sunday.odd, round(sunday.length / week.days[0].length, 3)) == ("25 h", round(25 / 24, 3))
    assert [mark.words for mark in week.marks] == ["01:00 twice"]
    night = next(bar for bar in week.lanes[0].rows[0] if bar.starts_at == wall(31, 19, 10))
    assert night.mark == "13 h night" and night.night
    shown = page(house, "ruiz", "/rota/week/2026-11-01")
    assert "Sun 1 Nov 25 h" in shown and "01:00 twice" in shown


def test_the_night_when_the_clocks_go_on_is_marked_too(house: House) -> None:
    need(house, primary=1)
    lay(house, "Nights", "primary", [["ana"]], windows=days("19:00", "07:00"))
    week = the_week(house, date(2027, 3, 14))
    assert (week.days[6].odd, [mark.words for mark in week.marks]) == ("23 h", ["02:00 skipped"])


def test_now_stands_where_it_is_and_in_no_other_week(house: House) -> None:
    a_rota(house)
    now = the_week(house, date(2026, 11, 10)).now
    assert now is not None and round(now, 1) == round(100 * 27 / 168, 1)
    assert the_week(house, date(2026, 11, 17)).now is None


def test_a_broken_layer_is_said_on_top_and_takes_no_other_down(house: House) -> None:
    a_rota(house)
    with house.shell.store.write() as connection:
        connection.execute(rota_layers.update().where(rota_layers.c.id == "layer-Backup").values(body="{}"))
    shown = page(house, "ruiz", "/rota/week/2026-11-16")
    assert "The layer Backup puts nobody on call." in shown and "Write `begins`" in shown
    assert "Vela" in shown


def test_nobody_stands_in_the_week_for_someone_switched_off(house: House) -> None:
    a_rota(house)
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "okonjo").values(active=False))
    week = the_week(house, date(2026, 11, 16))
    supervisors = next(lane for lane in week.lanes if lane.tier == "supervisor")
    # The first week is hers: from Monday until her turn ends on Wednesday morning nobody is there.
    assert [(bar.person, bar.note) for bar in supervisors.rows[0]] == [
        (None, "no one, 55 h"),
        ("haddad", "LICSW"),
    ]


def test_the_same_week_is_a_list_by_day_for_a_phone(house: House) -> None:
    a_rota(house)
    listed = html(house, "ana", "/rota/week/2026-11-16").split('class="wk-list"')[1]
    assert listed.index("Monday 16 Nov") < listed.index("Sunday 22 Nov")
    assert listed.count('href="/rota/shift/') > 20


def test_weeks_lead_on_and_back_and_a_date_that_is_none_says_so(house: House) -> None:
    shown = html(house, "ana", "/rota/week/2026-11-18")
    assert '/rota/week/2026-11-09"' in shown and '/rota/week/2026-11-23"' in shown
    for wrong in ("x", "2026-13-01", "1999-12-31", "20261118T00"):
        answer = house.client("ana").get(f"/rota/week/{wrong}")
        assert answer.status_code == 404 and "There is no such date." in text(answer)


def test_a_program_without_needs_says_that_no_hole_can_be_seen(house: House) -> None:
    shown = page(house, "brandvold", "/rota")
    assert "Nobody has written down how many people each tier needs." in shown and "Hole" not in shown


def test_a_draft_that_waits_is_said_to_those_who_keep_the_rota(house: House) -> None:
    a_rota(house)
    assert "not published" not in page(house, "brandvold", "/rota")
    row = {
        "id": "d1",
        "program": PROGRAM,
        "number": 3,
        "starts_on": "2026-11-23",
        "weeks": 4,
        "state": "done",
    }
    with house.shell.store.write() as connection:
        connection.execute(
            rota_drafts.insert().values(**row, problem="{}", made_by="brandvold", made_at=NIGHT)
        )
    assert "Draft 3, not published" in page(house, "brandvold", "/rota")
    assert "Draft 3" not in page(house, "ana", "/rota")
    with house.shell.store.write() as connection:
        connection.execute(rota_drafts.update().values(state="published"))
    assert "not published" not in page(house, "brandvold", "/rota")


# --- the month ---------------------------------------------------------------------------------------------------
def test_a_month_says_holes_by_day_and_by_night_and_the_holidays_of_the_state(house: House) -> None:
    a_rota(house)
    take_off(house, "cyd", wall(26, 12), wall(27, 12))
    shown = html(house, "ruiz", "/rota/month/2026-11")
    cells = dict(re.findall(r'href="/rota/week/(2026-11-\d\d)"(.*?)</a>', shown, flags=re.S))
    assert "too few by night" in cells["2026-11-26"] or "hole by night" in cells["2026-11-26"]
    assert "Thanksgiving Day" in cells["2026-11-26"] and "25 h" in cells["2026-11-01"]
    assert "covered" in cells["2026-11-18"]


# --- one person, one shift -----------------------------------------------------------------------------------------
def test_numbers_are_for_those_who_ring_people(house: House) -> None:
    a_rota(house)
    path = "/rota/shift/cyd?tier=backup&at=2026-11-18T15:00Z"
    tier = "backup" if "Cyd Raman" in text(house.client("ruiz").get(path)) else "primary"
    path = f"/rota/shift/cyd?tier={tier}&at=2026-11-18T15:00Z"
    for who in ("ruiz", "okonjo", "brandvold", "root"):
        assert f'href="tel:{PHONES["cyd"]}"' in html(house, who, path), who
        assert house.client(who).get("/rota/print/2026-11-16").status_code == 200
    assert PHONES["cyd"] not in html(house, "ana", path)
    assert house.client("ana").get("/rota/print/2026-11-16").status_code == 403


def test_a_shift_says_why_it_is_theirs(house: House) -> None:
    a_rota(house)
    shown = page(house, "ana", "/rota/shift/ana?tier=primary&at=2026-11-14T15:00Z")
    assert "The layer Days gives it, turn by turn: Vela, Whitcomb Raman, Osei" in shown
    cover = ask_cover(house, "ana", "primary", wall(14, 7), wall(14, 19), state="taken", taken_by="dov")
    put_over(house, "primary", wall(14, 7), wall(14, 19), person="dov", instead_of="ana", cover=cover)
    shown = page(house, "ana", "/rota/shift/dov?tier=primary&at=2026-11-14T15:00Z")
    assert "Osei took it for Vela, who asked for cover." in shown
    tonight = page(house, "ana", f"/rota/shift/ana?tier=primary&at={NIGHT:%Y-%m-%dT%H:%MZ}")
    assert "written down by hand" in tonight


def test_a_shift_offers_what_the_one_who_looks_may_do(house: House) -> None:
    a_rota(house)
    path = "/rota/shift/ana?tier=primary&at=2026-11-14T15:00Z"
    mine, keeper, other = (html(house, who, path) for who in ("ana", "brandvold", "ruiz"))
    assert "Ask for cover" in mine and "Swap" in mine and "Put somebody else on" not in mine
    assert (
        "Put somebody else on" in keeper and "They called in sick" in keeper and "Ask for cover" not in keeper
    )
    assert "What you may do" not in other
    house.clock.move(timedelta(days=10))
    assert "What you may do" not in html(house, "ana", path)


def test_what_a_shift_offers_leads_to_pages_that_are_there(house: House) -> None:
    a_rota(house)
    path = "/rota/shift/ana?tier=primary&at=2026-11-14T15:00Z"
    for who in ("ana", "brandvold"):
        client = house.client(who)
        offered = (
            client.get(path)
            .get_data(as_text=True)
            .split('aria-label="What you may do"')[1]
            .split("</nav>")[0]
        )
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', offered)]
        assert len(links) >= 3
        assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_shift_that_the_rota_does_not_know_any_more_is_told(house: House) -> None:
    a_rota(house)
    for at in ("2026-11-14T03:00Z", "yesterday", "2026-11-14T15:00"):
        answer = house.client("ana").get("/rota/shift/ana", query_string={"tier": "primary", "at": at})
        assert answer.status_code == 404 and "Nobody has that shift any more" in text(answer)


def test_one_person_has_their_shifts_and_time_off_and_no_word_of_what_it_is_for(house: House) -> None:
    a_rota(house)
    take_off(house, "ana", wall(30, 12), wall(3, 12, month=12), state="asked")
    shown = page(house, "ruiz", "/rota/person/ana")
    assert "Sat 14 Nov 07:00 to 19:00" in shown and "With Whitcomb" in shown
    assert "asked, not decided" in shown and "vacation" not in shown.lower()
    assert (
        house.client("ruiz").get("/rota/person?person=cyd").headers["Location"].endswith("/rota/person/cyd")
    )


# --- changes -------------------------------------------------------------------------------------------------------
def test_every_change_is_told_and_what_is_of_people_only_to_those_who_keep_the_rota(house: House) -> None:
    shift: dict[str, Any] = {
        "person": "haddad",
        "tier": "supervisor",
        "starts_at": "2026-11-20T19:00",
        "ends_at": "2026-11-21T07:00",
    }
    assert post(house.client("root"), "/rota/edit/shifts", **shift).status_code == 302
    with house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).where(journal.c.kind == "ShiftAdded")) == 1
    for who in ("ana", "brandvold"):
        shown = page(house, who, "/rota/history")
        assert "Shift written down L. Haddad Supervisor, Fri 20 Nov 19:00 to 07:00 A. Keeper" in shown
    assert "Shift written down" in page(house, "ana", "/rota/history?person=haddad")
    assert "No change of the rota here." in page(house, "ana", "/rota/history?person=cyd")


def test_changes_come_a_page_at_a_time_and_none_is_lost_between(house: House) -> None:
    from_ = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with house.shell.store.write() as connection:
        keeper = acting(connection, "root")
        for number in range(120):
            at = (from_ + timedelta(hours=number)).isoformat()
            note(
                connection,
                house.shell,
                keeper,
                f"s{number}",
                "ShiftRemoved",
                person="ana",
                starts_at=at,
                ends_at=at,
            )
    client, path, seen = house.client("brandvold"), "/rota/history", 0
    for _ in range(4):
        shown = client.get(path).get_data(as_text=True)
        seen += shown.count("<b>Shift taken off</b>")
        onward = re.search(r'href="(/rota/history\?before=\d+)">Older', shown)
        if onward is None:
            break
        path = onward.group(1)
    assert seen == 120


# Not of the rota itself: calendars, wishes, a phone's test, a code on its way, a person.
NO_CHANGE_OF_THE_ROTA = {
    "CalendarLinkMade",
    "CalendarLinkRevoked",
    "WishMade",
    "WishRemoved",
    "PhoneRung",
    "PhoneAnswered",
    "WayCodeSent",
    "WayCodeWrong",
    "PersonAdded",
}


def test_every_kind_of_change_that_the_rota_journals_is_told() -> None:
    sources = [*(ROOT / "app/rota").glob("*.py"), *(ROOT / "app/planner").glob("*.py")]
    kind = re.compile(r'"([A-Z][a-z]+(?:[A-Z][a-z]+)+)"')
    journaled = {found for source in sources for found in kind.findall(source.read_text())}
    assert len(journaled) > 30
    assert journaled - {*OF_THE_ROTA, *OF_PEOPLE} == NO_CHANGE_OF_THE_ROTA


# --- the pages that read the rota beside -----------------------------------------------------------------------------
def test_the_on_call_page_knows_layers(house: House) -> None:
    a_rota(house)
    said = page(house, "ruiz", "/on-call")
    assert "Next, from Wed 11 Nov 07:00 : Ana Vela, Ben Whitcomb" in said
    assert "Nobody is on primary from Tue 10 Nov 19:00 until Wed 11 Nov 07:00 ." in said
    house.clock.move(timedelta(days=3))
    assert "Nobody is on primary now" not in page(house, "ruiz", "/on-call")


def test_the_on_call_page_says_where_too_few_are_on(house: House) -> None:
    a_rota(house)
    take_off(house, "ben", wall(11, 7), wall(11, 19))
    said = page(house, "ruiz", "/on-call")
    assert "1 of 2 people on primary from Wed 11 Nov 07:00 until Wed 11 Nov 19:00 ." in said
    house.clock.move(timedelta(days=1, hours=6))
    assert "1 of 2 people on primary now" in page(house, "ruiz", "/on-call")


def test_the_list_of_plain_shifts_shows_what_layers_give_beside_them(house: House) -> None:
    a_rota(house)
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete())
    said = page(house, "root", "/rota/edit/shifts")
    assert "From layers and changes, next 7 days" in said
    assert "Ana Vela , Peer Primary, C4 Wed 11 Nov 07:00 Wed 11 Nov 19:00" in said


# --- the demo's county ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hours", [0, 12, 30, 55, 79, 103, 126, 150])
def test_the_demo_opens_on_a_living_rota_whenever_it_is_started(tmp_path: Path, hours: int) -> None:
    """Tonight is as it was, one hole lies in the next two weeks, and nobody is on call without rest."""
    now = datetime(2026, 11, 16, 9, 20, tzinfo=UTC) + timedelta(hours=hours)
    shell = shell_for(settings_for(f"sqlite:///{tmp_path / 'standby.db'}"), VirtualClock(now))
    create_schema(shell)
    with shell.store.write() as connection:
        county.furnish(connection, now)
        keeper = acting(connection, "brandvold")
    rota_people.fill_in(shell, keeper, rota.lay_out(shell, keeper))
    with shell.store.read() as connection:
        tonight = [one for one in on_duty(connection, PROGRAM, now) if one.tier != "tele"]
        ahead = rota_span(connection, PROGRAM, now, now + timedelta(days=14))
        before = rota_span(connection, PROGRAM, now - timedelta(days=100), now)
        wrong = {one.kind for one in findings(connection, shell, PROGRAM, 14)}
    shell.store.close()
    staff = [one for one in county.STAFF if one.tier]
    by_tier = {
        tier: [one.id for one in staff if one.tier == tier] for tier in ("primary", "backup", "supervisor")
    }
    assert {tier: [one.person for one in tonight if one.tier == tier] for tier in by_tier} == by_tier
    assert {one.person: one.team for one in tonight} == {one.id: one.team for one in staff}
    assert [(gap.tier, gap.have, gap.need) for gap in ahead.gaps] == [("primary", 1, 2)]
    assert before.gaps == ()
    assert not wrong & {"rest", "nights_running", "two_tiers", "composition", "week_hours", "bring"}
