"""Requests for cover as they are stored, and the people and times around them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, or_, select

from app.access import ROTA_ROLES
from app.commit import next_ref
from app.rota.load import rules_of, terms_of
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import cover_asks, covers, people, programs
from dispatch.cover import Span, holes
from dispatch.rota.cover import Ask, Cover, Kind
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment
from dispatch.rota.terms import RotaTerms
from dispatch.value import Refused

# A request that could not be settled by then is nobody's business any more.
ABOUT = timedelta(days=8)


@dataclass(frozen=True)
class Place:
    """A program as far as its rota speaks of it: zone, terms, and the names of its people."""

    program: str
    state: str | None
    zone: ZoneInfo
    terms: RotaTerms
    names: dict[str, str]


def place_of(connection: Connection, program: str) -> Place:
    """The program with this id."""
    row = connection.execute(select(programs.c.zone, programs.c.state).where(programs.c.id == program)).one()
    names = connection.execute(select(people.c.id, people.c.name).where(people.c.program == program))
    return Place(
        program,
        row.state,
        ZoneInfo(row.zone),
        terms_of(connection, program),
        {one.id: one.name for one in names},
    )


def acting(connection: Connection, person: str) -> Me:
    """One of our people who acts without a session: by text, from their own phone."""
    wanted = select(people, programs.c.zone).join(programs, programs.c.id == people.c.program)
    row = connection.execute(wanted.where(people.c.id == person)).one()
    return Me(row.id, row.name, row.credential, row.program, frozenset(row.roles), "", b"", row.zone)


def cover_at(connection: Connection, cover: str, *, lock: bool = False) -> Cover:
    """One request with all who were asked. `lock`: nobody else changes it until this transaction is over."""
    # SQLite has one writer at a time and knows no such words; there the dialect leaves them out.
    wanted = select(covers).where(covers.c.id == cover)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise Refused("That request is not there any more. Look at My shifts.")
    return _covers(connection, [row])[0]


def cover_by_ref(connection: Connection, ref: int, programs_of: set[str]) -> Cover | None:
    """The request with this spoken number, in one of these programs."""
    row = connection.execute(
        select(covers).where(covers.c.ref == ref, covers.c.program.in_(programs_of))
    ).first()
    return _covers(connection, [row])[0] if row else None


def covers_asked_of(connection: Connection, persons: tuple[str, ...]) -> list[Cover]:
    """Every open request that waits for a word of these people."""
    waiting = select(cover_asks.c.cover).where(
        cover_asks.c.person.in_(persons), cover_asks.c.answer.is_(None)
    )
    return covers_where(connection, select(covers).where(covers.c.id.in_(waiting), covers.c.state == "open"))


def covers_of_program(
    connection: Connection, program: str, states: tuple[str, ...], after: datetime
) -> list[Cover]:
    """The requests of a program in these states whose shift ends after an instant."""
    return covers_where(
        connection,
        select(covers).where(
            covers.c.program == program, covers.c.state.in_(states), covers.c.ends_at > after
        ),
    )


def covers_where(connection: Connection, wanted: Select[Any]) -> list[Cover]:
    """What a statement finds, in the order of the shifts."""
    rows = connection.execute(wanted.order_by(covers.c.starts_at, covers.c.ref)).all()
    return _covers(connection, list(rows))


def insert_cover(connection: Connection, shell: Shell, program: str, cover: Cover, word: str = "") -> Cover:
    """A new request with its own number; `cover` comes without id and number."""
    made = replace(cover, id=new_id(), ref=next_ref(connection))
    columns = {name: value for name, value in made.__dict__.items() if name != "asked"}
    sealed = shell.keyring.seal("covers.word", made.id, word) if word else None
    connection.execute(covers.insert().values(program=program, word_sealed=sealed, **columns))
    if made.asked:
        rows = [
            {"cover": made.id, "person": one.person, "asked_at": one.asked_at, "answer": one.answer}
            for one in made.asked
        ]
        connection.execute(cover_asks.insert(), rows)
    return made


def update_cover(connection: Connection, cover: str, **columns: object) -> None:
    """Write what changed."""
    connection.execute(covers.update().where(covers.c.id == cover).values(**columns))


def note_answer(connection: Connection, cover: str, person: str, answer: str | None, now: datetime) -> None:
    """What this colleague said."""
    mine = (cover_asks.c.cover == cover) & (cover_asks.c.person == person)
    connection.execute(cover_asks.update().where(mine).values(answer=answer, answered_at=now))


def add_asks(connection: Connection, cover: str, persons: list[str], now: datetime) -> None:
    """Ask these too; whoever was asked before is left as they are."""
    known = set(connection.scalars(select(cover_asks.c.person).where(cover_asks.c.cover == cover)))
    rows = [{"cover": cover, "person": one, "asked_at": now} for one in persons if one not in known]
    if rows:
        connection.execute(cover_asks.insert(), rows)


def word_of(connection: Connection, shell: Shell, cover: str) -> str:
    """The word that the holder wrote to those who are asked."""
    sealed = connection.scalar(select(covers.c.word_sealed).where(covers.c.id == cover))
    return shell.keyring.open("covers.word", cover, sealed)


def lock_people(connection: Connection, persons: tuple[str, ...]) -> None:
    """Nobody else gives one of these people a shift until this transaction is over: two shifts that are each fine
    alone may break their rest together."""
    wanted = select(people.c.id).where(people.c.id.in_(persons)).order_by(people.c.id)
    connection.execute(wanted.with_for_update()).all()


def final_rota(
    connection: Connection, program: str, start: datetime, end: datetime, present: str = ""
) -> tuple[Assignment, ...]:
    """Who is on call over a span; with `present`, as if that person were never away."""
    rules = rules_of(connection, program, start, end)
    if present:
        rules = replace(rules, away=tuple(one for one in rules.away if one.person != present))
    return final(rules, start, end)


def holds(
    connection: Connection, program: str, person: str, tier: str, span: Span, away: bool = False
) -> Assignment | None:
    """This person's assignment that has the whole span in this tier, if they have it. `away`: they have it but for
    the time off that they just took."""
    found = final_rota(connection, program, *span, present=person if away else "")
    mine = [one for one in found if (one.person, one.tier) == (person, tier)]
    if not mine or holes([(one.starts_at, one.ends_at) for one in mine], *span):
        return None
    start, end = min(one.starts_at for one in mine), max(one.ends_at for one in mine)
    return replace(mine[0], starts_at=start, ends_at=end)


def overlapping(
    connection: Connection, program: str, person: str, tier: str, span: Span, now: datetime
) -> Cover | None:
    """A request that is already about this person's shift then."""
    start, end = span
    theirs = (covers.c.person == person) & (covers.c.tier == tier)
    back = (covers.c.other == person) & (covers.c.other_tier == tier)
    wanted = select(covers).where(
        covers.c.program == program,
        covers.c.state.in_(("open", "waiting")),
        or_(
            theirs & (covers.c.starts_at < end) & (covers.c.ends_at > start),
            back & (covers.c.other_starts_at < end) & (covers.c.other_ends_at > start),
        ),
    )
    alive = [one for one in covers_where(connection, wanted) if one.is_hole or now < one.starts_at]
    return alive[0] if alive else None


def managers_of(connection: Connection, program: str) -> list[str]:
    """Who is told about the rota: the managers; without one the supervisors, without those the admins."""
    rows = connection.execute(
        select(people.c.id, people.c.roles, people.c.phone)
        .where(people.c.program == program, people.c.active)
        .order_by(people.c.id)
    ).all()
    for role in ROTA_ROLES:
        found = [row.id for row in rows if role in row.roles and row.phone]
        if found:
            return found
    return []


def _covers(connection: Connection, rows: list[Row[Any]]) -> list[Cover]:
    asked: dict[str, list[Ask]] = {}
    ids = [row.id for row in rows]
    if ids:
        found = select(cover_asks).where(cover_asks.c.cover.in_(ids)).order_by(cover_asks.c.person)
        for row in connection.execute(found):
            asked.setdefault(row.cover, []).append(Ask(row.person, row.asked_at, row.answer))
    return [_cover(row, tuple(asked.get(row.id, ()))) for row in rows]


def _cover(row: Row[Any], asked: tuple[Ask, ...]) -> Cover:
    return Cover(
        id=row.id,
        ref=row.ref,
        kind=row.kind,
        person=row.person,
        tier=row.tier,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        made_at=row.made_at,
        asked=asked,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        other=row.other,
        other_tier=row.other_tier,
        other_starts_at=row.other_starts_at,
        other_ends_at=row.other_ends_at,
    )


def draft(kind: Kind, person: str, tier: str, span: Span, now: datetime, asked: list[str]) -> Cover:
    """A request that is not stored yet."""
    asks = tuple(Ask(one, now) for one in asked)
    return Cover("", 0, kind, person, tier, *span, "open", now, asks)
