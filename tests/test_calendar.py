"""Calendar feeds: what two other programs' parsers read in them, who may make them, and that they can end."""

import ctypes
import ctypes.util
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from app.rota.load import rules_of
from app.tables import people, rota_layers, rota_overrides
from dispatch.rota.final import final
from tests.house import NIGHT, PHONES, PROGRAM, House, a_house
from tests.walk import post, text

ICAL_JS = Path(__file__).parent / "vendor" / "ical.min.js"
CHROMIUM = "/usr/bin/chromium"
FALL_BACK = datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
Seen = set[tuple[datetime, datetime, str]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            body = {
                "id": "nights",
                "tier": "primary",
                "zone": "America/Chicago",
                "begins": "2026-10-25T01:30",
                "line": [["ana"], ["ben"]],
                "turn_hours": 24,
                "team": "C9",
            }
            connection.execute(
                rota_layers.insert().values(
                    id="nights",
                    program=PROGRAM,
                    tier="primary",
                    name="Nights",
                    place=1,
                    body=json.dumps(body),
                    made_by="root",
                    made_at=NIGHT,
                )
            )
        yield house


def a_link(house: House, person: str, whose: str = "person") -> str:
    """A new link's path, made by the person on their own page."""
    answer = post(house.client(person), "/account/calendar", whose=whose)
    assert answer.status_code == 200, text(answer)
    found = re.search(r"/calendar/[\w-]+\.ics", answer.get_data(as_text=True))
    assert found is not None
    return found.group()


def read(house: House, link: str) -> str:
    answer = house.client().get(link)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return answer.get_data(as_text=True)


def expected(house: House, person: str) -> Seen:
    now = house.clock.now()
    start, end = now - timedelta(days=60), now + timedelta(days=180)
    with house.shell.store.read() as connection:
        found = final(rules_of(connection, PROGRAM, start, end), start, end)
    return {
        (one.starts_at, one.ends_at, f"On call: Primary{', ' + one.team if one.team else ''}")
        for one in found
        if one.person == person
    }


def with_ical_js(feed: str) -> Seen:
    """As Thunderbird reads it: its own parser, in a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(
            type="module", content=ICAL_JS.read_text() + ";window.ICAL = " + _default_export()
        )
        page.wait_for_function("window.ICAL !== undefined")
        rows = page.evaluate(
            """feed => new ICAL.Component(ICAL.parse(feed)).getAllSubcomponents('vevent').map(c => {
                const e = new ICAL.Event(c)
                return [e.startDate.toJSDate().toISOString(), e.endDate.toJSDate().toISOString(), e.summary]
            })""",
            feed,
        )
        browser.close()
    return {(datetime.fromisoformat(start), datetime.fromisoformat(end), words) for start, end, words in rows}


def _default_export() -> str:
    """The name under which the minified module exports itself."""
    found = re.search(r"export\{(\w+) as default\}", ICAL_JS.read_text())
    assert found is not None
    return found.group(1)


class IcalTime(ctypes.Structure):
    """libical's icaltimetype."""

    _fields_ = [
        (name, ctypes.c_int)
        for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")
    ]
    _fields_ += [("zone", ctypes.c_void_p)]

    def instant(self) -> datetime:
        return datetime(self.year, self.month, self.day, self.hour, self.minute, self.second, tzinfo=UTC)


def with_libical(feed: str) -> Seen:
    """As Evolution and KOrganizer read it: libical."""
    name = ctypes.util.find_library("ical")
    if name is None:
        pytest.skip("libical is not installed here: see .ci/run")
    lib = ctypes.CDLL(name)
    pointer = ctypes.c_void_p
    lib.icalparser_parse_string.restype = pointer
    lib.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    lib.icalcomponent_count_errors.argtypes = [pointer]
    kind = lib.icalcomponent_string_to_kind(b"VEVENT")
    for each in ("icalcomponent_get_first_component", "icalcomponent_get_next_component"):
        getattr(lib, each).restype = pointer
        getattr(lib, each).argtypes = [pointer, ctypes.c_int]
    for each in ("icalcomponent_get_dtstart", "icalcomponent_get_dtend"):
        getattr(lib, each).restype = IcalTime
        getattr(lib, each).argtypes = [pointer]
    lib.icalcomponent_get_summary.restype = ctypes.c_char_p
    lib.icalcomponent_get_summary.argtypes = [pointer]
    calendar = lib.icalparser_parse_string(feed.encode())
    assert calendar and lib.icalcomponent_count_errors(calendar) == 0
    seen: Seen = set()
    event = lib.icalcomponent_get_first_component(calendar, kind)
    while event:
        start, end = lib.icalcomponent_get_dtstart(event), lib.icalcomponent_get_dtend(event)
        seen.add((start.instant(), end.instant(), lib.icalcomponent_get_summary(event).decode()))
        event = lib.icalcomponent_get_next_component(calendar, kind)
    return seen


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed here: see .ci/run")
def test_thunderbirds_parser_reads_the_very_shifts_of_the_rota(house: House) -> None:
    seen = with_ical_js(read(house, a_link(house, "ana")))
    assert seen == expected(house, "ana") and len(seen) > 50


def test_evolutions_parser_reads_the_very_shifts_of_the_rota(house: House) -> None:
    seen = with_libical(read(house, a_link(house, "ana")))
    assert seen == expected(house, "ana") and len(seen) > 50


def test_the_night_on_which_an_hour_comes_twice_is_one_hour_longer(house: House) -> None:
    seen = with_libical(read(house, a_link(house, "ana"))) | with_libical(read(house, a_link(house, "ben")))
    long = [end - start for start, end, words in seen if start < FALL_BACK < end and "C9" in words]
    assert long == [timedelta(hours=25)]


def test_a_programs_feed_names_people_and_no_number(house: House) -> None:
    feed = read(house, a_link(house, "brandvold", "program"))
    assert "SUMMARY:Primary: Ana Vela\\, C4" in feed and "SUMMARY:Supervisor: M. Okonjo" in feed
    assert not any(number.lstrip("+") in feed for number in PHONES.values())


def test_a_shift_keeps_its_name_and_a_covered_one_goes_to_the_other_feed(house: House) -> None:
    ana, ben = a_link(house, "ana"), a_link(house, "ben")
    before = set(re.findall(r"UID:(\S+)", read(house, ana)))
    house.clock.move(timedelta(hours=2))
    assert set(re.findall(r"UID:(\S+)", read(house, ana))) == before
    shift = min(one for one in expected(house, "ana") if one[0] > house.clock.now())
    with house.shell.store.write() as connection:
        connection.execute(
            rota_overrides.insert().values(
                id="o", program=PROGRAM, number=1, tier="primary", starts_at=shift[0], ends_at=shift[1],
                instead_of="ana", person="ben", why="manager", made_by="root", made_at=NIGHT,
            )
        )  # fmt: skip
    assert shift not in with_libical(read(house, ana)) and shift in with_libical(read(house, ben))


def test_a_link_that_was_taken_back_opens_nothing(house: House) -> None:
    link = a_link(house, "ana")
    page = house.client("ana").get("/account/calendar").get_data(as_text=True)
    (revoke,) = re.findall(r"/account/calendar/\w+/revoke", page)
    assert post(house.client("ana"), revoke).status_code == 302
    answer = house.client().get(link)
    assert answer.status_code == 404 and "Make a new one on your own page" in text(answer)
    assert post(house.client("ana"), revoke).status_code == 409


def test_who_leaves_takes_their_link_along(house: House) -> None:
    link = a_link(house, "ana")
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ana").values(active=False))
    assert house.client().get(link).status_code == 404


def test_a_responder_makes_no_link_to_everybodys_shifts(house: House) -> None:
    answer = post(house.client("ana"), "/account/calendar", whose="program")
    assert answer.status_code == 422 and "Choose whose shifts" in text(answer)


def test_a_manager_takes_a_colleagues_link_back(house: House) -> None:
    link = a_link(house, "ana")
    page = house.client("brandvold").get("/account/calendar").get_data(as_text=True)
    (revoke,) = re.findall(r"/rota/calendar/\w+/revoke", page)
    assert post(house.client("brandvold"), revoke).status_code == 302
    assert house.client().get(link).status_code == 404


def test_nobody_collects_links(house: House) -> None:
    for _ in range(5):
        a_link(house, "ana")
    answer = post(house.client("ana"), "/account/calendar", whose="person")
    assert answer.status_code == 409 and "Take one back first" in text(answer)


@pytest.mark.parametrize("secret", ["x", "x" * 5000, "%00", "../../etc", "%F0%9F%98%80"])
def test_a_guess_is_a_404(house: House, secret: str) -> None:
    assert house.client().get(f"/calendar/{secret}.ics").status_code in (404, 308)
