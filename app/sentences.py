"""The one place where a fact of the journal becomes a sentence. No patient word is in it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.spoken import CHANNEL, DUES, INTAKE_FIELDS, alarm_words, failure, length, lowered, reason, until
from dispatch import facts as f
from dispatch.commands import RULE
from dispatch.desk import NEEDS
from dispatch.stages import Step
from dispatch.triage import QUESTIONS

Names = Mapping[str, str]
# Facts that only the clock needs; a log that showed them would hide the rest.
QUIET = frozenset({"DueSet"})
LATE = timedelta(minutes=1)
SPELLED_OUT = 2
ANSWERED = {"yes": "yes", "no": "no", "unknown": "not known", "": "left open"}
STEPS = {Step.EN_ROUTE: "is on the way", Step.STAGED: "waits close by", Step.ON_SCENE: "is on scene"}


def sentence(fact: f.Fact, names: Names) -> str:
    """The fact in a sentence. `names` maps person ids to the names to say; who is not in it is "Someone"."""
    return WORDS[type(fact)](fact, names)


def entered_late(at: datetime, recorded_at: datetime, zone: ZoneInfo) -> str:
    """ "Entered 14 min late, true time 02:58." when it was written down later than it happened, else ""."""
    if recorded_at - at < LATE:
        return ""
    true_time = at.astimezone(zone).strftime("%H:%M")
    return f"Entered {length(recorded_at - at)} late, true time {true_time}."


def _who(person: str, names: Names) -> str:
    return names.get(person, "Someone")


def _desk(fact: f.Fact, names: Names) -> str:
    return "The desk" if fact.by == RULE or fact.by not in names else names[fact.by]


def _entered(fact: Any, names: Names) -> str:
    """Who entered it, when that is somebody else than the one who did it."""
    return "" if fact.by in (fact.person, RULE) else f" Entered by {_who(fact.by, names)}."


def _by_voice(fact: f.Accepted | f.Declined, names: Names) -> str:
    return f" {_who(fact.by, names)} heard it by voice." if fact.on_behalf else ""


def _received(fact: f.Received, names: Names) -> str:
    taker = f" {names[fact.by]} takes it down." if fact.by in names else ""
    return f"Call received {CHANNEL.get(fact.channel, fact.channel)}.{taker}"


def _described(fact: f.Described, names: Names) -> str:
    parts = [INTAKE_FIELDS.get(name, name) for name in fact.fields]
    answers = [
        f"{lowered(QUESTIONS[code])}: {ANSWERED.get(answer, answer)}"
        for code, answer in fact.answers
        if code in QUESTIONS
    ]
    parts += answers if len(answers) <= SPELLED_OUT else [f"{len(answers)} answers"]
    if fact.needs:
        parts.append("needs " + ", ".join(lowered(NEEDS.get(need, need)) for need in fact.needs))
    elif fact.needs is not None:
        parts.append("no special needs")
    # Only a 911 center's update is taken down by the rules themselves.
    who = "The 911 center" if fact.by == RULE else _desk(fact, names)
    return f"{who} wrote down {', '.join(parts) or 'more'}."


def _triaged(fact: f.Triaged, names: Names) -> str:
    said = f"{_desk(fact, names)} set priority {fact.acuity}"
    if fact.acuity == fact.suggested:
        return f"{said}, as rule {fact.rule} suggests."
    why = f" Reason: {reason('lower', fact.reason)}." if fact.reason else ""
    return f"{said}. Rule {fact.rule} suggests {fact.suggested}.{why}"


def _held(fact: f.Held, names: Names) -> str:
    again = until(fact.look_again_at, fact.at)
    return f"{_desk(fact, names)} held it: {reason('hold', fact.reason)}. Look again in {again}."


def _linked(fact: f.ClientLinked, names: Names) -> str:
    if fact.client is None:
        return f"{_desk(fact, names)} took the link to a client's record away."
    return f"{_desk(fact, names)} linked a client's record."


def _dispatched(fact: f.Dispatched, names: Names) -> str:
    if fact.alone:
        return f"{_desk(fact, names)} sends one person alone: {reason('alone', fact.alone)}."
    return f"{_desk(fact, names)} sends two."


def _asked(fact: f.Asked, names: Names) -> str:
    within = until(fact.answer_by, fact.at)
    chosen = "" if fact.by == RULE else f", chosen by {_who(fact.by, names)}"
    return f"{_who(fact.person, names)} paged as {fact.seat.value}{chosen}. {within} to answer."


def _accepted(fact: f.Accepted, names: Names) -> str:
    eta = f", ETA {until(fact.eta, fact.at)}" if fact.eta else ""
    return f"{_who(fact.person, names)} said yes{eta}.{_by_voice(fact, names)}"


def _declined(fact: f.Declined, names: Names) -> str:
    return f"{_who(fact.person, names)} declined: {reason('decline', fact.reason)}.{_by_voice(fact, names)}"


def _gave_back(fact: f.GaveBack, names: Names) -> str:
    why = reason("decline", fact.reason)
    return f"{_who(fact.person, names)} said yes before and cannot go: {why}.{_entered(fact, names)}"


def _taken_over(fact: f.TakenOver, names: Names) -> str:
    where = " at the place" if fact.check_by else ""
    heard = f" {_who(fact.by, names)} heard it by voice." if fact.on_behalf else ""
    return f"{_who(fact.person, names)} took it over from {_who(fact.outgoing, names)}{where}.{heard}"


def _exhausted(fact: f.LadderExhausted, names: Names) -> str:
    seats = " and ".join(seat.value for seat in fact.seats)
    if fact.again_at is None:
        return f"Nobody is left to ask for {seats}. The desk decides what now."
    return f"Nobody is left to ask for {seats}. Everyone is asked again in {until(fact.again_at, fact.at)}."


def _step(fact: f.StepTaken, names: Names) -> str:
    eta = f", ETA {until(fact.eta, fact.at)}" if fact.eta and fact.step is Step.EN_ROUTE else ""
    check = f" Check-in within {until(fact.check_by, fact.at)}." if fact.check_by else ""
    doing = STEPS.get(fact.step, "is ready")
    return f"{_who(fact.person, names)} {doing}{eta}.{check}{_entered(fact, names)}"


def _did(words: str) -> Callable[[Any, Names], str]:
    """Somebody of the team did something, maybe entered by another."""
    return lambda fact, names: f"{_who(fact.person, names)} {words}.{_entered(fact, names)}"


def _due(fact: f.DueSet, names: Names) -> str:
    owner = f" by {_who(fact.about, names)}" if fact.about else ""
    if fact.what is None or fact.due is None:
        return f"Nothing more is due{owner}."
    return f"Next due{owner}: {lowered(DUES.get(fact.what, fact.what))}, in {until(fact.due, fact.at)}."


def _reminded(fact: f.Reminded, names: Names) -> str:
    if fact.about is None:
        return "The team was told that notes are due."
    return f"{_who(fact.about, names)} was asked: are you on the way?"


def _alarm(opening: str) -> Callable[[Any, Names], str]:
    def said(fact: f.AlarmRaised | f.AlarmEnded, names: Names) -> str:
        words = alarm_words(fact.kind, fact.about and _who(fact.about, names))
        return f"{opening}: {lowered_name(words, names)}."

    return said


def lowered_name(words: str, names: Names) -> str:
    """Words in the middle of a sentence, unless they begin with a person's name."""
    return words if words.startswith(tuple(names.values())) else lowered(words)


def _signed(fact: f.Signed, names: Names) -> str:
    ended = reason("disposition", fact.disposition)
    return f"{_who(fact.by, names)} signed the notes. It ended: {ended}."


def _signed_off(fact: f.SignedOff, names: Names) -> str:
    more = " A follow-up is owed." if fact.follow_up else ""
    return f"{_who(fact.by, names)} reviewed it: {reason('finding', fact.finding)}.{more}"


WORDS: dict[type[f.Fact], Callable[[Any, Names], str]] = {
    f.Received: _received,
    f.Described: _described,
    f.Triaged: _triaged,
    f.Held: _held,
    f.EmergencyCalled: lambda x, n: f"{_desk(x, n)} called 911.",
    f.ClientLinked: _linked,
    f.Dispatched: _dispatched,
    f.Asked: _asked,
    f.Accepted: _accepted,
    f.EtaGiven: lambda x, n: f"{_who(x.person, n)}: ETA {until(x.eta, x.at)}.{_entered(x, n)}",
    f.Declined: _declined,
    f.GaveBack: _gave_back,
    f.TakenOver: _taken_over,
    f.AskedAnew: lambda x, n: (
        f"{_who(x.person, n)} is asked now: Standby had stood still before the page went out."
    ),
    f.Lapsed: lambda x, n: f"{_who(x.person, n)} did not answer in time.",
    f.Unreachable: lambda x, n: f"The page cannot reach {_who(x.person, n)}: {failure(x.code)}.",
    f.Withdrawn: lambda x, n: (
        f"The page to {_who(x.person, n)} was taken back: {reason('withdrawn', x.why)}."
    ),
    f.LadderExhausted: _exhausted,
    f.RoundBegun: lambda x, n: f"Round {x.number}: the asking starts again.",
    f.WentAlone: lambda x, n: f"{_desk(x, n)} lets one person go alone: {reason('alone', x.reason)}.",
    f.SecondWanted: lambda x, n: f"{_desk(x, n)} wants two to go after all.",
    f.StepTaken: _step,
    f.CheckedIn: lambda x, n: (
        f"{_who(x.person, n)} is OK. Next check-in within {until(x.check_by, x.at)}.{_entered(x, n)}"
    ),
    f.CheckAsked: lambda x, n: (
        f"{_who(x.person, n)} was asked: are you OK? {until(x.check_by, x.at)} to answer."
    ),
    f.CheckMissed: lambda x, n: f"{_who(x.person, n)} missed the check-in.",
    f.MetPerson: _did("is with the person"),
    f.TransportBegun: _did("leaves with the person"),
    f.Cleared: _did("cleared the scene"),
    f.NotFound: _did("could not find the person"),
    f.CareRefused: _did("reports that the person did not want help"),
    f.Recalled: lambda x, n: f"{_desk(x, n)} called the team back: {reason('recall', x.reason)}.",
    f.Cancelled: lambda x, n: f"{_desk(x, n)} ended it: {reason('cancel', x.reason)}.",
    f.MarkedDuplicate: lambda x, n: f"{_desk(x, n)} marked it a duplicate of {x.of}.",
    f.HandedOver: lambda x, n: f"{_desk(x, n)} handed it over: {reason('hand_over', x.to)} has it.",
    f.DueSet: _due,
    f.Reminded: _reminded,
    f.AlarmRaised: _alarm("Alarm"),
    f.AlarmEnded: _alarm("Alarm over"),
    f.AlarmTaken: lambda x, n: f"{_who(x.by, n)} has the alarm: {lowered(alarm_words(x.kind, None))}.",
    f.NotesBegun: lambda x, n: f"{_who(x.by, n)} began the notes.",
    f.Signed: _signed,
    f.Addended: lambda x, n: f"{_who(x.by, n)} added to the signed notes.",
    f.AuthorAsked: lambda x, n: f"{_who(x.by, n)} asked {_who(x.to, n)} a question about it.",
    f.QuestionAnswered: lambda x, n: f"{_who(x.by, n)} answered the question.",
    f.SignedOff: _signed_off,
}
