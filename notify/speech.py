"""Every urgent message in words to be heard: digits one by one, times as words, and nothing of a person in crisis."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.messages import (
    AlarmStands,
    AreYouOk,
    CannotReach,
    Message,
    NoHeard,
    NumberCode,
    PageResponder,
    Refusal,
    RingTest,
    ShiftSoon,
    StepHeard,
    YesHeard,
)

ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty")
NAME_MOST: Final = 40
SENTENCE_MOST: Final = 220
# A time of day, or a number that is read out digit by digit: a page's number, a phone number.
TIME_OR_NUMBER: Final = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])|\d{3,}")
NO_SUCH_KEY: Final = "That key does nothing here."
EMERGENCY: Final = "If you are in danger, hang up and call nine, one, one."


def opening(message: Message, *, org: str, name: str, demo: bool, zone: ZoneInfo) -> str:
    """What is said when the phone is picked up: who calls, for whom, and what it is about."""
    parts = (
        "This is a demonstration." if demo else "",
        f"This is {_clean(org)}, for {_clean(name)}." if org else f"A call for {_clean(name)}.",
        _about(message, zone),
    )
    return " ".join(part for part in parts if part)


def _about(message: Message, zone: ZoneInfo) -> str:
    """The one place where a message becomes words to be heard."""
    ref = spelled(message.ref)
    match message:
        case PageResponder(acuity=acuity, people=people, answer_by=answer_by):
            priority = "" if acuity is None else f" Priority {number(acuity)}."
            go = "One person goes." if people == 1 else f"{number(people).capitalize()} people go."
            return f"Crisis page {ref}.{priority} {go} Answer by {clock(answer_by, zone)}."
        case AreYouOk(answer_by=answer_by):
            by = clock(answer_by, zone)
            return f"Are you OK, on {ref}? Your check-in is due. Answer by {by}. {EMERGENCY}"
        case AlarmStands(kind=kind):
            return f"An alarm stands on {ref}{_kind(kind)}. Look at the board."
        case CannotReach(name=name):
            return f"{_clean(name)} is on call and has lost a way to be reached. Look at the board."
        case RingTest():
            return "This is a test of your phone. Nothing has happened."
        case ShiftSoon():
            return "Your shift begins soon, and this is a test of your phone."
        case NumberCode(code=code):
            digits = spelled(code)
            return f"Your code to prove this number is: {digits}. Again: {digits}. Type it on your own page."
        case _:
            # Whatever else is ever said by phone loses nothing: the words themselves stand in its other ways.
            return "A message waits for you. Read it in your texts, or sign in."


def ask_code(code: str) -> str:
    """The code that proves a person, said twice, slowly. A machine that picks up types nothing."""
    digits = spelled(code)
    return f"To go on, type this code on your phone: {digits}. Again: {digits}."


def other_code(digits: str) -> str:
    """Said kindly: the hour is late and the keys are small."""
    return "That was another code." if digits else "Nothing was typed."


def choices(message: Message) -> str:
    """What each key does, once the code is typed."""
    match message:
        case PageResponder():
            return "To accept, press one. To decline, press two. To hear it again, press nine."
        case AreYouOk():
            return f"If you are OK, press one. To hear it again, press nine. {EMERGENCY}"
        case _:
            return "That you have heard this, press one. To hear it again, press nine."


def told(message: Message, zone: ZoneInfo) -> str:
    """What was stored, told back in the call."""
    ref = spelled(message.ref)
    match message:
        case YesHeard(partner=None):
            return f"You have it: {ref}. The other seat is still being asked. We text you when it is taken."
        case YesHeard(partner=str(partner)):
            return f"You have it: {ref}. You go with {_clean(partner)}."
        case NoHeard():
            return f"You said no to {ref}. The next person is being asked."
        case StepHeard(check_by=check_by):
            again = "" if check_by is None else f" Check in again by {clock(check_by, zone)}."
            return f"You are checked in on {ref}.{again}"
        case Refusal(sentence=sentence):
            return heard(sentence)
        case RingTest() | ShiftSoon():
            return "Your test was heard. This phone works."
        case AlarmStands():
            return f"You have heard it. The alarm on {ref} stands until somebody takes it on the board."
        case _:
            return "You have heard it."


def nobody_typed(desk: str) -> str:
    """The end of a call in which nobody typed the code: nothing was answered, and whom to call."""
    return f"Nobody typed the code, so nothing was answered. {call_desk(desk)}"


def nothing_chosen(message: Message, desk: str) -> str:
    """The end of a call in which the code was typed and no choice made."""
    if isinstance(message, PageResponder | AreYouOk):
        return f"Nothing was answered, and {spelled(message.ref)} still waits for you. {call_desk(desk)}"
    return "Goodbye."


def if_cut_off(desk: str) -> str:
    """Said before the first key is asked for: when we are not there to take the key, a provider ends the call."""
    return f"Should this call break off: {call_desk(desk)}"


def call_desk(desk: str) -> str:
    """Whom to call instead."""
    digits = [part for part in re.findall(r"\d+", desk)]
    if not digits:
        return "Call the desk."
    return f"Call the desk at {', '.join(spelled(part) for part in digits)}."


def heard(sentence: str) -> str:
    """A sentence of ours as it is to be heard: times as words, long numbers digit by digit."""
    plain = _clean(sentence, SENTENCE_MOST)
    return TIME_OR_NUMBER.sub(lambda found: _time_or_number(found), plain)


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """A time of day in words, in the zone of those who hear it."""
    local = instant.astimezone(zone)
    return _time(local.hour, local.minute)


def spelled(digits: int | str) -> str:
    """Digit by digit; the commas make a voice slow down."""
    return ", ".join(ONES[int(digit)] for digit in str(digits) if digit in "0123456789")


def number(value: int) -> str:
    """A small number as a word, a larger one digit by digit."""
    return ONES[value] if 0 <= value < len(ONES) else spelled(value)


def _time_or_number(found: re.Match[str]) -> str:
    hour, minute = found.group(1), found.group(2)
    return spelled(found.group()) if hour is None else _time(int(hour), int(minute))


def _time(hour: int, minute: int) -> str:
    half = "A M" if hour < 12 else "P M"
    said = ONES[hour % 12 or 12]
    return f"{said} {half}" if minute == 0 else f"{said} {_minute(minute)} {half}"


def _minute(minute: int) -> str:
    if minute < 10:
        return f"oh {ONES[minute]}"
    if minute < 20:
        return ONES[minute]
    tens, ones = divmod(minute, 10)
    return TENS[tens] if ones == 0 else f"{TENS[tens]} {ONES[ones]}"


def _kind(kind: str) -> str:
    """An alarm's code in words. Anything that does not look like a code is left out."""
    return f": {kind.replace('_', ' ')}" if re.fullmatch(r"[a-z0-9_]{1,32}", kind) else ""


def _clean(text: str, most: int = NAME_MOST) -> str:
    """A name or a sentence of ours without signs that a voice, or a script in XML, cannot carry."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    fitted = " ".join(kept.split())[:most].strip()
    return fitted if any(letter.isalnum() for letter in fitted) else "your colleague"
