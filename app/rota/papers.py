"""One person's credentials and training, held against what the state's law and the tiers ask today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.queries.credentials import SOON_DAYS, HeldRow, TrainedRow, credentials_of, training_of
from app.rota.load import terms_of
from app.rota.people import worker_of, workers_of
from app.rota.shifts import ROLE_FOR
from app.tables import programs, rota_bars
from dispatch.rota.against import day_words, hours
from dispatch.rota.held import lapses
from dispatch.rota.law import LAWS, Law, none_known
from dispatch.rota.staff import CREDENTIALS, TRAINING, Worker
from dispatch.rota.standing import STANDINGS, standing
from dispatch.rota.terms import RotaTerms
from dispatch.rota.training import training_needs

SOON = timedelta(days=SOON_DAYS)
# The tier, the rule, and since when.
Bars = tuple[tuple[str, str, datetime], ...]
_LAW = {law.code: law for law in LAWS}


@dataclass(frozen=True)
class Sum:
    """Hours of training against one law."""

    law: Law
    met: bool
    said: str


@dataclass(frozen=True)
class Papers:
    """What one person may do and has learned, as it stands today. `barred` are the tiers that a hard rule keeps
    them off now, and since when."""

    worker: Worker
    held: list[HeldRow]
    trained: list[TrainedRow]
    sums: tuple[Sum, ...]
    unknown: tuple[str, ...]
    counts_as: str
    barred: Bars
    zone: str


@dataclass(frozen=True)
class PersonLine:
    """One line of the list: what lapses soon or has lapsed, and what is unmet."""

    id: str
    name: str
    counts_as: str
    credentials: int
    unseen: int
    cautions: tuple[str, ...]


def papers_of(connection: Connection, program: str, person: str, now: datetime) -> Papers:
    """Everything on one person's page."""
    zone, state = _house(connection, program)
    today = now.astimezone(zone).date()
    worker, terms = worker_of(connection, person), terms_of(connection, program)
    return Papers(
        worker=worker,
        held=credentials_of(connection, person, today),
        trained=training_of(connection, person),
        sums=_sums(worker, terms, state, today),
        unknown=none_known(state),
        counts_as=STANDINGS[standing(worker, today, state, terms.titles)],
        barred=_theirs(worker, _barred(connection, program, now)),
        zone=zone.key,
    )


def lines_of(connection: Connection, program: str, now: datetime) -> list[PersonLine]:
    """Everybody who may ever be on call, by name."""
    zone, state = _house(connection, program)
    today = now.astimezone(zone).date()
    terms, barred = terms_of(connection, program), _barred(connection, program, now)
    lines = []
    for worker in workers_of(connection, program).values():
        if not worker.roles & set(ROLE_FOR.values()):
            continue
        off = dict.fromkeys(tier for tier, *_ in _theirs(worker, barred))
        cautions = [f"Off {tier} now." for tier in off]
        cautions += [
            _lapse(kind, day, today) for kind, day in lapses(worker, state, today) if day - today < SOON
        ]
        cautions += [one.said for one in _sums(worker, terms, state, today) if not one.met]
        lines.append(
            PersonLine(
                worker.id,
                worker.name,
                STANDINGS[standing(worker, today, state, terms.titles)],
                len(worker.credentials),
                sum(not one.verified for one in worker.credentials),
                tuple(cautions),
            )
        )
    return lines


def _sums(worker: Worker, terms: RotaTerms, state: str | None, today: date) -> tuple[Sum, ...]:
    found = []
    for need in training_needs(worker, today, terms, state):
        since = f" since {day_words(need.since)}" if need.since else ""
        by = (
            f" Due by {day_words(need.by)}."
            if need.by and today <= need.by and need.done < need.needed
            else ""
        )
        kind = TRAINING[need.kind]
        said = f"{kind}: {hours(need.done)} of {hours(need.needed)}{since}.{by}{need.hint}"
        found.append(Sum(_LAW[need.law], need.met_on(today), said))
    return tuple(found)


def _lapse(kind: str, day: date, today: date) -> str:
    if day <= today:
        return f"{CREDENTIALS[kind]}: none counts today."
    last = day - timedelta(days=1)
    left = (day - today).days
    return f"{CREDENTIALS[kind]} ends on {day_words(last)}, {left} {'day' if left == 1 else 'days'} left."


def _theirs(worker: Worker, barred: dict[str, Bars]) -> Bars:
    """The bars of tiers that this person's roles would put them on; nobody else looks for them there."""
    return tuple(one for one in barred.get(worker.id, ()) if ROLE_FOR.get(one[0]) in worker.roles)


def _barred(connection: Connection, program: str, now: datetime) -> dict[str, Bars]:
    found: dict[str, Bars] = {}
    rows = connection.execute(
        select(rota_bars)
        .where(rota_bars.c.program == program, rota_bars.c.starts_at <= now, rota_bars.c.ends_at > now)
        .order_by(rota_bars.c.tier, rota_bars.c.why)
    )
    for row in rows:
        found[row.person] = (*found.get(row.person, ()), (row.tier, row.why, row.starts_at))
    return found


def _house(connection: Connection, program: str) -> tuple[ZoneInfo, str | None]:
    row = connection.execute(select(programs.c.zone, programs.c.state).where(programs.c.id == program)).one()
    return ZoneInfo(row.zone), row.state
