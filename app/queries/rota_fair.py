"""How the rota has fallen on people over some months: counts, covers, hours called out, and how even it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, or_, select

from app.program_zone import zone_of
from app.public_holidays import holidays_between
from app.queries.rota_span import RotaSpan, Who, rota_span
from app.rota.load import terms_of
from app.tables import covers, incidents, pages
from dispatch.cover import Span
from dispatch.rota.fair import Count, Spread, Stint, counts, spread, stints
from dispatch.rota.spans import joined, parts, within

DAYS_AT_MOST: Final = 400
MONTHS: Final = 3
# An incident that opened so long before the span may still have kept somebody out in it.
OUT_AT_MOST: Final = timedelta(days=2)


@dataclass(frozen=True)
class FairLine:
    """One person: what they were on call for, covers they took and gave away, and hours they were out."""

    who: Who
    count: Count
    taken: int
    given: int
    called_out: timedelta


@dataclass(frozen=True)
class FairReport:
    """Everybody who was on call from `first` to `last`, most nights first. The spreads are over these people."""

    first: date
    last: date
    lines: tuple[FairLine, ...]
    nights: Spread
    weekends: Spread
    holidays: Spread
    hours: Spread
    shifts: Spread


@dataclass(frozen=True)
class PayLine:
    """One person's day or night: what the payroll file has in a row."""

    who: Who
    stint: Stint
    called_out: timedelta
    holiday: str


def counted_since(today: date) -> date:
    """From when fairness is counted unless asked otherwise: the first of the month three months ago."""
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def fair_report(
    connection: Connection,
    program: str,
    first: date,
    last: date,
    person: str | None = None,
    tier: str | None = None,
) -> FairReport:
    """The report, of everybody or of one person, of all tiers or of one; the spreads are everybody's either way.
    Who is in reach for a week and who goes out for a night are compared with their own kind alone."""
    span = span_of(connection, program, first, last)
    mine = [one for one in span.found if tier in (None, one.tier)]
    found = counts(mine, span.starts_at, span.ends_at, span.terms, span.zone, named(span, first, last))
    taken, given = _covers(connection, program, span, tier)
    out = called_out(connection, program, span.starts_at, span.ends_at)
    everybody = {*found, *taken, *given}
    lines = [
        FairLine(
            who,
            found.get(who.id, Count(who.id, 0, timedelta(0), 0, 0, 0)),
            taken.get(who.id, 0),
            given.get(who.id, 0),
            within(out.get(who.id, []), span.starts_at, span.ends_at),
        )
        for who in span.who.values()
        if who.id in everybody and person in (None, who.id)
    ]
    return FairReport(
        first=first,
        last=last,
        lines=tuple(sorted(lines, key=lambda line: (-line.count.nights, -line.count.hours, line.who.name))),
        nights=spread(one.nights for one in found.values()),
        weekends=spread(one.weekends for one in found.values()),
        holidays=spread(one.holidays for one in found.values()),
        hours=spread(one.hours / timedelta(hours=1) for one in found.values()),
        shifts=spread(one.shifts for one in found.values()),
    )


def pay_lines(
    connection: Connection, program: str, first: date, last: date, person: str | None = None
) -> Iterator[PayLine]:
    """A row for each person's day or night with time on call in it."""
    span = span_of(connection, program, first, last)
    names = named(span, first, last)
    out = called_out(connection, program, span.starts_at, span.ends_at)
    for stint in stints(span.found, span.starts_at, span.ends_at, span.terms, span.zone):
        if person in (None, stint.person):
            theirs = within(out.get(stint.person, []), stint.part.starts_at, stint.part.ends_at)
            yield PayLine(span.who[stint.person], stint, theirs, names.get(stint.part.day, ""))


def span_of(connection: Connection, program: str, first: date, last: date) -> RotaSpan:
    """The rota from the first date's day to the last date's night: no night is cut, and what one month leaves out
    the next one counts."""
    whole = list(parts(first, last, terms_of(connection, program), zone_of(connection, program)))
    return rota_span(connection, program, whole[0].starts_at, whole[-1].ends_at)


def named(span: RotaSpan, first: date, last: date) -> dict[date, str]:
    """The public holidays of the program's state."""
    return holidays_between(span.state, first, last)


def called_out(connection: Connection, program: str, start: datetime, end: datetime) -> dict[str, list[Span]]:
    """When each person was out on incidents: from going until clear, hours in two at once told once."""
    rows = connection.execute(
        select(pages.c.person, incidents.c.en_route_at, incidents.c.cleared_at, incidents.c.ended_at)
        .join(incidents, incidents.c.id == pages.c.incident)
        .where(
            incidents.c.program == program,
            incidents.c.opened_at > start - OUT_AT_MOST,
            incidents.c.opened_at < end,
            incidents.c.en_route_at.is_not(None),
            or_(incidents.c.cleared_at.is_not(None), incidents.c.ended_at.is_not(None)),
            pages.c.state == "accepted",
        )
    )
    out: dict[str, list[Span]] = {}
    for row in rows:
        out.setdefault(row.person, []).append((row.en_route_at, row.cleared_at or row.ended_at))
    return {person: joined(spans) for person, spans in out.items()}


def _covers(
    connection: Connection, program: str, span: RotaSpan, tier: str | None
) -> tuple[dict[str, int], dict[str, int]]:
    """How often each person took a shift of a colleague, and how often they gave one away."""
    rows = connection.execute(
        select(covers.c.person, covers.c.taken_by).where(
            covers.c.program == program,
            covers.c.state == "taken",
            covers.c.kind != "swap",
            covers.c.ends_at > span.starts_at,
            covers.c.starts_at < span.ends_at,
            covers.c.taken_by.is_not(None),
            *(() if tier is None else (covers.c.tier == tier,)),
        )
    )
    taken: dict[str, int] = {}
    given: dict[str, int] = {}
    for row in rows:
        taken[row.taken_by] = taken.get(row.taken_by, 0) + 1
        given[row.person] = given.get(row.person, 0) + 1
    return taken, given
