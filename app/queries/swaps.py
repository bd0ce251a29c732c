"""Shifts of colleagues that could be had for one of one's own, each with what speaks against the exchange."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, select

from app.rota.check import known
from app.rota.cover_rows import Place, final_rota
from app.rota.shift_words import Said, code_of, said
from app.rota.shifts import ROLE_FOR
from app.shell import Shell
from app.tables import people
from dispatch.rota.may_work import CURE
from dispatch.rota.rules import Assignment

AHEAD = timedelta(weeks=4)
ROWS_AT_MOST = 40


@dataclass(frozen=True)
class SwapRow:
    """One shift of a colleague. `against` is the first hard rule of either side; "" where there is none."""

    code: str
    name: str
    said: Said
    against: str


def swaps_for(connection: Connection, shell: Shell, place: Place, mine: Assignment) -> list[SwapRow]:
    """Shifts of the weeks ahead, what can be exchanged first. The answer is looked at again as both change."""
    now = shell.clock.now()
    roles = {
        row.id: frozenset(row.roles)
        for row in connection.execute(
            select(people.c.id, people.c.roles).where(people.c.program == place.program, people.c.active)
        )
    }
    end = now + AHEAD
    rota = final_rota(connection, place.program, now, end)
    wanted = [
        one
        for one in rota
        if one.person != mine.person
        and one.person in roles
        and one.starts_at > now
        and ROLE_FOR.get(mine.tier, "responder") in roles[one.person]
        and ROLE_FOR.get(one.tier, "responder") in roles[mine.person]
        and not (one.tier == mine.tier and one.starts_at < mine.ends_at and mine.starts_at < one.ends_at)
    ][:ROWS_AT_MOST]
    rows = [_row(connection, shell, place, mine, one) for one in wanted]
    return sorted(rows, key=lambda row: bool(row.against))


def _row(connection: Connection, shell: Shell, place: Place, mine: Assignment, theirs: Assignment) -> SwapRow:
    against = ""
    for gets, comes in ((mine, theirs), (theirs, mine)):
        here = known(connection, shell, place.program, gets.starts_at, gets.ends_at)
        wanted = Assignment(comes.person, gets.tier, gets.starts_at, gets.ends_at, "")
        hard = [one for one in here.against(wanted, (mine, theirs)) if one.weight == "hard"]
        against = against or (hard[0].sentence.removesuffix(CURE) if hard else "")
    span = theirs.starts_at, theirs.ends_at
    return SwapRow(code_of(theirs), place.names[theirs.person], said(place, theirs.tier, span), against)
