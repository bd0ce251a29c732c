"""Client records as lists and pages: who may be seen by whom, and all that a record's page shows."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from app.client_index import search
from app.clients import words_of_client
from app.hazards import Hazard, hazards_of
from app.objects import ACCESS_AFTER, DESK
from app.queries.client_record import Crisis, Plan, crises_of, plans_of
from app.queries.known import age_on
from app.record.match import name_tokens
from app.sessions import Me
from app.shell import Shell
from app.tables import clients, crisis_plans, incidents, pages, people

LISTED = 50
# Newest calls that are looked at for whom they were about.
LOOKED_AT = 500


@dataclass(frozen=True)
class Line:
    """One client in a list."""

    client: str
    name: str
    age: int | None
    pronouns: str
    case_manager: str
    plan_at: datetime | None
    crises: int
    last_at: datetime | None


@dataclass(frozen=True)
class Record:
    """A client's page. `said` has every word of the record, empty where nothing is written."""

    client: str
    said: dict[str, str]
    age: int | None
    pronouns: str
    case_manager: str
    case_manager_id: str | None
    plans: tuple[Plan, ...]
    hazards: tuple[Hazard, ...]
    crises: tuple[Crisis, ...]
    open_ref: int | None


def lines_of(connection: Connection, shell: Shell, me: Me, text: str, today: date) -> list[Line]:
    """The desk and supervisors search their program; others see their own cases, and may search in those."""
    mine = [] if me.roles & DESK else _own(connection, shell, me)
    found = search(connection, shell, me.program, text) if text else _recent(connection, me, mine)
    if not me.roles & DESK:
        found = [client for client in found if client in mine]
    lines = [_line(connection, shell, client, today) for client in found]
    # The index knows a word's first eight letters; the rest is compared here.
    wanted = name_tokens(text)
    fits = [line for line in lines if all(_begins(line.name, word) for word in wanted)]
    return sorted(fits, key=lambda line: line.name.casefold()) if text else fits


def _begins(name: str, word: str) -> bool:
    return any(token.startswith(word) for token in name_tokens(name))


def _own(connection: Connection, shell: Shell, me: Me) -> list[str]:
    since = shell.clock.now() - ACCESS_AFTER
    worked = (
        select(incidents.c.client)
        .join(pages, pages.c.incident == incidents.c.id)
        .where(pages.c.person == me.id, pages.c.state == "accepted", incidents.c.opened_at > since)
    )
    own = or_(clients.c.case_manager == me.id, clients.c.id.in_(worked))
    return list(connection.scalars(select(clients.c.id).where(clients.c.program == me.program, own)))


def _recent(connection: Connection, me: Me, mine: list[str]) -> list[str]:
    """Who is listed before anybody is searched for: at the desk those last in crisis, else one's own."""
    if not me.roles & DESK:
        return mine[:LISTED]
    newest = (
        select(incidents.c.client)
        .where(incidents.c.program == me.program)
        .order_by(incidents.c.opened_at.desc())
        .limit(LOOKED_AT)
    )
    return list(dict.fromkeys(client for client in connection.scalars(newest) if client))[:LISTED]


def _line(connection: Connection, shell: Shell, client: str, today: date) -> Line:
    row = connection.execute(
        select(clients, people.c.name.label("manager"))
        .outerjoin(people, people.c.id == clients.c.case_manager)
        .where(clients.c.id == client)
    ).one()
    count, last = connection.execute(
        select(func.count(), func.max(incidents.c.opened_at)).where(incidents.c.client == client)
    ).one()
    plan = connection.scalar(
        select(func.max(crisis_plans.c.signed_at)).where(crisis_plans.c.client == client)
    )
    said = {
        name: shell.keyring.open(f"clients.{name}", client, row._mapping[f"{name}_sealed"]) for name in SHOWN
    }
    return Line(
        client,
        said["name"],
        age_on(said["born"], today),
        row.pronouns or "",
        row.manager or "",
        plan,
        count,
        last,
    )


SHOWN = ("name", "born")


def record_of(connection: Connection, shell: Shell, client: str, today: date) -> Record:
    """All of one record. The caller leaves the audit row."""
    row = connection.execute(
        select(clients, people.c.name.label("manager"))
        .outerjoin(people, people.c.id == clients.c.case_manager)
        .where(clients.c.id == client)
    ).one()
    said = words_of_client(shell, row)
    crises = crises_of(connection, client)
    return Record(
        client,
        said,
        age_on(said["born"], today),
        row.pronouns or "",
        row.manager or "",
        row.case_manager,
        tuple(plans_of(connection, shell, client)),
        tuple(hazards_of(connection, shell, row.program, client=client)),
        tuple(crises),
        next((each.ref for each in crises if not each.over), None),
    )
