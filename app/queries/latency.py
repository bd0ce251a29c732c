"""How long messages take, by channel and provider: from owed to the wire, to the phone, and to an answer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from app.house_alarms import standing as alarms_standing
from app.probe import LATE
from app.queries.tries_said import PROVIDER, WAY
from app.shell import Shell
from app.tables import incidents, outbox, people, probes
from notify.health import DOWN_BELOW, Standing
from notify.outcomes import DELIVERED

SPANS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
TRIES_AT_MOST, INCIDENTS_AT_MOST, PROBES_AT_MOST = 20_000, 1_000, 5_000
# An incident that is answered late may have been opened long before its page was owed.
OPEN_AT_MOST: Final = timedelta(days=1)
GOING: Final = ("sent", "failed", "sending", "ambiguous")


@dataclass(frozen=True)
class Spread:
    """How a time is spread, in seconds; None where nothing was measured."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class Line:
    """One channel by one provider. `failed` is a share of 100."""

    way: str
    provider: str
    count: int
    failed: float
    to_wire: Spread
    to_arrival: Spread
    to_answer: Spread
    standing: str
    standing_look: str


@dataclass(frozen=True)
class ProbeLine:
    """Synthetic pages through one provider: how many were heard, and how fast."""

    way: str
    provider: str
    count: int
    lost: int
    to_heard: Spread


@dataclass(frozen=True)
class Latency:
    """All of one span. `cut`: there were more tries than are counted."""

    lines: tuple[Line, ...]
    probes: tuple[ProbeLine, ...]
    cut: bool


def latency_of(connection: Connection, shell: Shell, program: str, span: str, now: datetime) -> Latency:
    """The figures of the last hour, day or week."""
    since = now - SPANS[span]
    rows = _tries(connection, program, since)
    answered = _answered(connection, program, since)
    groups: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        if row.provider and row.state in GOING:
            groups.setdefault((row.channel, row.provider), []).append(row)
    to_answer = _to_answer(rows, answered)
    known = shell.health.seen(program)
    keys = sorted({*groups, *(key for key in known if key[1])})
    # Until it carries again: of health alone, whoever is not tried seems to mend.
    alarmed = {one.about for one in alarms_standing(connection) if one.kind == "provider"}
    lines = []
    for channel, provider in keys:
        stands = shell.health.standing(program, channel, provider)
        stands = replace(stands, account=stands.account or f"{provider}:{channel}" in alarmed)
        rows_of, answers = groups.get((channel, provider), []), to_answer.get((channel, provider), [])
        lines.append(_line((channel, provider), rows_of, answers, stands))
    return Latency(tuple(lines), tuple(_probes(connection, since, now)), len(rows) == TRIES_AT_MOST)


def percentile(sorted_seconds: Sequence[float], share: float) -> float | None:
    """The nearest rank: of a hundred, p99 is the ninety-ninth."""
    if not sorted_seconds:
        return None
    return sorted_seconds[max(0, -(-len(sorted_seconds) * int(share * 100) // 10_000) - 1)]


def spread(lengths: Iterable[timedelta]) -> Spread:
    """The percentiles of these lengths of time."""
    seconds = sorted(max(0.0, one.total_seconds()) for one in lengths)
    return Spread(len(seconds), *(percentile(seconds, share) for share in (50, 95, 99)))


def _tries(connection: Connection, program: str, since: datetime) -> list[Row[Any]]:
    staff = list(connection.scalars(select(people.c.id).where(people.c.program == program)))
    c = outbox.c
    wanted = (
        select(
            c.channel,
            c.provider,
            c.owed_at,
            c.step,
            c.wire_at,
            c.status_at,
            c.reached,
            c.failed,
            c.state,
            c.page,
        )
        .where(c.person.in_(staff), c.owed_at > since)
        .order_by(c.owed_at.desc())
        .limit(TRIES_AT_MOST)
    )
    return list(connection.execute(wanted))


def _answered(connection: Connection, program: str, since: datetime) -> dict[str, datetime]:
    """When each page was answered, yes or no; it stands in the state of its incident."""
    rows = connection.scalars(
        select(incidents.c.state)
        .where(incidents.c.program == program, incidents.c.opened_at > since - OPEN_AT_MOST)
        .order_by(incidents.c.opened_at.desc())
        .limit(INCIDENTS_AT_MOST)
    )
    return {
        page["id"]: datetime.fromisoformat(page["settled_at"])
        for state in rows
        for page in json.loads(state).get("pages", ())
        if page.get("state") in ("accepted", "declined") and page.get("settled_at")
    }


def _to_answer(
    rows: Iterable[Row[Any]], answered: dict[str, datetime]
) -> dict[tuple[str, str], list[timedelta]]:
    """From owed to answered, counted for the try that went out last before the answer."""
    last: dict[str, Row[Any]] = {}
    for row in rows:
        at = answered.get(row.page or "")
        if at is None or row.wire_at is None or row.wire_at > at or not row.provider:
            continue
        if row.page not in last or last[row.page].wire_at < row.wire_at:
            last[row.page] = row
    found: dict[tuple[str, str], list[timedelta]] = {}
    for page, row in last.items():
        found.setdefault((row.channel, row.provider), []).append(answered[page] - row.owed_at)
    return found


def _line(
    key: tuple[str, str], rows: Sequence[Row[Any]], answers: Sequence[timedelta], standing: Standing
) -> Line:
    lost = [row for row in rows if row.state == "failed" or (row.failed and row.reached < DELIVERED)]
    # A later try waits for its turn in the plan: that is no slowness of its way.
    on_wire = [row.wire_at - row.owed_at for row in rows if row.wire_at is not None and row.step == 0]
    there = [
        row.status_at - row.wire_at
        for row in rows
        if row.wire_at is not None and row.status_at is not None and row.reached >= DELIVERED
    ]
    words, look = _stands(standing)
    return Line(
        WAY.get(key[0], key[0]),
        PROVIDER.get(key[1]) or key[1].capitalize(),
        len(rows),
        100 * len(lost) / len(rows) if rows else 0.0,
        spread(on_wire),
        spread(there),
        spread(answers),
        words,
        look,
    )


def _stands(standing: Standing) -> tuple[str, str]:
    if standing.account:
        return f"Its account has a fault, code {standing.code or 'unknown'}", "late"
    if standing.score < DOWN_BELOW:
        return "Carries next to nothing", "late"
    return ("Well", "good") if standing.score > 0.8 else ("Not well of late", "soon")


def _probes(connection: Connection, since: datetime, now: datetime) -> Iterable[ProbeLine]:
    rows = connection.execute(
        select(probes).where(probes.c.sent_at > since).order_by(probes.c.id.desc()).limit(PROBES_AT_MOST)
    )
    groups: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.channel, row.provider), []).append(row)
    for (channel, provider), some in sorted(groups.items()):
        late = [row for row in some if row.heard_at is None and (row.failed or now - row.sent_at > LATE)]
        heard = spread(row.heard_at - row.sent_at for row in some if row.heard_at is not None)
        name = PROVIDER.get(provider) or provider.capitalize()
        yield ProbeLine(WAY.get(channel, channel), name, len(some), len(late), heard)
