"""Which of the desk's forms make sense for an incident now. The rules still decide on each that is sent."""

from dispatch.board import Policy
from dispatch.incident import Incident
from dispatch.stages import ADVANCING, AT_DESK, COMMITTED, GOING, Stage


def may_ask(incident: Incident, policy: Policy) -> frozenset[str]:
    """The codes of the forms to show."""
    stage = incident.stage
    triaged = stage in (Stage.TRIAGED, Stage.HELD)
    can_wait_alone = policy.alone_allowed and not incident.alone and len(incident.members) == 1
    shown = {
        "triage": stage in AT_DESK | COMMITTED,
        "send": triaged,
        "hold": triaged,
        "ask": stage in ADVANCING and (incident.wants_people or bool(incident.alone)),
        "answer": stage in ADVANCING and bool(incident.pages),
        "alone": stage in ADVANCING and can_wait_alone,
        "send_alone": triaged and policy.alone_allowed,
        "recall": stage in GOING,
        "cancel": stage in AT_DESK | GOING,
        "duplicate": stage in AT_DESK | GOING,
        "hand_over": stage in (AT_DESK | COMMITTED) - {Stage.RECEIVED},
        "progress": stage in COMMITTED and bool(incident.members),
        "emergency": incident.emergency_called_at is None and stage is not Stage.REVIEWED,
        "note": stage is not Stage.REVIEWED,
        "unlink": incident.client is not None and stage is not Stage.REVIEWED,
    }
    return frozenset(code for code, show in shown.items() if show)
