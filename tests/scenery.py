"""Two programs side by side, so that whatever an address may name exists twice: once ours, once theirs."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import MetaData, Table, select
from werkzeug.routing import Rule

from app import tables as t
from app.access import Access, access_of
from app.accounts import add_token
from app.clients import create_client
from app.commit import next_ref
from app.hazards import add_hazard
from app.intake import open_incident
from app.shell import digest, new_id
from app.tables import metadata, pages, people, programs, saved_views, shifts, tokens
from dispatch import commands as c
from tests.crisis import CALM, Crisis
from tests.house import _HASH, NIGHT, House, a_house

OURS, THEIRS = "alder", "birch"
# A word that stands in everything of the other program: it must never be read here.
FOREIGN = "Quillwort"
TOUCHED_BY_LOOKING = {"reads": None, "sessions": "seen_at", "tokens": "used_at", "calendar_links": "used_at"}


@dataclass(frozen=True)
class Things:
    """What an address may name, by the argument's name; `link` is the open link of a page."""

    ref: int
    names: dict[str, str]
    link: str

    def url(self, rule: Rule) -> dict[str, object]:
        """Values for the arguments of a route."""
        known: dict[str, object] = {**FIXED, **self.names, "ref": self.ref}
        if rule.rule.startswith("/p/"):
            known["token"] = self.link
        if "/assess/" in rule.rule:
            known["step"] = ASSESS_STEP
        missing = rule.arguments - known.keys()
        assert not missing, f"{rule.rule}: say in tests/scenery.py what {missing} may be"
        return {name: known[name] for name in rule.arguments}


ASSESS_STEP = "cssrs_q1"
FIXED: dict[str, object] = {
    "provider": "recorder",
    "step": "go",
    "kind": "triage_late",
    "number": "+12185550130",
    "filename": "tokens.css",
    "day": "2026-11-10",
    "month": "2026-11",
    "secret": "nothing",
}


@dataclass
class Scenery:
    """A house with both programs."""

    house: House
    ours: Things
    theirs: Things
    read_token: str
    eido_token: str


def furnish_both(house: House) -> Scenery:
    """Put everything there twice."""
    _their_people(house)
    ours = _things(house, OURS, "ruiz", "ana", "ben")
    theirs = _things(house, THEIRS, "fay", "gil", "hal")
    keys = [add_token(house.shell, "a test", scope, OURS, "root") for scope in ("read", "eido")]
    return Scenery(house, ours, theirs, *keys)


def _their_people(house: House) -> None:
    staff = {"fay": "dispatcher", "gil": "responder", "hal": "responder", "ida": "supervisor", "joe": "admin"}
    program = {
        "id": THEIRS,
        "name": f"{FOREIGN} County",
        "zone": "America/Chicago",
        "areas": [],
        "active": True,
    }
    with house.shell.store.write() as connection:
        connection.execute(programs.insert().values(policy={}, **program))
        for number, (person, role) in enumerate(staff.items()):
            row = {"id": person, "name": f"{FOREIGN} {person}", "email": f"{person}@birch.example"}
            row |= {"phone": f"+1218555019{number}", "program": THEIRS, "password_hash": _HASH}
            connection.execute(
                people.insert().values(roles=[role], skills=[], active=True, created_at=NIGHT, **row)
            )


def _things(house: House, program: str, desk: str, lead: str, second: str) -> Things:
    shell = house.shell
    client = create_client(
        shell, desk, program, {"name": f"{FOREIGN} Marsh" if program == THEIRS else "Ed Marsh"}
    )
    hazard = add_hazard(shell, desk, program, kind="dog", source="caller", words=FOREIGN, client=client)
    fields = {"callback": "218 555 0160", "place": f"12 {FOREIGN} Way", "person_name": f"{FOREIGN} Marsh"}
    crisis = Crisis(house, program)
    done = open_incident(shell, desk, program, "phone", dict(CALM), (), fields, "board")
    crisis.id, crisis.ref = done.incident.id, done.incident.ref
    crisis.ask(c.LinkClient(desk, client))
    crisis.ask(c.Triage(desk, 2))
    crisis.ask(c.Dispatch(desk, lead, second))
    said_yes = next(page for page in crisis.incident().pages if page.person == lead)
    crisis.ask(c.Accept(lead, said_yes.id, 12))
    names = {"client": client, "hazard": hazard, "person": lead, **_rows(house, program, desk, lead)}
    with shell.store.read() as connection:
        link = connection.scalar(select(pages.c.id).where(pages.c.person == second))
    assert link
    return Things(crisis.ref, names, shell.page_link_token(link))


def _rows(house: House, program: str, desk: str, lead: str) -> dict[str, str]:
    names = {name: new_id() for name in ("view", "shift", "token")} | _rota(house, program, lead)
    span = {"starts_at": NIGHT.replace(day=20), "ends_at": NIGHT.replace(day=21)}
    with house.shell.store.write() as connection:
        connection.execute(saved_views.insert().values(id=names["view"], person=desk, name=FOREIGN, query=""))
        connection.execute(
            shifts.insert().values(id=names["shift"], program=program, tier="primary", person=desk, **span)
        )
        row = {"id": names["token"], "name": FOREIGN, "digest": digest(names["token"]), "scope": "read"}
        connection.execute(tokens.insert().values(program=program, created_at=NIGHT, **row))
    return names


def _rota(house: House, program: str, person: str) -> dict[str, str]:
    """One of everything that the rota's addresses name, of this person."""
    of_rota = (
        "layer",
        "override",
        "cover",
        "leave",
        "exception",
        "draft",
        "held",
        "trained",
        "way",
        "wish",
        "link",
        "alarm",
    )
    names = {name: new_id() for name in of_rota}
    whose = {"program": program, "person": person}
    span = {"starts_at": NIGHT.replace(day=22), "ends_at": NIGHT.replace(day=23)}
    made = {"made_by": person, "made_at": NIGHT}
    rows: list[tuple[Table, str, dict[str, object]]] = [
        (
            t.rota_layers,
            "layer",
            {**made, "program": program, "name": FOREIGN, "place": 1, "body": _layer(person)},
        ),
        (t.rota_overrides, "override", {**whose, **span, **made, "number": 1, "why": "manager"}),
        (
            t.covers,
            "cover",
            {**whose, **span, "ref": _ref(house), "kind": "cover", "state": "open", "made_at": NIGHT},
        ),
        (t.time_off, "leave", {**whose, **span, "kind": "vacation", "state": "asked", "asked_at": NIGHT}),
        (t.rota_exceptions, "exception", {**whose, **span, **made, "rule": "rest"}),
        (t.rota_drafts, "draft", {**made, "program": program, "number": 1, **DRAFT}),
        (t.credentials, "held", {"person": person, "kind": "driver", "added_at": NIGHT}),
        (t.training, "trained", {"person": person, **TRAINED, "added_by": person, "added_at": NIGHT}),
        (t.ways, "way", {"person": person, "kind": "text", "address": "+12185550177", "added_at": NIGHT}),
        (t.rota_wishes, "wish", {"person": person, "day": "2026-12-01", **WISH, "made_at": NIGHT}),
        (t.house_alarms, "alarm", {"program": program, **ALARM, "raised_at": NIGHT, "seen_at": NIGHT}),
        (t.calendar_links, "link", {"program": program, **LINK, "made_by": person, "created_at": NIGHT}),
    ]
    with house.shell.store.write() as connection:
        for table, name, values in rows:
            tier = {"tier": "primary"} if "tier" in table.c and not table.c.tier.nullable else {}
            secret = {"digest": digest(names[name])} if "digest" in table.c else {}
            connection.execute(table.insert().values(id=names[name], **tier, **secret, **values))
    return names


DRAFT = {"starts_on": "2026-12-07", "weeks": 4, "state": "stopped", "problem": "{}"}
TRAINED = {"kind": "crisis", "minutes": 60, "done_on": "2026-10-01"}
WISH = {"part": "night", "kind": "avoid"}
LINK = {"whose": "person"}
ALARM = {"kind": "reach", "about": "somebody", "sentence": f"{FOREIGN} cannot be reached."}


def _layer(person: str) -> str:
    """A layer whose shifts lie years ahead, so that nobody is paged by it."""
    return json.dumps(
        {
            "id": "layer",
            "tier": "primary",
            "zone": "America/Chicago",
            "begins": "2040-01-01T19:00",
            "line": [[person]],
            "turn_hours": 168,
        }
    )


def _ref(house: House) -> int:
    with house.shell.store.write() as connection:
        return next_ref(connection)


def snapshot(house: House, but: dict[str, str | None] | None = None) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; `but` names tables to leave out, or one column of theirs."""
    left_out = but or {}
    found = {}
    with house.shell.store.read() as connection:
        for table in _tables(metadata):
            if table.name in left_out and left_out[table.name] is None:
                continue
            columns = [column for column in table.c if column.name != left_out.get(table.name, "")]
            found[table.name] = [tuple(row) for row in connection.execute(select(*columns))]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def _tables(known: MetaData) -> list[Table]:
    return list(known.sorted_tables)


def sign_in(house: House, person: str) -> FlaskClient:
    """A browser of somebody of either program."""
    client = house.app.test_client()
    county = "birch" if person in ("fay", "gil", "hal", "ida", "joe") else "alder"
    form = {"email": f"{person}@{county}.example", "password": "a long enough password"}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def every_route() -> list[tuple[Rule, Access]]:
    """What the service serves and what each route declares, in the order of the addresses."""
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        found = []
        for rule in house.app.url_map.iter_rules():
            access = access_of(house.app, rule.endpoint)
            assert access is not None, rule.rule
            found.append((rule, access))
    return sorted(found, key=lambda pair: (pair[0].rule, sorted(pair[0].methods or ())))
