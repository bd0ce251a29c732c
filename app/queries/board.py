"""The live board of one program: what its cost depends on is the open incidents, never the closed ones."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, func, literal_column, select

from app.codec import load
from app.journal import newest
from app.oncall import on_duty
from app.queries.calls import CallRow, Next, OpenCall, call_row, dues_of, order_of
from app.queries.house_pulse import HousePulse
from app.queries.journal_lines import LogLine, last_lines, last_note
from app.queries.rail import RailAlarm, TakenAlarm, alarms_of, taken_of
from app.queries.teams import TeamRow, people_on, teams_on, ties_of
from app.seal import Keyring, Locked
from app.spoken import family_names
from app.tables import incidents, intake, journal, people
from dispatch.incident import Incident
from dispatch.stages import WRITING, Stage

LOG_LINES = 30
COUNTED_AT_MOST = 100
OPEN_AT_MOST = 1_000


@dataclass(frozen=True)
class Staff:
    """A program's people: short names by id, phones, credentials, skills, and who responds at all."""

    names: Mapping[str, str]
    phones: Mapping[str, str]
    credentials: Mapping[str, str]
    skills: Mapping[str, frozenset[str]]
    responders: frozenset[str]


@dataclass(frozen=True)
class NextOnBoard:
    """The next thing due anywhere on the board."""

    ref: int
    due: Next


@dataclass(frozen=True)
class Snapshot:
    """The board at `seq`. Instants only: the page runs the clocks."""

    seq: int
    at: datetime
    calls: tuple[CallRow, ...]
    teams: tuple[TeamRow, ...]
    rail: tuple[RailAlarm, ...]
    taken: tuple[TakenAlarm, ...]
    next: NextOnBoard | None
    log: tuple[LogLine, ...]
    counts: Mapping[str, int]
    house: HousePulse = HousePulse()

    @property
    def order(self) -> list[str]:
        """Row ids as they stand: calls, then teams."""
        return [*(row.id for row in self.calls), *(row.id for row in self.teams)]


def board(
    connection: Connection,
    keyring: Keyring,
    program: str,
    now: datetime,
    zone: ZoneInfo,
    known: MutableMapping[str, OpenCall] | None = None,
) -> Snapshot:
    """The board as it stands. `known` keeps calls that were opened before: one that did not change is neither
    read nor unsealed again."""
    staff = staff_of(connection, program)
    known = {} if known is None else known
    opened = _opened_calls(connection, keyring, program, known)
    on_board = (call for call in opened if call.incident.on_board)
    calls = sorted(on_board, key=lambda call: order_of(call.incident))
    open_now = [call.incident for call in calls]
    ties = ties_of(open_now)
    on_call = people_on(on_duty(connection, program, now), ties, staff.names, staff.credentials)
    teams = teams_on(on_call, ties, staff.names, now)
    signs = {person.person: person.sign for person in on_call}
    # An incident that has left the board keeps its standing alarms: they are everybody's until taken.
    alarmed = [call.incident for call in opened]
    rail = alarms_of(alarmed, staff.names, staff.phones)
    return Snapshot(
        seq=newest(connection),
        at=now,
        calls=tuple(call_row(call, staff.names, signs) for call in calls),
        teams=teams,
        rail=rail,
        taken=taken_of(alarmed, staff.names),
        next=_next(open_now, staff.names),
        log=last_lines(connection, program, staff.names, zone, LOG_LINES),
        counts={
            "alarms": sum(alarm.takeable for alarm in rail),
            "open": len(calls),
            "held": sum(incident.stage is Stage.HELD for incident in open_now),
            "notes": sum(incident.stage in WRITING for incident in open_now),
            "review": _count_reviews(connection, program),
            "on_duty": len(on_call),
            "teams": sum(bool(team.sign) for team in teams),
            "free": sum(team.chip == "AVL" for team in teams),
            "off_duty": len(staff.responders - {person.person for person in on_call}),
        },
    )


def changed_since(connection: Connection, program: str, after: int, most: int) -> set[str] | None:
    """The streams of a program that have news after `after`; None when that is too much to tell apart."""
    rows = connection.execute(
        select(journal.c.stream).where(journal.c.chain == program, journal.c.seq > after).limit(most + 1)
    ).all()
    return None if len(rows) > most else {row.stream for row in rows}


def left_board(connection: Connection, streams: set[str]) -> list[int]:
    """Of these incidents, the numbers of those that are the desk's no more."""
    rows = connection.execute(
        select(incidents.c.ref).where(incidents.c.id.in_(streams), incidents.c.on_board.is_(False))
    )
    return sorted(row.ref for row in rows)


def staff_of(connection: Connection, program: str) -> Staff:
    """Everybody of the program, also who has left: the log still names them."""
    rows = connection.execute(
        select(
            people.c.id,
            people.c.name,
            people.c.phone,
            people.c.credential,
            people.c.skills,
            people.c.roles,
            people.c.active,
        ).where(people.c.program == program)
    ).all()
    return Staff(
        names=family_names({row.id: row.name for row in rows}),
        phones={row.id: row.phone for row in rows if row.phone and row.active},
        credentials={row.id: row.credential for row in rows},
        skills={row.id: frozenset(row.skills or ()) for row in rows},
        responders=frozenset(row.id for row in rows if row.active and "responder" in row.roles),
    )


def open_incidents(connection: Connection, program: str) -> list[Incident]:
    """The incidents on the board, without a word of theirs."""
    rows = connection.execute(
        select(incidents.c.state)
        .where(incidents.c.program == program, incidents.c.on_board)
        .limit(OPEN_AT_MOST)
    )
    return [load(Incident, row.state) for row in rows]


def _opened_calls(
    connection: Connection, keyring: Keyring, program: str, known: MutableMapping[str, OpenCall]
) -> list[OpenCall]:
    heads = {id: versions for which in _WHICH for id, versions in _heads(connection, program, which)}
    for gone in known.keys() - heads.keys():
        del known[gone]
    stale = [id for id, versions in heads.items() if id not in known or _versions(known[id]) != versions]
    for row in _read(connection, stale):
        known[row.id] = _opened(connection, keyring, row)
    return [known[id] for id in heads]


# Each has its own partial index. The 0 stands in the statement: SQLite matches no index to a bound value.
_WHICH = (incidents.c.on_board, incidents.c.alarms > literal_column("0"))


def _heads(
    connection: Connection, program: str, which: ColumnElement[bool]
) -> Iterator[tuple[str, tuple[int, int]]]:
    rows = connection.execute(
        select(incidents.c.id, incidents.c.version, _INTAKE_VERSION)
        .outerjoin(intake, intake.c.incident == incidents.c.id)
        .where(incidents.c.program == program, which)
        .order_by(incidents.c.seq.desc())
        .limit(OPEN_AT_MOST)
    )
    return ((row.id, (row.version, row.intake_version)) for row in rows)


_INTAKE_VERSION = func.coalesce(intake.c.version, 0).label("intake_version")


def _versions(call: OpenCall) -> tuple[int, int]:
    return call.version, call.intake_version


def _read(connection: Connection, ids: list[str]) -> list[Row[Any]]:
    if not ids:
        return []
    return list(
        connection.execute(
            select(
                incidents.c.id,
                incidents.c.version,
                incidents.c.state,
                _INTAKE_VERSION,
                intake.c.area,
                intake.c.place_sealed,
                intake.c.hazards_sealed.is_not(None).label("hazards_noted"),
            )
            .outerjoin(intake, intake.c.incident == incidents.c.id)
            .where(incidents.c.id.in_(ids))
        ).all()
    )


def _opened(connection: Connection, keyring: Keyring, row: Row[Any]) -> OpenCall:
    return OpenCall(
        version=row.version,
        intake_version=row.intake_version,
        incident=load(Incident, row.state),
        place=_place(keyring, row),
        area=row.area or "",
        note=last_note(connection, keyring, row.id),
        hazards_noted=bool(row.hazards_noted),
    )


def _place(keyring: Keyring, row: Row[Any]) -> str:
    try:
        return keyring.open("intake.place", row.id, row.place_sealed)
    except Locked:
        return "The place is locked"  # its key is away; pages go out all the same


def _next(open_now: list[Incident], names: Mapping[str, str]) -> NextOnBoard | None:
    found = [NextOnBoard(incident.ref, due) for incident in open_now for due in dues_of(incident, names)]
    return min(found, key=lambda one: one.due.at, default=None)


def _count_reviews(connection: Connection, program: str) -> int:
    # Bounded: beyond this the desk only needs to know that there are many.
    owed = (
        select(incidents.c.id)
        .where(incidents.c.program == program, incidents.c.reviewable)
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    return connection.scalar(select(func.count()).select_from(owed)) or 0
