"""A program as it is set: name, zone, areas and policy; and its API tokens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.tables import programs, tokens
from app.world import read_policy
from dispatch.board import Policy


@dataclass(frozen=True)
class Program:
    """One program."""

    id: str
    name: str
    zone: str
    areas: tuple[str, ...]
    policy: Policy


@dataclass(frozen=True)
class Token:
    """One API token: never the token itself, which is kept nowhere."""

    id: str
    name: str
    scope: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def program_of(connection: Connection, program: str) -> Program:
    """The program with this id."""
    row = connection.execute(select(programs).where(programs.c.id == program)).one()
    return Program(row.id, row.name, row.zone, tuple(row.areas), read_policy(row.policy))


def tokens_of(connection: Connection, program: str) -> list[Token]:
    """A program's tokens, those in use first."""
    rows = connection.execute(
        select(tokens)
        .where(tokens.c.program == program)
        .order_by(tokens.c.revoked_at.is_not(None), tokens.c.created_at.desc())
    )
    return [Token(r.id, r.name, r.scope, r.created_at, r.used_at, r.revoked_at) for r in rows]
