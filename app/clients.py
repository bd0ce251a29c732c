"""Client records: made, changed, found by blind index; every word sealed, every change journaled."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from app.client_index import reindex
from app.commit import record
from app.once import grant, granted
from app.shell import Shell, new_id
from app.tables import clients, crisis_plans, people
from dispatch.value import Refused

WORDS = ("name", "born", "phone", "address", "language", "guardian", "know")
# The parts of a crisis plan, in the order that a responder reads them at 03:00.
PLAN_PARTS = {
    "helps": "What helps",
    "worse": "What makes it worse",
    "signs": "Signs it is getting worse",
    "people": "People who can help",
    "made_with": "Made with",
}

Said = Mapping[str, str]


def create_client(
    shell: Shell,
    by: str,
    program: str,
    said: Said,
    *,
    case_manager: str | None = None,
    pronouns: str = "",
    key: str | None = None,
) -> str:
    """A new record; returns its id. The same `key` makes one record only."""
    with shell.store.write() as connection:
        made = granted(connection, by, key)
        if made is not None:
            return made
        client = new_id()
        row = _sealed(shell, client, said) | {"case_manager": case_manager, "pronouns": pronouns or None}
        now = shell.clock.now()
        connection.execute(clients.insert().values(id=client, program=program, created_at=now, **row))
        reindex(connection, shell, client, {name: said.get(name, "") for name in WORDS})
        seq = _note(connection, shell, program, client, by, "ClientCreated", said)
        grant(connection, by, key, client, seq, now)
    shell.told(seq)
    return client


def change_client(
    shell: Shell, by: str, client: str, said: Said, *, case_manager: str | None, pronouns: str = ""
) -> None:
    """Change what is named in `said`; the journal keeps, sealed, what each change said."""
    with shell.store.write() as connection:
        row = connection.execute(select(clients).where(clients.c.id == client)).first()
        if row is None:
            raise Refused("There is no such client. Look under People.")
        changes = _sealed(shell, client, said) | {"case_manager": case_manager, "pronouns": pronouns or None}
        connection.execute(clients.update().where(clients.c.id == client).values(changes))
        whole = {**words_of_client(shell, row), **said}
        reindex(connection, shell, client, whole)
        seq = _note(connection, shell, row.program, client, by, "ClientChanged", said)
    shell.told(seq)


def words_of_client(shell: Shell, row: Any) -> dict[str, str]:
    """All words of a client's row, opened. The caller leaves the audit row."""
    found = row._mapping
    return {name: shell.keyring.open(f"clients.{name}", row.id, found[f"{name}_sealed"]) for name in WORDS}


def write_plan(
    shell: Shell, by: str, client: str, plan: Said, review_by: datetime | None, key: str | None = None
) -> int:
    """A new version of the crisis plan; the versions before it stay. Returns its number."""
    with shell.store.write() as connection:
        made = granted(connection, by, key)
        if made is not None:
            return int(made.partition(" ")[2])
        program = program_of(connection, client)
        last = connection.scalar(
            select(func.max(crisis_plans.c.version)).where(crisis_plans.c.client == client)
        )
        version = (last or 0) + 1
        plan_id = new_id()
        text = json.dumps({part: plan.get(part, "") for part in PLAN_PARTS}, ensure_ascii=False)
        connection.execute(
            crisis_plans.insert().values(
                id=plan_id,
                client=client,
                version=version,
                made_by=by,
                signed_at=shell.clock.now(),
                review_by=review_by,
                plan_sealed=shell.keyring.seal("crisis_plans.plan", plan_id, text),
            )
        )
        seq = _note(connection, shell, program, client, by, "CrisisPlanWritten", plan, version=version)
        grant(connection, by, key, f"{client} {version}", seq, shell.clock.now())
    shell.told(seq)
    return version


def program_of(connection: Connection, client: str) -> str:
    """The program that keeps this client's record. Raises `Refused` when there is none."""
    program = connection.scalar(select(clients.c.program).where(clients.c.id == client))
    if program is None:
        raise Refused("There is no such client. Look under People.")
    return str(program)


def require_client(connection: Connection, program: str, client: str) -> None:
    """A record of this program, or `Refused`."""
    if program_of(connection, client) != program:
        raise Refused("There is no such client. Look under People.")


def case_managers(connection: Connection, program: str) -> list[tuple[str, str]]:
    """Ids and names of those who may be a client's case manager: our own active care staff."""
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.roles)
        .where(people.c.program == program, people.c.active)
        .order_by(people.c.name)
    )
    return [(row.id, row.name) for row in rows if {"responder", "supervisor"} & set(row.roles)]


def _sealed(shell: Shell, client: str, said: Said) -> dict[str, Any]:
    return {
        f"{name}_sealed": shell.keyring.seal(f"clients.{name}", client, said[name]) if said[name] else None
        for name in WORDS
        if name in said
    }


def _note(
    connection: Connection,
    shell: Shell,
    program: str,
    client: str,
    by: str,
    kind: str,
    said: Said,
    **codes: Any,
) -> int:
    words = json.dumps({name: text for name, text in said.items() if text}, ensure_ascii=False)
    fact = json.dumps(codes, sort_keys=True)
    return record(
        connection,
        shell,
        program=program,
        stream=client,
        by=by,
        via="board",
        kind=kind,
        fact=fact,
        words=words,
    )
