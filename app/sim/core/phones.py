"""What arrives at people in the model, and what comes back from them: texts, keys, notices, letters."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Protocol

from app.sim.core.coverage import Report
from app.sim.core.house import House, Reply
from app.sim.core.network import Network
from app.sim.core.row import Row
from app.sim.county import County, Person
from app.sim.people import Somebody
from dispatch import messages as m
from dispatch.commands import Accept, CheckIn, Command, Decline
from dispatch.incident import Incident
from dispatch.next_steps import command_of, page_of
from notify.replies import Reply as Heard
from notify.replies import read

SECOND = timedelta(seconds=1)
ANSWERS_AT_MOST = 8
# Who gets a message does this with it.
ACTS: dict[type[m.Message], Callable[[Somebody, int], None]] = {
    m.PageResponder: Somebody.asked,
    m.AreYouOk: Somebody.checked,
    m.WhichPage: Somebody.which,
    m.AlarmStands: Somebody.alarmed,
    m.AreYouOnTheWay: Somebody.hears,
    m.NotesDue: Somebody.hears,
    m.QuestionAsked: Somebody.hears,
    m.YesHeard: Somebody.hears,
    m.PartnerFound: Somebody.hears,
    m.SeatYours: Somebody.hears,
}


class Around(Protocol):
    """What the phones need of the night around them."""

    chance: Random
    county: County
    faulty: bool
    report: Report

    def after(self, delay: timedelta, moment: Callable[[], object]) -> None: ...

    def is_down(self) -> timedelta: ...

    def somebody(self, person: str) -> Somebody: ...

    def answers(self, incident: str, command: Command, via: str, reply: Reply | None) -> str | None: ...


class Phones:
    """Everybody's phones, browsers and mailboxes."""

    def __init__(self, night: Around, house: House, network: Network) -> None:
        self._night = night
        self._house = house
        self._network = network
        self._events: set[str] = set()
        self._number = 0
        self._told: dict[str, int] = {}

    def arrived(self, rows: tuple[Row, ...], how: str) -> None:
        """A text, a call or a letter is at its person's, with all that it tells; `how` is what it came to."""
        for row in rows:
            self._arrived(row, how)

    def _arrived(self, row: Row, how: str) -> None:
        someone = self._night.somebody(row.message.to)
        match row.way.channel:
            case "call" if how == "human":
                self._picked_up(row, someone)
            case "text":
                self._reads(row, someone)
            case "push" if self._night.chance.random() < 0.5:
                self._reads(row, someone)
            case "email" if self._night.chance.random() < 0.2:
                self._night.after(
                    SECOND * self._night.chance.uniform(300, 3600), lambda: self._reads(row, someone)
                )

    def _reads(self, row: Row, someone: Somebody) -> None:
        act = ACTS.get(type(row.message))
        if act is not None:
            act(someone, row.message.ref)

    def _picked_up(self, row: Row, someone: Somebody) -> None:
        """A person typed the code; then a key, or they hung up."""
        down = self._night.is_down()
        if down:
            return  # the line is dead: the call was over before anybody could take its keys
        self._network.reported(row.id, "human", None)
        key = self._night.chance.choices(("1", "2", ""), (60, 15, 25) if self._night.faulty else (90, 10, 0))[
            0
        ]
        command: Command
        match row.message, key:
            case m.PageResponder(to=person, page=page), "1":
                command = Accept(person, page)
            case m.PageResponder(to=person, page=page), "2":
                command = Decline(person, page)
            case m.AreYouOk(to=person), "1":
                command = CheckIn(person, person)
            case _:
                return
        reply = self._yes_heard(person) if isinstance(command, Accept) else None
        self._night.answers(row.incident or "", command, "voice", reply)
        if isinstance(command, Accept):
            someone.looks_soon(2, 8)

    def texts(self, person: Person, body: str) -> None:
        """A phone texts us: sometimes late, sometimes twice, sometimes never."""
        if person.phone is None:
            return
        chance = self._night.chance
        fates = (
            (("once", 80), ("lost", 4), ("twice", 8), ("late", 8)) if self._night.faulty else (("once", 1),)
        )
        fate = chance.choices([name for name, _ in fates], [often for _, often in fates])[0]
        self._network.seen[f"reply_{fate}"] += 1
        if fate == "lost":
            return
        self._number += 1
        event = f"SM{self._number}"
        delay = chance.uniform(60, 900) if fate == "late" else chance.uniform(0.5, 4)
        for _ in range(2 if fate == "twice" else 1):
            self._night.after(SECOND * delay, lambda: self._heard(person, body, event))
            delay += chance.uniform(0, 20)

    def _heard(self, person: Person, body: str, event: str) -> None:
        down = self._night.is_down()
        if down:
            self._night.after(down + SECOND, lambda: self._heard(person, body, event))
            return
        if event in self._events:
            return
        self._events.add(event)
        heard = read(body)
        if heard.word == "keyword":
            self._keyword(person, heard)
            return
        parts = self._parts(person.id, heard.ref)
        incident = self._meant(parts, heard)
        if heard.word == "unknown":
            self._tell(m.HowToReply(person.id, parts[0].ref if parts else 0))
        elif incident is None:
            refs = tuple(one.ref for one in parts)
            self._tell(m.WhichPage(person.id, refs[0], refs) if refs else m.HowToReply(person.id, 0))
        else:
            self._asks(person, incident, heard)

    def _keyword(self, person: Person, heard: Heard) -> None:
        assert person.phone is not None
        if heard.keyword == "stop":
            self._house.stop(person.phone)
        elif heard.keyword == "start":
            self._house.start(person.phone)
        elif heard.keyword == "help":
            waiting = [one.ref for one in self._parts(person.id, None) if not one.member(person.id)]
            self._tell(m.NoAlarm(person.id, waiting[0] if waiting else 0, ""))

    def _parts(self, person: str, ref: int | None) -> list[Incident]:
        """What they have a word to say to: pages that wait, tasks they are on, or the one they name."""
        named = self._house.by_ref.get(ref or 0)
        among = (
            self._house.open if named is None else self._house.open | {named: self._house.incidents[named]}
        )
        return [
            one
            for one in among.values()
            if one.member(person)
            and one.out
            or any(page.person == person and (page.state == "asked" or one.ref == ref) for page in one.pages)
        ]

    def _meant(self, parts: list[Incident], heard: Heard) -> Incident | None:
        named = [one for one in parts if one.ref == heard.ref]
        if named or heard.ref is not None:
            return named[0] if named else None
        return parts[0] if len(parts) == 1 else None

    def _asks(self, person: Person, incident: Incident, heard: Heard) -> None:
        command: Command
        reply: Reply
        if heard.word in ("yes", "no"):
            page = page_of(incident, person.id)
            if page is None:
                return
            if heard.word == "yes":
                command, reply = Accept(person.id, page.id, heard.minutes), self._yes_heard(person.id)
            else:
                command = Decline(person.id, page.id, heard.reason or "other")
                reply = lambda after: [m.NoHeard(person.id, after.ref)]  # noqa: E731
        else:
            command = command_of(heard.word, incident, person.id, minutes=heard.minutes)
            reply = self._step_heard(person.id, heard.word)
        sentence = self._night.answers(incident.id, command, "sms", reply)
        if sentence is not None:
            self._tell(
                self._has_it(person.id, incident, command) or m.Refusal(person.id, incident.ref, sentence)
            )

    def _has_it(self, person: str, incident: Incident, command: Command) -> m.Message | None:
        """Too late: whose it is, and since when."""
        page = incident.page(command.page) if isinstance(command, Accept) else None
        holder = incident.in_seat(page.seat) if page is not None else None
        if holder is None or holder.person == person or incident.open_seats():
            return None
        known = self._night.county.person(holder.person)
        return m.HasIt(person, incident.ref, known.name if known else "", holder.accepted_at)

    def _yes_heard(self, person: str) -> Reply:
        def reply(after: Incident) -> list[m.Message]:
            partners = [one.person for one in after.members if one.person != person]
            known = self._night.county.person(partners[0]) if partners else None
            return [m.YesHeard(person, after.ref, known.name if known else None)]

        return reply

    def _step_heard(self, person: str, word: str) -> Reply:
        def reply(after: Incident) -> list[m.Message]:
            member = after.member(person)
            return [m.StepHeard(person, after.ref, word, member.check_by if member else None)]  # type: ignore[arg-type]

        return reply

    def _tell(self, message: m.Message) -> None:
        """Answers that change nothing end after a few, or two machines would answer each other for ever."""
        self._told[message.to] = self._told.get(message.to, 0) + 1
        if self._told[message.to] <= ANSWERS_AT_MOST:
            self._night.report.coverage.saw("messages", type(message).__name__)
            self._house.tell(message)
