"""What the written rules say of a call now, and what a human decided: as the desk reads it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.board import Policy
from dispatch.desk import LOWER_REASONS
from dispatch.incident import Incident, Suggestion
from dispatch.stages import AT_DESK, COMMITTED
from dispatch.triage import BY_CODE, QUESTIONS, VERSION, could_raise, more_urgent, suggest


@dataclass(frozen=True)
class Open:
    """A question still open whose "yes" would change the suggestion, and what it would make of it."""

    code: str
    question: str
    becomes: str


@dataclass(frozen=True)
class Advice:
    """`take` is what "triage and send" goes by. `since`: the answers say more than when it was weighed."""

    acuity: int
    rule: str
    sentence: str
    version: str
    call_911: bool
    opens: tuple[Open, ...]
    decided: int | None
    since: bool
    take: int
    send_within: timedelta
    emergency_called_at: datetime | None
    may_triage: bool
    at_desk: bool
    lower_reasons: tuple[tuple[str, str], ...]


def advice(incident: Incident, policy: Policy) -> Advice:
    """The suggestion with its rule, its price in minutes, and what could still raise it."""
    answers = dict(incident.answers)
    now = suggest(answers)
    rule = BY_CODE[now.rule]
    take = acuity_to_take(incident, now)
    return Advice(
        acuity=now.acuity,
        rule=now.rule,
        sentence=rule.sentence,
        version=VERSION,
        call_911=now.call_911,
        opens=tuple(
            Open(code, QUESTIONS[code], _becomes(suggest({**answers, code: "yes"})))
            for code in could_raise(answers)
        ),
        decided=incident.acuity,
        since=_since(incident, now),
        take=take,
        send_within=policy.send_within[take - 1],
        emergency_called_at=incident.emergency_called_at,
        may_triage=incident.stage in AT_DESK | COMMITTED,
        at_desk=incident.stage in AT_DESK,
        lower_reasons=tuple(LOWER_REASONS.items()),
    )


def acuity_to_take(incident: Incident, now: Suggestion) -> int:
    """What a human decided stands, until the answers say that it is more urgent than they said then."""
    if incident.acuity is None:
        return now.acuity
    return min(incident.acuity, now.acuity) if _since(incident, now) else incident.acuity


def _since(incident: Incident, now: Suggestion) -> bool:
    weighed = incident.weighed
    return incident.acuity is not None and weighed is not None and more_urgent(now, weighed)


def _becomes(suggestion: Suggestion) -> str:
    return "means 911" if suggestion.call_911 else f"raises it to {suggestion.acuity}"
