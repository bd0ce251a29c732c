"""People at a desk: dispatchers who take calls, send and ring round, and supervisors who review."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.sim.county import CLIENTS, Person
from app.sim.people import Somebody
from app.sim.scene import Coded, Surroundings
from dispatch import commands as c
from dispatch.desk import (
    ALONE_REASONS,
    CANCEL_REASONS,
    CHANNELS,
    HAND_OVER_TO,
    HOLD_REASONS,
    NEEDS,
    RECALL_REASONS,
)
from dispatch.incident import Alarm, Incident
from dispatch.review import FINDINGS
from dispatch.stages import AT_DESK, AT_PERSON, GOING, Seat, Stage, Step
from dispatch.triage import QUESTIONS


class AtDesk(Somebody):
    """Sees the board; does one thing at a time, alarms first."""

    busy = (20.0, 90.0)
    idle = (120.0, 600.0)

    def begins(self) -> None:
        """Sit down. With an empty board there is time for a coffee."""
        every = self.busy if self.night.is_busy() else self.idle
        self._soon(*every, f"{self.id} at the desk", self._at_desk)

    def _at_desk(self) -> None:
        self.works()
        self.begins()

    def works(self) -> None:
        """The next thing."""
        board = self.night.board()
        if board:
            alarmed = [incident for incident in board if incident.standing]
            self._handles(self.night.chance.choice(alarmed or board))

    def _handles(self, incident: Incident) -> None:
        if incident.standing and self._rings(incident, incident.standing[0]):
            return
        if incident.stage is Stage.HELD and not incident.standing and self.night.chance.random() < 0.9:
            return
        if incident.stage in AT_DESK:
            self._decides(incident)
        elif incident.alone and incident.stage in GOING and self.night.chance.random() < 0.3:
            self._asks(incident)(c.AskPerson(self.id, self._anyone(), Seat.SECOND))
        elif self.night.faulty and self.night.chance.random() < 0.1:
            self._meddles(incident)

    def calls(self) -> None:
        """The telephone: a new call is taken down."""
        chance = self.night.chance
        needs = tuple(chance.sample(sorted(NEEDS), chance.choice((0, 0, 1))))
        channel = chance.choice(sorted(CHANNELS))
        self.night.opens(self.id, channel, self._answers(), needs)
        if chance.random() < 0.1:  # the same crisis, told by a neighbour
            self._soon(30, 400, "a second call", lambda: self.night.opens(self.id, "phone", (), ()))

    def _answers(self) -> Coded:
        chance = self.night.chance
        asked = chance.sample(sorted(QUESTIONS), chance.randrange(len(QUESTIONS)))
        answers = {question: chance.choice(("no", "no", "no", "yes", "unknown")) for question in asked}
        if chance.random() < 0.4:
            answers |= {"weapon": "no", "violence": "no"}
        return tuple(answers.items())

    def _decides(self, incident: Incident) -> None:
        chance, ask = self.night.chance, self._asks(incident)
        suggested = incident.suggestion.acuity if incident.suggestion else 2
        if incident.stage is Stage.RECEIVED:
            kinds: dict[Callable[[], object], float] = {
                lambda: ask(c.Triage(self.id, suggested)): 50,
                lambda: ask(c.Triage(self.id, chance.choice((1, 2, 3)), "known_pattern")): 10,
                lambda: ask(c.Describe(self.id, self._answers(), None, ("place",)), words=True): 15,
                lambda: ask(c.LinkClient(self.id, chance.choice(CLIENTS))): 4,
                lambda: ask(c.Cancel(self.id, chance.choice(sorted(CANCEL_REASONS)))): 2,
            }
        else:
            kinds = {
                lambda: ask(c.Dispatch(self.id)): 50,
                lambda: ask(c.Dispatch(self.id, self._anyone())): 8,
                lambda: ask(c.Dispatch(self.id, alone=chance.choice(sorted(ALONE_REASONS)))): 16,
                lambda: ask(c.Hold(self.id, chance.choice(sorted(HOLD_REASONS)), self._later_today())): 8,
                lambda: ask(c.CallEmergency(self.id)): 4,
                lambda: ask(c.HandOver(self.id, chance.choice(sorted(HAND_OVER_TO)))): 2,
                lambda: ask(c.MarkDuplicate(self.id, self.night.some_ref())): 6,
            }
        chance.choices(list(kinds), list(kinds.values()))[0]()

    def _meddles(self, incident: Incident) -> None:
        chance, ask = self.night.chance, self._asks(incident)
        person = self._anyone()
        acts: list[Callable[[], object]] = [
            lambda: ask(c.AskPerson(self.id, person, chance.choice(list(Seat)))),
            lambda: ask(c.Recall(self.id, chance.choice(sorted(RECALL_REASONS)))),
            lambda: ask(c.GoAlone(self.id, chance.choice(sorted(ALONE_REASONS)))),
            lambda: ask(c.Describe(self.id, self._answers())),
            lambda: ask(c.Triage(self.id, 1)),
            lambda: ask(c.Cancel(self.id, "caller_withdrew")),
            lambda: self._hands_over(incident),
        ]
        chance.choice(acts)()

    def _hands_over(self, incident: Incident) -> None:
        """Somebody's shift is over, and the desk has heard who goes on in their place."""
        for member in incident.members[:1]:
            taker = self._anyone()
            self._asks(incident)(c.TakeOver(self.id, member.person, taker, on_behalf=True))

    def _rings(self, incident: Incident, alarm: Alarm) -> bool:
        """Take an alarm and ring whoever it concerns. False when this alarm wants a decision at the desk."""
        chance, ask = self.night.chance, self._asks(incident)
        if not self.night.faulty or chance.random() < 0.5:
            ask(c.TakeAlarm(self.id, alarm.kind))
        match alarm.kind:
            case "nobody_answered":
                self._finds_someone(incident)
            case "check_missed" if incident.stage in AT_PERSON:
                ask(c.CheckIn(self.id, alarm.about or ""))
            case "no_progress" | "not_arrived" | "staged_long":
                self._hurries(incident, alarm.about or "")
            case "transport_long" | "notes_late":
                self._nudges(incident)
            case "triage_again":
                ask(c.Triage(self.id, incident.suggestion.acuity if incident.suggestion else 1))
            case _:
                return False
        return True

    def _finds_someone(self, incident: Incident) -> None:
        chance, ask = self.night.chance, self._asks(incident)
        if incident.members and chance.random() < 0.5:
            ask(c.GoAlone(self.id, "no_second"))
        elif incident.stage in GOING and chance.random() < 0.06:
            ask(c.HandOver(self.id, "911"))
        else:
            for seat in incident.unasked_seats():
                ask(c.AskPerson(self.id, self._anyone(), seat))
        for page in incident.open_pages[:1]:
            if chance.random() < 0.3:
                ask(c.Accept(self.id, page.id, 20, on_behalf=True))

    def _hurries(self, incident: Incident, person: str) -> None:
        member = incident.member(person)
        if member is None:
            return
        ask = self._asks(incident)
        if self.night.chance.random() < 0.3:
            ask(c.Decline(self.id, member.page, "other", on_behalf=True))
        else:
            step = c.GoEnRoute if member.step is Step.ACCEPTED else c.Arrive
            ask(step(self.id, person))

    def _nudges(self, incident: Incident) -> None:
        for member in incident.members:
            self.night.somebody(member.person).looks_soon(0.2, 2)

    def _asks(self, incident: Incident) -> Callable[..., object]:
        return lambda command, words=False: self.night.ask(incident.id, command, "board", words=words)

    def _anyone(self) -> str:
        return self.night.chance.choice(self.night.county.people).id

    def _later_today(self) -> datetime:
        return self.night.now() + timedelta(minutes=self.night.chance.choice((10, 30, 90)))


class Supervisor(AtDesk):
    """Reviews what is done, and handles alarms when they are texted."""

    busy = (600.0, 3600.0)
    idle = (1800.0, 5400.0)

    def __init__(self, night: Surroundings, person: Person) -> None:
        super().__init__(night, person)
        # Some have a week in which a review waits until it is late.
        self._eager = night.chance.choice((0.7, 0.7, 0.02))

    def works(self) -> None:
        """Look at what waits for review, then at the board's alarms."""
        for incident in self.night.to_review():
            if incident.standing or self.night.chance.random() < self._eager:
                self._reviews(incident)
        alarmed = [incident for incident in self.night.board() if incident.standing]
        if alarmed and self.night.chance.random() < 0.5:
            self._handles(alarmed[0])

    def looks(self) -> None:
        """A text brought them: their own tasks first, then the alarm."""
        super().looks()
        self.works()

    def _reviews(self, incident: Incident) -> None:
        chance = self.night.chance
        if self.id in incident.worked and chance.random() < 0.95:
            return  # not theirs to review; now and then they try all the same
        asks_often = 0.2 if self.night.faulty else 0.05
        if incident.worked and incident.question is None and chance.random() < asks_often:
            self.night.ask(
                incident.id, c.AskAuthor(self.id, chance.choice(incident.worked)), "board", words=True
            )
            return
        finding = chance.choice(sorted(FINDINGS))
        self.night.ask(incident.id, c.SignOff(self.id, finding, chance.random() < 0.3), "board")
