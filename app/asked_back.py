"""What goes back when a text is not certain: the exact words to send, with the code that is theirs. Nothing changes."""

from collections.abc import Sequence

from app.phone_owners import Said, Staff
from dispatch.messages import HowToReply, Message, Refusal, WhichPage
from notify.replies import Reply

# What to type for each word, and how it is spoken of.
FORMS = {
    "yes": ("Y", "yes"),
    "no": ("N", "no"),
    "go": ("GO", "on the way"),
    "stage": ("STAGE", "staged"),
    "here": ("HERE", "arrived"),
    "with": ("WITH", "with the person"),
    "ok": ("OK", "OK"),
    "transport": ("TRANSPORT", "transporting"),
    "done": ("DONE", "clear"),
}
WITH_MINUTES = ("yes", "go", "ok")
NAMED_AT_MOST = 3
NO_ANSWER = {"emoji": "A picture is not an answer.", "quote": "A reaction to a text is not an answer."}
STOP_ENDS_ALL = "Not understood. The word STOP, alone and in English, ends all our texts, pages too."


def not_understood(staff: Staff, waiting: Sequence[Said], heard: Reply) -> Message | None:
    """How to say it. A picture under a text that asked nothing is no question."""
    if heard.near == "stop":
        return Refusal(staff.ids[0], 0, STOP_ENDS_ALL)
    if not waiting:
        return None if heard.sign else HowToReply(staff.ids[0], 0)
    if len({part.person for part in waiting}) > 1:
        return two_share(staff, waiting, heard)
    first = waiting[0]
    code = _code(staff, first)
    if heard.sign:
        how = f"{code} OK, or what you do" if first.task else f"{code} Y or {code} N"
        return Refusal(first.person, 0, f"{NO_ANSWER[heard.sign]} Reply {how}.")
    if heard.near is not None:
        form = _form(heard.near, heard)
        said = FORMS[heard.near][1]
        return Refusal(first.person, 0, f"Not understood. Did you mean {said}? Reply {code} {form}.")
    return HowToReply(first.person, first.ref)


def did_you_mean(staff: Staff, part: Said, heard: Reply) -> Message:
    """One of theirs has nearly this number."""
    code = _code(staff, part)
    said = f"No page {heard.ref} is yours. Did you mean {code}? Reply {code} {_form(heard.word, heard)}."
    return Refusal(part.person, 0, said)


def no_such_page(staff: Staff, parts: Sequence[Said], heard: Reply) -> Message:
    """None of theirs has this code; which have they?"""
    if staff.shared or not parts:
        return two_share(staff, parts, heard)
    codes = list(dict.fromkeys(_code(staff, part) for part in parts))
    have = ", ".join(codes[:NAMED_AT_MOST])
    said = f"No page {heard.ref}{heard.mark} is yours. You have {have}. Reply {codes[0]} "
    return Refusal(parts[0].person, 0, f"{said}{_form(heard.word, heard)}.")


def two_share(staff: Staff, parts: Sequence[Said], heard: Reply) -> Message:
    """Whose is it? Each is named with the code that is theirs."""
    if not parts:
        return HowToReply(staff.ids[0], 0)
    form = _form(heard.word, heard)
    each = [f"{_code(staff, part)} {form} for {staff.names[part.person]}" for part in parts[:NAMED_AT_MOST]]
    return Refusal(parts[0].person, 0, f"More than one of you has this phone. Reply {', '.join(each)}.")


def which(staff: Staff, parts: Sequence[Said]) -> Message:
    """A bare word, and more than one page or none that it could be about."""
    refs = tuple(sorted({part.ref for part in parts}))
    return WhichPage(parts[0].person, refs[0], refs) if refs else HowToReply(staff.ids[0], 0)


def _code(staff: Staff, part: Said) -> str:
    return f"{part.ref}{staff.mark(part.person)}"


def _form(word: str, heard: Reply) -> str:
    """What to type: the word as we read it for certain, with the minutes that they gave."""
    form = FORMS.get(word, FORMS["yes"])[0]
    return f"{form} {heard.minutes}" if heard.minutes is not None and word in WITH_MINUTES else form
