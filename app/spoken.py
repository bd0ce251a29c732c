"""The desk's words for our codes: what is owed, what an alarm says, why a page was taken back or failed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.record.form_decision import DISPOSITIONS, RECOMMENDATIONS
from dispatch.answers import DECLINE_REASONS
from dispatch.desk import (
    ALONE_REASONS,
    CANCEL_REASONS,
    HAND_OVER_TO,
    HOLD_REASONS,
    LOWER_REASONS,
    RECALL_REASONS,
)
from dispatch.review import FINDINGS
from notify.outcomes import why

CHANNEL: Final = {
    "phone": "by phone",
    "988": "from 988",
    "911": "from 911",
    "web": "from the web form",
    "walk_in": "at the door",
}
DUES: Final = {
    "triage": "Triage",
    "send": "Send a team",
    "look_again": "Look again",
    "go": "Set off",
    "go_again": "Set off, asked again",
    "arrive": "Arrive",
    "staged": "Still waiting nearby?",
    "transport": "Arrive with the person",
    "notes": "Notes",
    "notes_again": "Notes, asked again",
    "review": "Review",
}
# What an alarm says, without and with the person it is about.
ALARMS: Final = {
    "triage_late": ("Not triaged in time", "Not triaged in time"),
    "triage_again": ("New answers suggest more haste", "New answers suggest more haste"),
    "send_late": ("Nobody sent in time", "Nobody sent in time"),
    "look_again": ("Held, time to look again", "Held, time to look again"),
    "nobody_answered": ("Nobody is left to ask", "Nobody is left to ask"),
    "no_progress": ("Nobody has set off", "{} has not set off"),
    "not_arrived": ("Not arrived in time", "{} has not arrived"),
    "staged_long": ("Waiting nearby for long", "{} still waits nearby"),
    "check_missed": ("A check-in was missed", "{} missed the check-in"),
    "transport_long": ("Transport takes long", "Transport takes long"),
    "notes_late": ("Notes are late", "Notes are late"),
    "review_late": ("Review is late", "Review is late"),
}
# The same in a row of the board, where the time stands above it.
SHORT: Final = {
    "triage_late": "Triage",
    "triage_again": "Look at the priority",
    "send_late": "Send a team",
    "look_again": "Look again",
    "nobody_answered": "Nobody left to ask",
    "no_progress": "{} has not left",
    "not_arrived": "{} not there",
    "staged_long": "{} still waits",
    "check_missed": "No word of {}",
    "transport_long": "Transport",
    "notes_late": "Notes",
    "review_late": "Review",
}
# The words on the red chip: these three situations and no other are red.
RED: Final = {"check_missed": "Missed check", "nobody_answered": "Overdue page"}
WITHDRAWN: Final = {
    "someone_else": "someone else goes",
    "alone": "one goes alone",
    "recalled": "the team was called back",
    "cancelled": "the call was cancelled",
    "duplicate": "the call is a duplicate",
    "handed_over": "someone else has the call",
    "closed": "the call is over",
}
INTAKE_FIELDS: Final = {
    "callback": "number to call back",
    "caller_name": "caller's name",
    "place": "place",
    "directions": "directions",
    "point": "map point",
    "person_name": "person's name",
    "person_born": "date of birth",
    "guardian": "guardian",
    "words": "caller's words",
    "hazards": "hazards",
    "caller_kind": "who calls",
    "age_band": "age",
    "language": "language",
    "area": "area",
}
FAILED: Final = {
    "number": "the number cannot take texts",
    "opted_out": "texts are stopped on that phone",
    "account": "our account with the provider has a fault",
    "handset": "the phone is off or out of reach",
    "blocked": "the carrier blocks it",
    "late": "the provider ran out of time",
}
REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "alone": ALONE_REASONS,
    "cancel": CANCEL_REASONS,
    "decline": DECLINE_REASONS,
    "disposition": DISPOSITIONS,
    "finding": FINDINGS,
    "hand_over": HAND_OVER_TO,
    "hold": HOLD_REASONS,
    "level_of_care": RECOMMENDATIONS,
    "lower": LOWER_REASONS,
    "recall": RECALL_REASONS,
    "withdrawn": WITHDRAWN,
}
_PROPER: Final = ("911", "988", "Spanish")


def reason(kind: str, code: str) -> str:
    """A reason's words as they stand in the middle of a sentence."""
    return lowered(REASONS[kind].get(code, code.replace("_", " ")))


def lowered(words: str) -> str:
    """Words that begin a label, as they stand in the middle of a sentence."""
    return words if words.startswith(_PROPER) else words[:1].lower() + words[1:]


def failure(code: str | None) -> str:
    """Why a text did not arrive, in words; the provider's code stands behind it for whoever looks it up."""
    if code == "no_phone":
        return "no number is on file"
    if code == "switched_off":
        return "they no longer work here"
    words = FAILED.get(why(code), "the provider could not deliver it")
    return f"{words}, code {code}" if code else words


def alarm_words(kind: str, who: str | None) -> str:
    """What an alarm says."""
    alone, about = ALARMS.get(kind, (kind.replace("_", " "),) * 2)
    return about.format(who) if who else alone


def short_alarm(kind: str, who: str | None) -> str:
    """What an alarm says in a row."""
    return SHORT.get(kind, kind.replace("_", " ")).format(who or "Someone")


def length(time: timedelta) -> str:
    """A length of time, rounded to what one says: 40 s, 12 min, 2 h 5 min, 3 d."""
    seconds = max(0, round(time.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def until(instant: datetime, at: datetime) -> str:
    """How long it is from `at` to the instant."""
    return length(instant - at)


def family_names(names: Mapping[str, str]) -> dict[str, str]:
    """The short name of each person: the last word of it, or the whole where two share that word."""
    last = {person: name.split()[-1] if name.split() else name for person, name in names.items()}
    shared = {short for short in last.values() if list(last.values()).count(short) > 1}
    return {person: names[person] if short in shared else short for person, short in last.items()}
