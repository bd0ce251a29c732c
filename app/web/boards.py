"""Boards drawn once and read by many: what has not changed is neither read, unsealed nor rendered again."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from flask import render_template
from sqlalchemy import Connection

from app.journal import newest
from app.queries.board import Snapshot, board, changed_since, left_board
from app.queries.calls import CallRow, OpenCall
from app.queries.house_pulse import Holes, HousePulse, holes_ahead, house_pulse
from app.queries.teams import TeamRow
from app.shell import Shell, new_id

# More news than this is told as a whole board: a page that slept through a shift begins anew, and so does one
# with a number from a journal that is no more.
NEWS_AT_MOST = 500
# Shifts begin and end without a word in the journal, so a snapshot is not kept for long.
KEPT_FOR = timedelta(seconds=5)
HOUSE_KEPT_FOR = timedelta(seconds=1)
ANSWERS_KEPT = 64
# Stand in shared pieces where each reader's own anti-forgery word and wish key go.
CSRF_SLOT, KEY_SLOT = "csrf-of-the-reader", "key-of-the-wish"

Row = CallRow | TeamRow


@dataclass(frozen=True)
class DrawnRow:
    """A row with its markup, and the seq at which it was first seen like this."""

    row: Row
    html: str
    since: int


@dataclass
class Drawn:
    """One program's board as it was drawn last, and the answers that were made from it."""

    snapshot: Snapshot
    zone: ZoneInfo
    rows: dict[str, DrawnRow]
    rail: str
    log: str
    answers: dict[int, str] = field(default_factory=dict)


@dataclass
class _Program:
    calls: dict[str, OpenCall] = field(default_factory=dict)
    drawn: Drawn | None = None
    house: HousePulse = HousePulse()
    holes: Holes = Holes()
    looked_at: datetime | None = None
    holes_at: datetime | None = None

    def look_at_house(self, shell: Shell, program: str, now: datetime) -> None:
        """Anew when the last look is old. The rota is a matter of hours; a part that stands still is one of seconds."""
        if _is_fresh(self.looked_at, now, HOUSE_KEPT_FOR):
            return
        with shell.store.read() as connection:
            if not _is_fresh(self.holes_at, now, KEPT_FOR):
                self.holes, self.holes_at = holes_ahead(connection, program, now), now
            self.house = house_pulse(connection, shell, program, now, self.holes)
        self.looked_at = now


class Boards:
    """The boards of this process, by program. One thread draws while the others wait for what it drew."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._programs: dict[str, _Program] = {}

    def drawn(self, shell: Shell, program: str, zone: ZoneInfo) -> Drawn:
        """The board as it stands now."""
        with shell.store.read() as connection:
            seq = newest(connection)
        now = shell.clock.now()
        with self._turn:
            kept = self._programs.setdefault(program, _Program())
            kept.look_at_house(shell, program, now)
            drawn = kept.drawn if kept.drawn is not None and kept.drawn.zone == zone else None
            if (
                drawn is None
                or not _still_good(drawn.snapshot, seq, now)
                or drawn.snapshot.house != kept.house
            ):
                with shell.store.read() as connection:
                    snapshot = board(connection, shell.keyring, program, now, zone, kept.calls)
                drawn = kept.drawn = _draw(drawn, replace(snapshot, house=kept.house), zone)
            return drawn

    def house(self, shell: Shell, program: str) -> str:
        """A mark of how the house is: when it changes, an open board has something to show without a new seq."""
        with self._turn:
            kept = self._programs.setdefault(program, _Program())
            kept.look_at_house(shell, program, shell.clock.now())
            return f"{crc32(repr(kept.house).encode()):08x}"

    def changes(self, shell: Shell, program: str, zone: ZoneInfo, after: int, csrf: str) -> str:
        """What a page that knows everything up to `after` must be told, as JSON. Rows that changed at `after`
        itself come again: shifts end without a new seq, and the page leaves alone what it has already."""
        drawn = self.drawn(shell, program, zone)
        answer = drawn.answers.get(after)
        if answer is None:
            with shell.store.read() as connection:
                answer = _answer(connection, program, drawn, after)
            if len(drawn.answers) < ANSWERS_KEPT:
                drawn.answers[after] = answer
        now = json.dumps(shell.clock.now().isoformat())
        return own(f'{{"now":{now},{answer[1:]}', csrf)


def own(shared: str, csrf: str) -> str:
    """A shared piece as one reader gets it: forms in it carry the reader's own words."""
    return shared.replace(CSRF_SLOT, csrf).replace(KEY_SLOT, new_id())


def _is_fresh(looked_at: datetime | None, now: datetime, kept_for: timedelta) -> bool:
    return looked_at is not None and timedelta() <= now - looked_at < kept_for


def _still_good(snapshot: Snapshot, seq: int, now: datetime) -> bool:
    return snapshot.seq >= seq and timedelta() <= now - snapshot.at < KEPT_FOR


def _draw(before: Drawn | None, snapshot: Snapshot, zone: ZoneInfo) -> Drawn:
    known = before.rows if before else {}
    every: list[Row] = [*snapshot.calls, *snapshot.teams]
    rows = {row.id: _row(known.get(row.id), row, snapshot.seq) for row in every}
    same_log = before is not None and before.snapshot.log == snapshot.log
    log = before.log if before and same_log else render_template("_log.html", board=snapshot).strip()
    return Drawn(snapshot, zone, rows, render_rail(snapshot), log)


def render_rail(snapshot: Snapshot) -> str:
    """The rail, with slots for what is the reader's own."""
    rail = render_template("_rail.html", board=snapshot, csrf=CSRF_SLOT, new_key=lambda: KEY_SLOT)
    return rail.strip()


def _row(known: DrawnRow | None, row: Row, seq: int) -> DrawnRow:
    return known if known is not None and known.row == row else DrawnRow(row, render_row(row), seq)


def render_row(row: Row) -> str:
    """One row. Its mark lets a page see that it has this very row already."""
    template = "_call_row.html" if isinstance(row, CallRow) else "_team_row.html"
    return render_template(template, row=row, mark=f"{crc32(repr(row).encode()):08x}").strip()


def _answer(connection: Connection, program: str, drawn: Drawn, after: int) -> str:
    snapshot = drawn.snapshot
    news = changed_since(connection, program, after, NEWS_AT_MOST) if after <= snapshot.seq else None
    since = 0 if news is None else after
    told: Mapping[str, object] = {
        "seq": snapshot.seq,
        "rows": {id: drawn.rows[id].html for id in snapshot.order if drawn.rows[id].since >= since},
        "gone": [f"call-{ref}" for ref in left_board(connection, news)] if news else [],
        "order": snapshot.order,
        "counts": dict(snapshot.counts),
        "rail": drawn.rail,
        "log": drawn.log,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
