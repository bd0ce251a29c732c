"""Making people and API tokens: rows with their journal entries, secrets shown once and kept as digests."""

import json
import re
import secrets

from sqlalchemy import Connection, select

from app.commit import record
from app.passwords import hashed
from app.shell import Shell, digest, new_id
from app.tables import people, programs, tokens
from app.world import write_policy
from dispatch.board import Policy

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class AccountRefused(Exception):
    """An account cannot be made so. The sentence says what to give instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def add_first_admin(shell: Shell, name: str, email: str, program_name: str, zone: str) -> str:
    """The first program and its admin; returns a password that is shown once."""
    tidy = email.strip().lower()
    if not _EMAIL.fullmatch(tidy):
        raise AccountRefused("Give a work e-mail such as a.keeper@county.example.")
    program = re.sub(r"[^a-z0-9]+", "-", program_name.lower()).strip("-")[:40]
    if not program or not name.strip():
        raise AccountRefused("Give the admin's name and the program's name.")
    password = secrets.token_urlsafe(12)
    now = shell.clock.now()
    with shell.store.write() as connection:
        if connection.scalar(select(people.c.id).where(people.c.email == tidy)):
            raise AccountRefused("That e-mail has an account already. Choose another.")
        if not connection.scalar(select(programs.c.id).where(programs.c.id == program)):
            connection.execute(
                programs.insert().values(
                    id=program,
                    name=program_name.strip()[:80],
                    zone=zone,
                    policy=write_policy(Policy()),
                    areas=[],
                    active=True,
                )
            )
        person = new_id()
        connection.execute(
            people.insert().values(
                id=person,
                name=name.strip()[:80],
                email=tidy,
                roles=["admin"],
                program=program,
                skills=[],
                password_hash=hashed(password),
                active=True,
                created_at=now,
            )
        )
        _note(connection, shell, program, person, "keeper", "PersonAdded", {"roles": ["admin"]})
    return password


def add_token(shell: Shell, name: str, scope: str, program: str, by: str) -> str:
    """An API token; its digest is kept, the token itself is shown this once."""
    with shell.store.write() as connection:
        token, _ = add_token_in(connection, shell, name, scope, program, by, "keeper")
    return token


def add_token_in(
    connection: Connection, shell: Shell, name: str, scope: str, program: str, by: str, via: str
) -> tuple[str, int]:
    """The same in a transaction that is open already; the token and the journal's seq."""
    tidy = " ".join(name.split())[:80]
    if not tidy:
        raise AccountRefused("Give the token a name that says who uses it.")
    token = f"sb_{secrets.token_urlsafe(24)}"
    token_id = new_id()
    connection.execute(
        tokens.insert().values(
            id=token_id,
            name=tidy,
            digest=digest(token),
            scope=scope,
            program=program,
            created_at=shell.clock.now(),
        )
    )
    return token, _note(connection, shell, program, token_id, by, "TokenAdded", {"scope": scope}, via)


def _note(
    connection: Connection,
    shell: Shell,
    program: str,
    stream: str,
    by: str,
    kind: str,
    fact: dict[str, object],
    via: str = "keeper",
) -> int:
    said = json.dumps(fact, sort_keys=True)
    return record(connection, shell, program=program, stream=stream, by=by, via=via, kind=kind, fact=said)
