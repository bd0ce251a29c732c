"""Every message to a responder in words: one plain SMS, never longer than one segment."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.messages import (
    AlarmStands,
    AreYouOk,
    AreYouOnTheWay,
    CannotReach,
    CoverAsked,
    CoverFound,
    CoverOpen,
    CoverOver,
    CoverYours,
    HandOverWaits,
    HasIt,
    HowToReply,
    Message,
    NoAlarm,
    NoHeard,
    NotesDue,
    NumberCode,
    PageResponder,
    PagesWait,
    PartnerChanged,
    PartnerFound,
    QuestionAsked,
    Refusal,
    RingTest,
    RotaNotice,
    RotaPublished,
    SeatGone,
    SeatYours,
    ShiftSoon,
    StandDown,
    StepHeard,
    SwapAsked,
    WhichPage,
    YesHeard,
)
from notify.gsm7 import SEGMENT, cut, fit, is_gsm7, plain, septets

LINK_MOST: Final = 75
NAME_MOST: Final = 24
ORG_MOST: Final = 40
REFS_NAMED: Final = 4
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

STEPS: Final = {
    "go": "on the way",
    "stage": "staged",
    "here": "arrived",
    "with": "with the person",
    "ok": "checked in",
    "transport": "transporting",
    "done": "clear",
}
# What to text after each step. None of these, nor any other word that we ask for, is one that carriers take
# for themselves (STOP, END, QUIT, CANCEL, REVOKE, START, YES, HELP, INFO and their kin).
NEXT_STEP: Final = {
    "go": "HERE when you arrive",
    "stage": "HERE when you go in",
    "here": "WITH when you meet the person",
    "transport": "DONE when you are clear",
}
STOOD_DOWN: Final = {
    "someone_else_goes": "someone else is going. You are not needed. You stay on call.",
    "cancelled": "the call was taken back. You are not needed.",
    "recalled": "the desk calls you back. Do not go in.",
    "closed": "closed. Nothing more is needed from you.",
}


CANNOT: Final = {
    "stopped": "has stopped our texts.",
    "broken": "a number of theirs takes nothing any more.",
    "nothing": "nothing of ours reaches them. Ring them by hand.",
}
COVER_OVER: Final = {
    "taken": "somebody else has taken it. Thank you.",
    "withdrawn": "it is not needed any more.",
    "manager": "a manager has settled it.",
    "past": "the shift has begun. Nothing changed.",
    "not_approved": "the manager did not approve it. Nothing changed.",
}


@dataclass(frozen=True)
class Part:
    """A piece of a message. Parts with the highest `spare` go first when it is too long; 0 always stays."""

    text: str
    spare: int = 0


def words(message: Message, *, link: str | None, org: str, demo: bool, zone: ZoneInfo, mark: str = "") -> str:
    """The message as it goes to the phone. The code, the deadline and the link are never left out. `mark` stands after
    each code on a phone that two people share (notify/marks.py)."""
    fixed = [Part("DEMO" if demo else ""), Part(_whole(link))]
    room = SEGMENT - sum(septets(part.text) + 1 for part in fixed)
    return _joined(
        [
            fixed[0],
            Part(f"{_name(org, ORG_MOST)}:" if org else "", spare=9),
            *_parts(message, zone, room, mark),
            fixed[1],
        ]
    )


def _parts(message: Message, zone: ZoneInfo, room: int, mark: str) -> Iterator[Part]:
    """The one place where a message becomes words: of a page and its answers, of a team on its way, of the
    rota, and of what is none of these."""
    for said in (_of_a_page, _of_a_team, _of_a_cover, _of_the_rota):
        parts = list(said(message, f"{message.ref}{mark}", zone))
        if parts:
            return iter(parts)
    return _of_the_rest(message, room, mark)


def _of_a_page(message: Message, ref: str, zone: ZoneInfo) -> Iterator[Part]:
    match message:
        case PageResponder(acuity=acuity, people=people, answer_by=answer_by):
            yield Part(f"Crisis page {ref}.")
            yield Part("" if acuity is None else f"Priority {acuity}.", spare=2)
            yield Part(_people(people), spare=3)
            yield Part(f"Answer by {_time(answer_by, zone)}: reply {ref} Y 15")
            yield Part("(minutes)", spare=4)
            yield Part(f"or {ref} N.")
        case PagesWait(refs=refs, answer_by=answer_by):
            yield Part(f"{len(refs)} crisis pages: {_refs(refs, ref)}.")
            yield Part(
                f"Answer by {_time(answer_by, zone)}, each by its number: reply {ref} Y 15 or {ref} N."
            )
        case YesHeard(partner=None):
            yield Part(f"{ref}: you said yes.")
            yield Part("The other seat is still being asked. We text you when it is taken.", spare=1)
        case YesHeard(partner=str(partner)):
            yield Part(f"{ref}: you said yes. You go with {_name(partner)}.")
            yield Part(f"Reply {ref} GO when you set off.", spare=1)
        case NoHeard():
            yield Part(f"{ref}: you said no.")
            yield Part("The next person is being asked.", spare=1)
        case PartnerFound(partner=partner):
            yield Part(f"{ref}: {_name(partner)} goes with you.")
            yield Part(f"Reply {ref} GO when you set off.", spare=1)
        case StandDown(why=why):
            yield Part(f"{ref}: {STOOD_DOWN[why]}")
        case HasIt(holder=holder, since=since, over=over):
            had, end = ("had it from", "It is over.") if over else ("has it since", "")
            yield Part(f"{ref}: {_name(holder)} {had} {_time(since, zone)}. {end}".rstrip())
            yield Part("You are not needed.")
        case WhichPage(refs=refs):
            yield Part(f"Which page? You have {_refs(refs or (message.ref,), ref)}.")
            yield Part(f"Put the number first, as in {ref} Y or {ref} N.", spare=1)
        case HowToReply(ref=0):
            yield Part("That was not understood, and no page is open for you. Call the desk.")
        case HowToReply():
            yield Part(f"That was not understood. Reply {ref} Y 15 (minutes) or {ref} N.")
            yield Part(f"Then {ref} GO, {ref} HERE, {ref} OK.", spare=1)
        case NoAlarm(desk=desk):
            at = f" at {fit(desk, NAME_MOST)}" if desk else ""
            yield Part(f"{ref}:" if message.ref else "")
            yield Part(f"A text does not raise an alarm. In danger call 911, then the desk{at}.")
            yield Part(f"The page waits: reply {ref} Y or {ref} N." if message.ref else "", spare=1)


def _of_a_team(message: Message, ref: str, zone: ZoneInfo) -> Iterator[Part]:
    match message:
        case StepHeard(step=step, check_by=check_by):
            yield Part(f"{ref}: {STEPS[step]}.")
            yield Part("" if check_by is None else f"Check in by {_time(check_by, zone)}: reply {ref} OK.")
            yield Part(f"Reply {ref} {NEXT_STEP[step]}." if step in NEXT_STEP else "", spare=1)
        case AreYouOnTheWay():
            yield Part(f"{ref}: are you on the way? Reply {ref} GO.")
            yield Part(f"If you cannot go, reply {ref} N.", spare=1)
        case AreYouOk(answer_by=answer_by):
            yield Part(f"{ref}: are you OK? Answer by {_time(answer_by, zone)}: reply {ref} OK.")
            yield Part(f"{ref} OK 30 gives you 30 minutes.", spare=2)
            yield Part("No answer and we call you.", spare=1)
        case NotesDue(due=due):
            yield Part(f"{ref}: your notes are due by {_day(due, zone)} {_time(due, zone)}.")
        case QuestionAsked():
            yield Part(f"{ref}: the review has a question for you.")
            yield Part("Sign in to read it.", spare=1)
        case AlarmStands(kind=kind):
            yield Part(f"Alarm on {ref}{_kind(kind)}.")
            yield Part("Look at the board.", spare=1)
        case CannotReach(name=name, why=why, starts_at=starts_at):
            when = f"from {_date(starts_at, zone)} {_time(starts_at, zone)}" if starts_at else "now"
            yield Part(f"{_name(name)} is on call {when} and {CANNOT[why]}")
            yield Part("See Rota, Ready.", spare=1)
        case HandOverWaits(outgoing=outgoing):
            yield Part(f"{ref}: {_name(outgoing)}'s shift is over, and {ref} is still with them.")
            yield Part("It stays so until somebody takes it over by name.", spare=1)
        case SeatYours(outgoing=outgoing, partner=partner, check_by=check_by):
            yield Part(f"{ref} is yours now.")
            yield Part(f"{_name(outgoing)} hands it over.", spare=3)
            yield Part(f"You go with {_name(partner)}." if partner else "", spare=2)
            if check_by is None:
                yield Part(f"Reply {ref} GO when you set off.", spare=1)
            else:
                yield Part(f"Check in by {_time(check_by, zone)}: reply {ref} OK.")
        case SeatGone(taker=taker):
            yield Part(f"{ref}: {_name(taker)} has taken it over. You are off it.")
        case PartnerChanged(partner=partner, outgoing=outgoing):
            yield Part(f"{ref}: {_name(partner)} goes on with you.")
            yield Part(f"{_name(outgoing)} is off it.", spare=1)


def _of_a_cover(message: Message, ref: str, zone: ZoneInfo) -> Iterator[Part]:
    match message:
        case CoverAsked(holder=holder, tier=tier, sick=sick):
            yield Part(f"{ref}: {_name(holder)} {'is sick' if sick else 'asks for cover'},")
            yield Part(f"{_span(message.starts_at, message.ends_at, zone)}, {tier}.")
            yield Part(f"Reply {ref} Y and it is yours, or {ref} N.")
        case SwapAsked(holder=holder, starts_at=starts_at, yours_at=yours_at):
            yield Part(f"{ref}: {_name(holder)} offers {_date(starts_at, zone)} {_time(starts_at, zone)}")
            yield Part(f"for your {_date(yours_at, zone)} {_time(yours_at, zone)}.")
            yield Part(f"Reply {ref} Y to swap, or {ref} N.")
        case CoverYours(tier=tier, starts_at=starts_at, ends_at=ends_at, approved=approved):
            yield Part(f"{ref}: {_span(starts_at, ends_at, zone)}, {tier}, is yours")
            yield Part("now." if approved else "when a manager approves it. We text you.")
        case CoverFound(taker=taker, starts_at=starts_at):
            yield Part(f"{ref}: {_name(taker)} takes your shift of {_date(starts_at, zone)}")
            yield Part(f"{_time(starts_at, zone)}. You are off it.")
        case CoverOver(why=why):
            yield Part(f"{ref}: {COVER_OVER[why]}")
        case CoverOpen(holder=holder, tier=tier, starts_at=starts_at):
            yield Part(f"{ref}: nobody has taken {_name(holder)}'s {tier} shift")
            yield Part(f"of {_date(starts_at, zone)} {_time(starts_at, zone)} yet.")
            yield Part("It stays theirs until somebody does.", spare=1)


def _of_the_rota(message: Message, ref: str, zone: ZoneInfo) -> Iterator[Part]:
    match message:
        case ShiftSoon(tier=tier, starts_at=starts_at, ends_at=ends_at, partner=partner):
            yield Part(f"Your shift: {_span(starts_at, ends_at, zone)}, {tier}.")
            yield Part(f"With {_name(partner)}." if partner else "", spare=2)
            yield Part(f"Test of your phone: reply {ref} OK." if message.ref else "")
        case RingTest():
            yield Part(f"Test of your phone. Reply {ref} OK.")
        case NumberCode(code=code):
            yield Part(f"Your code is {code}. Type it on your page to prove this number.")
        case RotaPublished(first_at=None):
            yield Part("A new rota is out. You have no shift in it.")
        case RotaPublished(first_at=datetime() as first_at):
            yield Part(
                f"A new rota is out. Your first shift: {_date(first_at, zone)} {_time(first_at, zone)}."
            )


def _of_the_rest(message: Message, room: int, mark: str) -> Iterator[Part]:
    match message:
        case RotaNotice(sentence=sentence):
            yield Part("Rota: " + _sentence(sentence, room - 6))
        case Refusal(sentence=sentence):
            code = f"{message.ref}{mark}: " if message.ref else ""
            yield Part(code + _sentence(sentence, room - len(code)))
        case _:
            raise AssertionError(f"There are no words for {type(message).__name__}.")


def _joined(parts: list[Part]) -> str:
    """The parts in their order, without the most spare ones until it fits."""
    for most in sorted({part.spare for part in parts}, reverse=True):
        text = " ".join(part.text for part in parts if part.text and part.spare <= most)
        if septets(text) <= SEGMENT:
            return text
    # Words of ours can be shortened; a link at the end opens nothing when it is.
    link = parts[-1].text
    said = " ".join(part.text for part in parts[:-1] if part.text and not part.spare)
    return f"{cut(said, SEGMENT - septets(link) - 1).rstrip()} {link}" if link else cut(said, SEGMENT)


def _whole(link: str | None) -> str:
    """A link is sent whole or not at all: half a link opens nothing, and a page can be answered by text."""
    return link if link and is_gsm7(link) and septets(link) <= LINK_MOST else ""


def _name(name: str, most: int = NAME_MOST) -> str:
    """A name of ours in the SMS alphabet; one in a script that the alphabet lacks becomes a word of ours."""
    fitted = fit(" ".join(name.split()), most).strip()
    return fitted if any(letter.isalpha() for letter in fitted) else "your colleague"


def _people(people: int) -> str:
    return "1 person." if people == 1 else f"{people} people."


def _sentence(sentence: str, most: int) -> str:
    fitted = plain(" ".join(sentence.split()))
    if septets(fitted) <= most:
        return fitted
    short = cut(fitted, most - 3)
    return (short.rpartition(" ")[0] or short) + "..."


def _kind(kind: str) -> str:
    """An alarm's code in words. Anything that does not look like a code is left out."""
    return f": {kind.replace('_', ' ')}" if re.fullmatch(r"[a-z0-9_]{1,32}", kind) else ""


def _refs(refs: tuple[int, ...], code: str) -> str:
    mark = code.lstrip("0123456789")
    named = ", ".join(f"{ref}{mark}" for ref in refs[:REFS_NAMED])
    return named if len(refs) <= REFS_NAMED else f"{named} and {len(refs) - REFS_NAMED} more"


def _time(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M")


def _span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From and to; the day of the end only when it is not the day after or the same."""
    days = (ends_at.astimezone(zone).date() - starts_at.astimezone(zone).date()).days
    end_day = f"{_date(ends_at, zone)} " if days > 1 else ""
    return f"{_date(starts_at, zone)} {_time(starts_at, zone)} to {end_day}{_time(ends_at, zone)}"


def _date(instant: datetime, zone: ZoneInfo) -> str:
    return f"{_day(instant, zone)} {MONTHS[instant.astimezone(zone).month - 1]}"


def _day(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local.day}"
