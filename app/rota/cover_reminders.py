"""What open requests for cover have to say again, and to whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.rota.cover_rows import Place, covers_of_program, place_of
from app.rota.cover_settle import approve_words
from app.rota.covers import asking, managers_and
from dispatch.messages import CoverOpen, CoverOver, Message, RotaNotice, SwapAsked
from dispatch.rota.cover import Cover, Reminder, reminders


@dataclass(frozen=True)
class Due:
    """One reminder that is due. `key` names it for good: whoever owes the message notes the key (table notices) and
    never owes it again."""

    key: str
    message: Message


def due_reminders(connection: Connection, program: str, now: datetime) -> tuple[Due, ...]:
    """Every reminder of open requests that is due by now, told or not, the oldest first: to those who were asked and
    have not answered; to the holder and the managers when it comes close; to the holder when it is past."""
    place = place_of(connection, program)
    found: list[tuple[datetime, Due]] = []
    for cover in covers_of_program(connection, program, ("open", "waiting"), now):
        for name, at in _standing(reminders(cover, place.terms, place.zone), now):
            for message in _messages(connection, place, cover, name):
                found.append((at, Due(f"cover:{cover.id}:{name}:{message.to}", message)))
    return tuple(one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].key)))


def _standing(wanted: list[tuple[Reminder, datetime]], now: datetime) -> list[tuple[Reminder, datetime]]:
    """Of those that are due, the ones that still say something new: nobody is asked twice at once after a pause of
    ours, and of what is past only that is said."""
    due = {name: at for name, at in wanted if at <= now}
    if "past" in due:
        return [("past", due["past"])]
    if "day" in due:
        due.pop("noon", None)
    return list(due.items())


def _messages(connection: Connection, place: Place, cover: Cover, name: Reminder) -> list[Message]:
    holder = place.names[cover.person]
    if name == "past":
        return [CoverOver(cover.person, cover.ref, "past")] if not cover.is_hole else []
    if name == "manager":
        told = managers_and(connection, place.program, cover.person)
        if cover.state == "waiting":
            return [
                RotaNotice(one, cover.ref, approve_words(place, cover)) for one in told if one != cover.person
            ]
        open_ = [CoverOpen(one, cover.ref, holder, cover.tier, cover.starts_at) for one in told]
        return [] if cover.kind == "swap" else list(open_)
    if cover.state != "open":
        return []
    unanswered = [one.person for one in cover.asked if one.answer is None]
    return [_again(cover, one, holder) for one in unanswered]


def _again(cover: Cover, person: str, holder: str) -> Message:
    if cover.kind == "swap":
        assert cover.other_starts_at is not None
        return SwapAsked(person, cover.ref, holder, cover.starts_at, cover.other_starts_at)
    return asking(cover, person, holder)
