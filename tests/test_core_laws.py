"""Confused people press anything at any time, on two incidents at once: the laws hold after each step."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dispatch import commands as c
from dispatch.announce import announce
from dispatch.answers import DECLINE_REASONS
from dispatch.apply import apply
from dispatch.board import Board
from dispatch.clock import next_wake
from dispatch.decide import RULE_OF, decide
from dispatch.desk import CANCEL_REASONS, HAND_OVER_TO, HOLD_REASONS, LOWER_REASONS, RECALL_REASONS
from dispatch.incident import Incident
from dispatch.review import FINDINGS
from dispatch.stages import ADVANCING, STEP_ORDER, Seat, Stage, Step
from dispatch.triage import QUESTIONS
from dispatch.value import Refused
from tests import core_laws
from tests.builders import CALM, LADDER, NIGHT, a_board

PEOPLE = st.sampled_from(["ana", "ben", "cy", "fay", "dee", "sue", "max"])
RESPONDERS = st.sampled_from(["ana", "ben", "cy", "fay", "sue"])
REFS = {"i1": 2291, "i2": 2292}
STORY = "he has a knife at 12 Elm St"


def a_code(*codes: object) -> st.SearchStrategy[Any]:
    """One of the codes, or now and then a patient's words where a code belongs."""
    return st.sampled_from([*codes, *codes, STORY])


class Confusion(RuleBasedStateMachine):
    """Two incidents, one rota, and people who press anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.incidents: dict[str, Incident] = {}
        self.now = NIGHT
        self.on_call: list[tuple[str, str]] = list(LADDER)
        self.broken: list[str] = []

    def board(self, incident: str) -> Board:
        others = [one for one in self.incidents.values() if one.id != incident]
        busy = {person: one.ref for one in others for person in one.out}
        asked = [page.person for one in others for page in one.open_pages]
        at = (self.now - NIGHT) / timedelta(minutes=1)
        return a_board(at, on_call=self.on_call, busy=busy, asked=asked, alone_allowed=True)

    def ask(self, incident: str, command: c.Command) -> None:
        before = self.incidents.get(incident)
        board = self.board(incident)
        try:
            facts = decide(before, command, board)
        except Refused as refused:
            assert STORY not in refused.sentence
            return
        assert facts == decide(before, command, board), "the same question, two answers"
        after = before
        for fact in facts:
            announce(after, fact, board)
            after = apply(after, fact)
        if after is None:
            return
        self.incidents[incident] = after
        self.broken += core_laws.broken(before, after, facts, command, board)

    @initialize()
    def two_calls_come_in(self) -> None:
        for incident, ref in REFS.items():
            self.ask(incident, c.Receive("dee", incident, ref, "clay", "phone", CALM))
            self.ask(incident, c.Triage("dee", 2, "other"))
        self.ask("i1", c.Dispatch("dee"))

    @rule(data=st.data(), kind=st.sampled_from(sorted(RULE_OF, key=lambda kind: kind.__name__)))
    def someone_asks_for_something(self, data: st.DataObject, kind: type[c.Command]) -> None:
        incident = data.draw(st.sampled_from(sorted(REFS)))
        self.ask(incident, data.draw(a_command(kind, self.incidents[incident], self.now)))

    @rule(data=st.data())
    def someone_answers_a_page(self, data: st.DataObject) -> None:
        waiting = [(i, page) for i, one in sorted(self.incidents.items()) for page in one.open_pages]
        if waiting:
            incident, page = data.draw(st.sampled_from(waiting))
            minutes = data.draw(st.sampled_from([None, 5, 30]))
            self.ask(incident, c.Accept(page.person, page.id, minutes))

    @rule(data=st.data())
    def a_team_goes_on(self, data: st.DataObject) -> None:
        out = [(i, member.person) for i, one in sorted(self.incidents.items()) for member in one.members]
        if out:
            incident, person = data.draw(st.sampled_from(out))
            step = data.draw(
                st.sampled_from(
                    [c.GoEnRoute, c.WaitNearby, c.Arrive, c.CheckIn, c.MeetPerson, c.BeginTransport]
                )
            )
            self.ask(incident, step(person, person))

    @rule(data=st.data(), taker=RESPONDERS)
    def someone_takes_over(self, data: st.DataObject, taker: str) -> None:
        out = [(i, member.person) for i, one in sorted(self.incidents.items()) for member in one.members]
        if out:
            incident, outgoing = data.draw(st.sampled_from(out))
            self.ask(incident, c.TakeOver(taker, outgoing, taker))

    @rule(incident=st.sampled_from(sorted(REFS)))
    def someone_does_the_next_right_thing(self, incident: str) -> None:
        self.ask(incident, next_right_thing(self.incidents[incident]))

    @rule(incident=st.sampled_from(sorted(REFS)))
    def a_call_that_is_over_makes_room_for_another(self, incident: str) -> None:
        if not self.incidents[incident].on_board:
            del self.incidents[incident]
            self.ask(incident, c.Receive("dee", incident, REFS[incident], "clay", "phone", CALM))

    @rule(minutes=st.sampled_from([1, 3, 6, 20, 90]))
    def time_passes(self, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        for _ in range(500):
            due = [
                (at, i) for i, one in sorted(self.incidents.items()) if (at := next_wake(one)) and at <= until
            ]
            if not due:
                self.now = until
                return
            at, incident = min(due)
            self.now = max(self.now, at)
            self.ask(incident, c.Wake())
        raise AssertionError("the clock never comes to rest")

    @rule(minutes=st.sampled_from([5, 60, 600]))
    def the_worker_sleeps(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        on_call=st.lists(
            st.tuples(RESPONDERS, st.sampled_from(["primary", "backup", "supervisor"])), max_size=4
        )
    )
    def the_shift_changes(self, on_call: list[tuple[str, str]]) -> None:
        self.on_call = on_call

    @invariant()
    def the_laws_hold(self) -> None:
        assert self.broken == []
        assert core_laws.nobody_is_in_two_places(self.incidents.values()) == []


def next_right_thing(incident: Incident) -> c.Command:
    """What people who are not confused would do next."""
    if incident.open_pages:
        page = incident.open_pages[0]
        return c.Accept(page.person, page.id, 15)
    if incident.stage in ADVANCING and incident.members:
        behind = min(incident.members, key=lambda member: STEP_ORDER[member.step])
        match behind.step:
            case Step.ACCEPTED:
                return c.GoEnRoute(behind.person, behind.person)
            case Step.ON_SCENE:
                return c.MeetPerson(behind.person, behind.person)
            case _:
                return c.Arrive(behind.person, behind.person)
    author = incident.members[-1].person if incident.members else "ana"
    match incident.stage:
        case Stage.RECEIVED | Stage.HELD:
            return c.Triage("dee", 2, "other")
        case Stage.TRIAGED:
            return c.Dispatch("dee")
        case Stage.WITH_PERSON:
            return c.BeginTransport(author, author)
        case Stage.TRANSPORTING:
            return c.Clear(author, author)
        case Stage.CLEARED:
            return c.BeginNotes(author)
        case _ if incident.notes_owed:
            return c.Sign(author, "digest", "home", "community")
        case _ if incident.reviewable:
            return c.SignOff("max", "sound")
        case _:
            return c.Wake()


@st.composite
def a_command(draw: st.DrawFn, kind: type[c.Command], incident: Incident, now: Any) -> c.Command:
    """A command of this kind with arguments from everywhere."""
    ids = [page.id for page in incident.pages] or ["i1-1"]
    back = timedelta(minutes=draw(st.sampled_from([0, 0, 0, 1, 15, 200])))
    person = draw(RESPONDERS)
    arguments: dict[str, Any] = {
        "id": "i1",
        "ref": 2291,
        "program": "clay",
        "channel": draw(a_code("phone", "911")),
        "answers": ((draw(a_code(*QUESTIONS)), draw(a_code("yes", "no", "unknown"))),),
        "needs": draw(st.sampled_from([None, (), ("spanish",), (STORY,)])) if kind is c.Describe else (),
        "acuity": draw(st.sampled_from([0, 1, 2, 3])),
        "look_again_at": now + timedelta(minutes=draw(st.sampled_from([-5, 10, 60, 900]))),
        "client": draw(st.sampled_from([None, "client-7"])),
        "lead": draw(st.none() | RESPONDERS),
        "second": draw(st.none() | RESPONDERS),
        "alone": draw(st.sampled_from([None, None, "no_second", STORY])),
        "person": person,
        "seat": draw(st.sampled_from(list(Seat))),
        "outgoing": draw(RESPONDERS),
        "taker": person,
        "page": draw(st.sampled_from(ids)),
        "on_behalf": draw(st.booleans()),
        "code": "30005",
        "responder": person,
        "minutes": draw(st.sampled_from([None, -1, 10, 45, 999])),
        "of": draw(st.sampled_from([2290, 2291])),
        "to": draw(a_code(*HAND_OVER_TO)) if kind is c.HandOver else person,
        "kind": draw(a_code(*[alarm.kind for alarm in incident.alarms], "send_late")),
        "digest": "digest",
        "disposition": "home",
        "level_of_care": "community",
        "missing": draw(st.sampled_from([(), ("Answer the screener.",)])),
        "finding": draw(a_code(*FINDINGS)),
        "at": None if not back else now - back,
        "reason": draw(a_code(*REASONS.get(kind, ("no_second",)))),
        "by": draw(PEOPLE),
    }
    if issubclass(kind, c.Progress) or kind in (c.Accept, c.Decline, c.TakeOver):
        arguments["by"] = draw(st.sampled_from([person, person, "dee"]))
    if kind in (c.Wake, c.MarkUnreachable):
        arguments["by"] = c.RULE
    return kind(**{name: arguments[name] for name in kind.__dataclass_fields__ if name in arguments})


REASONS: dict[type[c.Command], tuple[str, ...]] = {
    c.Triage: tuple(LOWER_REASONS),
    c.Hold: tuple(HOLD_REASONS),
    c.Cancel: tuple(CANCEL_REASONS),
    c.Recall: tuple(RECALL_REASONS),
    c.Decline: tuple(DECLINE_REASONS),
}

Confusion.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
test_the_laws_hold_whatever_confused_people_ask = Confusion.TestCase
