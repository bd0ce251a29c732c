"""Requests for cover as a manager sees them: open, waiting for a word, and settled lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.rota.cover_rows import Place, cover_at, covers_where, place_of, word_of
from app.rota.shift_words import Said, said
from app.rota.who_may import Crew, crew_for
from app.shell import Shell
from app.tables import covers
from dispatch.rota.cover import Cover, ahead, life

SETTLED_SINCE = timedelta(days=7)
SETTLED_AT_MOST = 50


@dataclass(frozen=True)
class CoverRow:
    """One request in a list. `close_at` is when it is over by itself."""

    cover: Cover
    state: str
    said: Said
    holder: str
    taker: str
    asked: int
    declined: int


@dataclass(frozen=True)
class CoversPage:
    """All requests of a program: what waits for a manager first, then what is open, then what is settled."""

    place: Place
    waiting: tuple[CoverRow, ...]
    open: tuple[CoverRow, ...]
    settled: tuple[CoverRow, ...]


@dataclass(frozen=True)
class CoverPage:
    """One request, everybody who was asked, and who could be put in."""

    place: Place
    row: CoverRow
    asked: tuple[tuple[str, str | None, datetime], ...]
    crew: Crew | None
    back: Said | None
    word: str


def covers_page(connection: Connection, shell: Shell, program: str) -> CoversPage:
    """The list."""
    now, place = shell.clock.now(), place_of(connection, program)
    found = covers_where(
        connection,
        select(covers).where(covers.c.program == program, covers.c.ends_at > now - SETTLED_SINCE),
    )
    rows = [_row(place, one, now) for one in found]
    lately = [row for row in rows if row.state not in ("open", "waiting")]
    return CoversPage(
        place,
        tuple(row for row in rows if row.state == "waiting"),
        tuple(row for row in rows if row.state == "open"),
        tuple(lately[-SETTLED_AT_MOST:]),
    )


def cover_page(connection: Connection, shell: Shell, program: str, cover_id: str) -> CoverPage:
    """One request."""
    now, place, cover = shell.clock.now(), place_of(connection, program), cover_at(connection, cover_id)
    crew = None
    if cover.kind != "swap" and life(cover, now) in ("open", "waiting"):
        part = ahead(cover, now)
        crew = crew_for(connection, shell, place, cover.person, cover.tier, part, steps_up=cover.is_hole)
    back = None
    if cover.other_tier and cover.other_starts_at and cover.other_ends_at:
        back = said(place, cover.other_tier, (cover.other_starts_at, cover.other_ends_at))
    return CoverPage(
        place,
        _row(place, cover, now),
        tuple((place.names[one.person], one.answer, one.asked_at) for one in cover.asked),
        crew,
        back,
        word_of(connection, shell, cover.id),
    )


def _row(place: Place, cover: Cover, now: datetime) -> CoverRow:
    return CoverRow(
        cover,
        life(cover, now),
        said(place, cover.tier, cover.span),
        place.names[cover.person],
        place.names.get(cover.taken_by or "", ""),
        len(cover.asked),
        sum(one.answer == "no" for one in cover.asked),
    )
