"""The model's store: incidents in memory, and the one write path around the real rules."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple, TypeVar

from app.sim.core.change import Change, Entry
from app.sim.core.row import Row
from app.sim.core.tries import Outbox
from app.sim.county import PROGRAM, County, Person
from dispatch.announce import announce
from dispatch.apply import apply
from dispatch.board import Board, OnCall, Policy
from dispatch.clock import next_wake
from dispatch.commands import Command, Receive, Wake
from dispatch.decide import decide
from dispatch.incident import Incident, Page
from dispatch.messages import Message
from dispatch.reach import CHANNELS, Way
from dispatch.stages import Stage
from dispatch.value import replace

FIRST_REF = 2001
Reply = Callable[[Incident], list[Message]]
Kept = TypeVar("Kept")


class Answered(NamedTuple):
    """What a wish came to: the incident after it; no change when nothing had to change."""

    incident: Incident
    change: Change | None
    owed: tuple[list[Row], ...] = ()


class House:
    """What is stored. Each method that changes anything is one transaction."""

    def __init__(self, county: County, policy: Policy, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self.outbox = outbox
        self.now = now
        self.incidents: dict[str, Incident] = {}
        self.by_ref: dict[int, str] = {}
        # Those that a board shows, and those that nobody has reviewed yet.
        self.on_board: dict[str, Incident] = {}
        self.open: dict[str, Incident] = {}
        self.stirred = False
        self.out: dict[str, str] = {}
        # Ways that are stopped or broken, and since when.
        self._blocked: dict[tuple[str, str], datetime] = {}
        self.granted: set[str] = set()
        self._asked: dict[str, set[str]] = {}
        self._wakes: list[tuple[datetime, str]] = []
        self._wake_at: dict[str, datetime | None] = {}
        self._people = {person.id: person for person in county.people}
        self._own_lines = frozenset(
            one.id for person in county.people for one in person.more if one.kind == "call"
        )
        self._empty = Board(
            county.start,
            policy,
            names={person.id: person.name for person in county.people},
            supervisors=frozenset(person.id for person in county.of("supervisor")),
        )
        self._rota: tuple[datetime, datetime, tuple[OnCall, ...]] | None = None
        self._ways: dict[str, tuple[Way, ...]] = {}
        self._seq = 0

    def ask(
        self, incident: str, command: Command, via: str, key: str | None, reply: Reply | None
    ) -> Answered:
        """The one write path: decide, apply, save, owe, cancel; or Refused, with nothing written."""
        before = self.incidents.get(incident)
        if key is not None and key in self.granted:
            assert before is not None
            return Answered(before, None)
        now = self.now()
        board = self.board(incident, now, isinstance(command, Wake))
        facts = decide(before, command, board)
        if not facts:
            assert before is not None
            return Answered(before, None)
        after = before
        messages: list[Message] = []
        for fact in facts:
            messages += announce(after, fact, board)
            after = apply(after, fact)
        assert after is not None
        if reply is not None:
            messages += reply(after)
        self._save(before, after)
        if before is not None:
            self.outbox.cancel(before, after, now)
        owed = tuple([self.outbox.owe(one, incident, self.ways_of(one.to), now) for one in messages])
        if key is not None:
            self.granted.add(key)
        self._seq += 1
        entries = tuple([Entry(self._seq, fact.by, via, fact) for fact in facts])
        return Answered(after, Change(before, after, entries, tuple(messages)), owed)

    def tell(self, message: Message) -> None:
        """Owe an answer that changes nothing."""
        self.outbox.owe(message, None, self.ways_of(message.to), self.now())

    def opening(
        self, by: str, channel: str, answers: tuple[tuple[str, str], ...], needs: tuple[str, ...]
    ) -> Receive:
        """The wish that opens the next incident."""
        ref = FIRST_REF + len(self.incidents)
        return Receive(by, f"i{ref}", ref, PROGRAM, channel, answers, needs)

    def _save(self, before: Incident | None, after: Incident) -> None:
        self.incidents[after.id] = after
        self.stirred = True
        _keep(self.open, after.id, after, after.stage is not Stage.REVIEWED)
        _keep(self.on_board, after.id, after, after.on_board or bool(after.alarms and after.standing))
        if before is None:
            self.by_ref[after.ref] = after.id
        wake = next_wake(after)
        if wake is not None and wake != self._wake_at.get(after.id):
            heappush(self._wakes, (wake, after.id))
        self._wake_at[after.id] = wake
        if before is None or before.pages is not after.pages:
            asked = {page.person for page in after.pages if page.state == "asked"}
            _keep(self._asked, after.id, asked, bool(asked))
        if before is None or before.out != after.out:
            for person in before.out if before is not None else ():
                if self.out.get(person) == after.id:
                    del self.out[person]
            for person in after.out:
                self.out.setdefault(person, after.id)

    def board(self, incident: str, now: datetime, waking: bool = False) -> Board:
        """What the rules may know, as seen from one incident."""
        unsent: frozenset[str] = frozenset()
        if waking and incident in self.incidents:
            open_pages = self.incidents[incident].open_pages
            unsent = frozenset(
                page.id
                for page in open_pages
                if not any(row.sent_at is not None for row in self.outbox.of_page[page.id])
            )
        return replace(
            self._empty,
            now=now,
            on_call=self._on_call(now),
            busy={
                person: self.incidents[where].ref for person, where in self.out.items() if where != incident
            },
            asked=frozenset(
                [person for where, persons in self._asked.items() if where != incident for person in persons]
            ),
            unsent=unsent,
        )

    def _on_call(self, now: datetime) -> tuple[OnCall, ...]:
        if self._rota is None or not self._rota[0] <= now < self._rota[1]:
            shifts = [(one, one.shift) for one in self._people.values() if one.tier and one.shift]
            edges = sorted(
                {edge for _, shift in shifts for edge in shift}
                | {now.replace(year=1990), now.replace(year=2190)}
            )
            begins = max(edge for edge in edges if edge <= now)
            ends = min(edge for edge in edges if edge > now)
            line = [OnCall(one.id, one.tier or "") for one, shift in shifts if shift[0] <= now < shift[1]]
            self._rota = (begins, ends, tuple(line))
        return self._rota[2]

    # --- the clock ---

    def next_wake(self) -> datetime | None:
        """When the first incident has something due."""
        while self._wakes and self._wake_at[self._wakes[0][1]] != self._wakes[0][0]:
            heappop(self._wakes)
        return self._wakes[0][0] if self._wakes else None

    def due(self, now: datetime) -> list[str]:
        """The incidents of which something is due, the earliest first."""
        found = []
        while (first := self.next_wake()) is not None and first <= now:
            found.append(heappop(self._wakes)[1])
        return list(dict.fromkeys(found))

    def still_due(self, incident: str, now: datetime) -> bool:
        """Was it woken, and nothing came of it?"""
        wake = self._wake_at[incident]
        return wake is not None and wake <= now

    # --- ways ---

    def ways_of(self, person: str) -> tuple[Way, ...]:
        """Their ways, in their own order, without those that are blocked; all of them when every one is."""
        if person not in self._ways:
            self._ways[person] = _ordered(self._people[person]) if person in self._people else ()
        every = self._ways[person]
        if not self._blocked:
            return every
        return tuple([way for way in every if (way.channel, way.address) not in self._blocked]) or every

    def stop(self, number: str) -> None:
        """Texts to this number are stopped."""
        self._blocked.setdefault(("text", number), self.now())

    def start(self, number: str) -> None:
        """Texts to this number are wanted again."""
        self._blocked.pop(("text", number), None)

    def refused(self, way: Way, reason: str) -> None:
        """A provider said no for good. That a mobile cannot be rung says nothing of its texts."""
        stopped = reason == "opted_out" and way.channel == "text"
        broken = reason == "number" and (way.channel != "call" or way.id in self._own_lines)
        if way.address and (stopped or broken):
            self._blocked.setdefault((way.channel, way.address), self.now())

    def arrived(self, row: Row) -> None:
        """Something did arrive there: whatever was said of this way before it was sent is over."""
        key = (row.way.channel, row.way.address)
        since = self._blocked.get(key)
        if since is not None and since < (row.wire_at or self.now()):
            del self._blocked[key]

    def page_of(self, row: Row) -> Page | None:
        """The page that a try belongs to, as it stands."""
        if row.incident is None or row.page is None:
            return None
        return self.incidents[row.incident].page(row.page)


def _keep(among: dict[str, Kept], incident: str, value: Kept, belongs: bool) -> None:
    if belongs:
        among[incident] = value
    else:
        among.pop(incident, None)


def _ordered(person: Person) -> tuple[Way, ...]:
    addresses = {"": person.phone or ""} | {one.id: one.address for one in person.more}
    plan = person.plan or tuple(
        sorted(person.channels, key=lambda one: [way for way in CHANNELS].index(one[0]))  # type: ignore[arg-type]
    )
    return tuple(Way(way, channel, addresses[way]) for channel, way in plan)  # type: ignore[arg-type]
