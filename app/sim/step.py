"""What one step left behind, read by a connection of its own: commits in order, and every row that moved."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.codec import FACTS, load, load_fact, load_message
from dispatch.apply import after
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.messages import Message

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILESTONES = (
    "triaged_at", "dispatched_at", "accepted_at", "en_route_at", "on_scene_at", "with_person_at",
    "cleared_at", "signed_at", "reviewed_at",
)  # fmt: skip
# The database itself keeps what moved inside each transaction, and forgets what was rolled back.
TRAIL = """
CREATE TABLE trail (n INTEGER PRIMARY KEY, what TEXT, id TEXT, was TEXT, now TEXT,
  a INTEGER, b INTEGER, c INTEGER);
CREATE TRIGGER trail_1 AFTER INSERT ON incidents BEGIN
  INSERT INTO trail (what, id, a) VALUES ('commit', NEW.id, NEW.seq); END;
CREATE TRIGGER trail_2 AFTER UPDATE OF seq ON incidents BEGIN
  INSERT INTO trail (what, id, a) VALUES ('commit', NEW.id, NEW.seq); END;
CREATE TRIGGER trail_3 AFTER UPDATE OF state, fence, reached ON outbox BEGIN
  INSERT INTO trail (what, id, was, now, a, b, c) VALUES ('outbox', NEW.id, OLD.state, NEW.state,
    NEW.fence - OLD.fence, NEW.attempts, NEW.reached - OLD.reached); END;
CREATE TRIGGER trail_9 AFTER UPDATE OF fence ON outbox WHEN OLD.state = 'sending' AND NEW.fence > OLD.fence
  AND OLD.lease_until > NEW.lease_until - 15000000 BEGIN
  INSERT INTO trail (what, id) VALUES ('lease broken', NEW.id); END;
CREATE TRIGGER trail_7 AFTER UPDATE ON outbox WHEN NEW.state = 'failed' AND OLD.state != 'failed'
  OR NEW.failed IS NOT NULL AND OLD.failed IS NULL BEGIN
  INSERT INTO trail (what, id) VALUES ('lost', NEW.id); END;
CREATE TRIGGER trail_8 AFTER UPDATE OF reached ON outbox WHEN NEW.reached >= 5 AND OLD.reached < 5 BEGIN
  INSERT INTO trail (what, id) VALUES ('arrived', NEW.id); END;
CREATE TRIGGER trail_4 AFTER UPDATE ON pages WHEN OLD.person != NEW.person
  OR OLD.seat != NEW.seat OR OLD.incident != NEW.incident BEGIN
  INSERT INTO trail (what, id) VALUES ('page rewritten', NEW.id); END;
CREATE TRIGGER trail_5 AFTER DELETE ON pages BEGIN
  INSERT INTO trail (what, id) VALUES ('page rewritten', OLD.id); END;
""" + "".join(
    f"CREATE TRIGGER trail_{name} AFTER UPDATE OF {name} ON incidents "
    f"WHEN OLD.{name} IS NOT NULL AND NEW.{name} IS NOT OLD.{name} BEGIN "
    f"INSERT INTO trail (what, id, now) VALUES ('milestone rewritten', NEW.id, '{name}'); END;"
    for name in MILESTONES
)


@dataclass(frozen=True)
class Entry:
    """One row of the journal, read again."""

    seq: int
    by: str
    via: str
    fact: Fact


@dataclass(frozen=True)
class Commit:
    """One change of one incident: its facts, the incident before and after them, and the messages owed."""

    incident: str
    seq: int
    entries: tuple[Entry, ...]
    before: Incident | None
    after: Incident
    messages: tuple[Message, ...]

    def facts(self, *kinds: type[Any]) -> list[Any]:
        """Its facts of these kinds."""
        return [entry.fact for entry in self.entries if isinstance(entry.fact, kinds)]


@dataclass(frozen=True)
class Move:
    """One row of the trail."""

    what: str
    id: str
    was: str
    now: str
    a: int
    b: int
    c: int


@dataclass(frozen=True)
class Step:
    """All that one step did. `stored` are the incidents' rows as they now stand, for those that changed."""

    now: datetime
    db: sqlite3.Connection
    commits: tuple[Commit, ...]
    moves: tuple[Move, ...]
    stored: dict[str, sqlite3.Row]
    seqs: tuple[int, ...]
    out: dict[str, str]  # everybody who is out now -> incident

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Plain rows of the database as it now stands."""
        return self.db.execute(query, values).fetchall()


@dataclass
class Watch:
    """Remembers where the last step ended, and every incident as its facts alone make it."""

    db: sqlite3.Connection
    now: Callable[[], datetime]
    folded: dict[str, Incident] = field(default_factory=dict)
    _seq: int = 0
    _trail: int = 0
    _version: int = -1

    def begin(self) -> None:
        """Lay the trail."""
        self.db.executescript(TRAIL)

    def look(self) -> Step | None:
        """What happened since the last look; None when nothing did."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return None
        self._version = version
        moves = self.db.execute("SELECT * FROM trail WHERE n > ? ORDER BY n", (self._trail,)).fetchall()
        journal = self.db.execute("SELECT * FROM journal WHERE seq > ? ORDER BY seq", (self._seq,)).fetchall()
        if not moves and not journal:
            return None
        self._trail = moves[-1]["n"] if moves else self._trail
        self._seq = journal[-1]["seq"] if journal else self._seq
        commits = self._commits(moves, journal)
        stored = {one.incident: self._row(one.incident) for one in commits}
        return Step(
            self.now(),
            self.db,
            tuple(commits),
            tuple(
                Move(*(row[name] for name in ("what", "id", "was", "now", "a", "b", "c"))) for row in moves
            ),
            stored,
            tuple(row["seq"] for row in journal),
            {person: incident.id for incident in self.folded.values() for person in incident.out},
        )

    def _row(self, incident: str) -> sqlite3.Row:
        row: sqlite3.Row = self.db.execute("SELECT * FROM incidents WHERE id = ?", (incident,)).fetchone()
        return row

    def _commits(self, moves: list[sqlite3.Row], journal: list[sqlite3.Row]) -> list[Commit]:
        left = [row for row in journal if row["kind"] in FACTS]
        commits = []
        for move in moves:
            if move["what"] != "commit":
                continue
            mine = [row for row in left if row["seq"] <= move["a"]]
            left = left[len(mine) :]
            entries = tuple(
                Entry(row["seq"], row["by"], row["via"], load_fact(row["kind"], row["fact"])) for row in mine
            )
            before = self.folded.get(move["id"])
            folded = after(before, [entry.fact for entry in entries])
            assert folded is not None
            self.folded[move["id"]] = folded
            commits.append(Commit(move["id"], move["a"], entries, before, folded, self._messages(move)))
        assert not left, "the journal has facts of no incident's commit"
        return commits

    def _messages(self, move: sqlite3.Row) -> tuple[Message, ...]:
        rows = self.db.execute(
            "SELECT kind, message FROM outbox WHERE incident = ? AND incident_seq = ? AND step = 0 ORDER BY id",
            (move["id"], move["a"]),
        )
        return tuple(load_message(row["kind"], row["message"]) for row in rows)


def instant(microseconds: int | None) -> datetime | None:
    """A stored instant."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def state_of(row: sqlite3.Row) -> Incident:
    """The incident as it is stored."""
    return load(Incident, row["state"])
