"""People on a phone: they answer or not, drive, arrive, check in or forget, write their notes before dawn."""

import re
from collections.abc import Callable
from datetime import timedelta

from app.sim.county import Person
from app.sim.scene import Surroundings
from dispatch import commands as c
from dispatch.answers import DECLINE_REASONS
from dispatch.incident import Incident, Member
from dispatch.stages import ADVANCING, AT_PERSON, WRITING, Stage, Step

MINUTE = timedelta(minutes=1)
NUMBER = re.compile(r"\d{4,6}")
NONSENSE = (
    "what?",
    "who is this",
    "later maybe",
    "yes no",
    "HELP",
    "STOP",
    "START",
    "thx",
    "4711 Y",
    "not ok",
    "",
)
# How somebody answers a page, and how often on a bad night.
ANSWERS = {"yes": 46, "no": 14, "never": 12, "too_late": 8, "twice": 8, "hesitates": 6, "muddled": 6}


class Somebody:
    """One of the staff with a phone in a pocket. What they know is what a text or their page told them."""

    def __init__(self, night: Surroundings, person: Person) -> None:
        self.night = night
        self.person = person
        self.id = person.id
        self.texts_rather = night.chance.random() < 0.6
        self._forgetful = night.chance.random() < 0.4
        self._looks = False

    def reads(self, body: str) -> None:
        """A text has arrived, with its words as they are."""
        found = NUMBER.search(body)
        ref = int(found[0]) if found else 0
        for sign, act in SIGNS.items():
            if sign in body:
                act(self, ref)
                return

    def asked(self, ref: int) -> None:
        """A page: come or do not."""
        chance = self.night.chance
        answers = ANSWERS if self.night.faulty else {"yes": 9, "no": 1}
        getattr(self, f"_{chance.choices(list(answers), list(answers.values()))[0]}")(ref)

    def _yes(self, ref: int) -> None:
        self._soon(10, 150, f"{self.id} says yes to {ref}", lambda: self.says_yes(ref))

    def _no(self, ref: int) -> None:
        self._soon(10, 150, f"{self.id} says no to {ref}", lambda: self.says_no(ref))

    def _never(self, ref: int) -> None:
        """Asleep."""

    def _too_late(self, ref: int) -> None:
        self._soon(200, 1500, f"{self.id} wakes up for {ref}", lambda: self.says_yes(ref))

    def _twice(self, ref: int) -> None:
        self._yes(ref)
        self._yes(ref)

    def _hesitates(self, ref: int) -> None:
        self._yes(ref)
        self._soon(150, 600, f"{self.id} thinks better of {ref}", lambda: self.says_no(ref))

    def _muddled(self, ref: int) -> None:
        nonsense = self.night.chance.choice(NONSENSE)
        self._soon(5, 60, f"{self.id} is muddled", lambda: self.night.texts(self.person, nonsense))
        self._soon(60, 170, f"{self.id} says yes after all", lambda: self.says_yes(0))

    def says_yes(self, ref: int) -> None:
        """Yes, by text or by the link in the page."""
        chance = self.night.chance
        minutes = chance.choice((None, 5, 15, 40))
        if self.texts_rather or not ref:
            number = "" if chance.random() < 0.3 else f"{ref or ''} "
            self.night.texts(self.person, f"{number}Y {minutes or ''}")
        else:
            self._by_link(ref, lambda page: c.Accept(self.id, page, minutes))
        self.looks_soon(2, 8)

    def says_no(self, ref: int) -> None:
        """No, or a yes given back."""
        reason = self.night.chance.choice(list(DECLINE_REASONS))
        if self.texts_rather:
            self.night.texts(self.person, f"{ref} N {reason.partition('_')[2] or reason}")
        else:
            self._by_link(ref, lambda page: c.Decline(self.id, page, reason))

    def _by_link(self, ref: int, command: Callable[[str], c.Command]) -> None:
        incident = self.night.incident_by_ref(ref)
        pages = [page for page in incident.pages if page.person == self.id] if incident else []
        if incident and pages:
            self.night.ask(incident.id, command(pages[-1].id), "link")

    def checked(self, ref: int) -> None:
        """Are you OK?"""
        if self.night.faulty and self.night.chance.random() < 0.3:
            return
        word = self.night.chance.choice(("OK", "ok 30", "fine"))
        self._soon(5, 170, f"{self.id} is OK", lambda: self.night.texts(self.person, f"{ref} {word}"))

    def hears(self, ref: int) -> None:
        """Anything that wants a look at one's own page."""
        self.looks_soon(0.2, 3)

    def which(self, ref: int) -> None:
        """The system asks which page was meant."""
        self._soon(10, 60, f"{self.id} names it", lambda: self.night.texts(self.person, f"{ref} Y"))

    def alarmed(self, ref: int) -> None:
        """An alarm was texted to a supervisor: take it, or look at the board."""
        incident = self.night.incident_by_ref(ref)
        if incident is None or (self.night.faulty and self.night.chance.random() < 0.4):
            return
        for alarm in incident.standing[:1]:
            self.night.ask(incident.id, c.TakeAlarm(self.id, alarm.kind), "board")
        self.looks_soon(0.2, 2)

    def looks_soon(self, least: float, most: float) -> None:
        """Open one's own page in so many minutes; one intention at a time is enough."""
        if self._looks:
            return
        self._looks = True
        self._soon(least * 60, most * 60, f"{self.id} looks", self.looks)

    def looks(self) -> None:
        """One's tasks, and the next step of each."""
        self._looks = False
        tasks = self.night.tasks_of(self.id)
        for incident in tasks:
            command = self._next(incident)
            if command is not None:
                self._does(incident, command)
        if any(incident.stage is not Stage.WAITING_REVIEW for incident in tasks):
            self.looks_soon(1, 14)
        elif tasks:
            self.looks_soon(60, 300)

    def _does(self, incident: Incident, command: c.Command) -> None:
        word = WORDS.get(type(command))
        if word and self.texts_rather and self.night.chance.random() < 0.7:
            self.night.texts(self.person, f"{incident.ref} {word}")
        else:
            self.night.ask(incident.id, command, "phone", words=isinstance(command, (c.Sign, c.Addend)))

    def _next(self, incident: Incident) -> c.Command | None:
        """What this person would do now, as far as they know."""
        question = incident.question
        if question and question.answered_at is None and question.to == self.id:
            return c.AnswerQuestion(self.id)
        if incident.stage in WRITING or (incident.ended and incident.notes_owed):
            return self._writes(incident)
        if incident.signed_by and incident.stage is not Stage.REVIEWED and self.night.chance.random() < 0.02:
            return c.Addend(self.id, "digest-of-more")
        member = incident.member(self.id)
        return self._drives(incident, member) if member and incident.stage is not Stage.REVIEWED else None

    def _writes(self, incident: Incident) -> c.Command | None:
        chance = self.night.chance
        if self._forgets(incident) or (self.night.faulty and chance.random() < 0.3):
            return None
        if not incident.was_on_team(self.id) and chance.random() < 0.95:
            return None
        if incident.stage is Stage.CLEARED and chance.random() < 0.5:
            return c.BeginNotes(self.id)
        missing = ("Say what the person said.",) if self.night.faulty and chance.random() < 0.2 else ()
        return c.Sign(self.id, "digest-of-notes", chance.choice(("home", "hospital")), "outpatient", missing)

    def _forgets(self, incident: Incident) -> bool:
        """Busy with something else, until an alarm makes the desk ring."""
        return self.night.faulty and self._forgetful and not incident.alarms

    def _drives(self, incident: Incident, member: Member) -> c.Command | None:
        chance = self.night.chance
        if self.night.faulty and chance.random() < 0.15:
            return None
        minutes = timedelta(minutes=chance.randrange(20)) if chance.random() < 0.15 else None
        at = self.night.now() - minutes if minutes else None
        if incident.stage not in ADVANCING and member.step is not Step.ON_SCENE and chance.random() < 0.9:
            return None  # the partner is with the person already
        match member.step:
            case Step.ACCEPTED:
                return c.GoEnRoute(self.id, self.id, chance.choice((None, 20)), at=at)
            case Step.EN_ROUTE if chance.random() < 0.15:
                return c.WaitNearby(self.id, self.id, at=at)
            case Step.STAGED if chance.random() < 0.15:
                return c.ReportNotFound(self.id, self.id)
            case Step.STAGED if self._forgets(incident):
                return None
            case Step.EN_ROUTE | Step.STAGED:
                return c.Arrive(self.id, self.id, at=at)
        return self._there(incident)

    def _there(self, incident: Incident) -> c.Command | None:
        if incident.stage not in AT_PERSON:
            return None
        one = c.MeetPerson if incident.stage is Stage.ON_SCENE else c.Clear
        kinds: dict[type[c.Progress], int] = {one: 60, c.CheckIn: 10}
        if incident.stage is not Stage.TRANSPORTING:
            kinds |= {c.ReportRefused: 6, c.ReportNotFound: 5}
        if incident.stage is Stage.WITH_PERSON:
            kinds |= {c.BeginTransport: 30}
        if incident.stage is Stage.TRANSPORTING and self.night.faulty and not incident.alarms:
            return None  # an hour's drive, and nobody says a word
        if incident.stage is Stage.ON_SCENE and incident.open_seats():
            kinds |= {c.Clear: 10}
        chosen = self.night.chance.choices(list(kinds), list(kinds.values()))[0]
        return chosen(self.id, self.id)

    def _soon(self, least: float, most: float, what: str, moment: Callable[[], None]) -> None:
        self.night.later(timedelta(seconds=self.night.chance.uniform(least, most)), what, moment)


SIGNS: dict[str, Callable[[Somebody, int], None]] = {
    "Crisis page": Somebody.asked,
    "are you OK": Somebody.checked,
    "Which page": Somebody.which,
    "Alarm on": Somebody.alarmed,
    "on the way?": Somebody.hears,
    "notes are due": Somebody.hears,
    "has a question": Somebody.hears,
    "you said yes": Somebody.hears,
    "goes with you": Somebody.hears,
}
WORDS: dict[type[c.Command], str] = {
    c.GoEnRoute: "GO",
    c.WaitNearby: "STAGED",
    c.Arrive: "HERE",
    c.MeetPerson: "WITH",
    c.CheckIn: "OK",
    c.BeginTransport: "transport",
    c.Clear: "DONE",
}
