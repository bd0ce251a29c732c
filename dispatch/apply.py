"""The only change of state: one incident and one fact give the next incident."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from typing import Any

from dispatch import facts as f
from dispatch.commands import RULE
from dispatch.incident import Alarm, Due, Incident, Member, Page, Question
from dispatch.stages import ADVANCING, STAGE_AT, STEP_ORDER, Seat, Stage, Step
from dispatch.value import replace

# Facts that do not make their author one of those who worked on the case: taking an alarm, reviewing, filing.
BYSTANDING = frozenset({f.AlarmTaken, f.AuthorAsked, f.ClientLinked, f.SignedOff})


def apply(incident: Incident | None, fact: f.Fact) -> Incident:
    """The incident after one more fact. Raises KeyError for a fact it does not know: then we are wrong."""
    after: Incident = RULES[type(fact)](incident, fact)
    if fact.by == RULE or fact.by in after.worked or type(fact) in BYSTANDING:
        return after
    return replace(after, worked=(*after.worked, fact.by))


def after(incident: Incident | None, facts: Iterable[f.Fact]) -> Incident | None:
    """The incident after all these facts, in order."""
    return reduce(apply, facts, incident)


def _moved(incident: Incident, stage: Stage, at: datetime, **more: Any) -> Incident:
    if stage is incident.stage:
        return replace(incident, **more) if more else incident
    return replace(incident, stage=stage, since=at, **more)


def _received(_: Incident | None, fact: f.Received) -> Incident:
    return Incident(
        id=fact.id,
        ref=fact.ref,
        program=fact.program,
        channel=fact.channel,
        opened_at=fact.at,
        stage=Stage.RECEIVED,
        since=fact.at,
        answers=fact.answers,
        needs=fact.needs,
        suggestion=fact.suggestion,
    )


def _described(incident: Incident, fact: f.Described) -> Incident:
    answers = tuple({**dict(incident.answers), **dict(fact.answers)}.items())
    needs = incident.needs if fact.needs is None else fact.needs
    return replace(incident, answers=answers, needs=needs, suggestion=fact.suggestion)


def _triaged(incident: Incident, fact: f.Triaged) -> Incident:
    at_desk = incident.stage in (Stage.RECEIVED, Stage.HELD)
    stage = Stage.TRIAGED if at_desk else incident.stage
    return _moved(incident, stage, fact.at, acuity=fact.acuity, weighed=incident.suggestion)


def _dispatched(incident: Incident, fact: f.Dispatched) -> Incident:
    number = incident.rounds + 1
    return _moved(
        incident,
        Stage.PAGING,
        fact.at,
        alone=fact.alone,
        rounds=number,
        first_round=number,
        again_at=None,
    )


def _asked(incident: Incident, fact: f.Asked) -> Incident:
    page = Page(
        fact.page, fact.person, fact.seat, fact.rung, fact.at, fact.answer_by, "asked", incident.rounds
    )
    return replace(incident, pages=(*incident.pages, page))


def _anew(incident: Incident, page_id: str, at: datetime, answer_by: datetime) -> tuple[Page, ...]:
    return tuple(
        replace(page, asked_at=at, answer_by=answer_by) if page.id == page_id else page
        for page in incident.pages
    )


def _settled(
    incident: Incident, page_id: str, state: str, at: datetime, reason: str | None = None
) -> tuple[Page, ...]:
    # A page counts for the round in which it was settled: who says no late is not asked again at once.
    return tuple(
        [
            replace(page, state=state, settled_at=at, reason=reason, round=incident.rounds)
            if page.id == page_id
            else page
            for page in incident.pages
        ]
    )


def _accepted(incident: Incident, fact: f.Accepted) -> Incident:
    member = Member(fact.person, fact.seat, fact.page, fact.at, fact.eta, Step.ACCEPTED, fact.at)
    members = (*incident.members, member)
    complete = len(members) == len(incident.seats)
    return _moved(
        incident,
        team_stage(incident, members),
        fact.at,
        pages=_settled(incident, fact.page, "accepted", fact.at),
        members=members,
        worked=incident.worked if fact.person in incident.worked else (*incident.worked, fact.person),
        again_at=None if complete else incident.again_at,
    )


def _gave_back(incident: Incident, fact: f.GaveBack) -> Incident:
    pages = _settled(incident, fact.page, "declined", fact.at, fact.reason)
    members = tuple(member for member in incident.members if member.person != fact.person)
    return _moved(incident, team_stage(incident, members), fact.at, pages=pages, members=members)


def _taken_over(incident: Incident, fact: f.TakenOver) -> Incident:
    """The seat changes hands and is never empty between: there is one member before and one after."""
    page = Page(
        fact.page, fact.person, fact.seat, fact.rung, fact.at, fact.at, "accepted", incident.rounds, fact.at
    )
    there = fact.check_by is not None
    step = Step.ON_SCENE if there else Step.ACCEPTED
    came = Member(fact.person, fact.seat, fact.page, fact.at, None, step, fact.at, fact.check_by)
    members = tuple(came if member.person == fact.outgoing else member for member in incident.members)
    was_there = there and fact.outgoing not in incident.relieved
    return _moved(
        incident,
        team_stage(incident, members),
        fact.at,
        pages=(*incident.pages, page),
        members=members,
        relieved=(*incident.relieved, fact.outgoing) if was_there else incident.relieved,
        worked=incident.worked if fact.person in incident.worked else (*incident.worked, fact.person),
    )


def team_stage(incident: Incident, members: tuple[Member, ...]) -> Stage:
    """Where these members stand: the furthest step anyone took, else whether a seat is still open."""
    if incident.stage not in ADVANCING:
        return incident.stage
    furthest = max((member.step for member in members), key=STEP_ORDER.__getitem__, default=Step.ACCEPTED)
    if furthest is Step.ACCEPTED and len(members) < len(incident.seats):
        return Stage.PAGING
    return STAGE_AT[furthest]


def _changed(incident: Incident, person: str, **changes: Any) -> tuple[Member, ...]:
    return tuple([replace(m, **changes) if m.person == person else m for m in incident.members])


def _step_taken(incident: Incident, fact: f.StepTaken) -> Incident:
    stepped: dict[str, Any] = {"step": fact.step, "step_at": fact.at, "check_by": fact.check_by}
    if fact.eta is not None:
        stepped["eta"] = fact.eta
    members = _changed(incident, fact.person, **stepped)
    return _moved(incident, team_stage(incident, members), fact.at, members=members)


def _checked(incident: Incident, person: str, check_by: datetime | None, asked: bool) -> Incident:
    return replace(incident, members=_changed(incident, person, check_by=check_by, check_asked=asked))


def _left(stage: Stage) -> Callable[[Incident, Any], Incident]:
    """The team is done there: its clocks stop and no page waits."""

    def moved(incident: Incident, fact: Any) -> Incident:
        members = tuple(replace(member, check_by=None, check_asked=False) for member in incident.members)
        return _moved(replace(incident, members=members, again_at=None), stage, fact.at)

    return moved


def _recalled(incident: Incident, fact: f.Recalled) -> Incident:
    return _moved(replace(incident, members=(), again_at=None, alone=None), Stage.TRIAGED, fact.at)


def _went_alone(incident: Incident, fact: f.WentAlone) -> Incident:
    leads = tuple(replace(member, seat=Seat.LEAD) for member in incident.members)
    alone = replace(incident, alone=fact.reason, again_at=None, members=leads)
    return _moved(alone, team_stage(alone, leads), fact.at)


def _second_wanted(incident: Incident, fact: f.SecondWanted) -> Incident:
    two = replace(incident, alone=None)
    return _moved(two, team_stage(two, two.members), fact.at)


def _alarm_raised(incident: Incident, fact: f.AlarmRaised) -> Incident:
    # Told again, an alarm keeps its age: the board shows how long its cause has stood.
    known = next((a.at for a in incident.alarms if a.kind == fact.kind and a.about == fact.about), fact.at)
    kept = tuple(a for a in incident.alarms if not (a.kind == fact.kind and a.about == fact.about))
    alarm = Alarm(fact.kind, known, fact.about, again_at=fact.again_at)
    return replace(incident, alarms=(*kept, alarm))


def _alarm_ended(incident: Incident, fact: f.AlarmEnded) -> Incident:
    kept = tuple(a for a in incident.alarms if not (a.kind == fact.kind and a.about == fact.about))
    return replace(incident, alarms=kept)


def _alarm_taken(incident: Incident, fact: f.AlarmTaken) -> Incident:
    alarms = tuple(
        replace(a, taken_by=fact.by, taken_at=fact.at, again_at=fact.again_at)
        if a.kind == fact.kind and a.taken_by is None
        else a
        for a in incident.alarms
    )
    return replace(incident, alarms=alarms)


def _due_set(incident: Incident, fact: f.DueSet | f.Reminded) -> Incident:
    others = tuple([due for due in incident.dues if due.about != fact.about])
    if fact.what is None or fact.due is None:
        return replace(incident, dues=others)
    return replace(incident, dues=(*others, Due(fact.what, fact.due, fact.about)))


def _signed(incident: Incident, fact: f.Signed) -> Incident:
    signed = replace(
        incident,
        digest=fact.digest,
        disposition=fact.disposition,
        level_of_care=fact.level_of_care,
        signed_by=fact.by,
    )
    return signed if incident.ended else _moved(signed, Stage.WAITING_REVIEW, fact.at)


def _same(incident: Incident, _: f.Fact) -> Incident:
    return incident


RULES: dict[type[f.Fact], Callable[[Any, Any], Incident]] = {
    f.Received: _received,
    f.Described: _described,
    f.Triaged: _triaged,
    f.Held: lambda i, x: _moved(i, Stage.HELD, x.at),
    f.EmergencyCalled: lambda i, x: replace(i, emergency_called_at=x.at),
    f.ClientLinked: lambda i, x: replace(i, client=x.client),
    f.Dispatched: _dispatched,
    f.Asked: _asked,
    f.Accepted: _accepted,
    f.EtaGiven: lambda i, x: replace(i, members=_changed(i, x.person, eta=x.eta)),
    f.Declined: lambda i, x: replace(i, pages=_settled(i, x.page, "declined", x.at, x.reason)),
    f.GaveBack: _gave_back,
    f.TakenOver: _taken_over,
    f.Lapsed: lambda i, x: replace(i, pages=_settled(i, x.page, "lapsed", x.at)),
    f.AskedAnew: lambda i, x: replace(i, pages=_anew(i, x.page, x.at, x.answer_by)),
    f.Unreachable: lambda i, x: replace(i, pages=_settled(i, x.page, "unreachable", x.at, x.code)),
    f.Withdrawn: lambda i, x: replace(i, pages=_settled(i, x.page, "withdrawn", x.at, x.why)),
    f.LadderExhausted: lambda i, x: replace(i, again_at=x.again_at, exhausted_round=i.rounds),
    f.RoundBegun: lambda i, x: replace(i, rounds=x.number, again_at=None),
    f.WentAlone: _went_alone,
    f.SecondWanted: _second_wanted,
    f.StepTaken: _step_taken,
    f.CheckedIn: lambda i, x: _checked(i, x.person, x.check_by, asked=False),
    f.CheckAsked: lambda i, x: _checked(i, x.person, x.check_by, asked=True),
    f.CheckMissed: lambda i, x: _checked(i, x.person, None, asked=True),
    f.MetPerson: lambda i, x: _moved(i, Stage.WITH_PERSON, x.at),
    f.TransportBegun: lambda i, x: _moved(i, Stage.TRANSPORTING, x.at),
    f.Cleared: _left(Stage.CLEARED),
    f.NotFound: _left(Stage.NOT_FOUND),
    f.CareRefused: _left(Stage.REFUSED),
    f.Recalled: _recalled,
    f.Cancelled: _left(Stage.CANCELLED),
    f.MarkedDuplicate: lambda i, x: _left(Stage.DUPLICATE)(replace(i, duplicate_of=x.of), x),
    f.HandedOver: _left(Stage.HANDED_OVER),
    f.DueSet: _due_set,
    f.Reminded: _due_set,
    f.AlarmRaised: _alarm_raised,
    f.AlarmEnded: _alarm_ended,
    f.AlarmTaken: _alarm_taken,
    f.NotesBegun: lambda i, x: _moved(i, Stage.DOCUMENTING, x.at),
    f.Signed: _signed,
    f.Addended: _same,
    f.AuthorAsked: lambda i, x: replace(i, question=Question(x.to, x.by, x.at)),
    f.QuestionAnswered: lambda i, x: replace(i, question=replace(i.question, answered_at=x.at)),
    f.SignedOff: lambda i, x: _moved(i, Stage.REVIEWED, x.at, reviewed_by=x.by),
}
