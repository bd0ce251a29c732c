"""Confused people: anyone asks anything of any incident at any time, with whatever stands in the form."""

from dataclasses import MISSING, fields
from datetime import timedelta
from random import Random
from typing import Any

from app.sim.county import CLIENTS
from app.sim.scene import Surroundings
from dispatch import commands as c
from dispatch import desk
from dispatch.alarms import CAUSES
from dispatch.answers import DECLINE_REASONS
from dispatch.decide import RULE_OF
from dispatch.stages import Seat

# The clock's own wishes, and the opening of a call, which has its own door.
NOT_THEIRS = (c.Wake, c.MarkUnreachable, c.Receive)
# Wishes that end or undo: rarer, else every incident would end at once.
RARE = (c.Cancel, c.HandOver, c.MarkDuplicate, c.Recall, c.SignOff)
ASKED = [kind for kind in RULE_OF if kind not in NOT_THEIRS]
WEIGHTS = [0.15 if kind in RARE else 1.0 for kind in ASKED]
REASONS = sorted(
    {
        *desk.ALONE_REASONS,
        *desk.HOLD_REASONS,
        *desk.CANCEL_REASONS,
        *desk.RECALL_REASONS,
        *desk.LOWER_REASONS,
        *DECLINE_REASONS,
        "because",
    }
)


def anything(night: Surroundings) -> tuple[str, c.Command] | None:
    """An incident and a wish; None while there is no incident."""
    refs = night.refs()
    if not refs:
        return None
    incident = night.incident_by_ref(night.chance.choice(refs))
    assert incident is not None
    kind = night.chance.choices(ASKED, WEIGHTS)[0]
    given = {
        field.name: _value(night, field.name, incident)
        for field in fields(kind)
        if _filled(night.chance, field)
    }
    return incident.id, kind(**given)


def _filled(chance: Random, field: Any) -> bool:
    return field.default is MISSING or chance.random() < 0.5


def _value(night: Surroundings, name: str, incident: Any) -> Any:
    chance = night.chance
    people = [person.id for person in night.county.people]
    match name:
        case "by":
            return chance.choice(people)
        case "responder" | "person" | "lead" | "second" | "outgoing" | "taker":
            return chance.choice([*people, *incident.out, "nobody"])
        case "to":
            return chance.choice([*people, *desk.HAND_OVER_TO, "the moon"])
        case "page":
            pages = [page.id for page in incident.pages] or ["none"]
            return chance.choice([*pages, "none"])
        case "answers":
            return ((chance.choice(["weapon", "danger", "colour"]), chance.choice(["yes", "no", "blue"])),)
        case "acuity":
            return chance.randrange(5)
        case "reason" | "alone":
            return chance.choice(REASONS)
        case "look_again_at" | "at":
            return night.now() + timedelta(minutes=chance.randrange(-180, 800))
        case "minutes":
            return chance.choice([-5, 0, 7, 90, 700])
        case "seat":
            return chance.choice(list(Seat))
        case "kind":
            return chance.choice([*CAUSES, "cold_feet"])
        case "of":
            return chance.choice(night.refs())
        case "client":
            return chance.choice([*CLIENTS, None])
        case "finding":
            return chance.choice(["sound", "great"])
        case "missing" | "fields" | "needs":
            return ()
        case "on_behalf" | "follow_up":
            return chance.random() < 0.5
        case _:
            return f"some-{name}"
