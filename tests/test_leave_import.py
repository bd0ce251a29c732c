"""My time off from a calendar file, through the page: looked at, ticked, asked for; all or none."""

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.tables import outbox, time_off
from tests.house import House
from tests.test_leave_file import a_file
from tests.walk import post, text

LAKE = "SUMMARY:Lake\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227"
CLASS = "SUMMARY:Class\r\nDTSTART:20261201T130000Z\r\nDTEND:20261201T170000Z"
OVER = "SUMMARY:Last year\r\nDTSTART;VALUE=DATE:20251224"


def look(house: House, *events: str) -> str:
    file = (io.BytesIO(a_file(*events)), "mine.ics")
    return post(house.client("ana"), "/shifts/time-off/file", file=file).get_data(as_text=True)


def rows(house: House) -> list[tuple[str, str, str, str]]:
    with house.shell.store.read() as connection:
        return [
            (row.person, row.kind, row.state, row.starts_at.isoformat())
            for row in connection.execute(select(time_off).order_by(time_off.c.starts_at))
        ]


def test_what_is_ticked_is_asked_for_and_the_managers_hear_it_once(house: House) -> None:
    page = look(house, LAKE, CLASS, OVER)
    assert rows(house) == [], "looking asks for nothing"
    assert "Last year" in page and "It is over." in page
    spans = re.findall(r'name="span" value="([^"]+)"', page)
    assert len(spans) == 2
    answer = post(house.client("ana"), "/shifts/time-off/file/ask", span=spans, kind="vacation")
    assert answer.status_code == 302 and answer.headers["Location"] == "/shifts/time-off"
    assert rows(house) == [
        ("ana", "vacation", "asked", "2026-12-01T13:00:00+00:00"),
        ("ana", "vacation", "asked", "2026-12-24T06:00:00+00:00"),
    ]
    with house.shell.store.read() as connection:
        told = connection.execute(select(outbox.c.person, outbox.c.message)).all()
    assert len({person for person, _ in told}) == len(told) and "time off 2 times" in told[0].message


def test_one_span_that_cannot_be_and_none_is_asked_for(house: House) -> None:
    (lake,) = re.findall(r'name="span" value="([^"]+)"', look(house, LAKE))
    answer = post(house.client("ana"), "/shifts/time-off/file/ask", span=[lake, lake], kind="vacation")
    assert answer.status_code == 409 and "There is time off then already" in text(answer)
    assert rows(house) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "vacation"}, "Tick at least one"),
        ({"kind": "party", "span": "x"}, "Choose what it is for"),
        ({"kind": "vacation", "span": "x"}, "That list is not readable"),
        ({"kind": "vacation", "span": "2026-12-01/2026-12-02"}, "That list is not readable"),
        (
            {"kind": "vacation", "span": "2026-12-02T00:00:00Z/2026-12-01T00:00:00Z"},
            "end is before the start",
        ),
        ({"kind": "vacation", "span": "2026-12-02T00:00:00Z/2126-12-01T00:00:00Z"}, "at most 120 days"),
    ],
)
def test_nonsense_is_told_and_asks_for_nothing(house: House, fields: dict[str, str], words: str) -> None:
    answer = post(house.client("ana"), "/shifts/time-off/file/ask", **fields)
    assert answer.status_code in (409, 422) and words in text(answer)
    assert rows(house) == []


def test_a_file_that_is_no_calendar_is_one_sentence(house: House) -> None:
    file = (io.BytesIO(b"name,email"), "mine.csv")
    answer = post(house.client("ana"), "/shifts/time-off/file", file=file)
    assert answer.status_code == 409 and "That is not a calendar file" in text(answer)
    assert "Choose a file first" in text(post(house.client("ana"), "/shifts/time-off/file"))


def test_titles_are_kept_nowhere(house: House) -> None:
    (span,) = re.findall(r'name="span" value="([^"]+)"', look(house, LAKE.replace("Lake", "Zzyzx")))
    post(house.client("ana"), "/shifts/time-off/file/ask", span=span, kind="vacation")
    assert b"Zzyzx" not in b"".join(
        path.read_bytes() for path in Path(house.shell.settings.database_url[10:]).parent.iterdir()
    )
