"""The rail: every alarm that stands, the most urgent first, and pages that nobody answered in time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.queries.calls import overdue
from app.spoken import RED, alarm_words
from dispatch.incident import Alarm, Incident

# The order of the rail: a life first, then an incident that nobody goes to, then lateness, papers last.
URGENCY = (
    "check_missed",
    "nobody_answered",
    "page_overdue",
    "not_arrived",
    "no_progress",
    "triage_again",
    "send_late",
    "triage_late",
    "look_again",
    "transport_long",
    "staged_long",
    "notes_late",
)
# Late reviews stand in the review queue, which counts them; on the rail they would hide the night.
ELSEWHERE = frozenset({"review_late"})
TONES = {"check_missed": "check", "nobody_answered": "page", "page_overdue": "page"}
CHIP_WORDS = {**RED, "page_overdue": "Overdue page"}


@dataclass(frozen=True)
class Phone:
    """Somebody to call, by name and number."""

    name: str
    number: str


@dataclass(frozen=True)
class RailAlarm:
    """One alarm: its chip's words when it is red (else empty), since when, what it says and whom to call. One
    that cannot be taken ends by itself: the next person answers, or the list runs out."""

    ref: int
    kind: str
    chip: str
    tone: str
    since: datetime
    headline: str
    detail: str
    phone: Phone | None
    takeable: bool
    acuity: int | None


@dataclass(frozen=True)
class TakenAlarm:
    """An alarm that a named person has."""

    ref: int
    words: str
    who: str


def alarms_of(
    incidents: Iterable[Incident], names: Mapping[str, str], phones: Mapping[str, str]
) -> tuple[RailAlarm, ...]:
    """Everything that stands, most urgent first."""
    found: list[RailAlarm] = []
    for incident in incidents:
        found += [_standing(incident, a, names, phones) for a in incident.standing if a.kind not in ELSEWHERE]
        found += _overdue(incident, names, phones)
    return tuple(sorted(found, key=lambda one: (_rank(one.kind), one.acuity or 4, one.since, one.ref)))


def taken_of(incidents: Iterable[Incident], names: Mapping[str, str]) -> tuple[TakenAlarm, ...]:
    """Alarms that somebody has, for the quiet part of the rail."""
    return tuple(
        TakenAlarm(incident.ref, _words(alarm, names), names.get(alarm.taken_by, "Someone"))
        for incident in incidents
        for alarm in incident.alarms
        if alarm.taken_by is not None and alarm.kind not in ELSEWHERE
    )


def _rank(kind: str) -> int:
    return URGENCY.index(kind) if kind in URGENCY else len(URGENCY)


def _words(alarm: Alarm, names: Mapping[str, str]) -> str:
    return alarm_words(alarm.kind, alarm.about and names.get(alarm.about, "Someone"))


def _standing(
    incident: Incident, alarm: Alarm, names: Mapping[str, str], phones: Mapping[str, str]
) -> RailAlarm:
    return RailAlarm(
        ref=incident.ref,
        kind=alarm.kind,
        chip=CHIP_WORDS.get(alarm.kind, ""),
        tone=TONES.get(alarm.kind, ""),
        since=alarm.at,
        headline=_words(alarm, names),
        detail=_detail(incident, alarm, names),
        phone=_phone(alarm.about, names, phones),
        takeable=True,
        acuity=incident.acuity,
    )


def _detail(incident: Incident, alarm: Alarm, names: Mapping[str, str]) -> str:
    going = [names.get(member.person, "Someone") for member in incident.members]
    if alarm.kind == "nobody_answered":
        said = f"{' and '.join(going)} said yes. " if going else "Nobody said yes. "
        asked = len({page.person for page in incident.pages if page.round >= incident.first_round})
        return f"{said}{asked} asked, {_times(incident)}."
    others = [name for name in going if alarm.about is None or name != names.get(alarm.about)]
    return f"With {' and '.join(others)}." if others else ""


def _times(incident: Incident) -> str:
    rounds = incident.rounds - incident.first_round + 1
    return "one round" if rounds == 1 else f"{rounds} rounds"


def _overdue(incident: Incident, names: Mapping[str, str], phones: Mapping[str, str]) -> list[RailAlarm]:
    late = overdue(incident)
    if late is None:
        return []
    asked = next(page for page in incident.open_pages if page.seat is late.seat)
    name = names.get(asked.person, "Someone")
    return [
        RailAlarm(
            ref=incident.ref,
            kind="page_overdue",
            chip=CHIP_WORDS["page_overdue"],
            tone=TONES["page_overdue"],
            since=late.asked_at,
            headline=f"{names.get(late.person, 'Someone')} has not answered",
            detail=f"{name} is asked now.",
            phone=_phone(asked.person, names, phones),
            takeable=False,
            acuity=incident.acuity,
        )
    ]


def _phone(person: str | None, names: Mapping[str, str], phones: Mapping[str, str]) -> Phone | None:
    if person is None or not phones.get(person):
        return None
    return Phone(names.get(person, "Someone"), phones[person])
