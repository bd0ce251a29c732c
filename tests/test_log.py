"""The crisis log: every incident, filtered and counted, a page at a time, and a file that runs nothing."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.log_file import HEADS, safe
from app.queries.log import A_PAGE, Filter, log_page
from app.tables import incidents, journal, programs, reads, saved_views
from app.web.log_form import marker
from dispatch import commands as c
from tests.crisis import HOSTILE, Crisis, a_crisis
from tests.house import PROGRAM, House, a_house
from tests.walk import post


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crisis]:
    """One crisis for all the asks that change nothing."""
    with a_house(tmp_path_factory.mktemp("still")) as house:
        yield a_crisis(house)


def refs(page: str) -> list[int]:
    return [int(ref) for ref in re.findall(r'href="/incidents/(\d+)">', page)]


def seen(house: House, query: str = "", who: str = "ruiz") -> str:
    answer = house.client(who).get(f"/log{query}")
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def column(house: House, crisis: Crisis, **values: object) -> Crisis:
    with house.shell.store.write() as connection:
        connection.execute(incidents.update().where(incidents.c.id == crisis.id).values(**values))
    return crisis


def many(house: House, number: int) -> None:
    """So many incidents, one a minute, as rows alone."""
    begun = house.clock.now()
    rows = [
        {
            "id": f"i{n}",
            "ref": 10_000 + n,
            "program": PROGRAM,
            "stage": "reviewed",
            "on_board": False,
            "reviewable": False,
            "acuity": (None, 1, 2, 3)[n % 4],
            "channel": "phone",
            "version": 1,
            "state": "{}",
            "alarms": 0,
            "seq": 0,
            "opened_at": begun - timedelta(minutes=n // 2),
        }
        for n in range(number)
    ]
    with house.shell.store.write() as connection:
        connection.execute(incidents.insert(), rows)


def exported(client: FlaskClient, **fields: str) -> list[dict[str, str]]:
    answer = post(client, "/log/export", **fields)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_the_log_holds_every_incident_newest_first(house: House) -> None:
    first = a_crisis(house)
    house.clock.move(timedelta(minutes=5))
    second = a_crisis(house)
    second.ask(c.Cancel("ruiz", "by_phone"))
    page = seen(house)
    assert refs(page) == [second.ref, first.ref]
    assert "Showing 2 of 2" in page and "Ended at the desk" in page


def test_a_line_says_who_went_how_long_and_how_it_ended(house: House) -> None:
    a_crisis(house).sent().on_scene(after_minutes=25).cleared().signed()
    page = seen(house)
    for words in ("Vela, Whitcomb", "25 min", "Stayed in the community, safety plan", "Waiting for review"):
        assert words in page, words
    assert "Marta" not in page and "He sat on the stairs" not in page


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?acuity=1", ["b"]),
        ("?area=Birch+Hollow", ["a"]),
        ("?stage=cancelled", ["c"]),
        ("?channel=988", ["b"]),
        ("?person=ana", ["a"]),
        ("?disposition=community", ["a"]),
        ("?since=2026-11-10&until=2026-11-10", ["b", "a"]),
        ("?since=2026-11-11", ["c"]),
        ("?until=2026-11-09", []),
        ("?sort=oldest", ["a", "b", "c"]),
        ("?sort=priority", ["b", "a", "c"]),
        ("?acuity=1&channel=phone", []),
    ],
)
def test_the_log_is_filtered_and_says_what_it_leaves_out(house: House, query: str, fits: list[str]) -> None:
    one = column(house, a_crisis(house).sent().on_scene().cleared().signed(), area="Birch Hollow")
    two = a_crisis(house, channel="988")
    two.ask(c.Triage("ruiz", 1))
    house.clock.move(timedelta(days=1))
    three = a_crisis(house)
    three.ask(c.Cancel("ruiz", "by_phone"))
    by_name = {"a": one.ref, "b": two.ref, "c": three.ref}
    page = seen(house, query)
    assert refs(page) == [by_name[name] for name in fits]
    assert f"Showing {len(fits)} of {len(fits)} that fit, 3 in all." in page


def test_a_day_is_the_countys_day(house: House) -> None:
    """At 03:00 UTC it is still yesterday evening there."""
    crisis = column(house, a_crisis(house), opened_at=house.clock.now().replace(hour=3))
    assert refs(seen(house, "?since=2026-11-10")) == []
    assert refs(seen(house, "?until=2026-11-09")) == [crisis.ref]


@pytest.mark.parametrize("sort", ["newest", "oldest", "priority"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(house: House, sort: str) -> None:
    many(house, 3 * A_PAGE + 7)
    client, found, at = house.client("ruiz"), [], f"/log?sort={sort}"
    while at:
        page = unescape(client.get(at).get_data(as_text=True))
        found += refs(page)
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        at = onward[1] if onward else ""
    assert len(found) == len(set(found)) == 3 * A_PAGE + 7
    zone_rows = log_rows(house)
    keys = {
        "newest": lambda ref: (-zone_rows[ref][0], -ref),
        "oldest": lambda ref: (zone_rows[ref][0], ref),
        "priority": lambda ref: (zone_rows[ref][1] or 4, -zone_rows[ref][0], -ref),
    }
    assert found == sorted(found, key=keys[sort])


def log_rows(house: House) -> dict[int, tuple[float, int | None]]:
    with house.shell.store.read() as connection:
        rows = connection.execute(select(incidents.c.ref, incidents.c.opened_at, incidents.c.acuity))
        return {row.ref: (row.opened_at.timestamp(), row.acuity) for row in rows}


def test_a_page_and_its_counts_never_read_an_incidents_state(house: House) -> None:
    """200,000 states of some kilobytes each are a gigabyte: which rows fit is found in the index alone."""
    asked: list[str] = []
    many(house, 10)
    zone = house.shell.clock.now().tzinfo
    assert zone is not None
    with house.shell.store.read() as connection:
        log_page(connection, PROGRAM, Filter(acuity=1, stage="reviewed"), zone, None)  # type: ignore[arg-type]
        for sort in ("opened_at DESC, ref DESC", "opened_at, ref"):
            plan = connection.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT ref FROM incidents WHERE program = 'alder' AND acuity = 1 "
                    f"AND stage = 'reviewed' AND (opened_at, ref) < (5, 5) ORDER BY {sort} LIMIT 51"
                )
            ).all()
            asked.append(str(plan))
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT count(*) FROM incidents "
                "WHERE program = 'alder' AND channel = 'phone'"
            )
        ).all()
        asked.append(str(plan))
    assert all("USING COVERING INDEX ix_incidents_log" in plan for plan in asked), asked
    assert not any("TEMP B-TREE" in plan for plan in asked)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?since=yesterday", "Write a date as 2026-11-10."),
        ("?since=0001-01-01", "Write a date as 2026-11-10."),
        ("?until=9999-12-31", "Write a date as 2026-11-10."),
        ("?since=2026-11-10&until=2026-11-09", "The first day is after the last."),
        ("?acuity=9", "Choose one from the list."),
        ("?acuity=1%20OR%201=1", "Choose one from the list."),
        ("?area=Elsewhere", "Choose one from the list."),
        ("?person=nobody", "Choose one from the list."),
        ("?sort=state", "Choose one from the list."),
        ("?stage=%3Cscript%3Ealert(1)%3C/script%3E", "Choose one from the list."),
        ("?after=abc", "That is not one of our pages."),
        ("?after=1.2.9", "That is not one of our pages."),
        ("?after=999999999999999999.1.1", "That is not one of our pages."),
    ],
)
def test_what_cannot_be_asked_for_gets_a_sentence(still: Crisis, query: str, sentence: str) -> None:
    answer = still.house.client("ruiz").get(f"/log{query}")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422 and sentence in said
    assert "<script>alert" not in said


def test_the_file_holds_what_the_filter_lets_through_and_no_word_of_a_patient(house: House) -> None:
    one = a_crisis(house).sent().on_scene(after_minutes=25).cleared().signed()
    a_crisis(house).ask(c.Cancel("ruiz", "by_phone"))
    answer = post(house.client("okonjo"), "/log/export", disposition="community")
    body = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(body))
    assert tuple(row) == HEADS
    assert (row["call"], row["priority"], row["response_minutes"]) == (str(one.ref), "2", "25")
    assert row["received_utc"] == "2026-11-10T09:00:00Z" and row["team"] == "Vela; Whitcomb"
    assert "Marta" not in body and "stairs" not in body


def test_who_exports_what_is_on_the_record(house: House) -> None:
    a_crisis(house).ask(c.Triage("ruiz", 1))
    exported(house.client("okonjo"), acuity="1", since="2026-11-01")
    with house.shell.store.read() as connection:
        stream, fact = connection.execute(
            select(journal.c.stream, journal.c.fact).where(journal.c.kind == "LogExported")
        ).one()
        read = connection.execute(
            select(reads.c.person, reads.c.what).where(reads.c.purpose == "export")
        ).one()
    assert (stream, json.loads(fact)) == ("okonjo", {"filter": "since=2026-11-01&acuity=1", "count": 1})
    assert tuple(read) == ("okonjo", "log")


def test_no_cell_is_a_formula(house: House) -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    for cell in cells:
        column(house, a_crisis(house), area=cell)
    rows = exported(house.client("ruiz"), sort="oldest")
    assert [row["area"] for row in rows] == [f"'{cell}" for cell in cells] == [safe(cell) for cell in cells]


def test_quotes_and_line_breaks_stay_in_their_cell(house: House) -> None:
    column(house, a_crisis(house), area='a "b", c\nd')
    (row,) = exported(house.client("ruiz"))
    assert row["area"] == 'a "b", c\nd'


def test_a_file_that_would_be_too_large_says_what_to_do(house: House) -> None:
    many(house, 20_001)
    told = post(house.client("ruiz"), "/log/export")
    assert told.status_code == 409
    assert "These are 20,001 incidents. Narrow the dates to 20,000 or fewer" in told.get_data(as_text=True)
    with house.shell.store.read() as connection:
        assert connection.scalar(select(journal.c.seq).where(journal.c.kind == "LogExported")) is None


def test_the_next_page_of_a_file_begins_where_the_last_one_ended(house: House) -> None:
    many(house, 1_203)
    rows = exported(house.client("ruiz"), sort="priority")
    assert len(rows) == len({row["call"] for row in rows}) == 1_203


def test_a_view_is_saved_opened_and_deleted(house: House) -> None:
    client = house.client("ruiz")
    saved = post(client, "/log/views", name=HOSTILE[:50], acuity="1", stage="held")
    assert saved.status_code == 303 and saved.location == "/log?acuity=1&stage=held"
    with house.shell.store.read() as connection:
        view = connection.scalar(select(saved_views.c.id))
    raw = client.get("/log").get_data(as_text=True)
    assert f"/log/views/{view}" in raw and "<script>alert" not in raw
    assert client.get(f"/log/views/{view}").location == "/log?acuity=1&stage=held"
    assert post(client, f"/log/views/{view}/delete").status_code == 303
    assert client.get(f"/log/views/{view}").status_code == 404


def test_a_view_belongs_to_one_person(house: House) -> None:
    post(house.client("ruiz"), "/log/views", name="Mine", acuity="1")
    with house.shell.store.read() as connection:
        view = connection.scalar(select(saved_views.c.id))
    other = house.client("castellan")
    assert "Mine" not in other.get("/log").get_data(as_text=True)
    assert other.get(f"/log/views/{view}").status_code == 404
    assert post(other, f"/log/views/{view}/delete").status_code == 404
    assert "Mine" in seen(house)


@pytest.mark.parametrize(
    ("name", "status"), [("", 422), ("  ", 422), ("x" * 61, 422), ("Mine", 409), ("\x00\x1b", 422)]
)
def test_a_view_needs_a_name_of_its_own(house: House, name: str, status: int) -> None:
    client = house.client("ruiz")
    post(client, "/log/views", name="Mine")
    assert post(client, "/log/views", name=name).status_code == status
    with house.shell.store.read() as connection:
        assert connection.scalars(select(saved_views.c.name)).all() == ["Mine"]


@pytest.mark.parametrize("who", ["ana", "root"])
def test_only_the_desk_and_supervisors_see_the_log(still: Crisis, who: str) -> None:
    client = still.house.client(who)
    assert client.get("/log").status_code == 403
    assert post(client, "/log/export").status_code == 403
    assert post(client, "/log/views", name="x").status_code == 403


def test_another_programs_incidents_are_not_in_the_log(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(
            programs.insert().values(
                id="birch", name="Birch County", zone="America/Chicago", policy={}, areas=[], active=True
            )
        )
    theirs = Crisis(house, "birch").received()
    assert refs(seen(house)) == [] and "No incident yet." in seen(house)
    assert exported(house.client("ruiz")) == []
    assert house.client("ruiz").get(f"/review/{theirs.ref}").status_code == 403
    assert house.client("okonjo").get(f"/review/{theirs.ref}").status_code == 404


def test_a_marker_leads_nowhere_when_there_is_no_next_page() -> None:
    assert marker(None) == ""
