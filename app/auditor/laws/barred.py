"""I10: who is kept off call by a rule is kept off as the rules say now, and not as they said once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.auditor.law import NAMED, Law
from app.rota.bars import bars_of
from app.rota.load import terms_of
from app.shell import Shell
from app.tables import programs, rota_bars, rota_tiers

_PROGRAMS = select(programs.c.id).where(programs.c.active, programs.c.id.in_(select(rota_tiers.c.program)))
Bar = tuple[str, str, str | None, datetime]


def _bars(connection: Connection, shell: Shell, now: datetime) -> Sequence[str]:
    wrong: set[str] = set()
    for program in connection.scalars(_PROGRAMS).all():
        wanted = {
            (one.person, one.why, one.tier, one.ends_at)
            for one in bars_of(connection, program, terms_of(connection, program), now)
        }
        standing = connection.execute(
            select(rota_bars).where(rota_bars.c.program == program, rota_bars.c.ends_at > now)
        )
        there: set[Bar] = {(row.person, row.why, row.tier, row.ends_at) for row in standing}
        wrong |= {person for person, *_ in wanted ^ there}
    return sorted(wrong)[:NAMED]


LAWS = (
    Law(
        "bars follow rules",
        "I10",
        "Who is kept off call is not what the rules of the rota say now. Save the terms of the rota again.",
        _bars,
        of="Person",
        every=timedelta(minutes=15),
    ),
)
