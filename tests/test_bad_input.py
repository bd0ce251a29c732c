"""Nothing that anybody sends breaks anything: every field and every body gets what it should not."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access import Access
from app.demo.handsets import Handsets
from app.shell import Shell, new_id
from app.tables import clients, hazards, incidents, metadata, pages, people, seats, shifts
from tests.forms_met import each_alone, forms_of, heard, overhear
from tests.house import a_house
from tests.scenery import THEIRS, Scenery, every_route, furnish_both, sign_in
from tests.walk import csrf

VISITORS = {"ruiz": "dispatcher", "ana": "responder", "okonjo": "supervisor", "root": "admin"}
MEGABYTES = 1_000_000
TAG = "<script>alert(1)</script>"
HTML = f'"><img src=x onerror=alert(1)>{TAG}{{{{7*7}}}}'
RAW = ("<script>alert(1)", "<img src=x", "49}}")
ODD = [
    "",
    "\x00\x07\x1b[31m\u202e\ufeff",
    "x" * 9_000,
    HTML,
    "-1",
    "99999999999999999999",
    "2147483648",
    "NaN",
    "null",
    "' OR 1=1 --",
    "../../etc/passwd",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "25:61",
    "٣٤",
    "a\r\nSet-Cookie: x=1",
]
ALONE = [HTML, "x" * 100_000, "99999999999999999999"]
JSON_BODIES = {
    "a list": b"[]",
    "a word": b'"x"',
    "nothing": b"null",
    "a number": b"1",
    "an empty object": b"{}",
    "wrong types": json.dumps(
        dict.fromkeys(("text", "changes", "version", "key", "seq"), [{"a": 1}])
    ).encode(),
    "half of one": b'{"a":',
    "not UTF-8": b'{"a":"\xff\xfe"}',
    "deep": b"[" * 50_000,
    "infinite": b'{"a":1e999,"b":NaN}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "huge": b'{"a":"' + b"x" * 2_000_000 + b'"}',
    "empty": b"",
}
# Looking, wrong tries and the time of a token's last use leave marks that are no change of anything.
MARKS = {"reads", "sign_in_failures", "sessions", "counters"}
# Put together once: it is asked after each of thousands of forms.
COUNTED = " UNION ALL ".join(
    f"SELECT '{table}', count(*) FROM {table}" for table in metadata.tables if table not in MARKS
)
ENDS_SESSIONS = re.compile("/(off|password|sign-out|code-off|end)$")
# A draft keeps what can be kept and asks again for the rest: words that were typed at 03:00 are kept.
DRAFTS = re.compile(r"/incidents/\d+/(intake|chart|decision|assess)\b")

POSTS = [
    pytest.param(rule, access, id=rule.rule)
    for rule, access in every_route()
    if "POST" in (rule.methods or ())
]
LOOKS = [
    pytest.param(rule, access, id=rule.rule)
    for rule, access in every_route()
    if "GET" in (rule.methods or ()) and access.door == "session"
]
PAGES: list[Rule] = [look.values[0] for look in LOOKS]  # type: ignore[misc]


@dataclass
class Place:
    """A copy of the furnished house, with somebody in it who may use the route."""

    app: Flask
    shell: Shell
    scenery: Scenery
    clients: dict[str, FlaskClient]

    def url(self, rule: Rule, theirs: bool = False) -> str:
        things = self.scenery.theirs if theirs else self.scenery.ours
        return self.app.url_map.bind("localhost").build(rule.endpoint, things.url(rule))

    def who(self, access: Access) -> list[str]:
        """Who gets through the door with this route; nobody in particular where it has none."""
        may = [person for person, role in VISITORS.items() if role in access.roles]
        return may[-1:] if access.object == "none" else [p for p in may if p != "root" or may == ["root"]][:1]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.shell.store.read() as connection:
            return {row[0]: row[1] for row in connection.exec_driver_sql(COUNTED)}


Restored = Callable[[], Place]
Known = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    """The furnished house, and a way to have it as it was on the first day."""
    folder = tmp_path_factory.mktemp("bad")
    with a_house(folder) as house, closing(sqlite3.connect(":memory:")) as first_day:
        scenery = furnish_both(house)
        house.app.extensions["handsets"] = Handsets(house.shell, house.recorder)
        cookies = {person: sign_in(house, person).get_cookie("standby") for person in VISITORS}
        copy(folder / "standby.db", first_day)
        overhear(house.app)

        def restore() -> Place:
            with closing(sqlite3.connect(folder / "standby.db")) as now:
                first_day.backup(now)
            signed_in = {person: house.app.test_client() for person in cookies}
            for person, client in signed_in.items():
                cookie = cookies[person]
                assert cookie
                client.set_cookie("standby", cookie.value)
            return Place(house.app, house.shell, scenery, signed_in)

        yield restore


def copy(file: Path, into: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(file)) as source:
        source.backup(into)


@pytest.fixture
def place(restored: Restored) -> Place:
    return restored()


def sender(place: Place, access: Access) -> tuple[FlaskClient, dict[str, str]]:
    """Who sends, and what proves them."""
    if access.door == "session":
        client = place.clients[place.who(access)[0]]
        return client, {"X-CSRF": csrf(client)}
    if access.door == "token":
        token = place.scenery.eido_token if access.scope == "eido" else place.scenery.read_token
        return place.app.test_client(), {"Authorization": f"Bearer {token}"}
    return place.app.test_client(), {}


def taken_well(place: Place, answer: TestResponse, before: dict[str, int], sent: object) -> dict[str, int]:
    """Refused with a sentence and nothing written, or done; never broken. Returns the counts after it."""
    after = place.counts()
    where = f"{answer.request.path} with {str(sent)[:300]!r}: {answer.status_code}"
    assert answer.status_code < 500, where
    page = answer.get_data(as_text=True)
    assert not alive(answer), f"{where}: markup came back alive"
    assert "\nSet-Cookie" not in str(answer.headers.get("Location", "")), where
    if answer.status_code >= 400:
        if not DRAFTS.match(answer.request.path):
            assert after == before, f"{where}: refused, and yet something was written"
        if answer.is_json:
            told = answer.get_json()
            sentences = [told["error"]] if "error" in told else told["errors"].values()
            assert sentences and all(re.fullmatch(r"\w.*[.?]", said) for said in sentences), where
        else:
            assert re.search(r"[A-Z][^<>]{8,}\.", page) or not page, f"{where}: no sentence"
    return after


def alive(answer: TestResponse) -> bool:
    """Would a browser run what was typed? The command line's echo is set as text, never as markup; a file
    is no page, and nothing sniffs it into one."""
    if answer.mimetype in ("text/csv", "text/calendar"):
        return answer.headers.get("X-Content-Type-Options") != "nosniff"
    page = answer.get_data(as_text=True)
    return any(raw in page for raw in RAW) and not answer.request.path.startswith("/board/echo")


def fields_of(place: Place, rule: Rule, access: Access, shown: dict[str, dict[str, str]]) -> dict[str, str]:
    """The fields that a page shows and those that the view reads, with values that might be meant."""
    client, headers = sender(place, access)
    url = place.url(rule)
    filled = shown.get(url, {})
    heard()
    client.post(url, data=filled, headers=headers)
    found = {name: filled.get(name, "7") for name in heard() | filled.keys()}
    again, headers = sender(place, access) if still_in(client, access) else (client, headers)
    again.post(url, data=found, headers=headers)
    return {**found, **{name: "7" for name in heard() - found.keys()}}


@pytest.fixture(scope="module")
def known(restored: Restored) -> Known:
    """The fields of every route that takes a form, each found in a house as new."""
    place = restored()
    looks = [place.url(look) for look in PAGES]
    shown: dict[str, dict[str, str]] = {}
    for client in place.clients.values():
        shown |= forms_of(client, looks)
    return {
        rule.rule: fields_of(restored(), rule, access, shown)
        for rule, access in (post.values for post in POSTS)
    }


def still_in(client: FlaskClient, access: Access) -> bool:
    return access.door != "session" or client.get("/account").status_code == 200


@pytest.mark.parametrize(("rule", "access"), POSTS)
def test_whatever_stands_in_a_form_is_taken_or_refused_in_a_sentence(
    restored: Restored, known: Known, rule: Rule, access: Access
) -> None:
    fields = known[rule.rule]
    place = restored()
    client, headers = sender(place, access)
    forms = [dict.fromkeys(fields, value) for value in ODD]
    forms += list(each_alone(fields, ALONE))
    before = place.counts()
    for form in forms:
        sent = {**form, "key": new_id()} if access.door == "session" else form
        answer = client.post(place.url(rule), data=sent, headers=headers)
        before = taken_well(place, answer, before, form)
        if answer.status_code == 401:
            break  # that form ended the session
    twice = client.post(place.url(rule), data={name: ["1", HTML] for name in fields}, headers=headers)
    assert twice.status_code < 500


@pytest.mark.parametrize(("rule", "access"), POSTS)
def test_no_form_reaches_into_another_program(
    restored: Restored, known: Known, rule: Rule, access: Access
) -> None:
    fields = known[rule.rule]
    place = restored()
    client, headers = sender(place, access)
    before = belongings(place)
    theirs = place.scenery.theirs
    named = (theirs.names[name] for name in ("client", "hazard", "view"))
    for form in each_alone(fields, [str(theirs.ref), *named, "hal"]):
        answer = client.post(place.url(rule), data={**form, "key": new_id()}, headers=headers)
        assert answer.status_code < 500
        if answer.status_code == 401:
            break  # that form ended the session
    assert belongings(place) == before
    assert not links_across(place)


def belongings(place: Place) -> list[tuple[object, ...]]:
    """Every row of the other program that a form could change."""
    found: list[tuple[object, ...]] = []
    with place.shell.store.read() as connection:
        for table in (incidents, clients, people, shifts):
            found += [
                tuple(row) for row in connection.execute(select(table).where(table.c.program == THEIRS))
            ]
        theirs = select(clients.c.id).where(clients.c.program == THEIRS)
        found += [
            tuple(row) for row in connection.execute(select(hazards).where(hazards.c.client.in_(theirs)))
        ]
    return found


def links_across(place: Place) -> list[object]:
    """Rows that tie one program's incident to the other's person or client."""
    across = [
        select(table.c.incident)
        .join(incidents, incidents.c.id == table.c.incident)
        .join(people, people.c.id == table.c.person)
        .where(incidents.c.program != people.c.program)
        for table in (pages, seats)
    ]
    across.append(
        select(incidents.c.id)
        .join(clients, clients.c.id == incidents.c.client)
        .where(incidents.c.program != clients.c.program)
    )
    across.append(
        select(shifts.c.id)
        .join(people, people.c.id == shifts.c.person)
        .where(shifts.c.program != people.c.program)
    )
    with place.shell.store.read() as connection:
        return [row for statement in across for row in connection.execute(statement)]


@pytest.mark.parametrize(("rule", "access"), POSTS)
def test_whatever_body_comes_is_taken_or_refused_in_a_sentence(
    place: Place, rule: Rule, access: Access
) -> None:
    client, headers = sender(place, access)
    before = place.counts()
    for name, body in JSON_BODIES.items():
        answer = client.post(
            place.url(rule), data=body, headers={**headers, "X-Standby": "1"}, content_type="application/json"
        )
        before = taken_well(place, answer, before, name)
        if answer.status_code == 401:
            return
    for kind in (
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "x",
    ):
        answer = client.post(place.url(rule), data=b"--x\r\nhello", headers=headers, content_type=kind)
        assert answer.status_code < 500, kind


@pytest.mark.parametrize(("rule", "access"), POSTS)
def test_ten_megabytes_are_too_much_everywhere(place: Place, rule: Rule, access: Access) -> None:
    client, headers = sender(place, access)
    before = place.counts()
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        body = (
            b"csrf=" + b"x" * 10 * MEGABYTES
            if kind.endswith("urlencoded")
            else b'"' + b"x" * 10 * MEGABYTES + b'"'
        )
        bare = {name: value for name, value in headers.items() if name != "X-CSRF"}
        answer = client.post(place.url(rule), data=body, headers=bare, content_type=kind)
        assert answer.status_code in (
            {204} if rule.endpoint == "phone.shown" else {401, 403, 404, 413, 415}
        ), kind
    assert place.counts() == before


@pytest.mark.parametrize(("rule", "access"), LOOKS)
def test_whatever_stands_in_an_address_is_answered(place: Place, rule: Rule, access: Access) -> None:
    client = place.clients[place.who(access)[0]]
    client.get(place.url(rule))
    asked = heard()
    for value in ("", HTML, "-1", "9" * 40, "x" * 5_000, "\x00", "2026-13-45", "%00%ff"):
        answer = client.get(place.url(rule), query_string=dict.fromkeys(asked, value))
        assert answer.status_code < 500, value
        assert not alive(answer), value
        asked |= heard()


def test_markup_that_was_taken_is_shown_as_words_on_every_page(restored: Restored, known: Known) -> None:
    place = restored()
    for rule, access in (post.values for post in POSTS):
        if access.door != "session" or ENDS_SESSIONS.search(rule.rule):
            continue
        client, headers = sender(place, access)
        for form in each_alone(known[rule.rule], [HTML]):
            client.post(place.url(rule), data={**form, "key": new_id()}, headers=headers)
    met = 0
    for look in PAGES:
        for client in place.clients.values():
            page = client.get(place.url(look))
            assert not alive(page), look.rule
            met += "&lt;script&gt;alert(1)" in page.get_data(as_text=True)
    assert met > 3, "the markup is on the pages, as words"
