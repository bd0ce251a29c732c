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
from notify.sip import MARK

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
# Why a try failed, by the class that its code stands for (notify/why.py), and by channel where that is said otherwise.
FAILED: Final = {
    "number": "the number cannot take texts",
    "opted_out": "texts are stopped on that phone",
    "account": "our account with the provider has a fault",
    "handset": "the phone is off or out of reach",
    "blocked": "the carrier blocks it",
    "late": "the provider ran out of time",
    "rate": "the provider has too much to do",
    "unclear": "the provider did not say whether it went out",
    "unknown": "the provider could not deliver it",
}
FAILED_BY: Final[Mapping[str, Mapping[str, str]]] = {
    "call": {"number": "the number cannot be called"},
    "push": {
        "number": "the browser takes no notices any more",
        "handset": "the push service does not answer",
        "blocked": "the push service does not take it",
        "late": "the push service was too slow",
    },
    "email": {
        "number": "there is no such mailbox",
        "handset": "the mail server does not answer",
        "blocked": "the mail server does not want it",
        "late": "the mail server puts it off",
    },
}
# What is known more closely than its class; and our own words, where no provider was asked or none answered.
FAILED_EXACTLY: Final = {
    "no_phone": "no number is on file",
    "no_way": "no way to them is on file",
    "switched_off": "they no longer work here",
    "30005": "nobody has that number",
    "40310": "nobody has that number",
    "21211": "that is not a phone number",
    "21614": "that number takes no texts",
    "30006": "that number is a landline",
    "40001": "that number is a landline or out of reach",
    "30003": "the phone is off or out of reach",
    "30007": "a carrier filtered it",
    "30034": "our sender is not registered",
    "40010": "our sender is not registered",
    "20003": "the provider does not take our password",
    "10009": "the provider does not take our password",
    "30036": "it waited too long in the queue",
    "other_key": "the browser was signed up with a key that is ours no more",
    "no_tls": "the mail server offers no safe line",
    "bad_certificate": "the mail server's certificate is wrong",
    "unreachable": "the provider could not be reached",
    "no_answer": "the provider did not answer",
    "lease_over": "we stood still for too long",
    "our_fault": "we failed while sending it",
    "too_many_tries": "it was tried as often as makes sense",
    "not_carried": "nobody carries it here",
    "not_seen": "the provider does not hold it",
    "no_id": "the provider gave it no name",
    "unreadable": "the provider's answer could not be read",
    "no_client": "a part of ours that sends it is not installed",
    "starting": "we were starting just then",
    "bad_keys": "the browser's keys do not fit",
    "not_a_service": "that is no push service that we know",
    "not_an_address": "that is not a mail address",
    "policy": "the other side does not want it",
    "sender": "our own mail address is not taken",
    "unknown": "nobody could say why",
}
# Of a call, by the answer of SIP (notify/sip.py).
FAILED_BY_SIP: Final[Mapping[str, str]] = {
    **dict.fromkeys(("403", "603", "607", "608"), "the call was turned away"),
    **dict.fromkeys(("404", "410", "484", "604"), "the carrier found no such number"),
    **dict.fromkeys(("408", "480", "487"), "nobody picked up"),
    **dict.fromkeys(("486", "600"), "the line was busy"),
}
# Words of a status that stand where no code came with it.
FAILED_STATUS: Final = {
    "busy": "the line was busy",
    "no-answer": "nobody picked up",
    "machine": "a machine picked up",
    "ended": "somebody or something picked up and typed no code",
    "canceled": "it was taken back",
    "gone": "the browser takes no notices any more",
    "undelivered": "the carrier could not deliver it",
    "failed": "the provider could not send it",
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


def failure(code: str | None, channel: str = "text") -> str:
    """Why a try did not arrive, in words; the provider's code stands behind it for whoever looks it up. Of a code that
    we do not know that is said."""
    if not code:
        return FAILED["unknown"]
    if code in FAILED_STATUS:
        return FAILED_STATUS[code]
    if code.startswith(MARK):
        answer = code.removeprefix(MARK)
        return f"{FAILED_BY_SIP.get(answer, 'the call could not be put through')}, SIP code {answer}"
    reason = why(code)
    words = FAILED_EXACTLY.get(code) or FAILED_BY.get(channel, {}).get(reason) or FAILED[reason]
    if not any(sign.isdigit() for sign in code):
        return words if code in FAILED_EXACTLY else f"{words} ({code.replace('_', ' ')})"
    if reason == "unknown" and code not in FAILED_EXACTLY:
        return f"{words}, with a code that we do not know, {code}"
    return f"{words}, code {code}"


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
