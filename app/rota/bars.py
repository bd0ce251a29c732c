"""Who is barred from a tier, worked out anew in the transaction of whatever changes it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.rota.check import set_aside_of
from app.rota.load import terms_of
from app.rota.people import workers_of
from app.tables import programs, rota_bars
from dispatch.rota.barred import barred
from dispatch.rota.rules import Away
from dispatch.rota.terms import RotaTerms


def rebar(connection: Connection, program: str, now: datetime) -> None:
    """Bring the bars from now on into line. Bars that are over stay: they say who was off call then, and why.

    Called by everything that changes credentials, terms, exceptions or people, in its own transaction, so that no
    commit ever sees the one without the other.
    """
    wanted = {_key(one): one for one in bars_of(connection, program, terms_of(connection, program), now)}
    standing = select(rota_bars).where(rota_bars.c.program == program, rota_bars.c.ends_at > now)
    for row in connection.execute(standing).all():
        began = max(row.starts_at, now)
        kept = wanted.pop((row.person, row.why, row.tier, began), None)
        at_row = rota_bars.c.id == row.id
        if kept is not None:
            if kept.ends_at != row.ends_at:
                connection.execute(rota_bars.update().where(at_row).values(ends_at=kept.ends_at))
        elif row.starts_at < now:
            connection.execute(rota_bars.update().where(at_row).values(ends_at=now))
        else:
            connection.execute(rota_bars.delete().where(at_row))
    if wanted:
        rows = [_row(program, one) for one in wanted.values()]
        connection.execute(rota_bars.insert(), rows)


def bars_of(connection: Connection, program: str, terms: RotaTerms, now: datetime) -> tuple[Away, ...]:
    """The bars of a program from now on, as these terms would have them."""
    house = connection.execute(
        select(programs.c.zone, programs.c.state).where(programs.c.id == program)
    ).one()
    return bars_under(connection, program, terms, house.state, ZoneInfo(house.zone), now)


def bars_under(
    connection: Connection,
    program: str,
    terms: RotaTerms,
    state: str | None,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Away, ...]:
    """The same under another state's law: what a change of the terms would do, before it counts."""
    asides = set_aside_of(connection, program, now)
    workers = workers_of(connection, program).values()
    return tuple(bar for worker in workers for bar in barred(worker, terms, zone, state, asides, now))


def _key(one: Away) -> tuple[str, str, str | None, datetime]:
    return one.person, one.why, one.tier, one.starts_at


def _row(program: str, one: Away) -> dict[str, object]:
    return {
        "program": program,
        "person": one.person,
        "why": one.why,
        "tier": one.tier,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
    }
