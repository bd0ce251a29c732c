"""Time off out of a calendar file: whole days, hours, zones, repeats; whatever cannot be taken says why."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rota.leave_file import EVENTS_AT_MOST, REPEATS_AT_MOST, Line, read_leave
from dispatch.value import Refused

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)


def a_file(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}\r\nEND:VEVENT\r\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{body}END:VCALENDAR\r\n".encode()


def read(*events: str) -> list[Line]:
    return read_leave(a_file(*events), ZONE, NOW)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_whole_days_are_days_of_the_county_and_the_last_is_not_counted() -> None:
    (line,) = read("SUMMARY:Lake\r\nDTSTART;VALUE=DATE:20261031\r\nDTEND;VALUE=DATE:20261103")
    assert line == Line("Lake", utc("2026-10-31T05:00"), utc("2026-11-03T06:00"))


def test_a_day_without_an_end_is_one_day() -> None:
    (line,) = read("DTSTART;VALUE=DATE:20261224")
    assert line == Line("No title", utc("2026-12-24T06:00"), utc("2026-12-25T06:00"))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("DTSTART:20261120T080000Z", "DTEND:20261120T170000Z"),
        ("DTSTART:20261120T020000", "DTEND:20261120T110000"),
        ("DTSTART;TZID=America/New_York:20261120T030000", "DTEND;TZID=America/New_York:20261120T120000"),
        ("DTSTART:20261120T080000Z", "DURATION:PT9H"),
    ],
)
def test_hours_in_utc_on_our_wall_and_on_anothers_are_the_same_instants(start: str, end: str) -> None:
    (line,) = read(f"SUMMARY:Course\r\n{start}\r\n{end}")
    assert (line.starts_at, line.ends_at) == (utc("2026-11-20T08:00"), utc("2026-11-20T17:00"))


def test_a_repeat_is_told_out_and_the_days_left_out_stay_out() -> None:
    lines = read(
        "SUMMARY:Class\r\nDTSTART:20261106T130000\r\nDTEND:20261106T170000\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20261113T130000"
    )
    assert [line.starts_at for line in lines] == [
        utc("2026-11-06T19:00"),
        utc("2026-11-20T19:00"),
        utc("2026-11-27T19:00"),
    ]
    days = read("DTSTART;VALUE=DATE:20261102\r\nRRULE:FREQ=DAILY;UNTIL=20261104T235959Z")
    assert [line.starts_at for line in days] == [utc(f"2026-11-0{day}T06:00") for day in (2, 3, 4)]


def test_an_endless_repeat_is_cut() -> None:
    lines = read("DTSTART;VALUE=DATE:20261102\r\nRRULE:FREQ=DAILY")
    assert len(lines) == REPEATS_AT_MOST and not any(line.why for line in lines)
    assert len(read("DTSTART:19700101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY")) == 1


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("DTSTART;VALUE=DATE:20260901", "It is over."),
        ("DTSTART;VALUE=DATE:20281001", "more than 400 days ahead"),
        ("DTSTART;VALUE=DATE:20261101\r\nDTEND;VALUE=DATE:20270601", "longer than 120 days"),
        ("DTSTART:20261120T080000Z\r\nDTEND:20261120T080000Z", "ends before it starts, or at once"),
        ("DTSTART:20261120T080000Z", "ends before it starts, or at once"),
        ("DTSTART:20261120T080000Z\r\nDTEND:20261119T080000Z", "ends before it starts"),
        ("STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20261101", "cancelled in the file"),
        ("DTSTART;VALUE=DATE:20261101\r\nDTEND:20261102T080000Z", "the other way round"),
        ("DTSTART:20261101T080000\r\nDTEND:20261102T080000Z", "Only one of its times has a zone"),
        ("DTSTART:yesterday", "cannot be read"),
        ("SUMMARY:no times at all", "cannot be read"),
        ("DTSTART;VALUE=DATE:20250101\r\nRRULE:FREQ=WEEKLY;COUNT=3", "every repeat is over"),
        ("DTSTART;VALUE=DATE:20261101\r\nRRULE:FREQ=SOMETIMES", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_says_why_and_the_rest_is_taken(event: str, why: str) -> None:
    lines = read(event, "SUMMARY:Good\r\nDTSTART;VALUE=DATE:20261224")
    good = [line for line in lines if line.words == "Good"]
    assert len(good) == 1 and good[0].why == ""
    assert len(lines) == 2 and any(why in line.why for line in lines)


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff", b"name,email\r\n", b"BEGIN:VCALENDAR\r\n", "\ufeffhello".encode()]
)
def test_no_calendar_is_one_sentence(body: bytes) -> None:
    with pytest.raises(Refused, match="That is not a calendar file|There is no event"):
        read_leave(body, ZONE, NOW)


def test_a_file_has_its_bounds() -> None:
    with pytest.raises(Refused, match="larger than 1 MB"):
        read_leave(b"x" * (1024 * 1024 + 1), ZONE, NOW)
    with pytest.raises(Refused, match="more than 500 events"):
        read_leave(a_file(*["DTSTART;VALUE=DATE:20261224"] * (EVENTS_AT_MOST + 1)), ZONE, NOW)


@given(st.binary(max_size=400), st.text(max_size=80))
def test_nothing_that_is_sent_does_more_than_be_refused(raw: bytes, words: str) -> None:
    for body in (
        raw,
        a_file(words),
        a_file(f"DTSTART:{words}"),
        a_file(f"DTSTART;VALUE=DATE:20261224\r\nRRULE:{words}"),
    ):
        try:
            lines = read_leave(body, ZONE, NOW)
        except Refused as refused:
            assert refused.sentence
        else:
            assert all(line.why or (line.starts_at and line.ends_at) for line in lines)


def test_a_span_over_the_change_of_clocks_is_its_true_length() -> None:
    (line,) = read("DTSTART:20261031T190000\r\nDTEND:20261101T070000")
    assert line.starts_at and line.ends_at and line.ends_at - line.starts_at == timedelta(hours=13)
