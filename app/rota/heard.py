"""A text that answers the rota: a request for cover by its number, or a test of the phone."""

from datetime import datetime

from sqlalchemy import Connection

from app.meant import parts_of
from app.phone_owners import Staff
from app.rota.cover_answers import decline, take
from app.rota.cover_rows import acting, cover_by_ref, covers_asked_of
from app.rota.ring_heard import heard_ring
from app.shell import Shell
from app.told_back import tell_back
from dispatch.messages import Refusal
from dispatch.rota.cover import Cover, life
from dispatch.value import Refused
from notify.marks import fits
from notify.replies import Reply

SAID_NO = "you said no. Nobody is marked down for this."
GAVE_BACK = "it goes back. You are off it, unless My shifts says otherwise."


def hear_rota(
    connection: Connection, shell: Shell, staff: Staff, heard: Reply, via: str, now: datetime
) -> bool:
    """Is this text about the rota? Then it is acted on and answered, and True. Numbers are shared with incidents, so
    each means one thing; a bare word is about cover only where nothing else could be meant."""
    cover = _meant(connection, staff, heard, now)
    if cover is None:
        return _may_be_a_ring(connection, staff, heard, now) and heard_ring(
            connection, shell, staff.ids, staff.number, heard.ref, now
        )
    person, unclear = _who(cover, staff, heard.mark)
    if heard.word not in ("yes", "no"):
        unclear = f"Not understood. Reply {cover.ref} Y and it is yours, or {cover.ref} N."
    answer = unclear or _act(connection, shell, cover, person, heard.word, via)
    if answer:
        said = Refusal(person, _not_twice(cover.ref, answer), answer)
        tell_back(connection, None, said, now, staff.number)
    return True


def _meant(connection: Connection, staff: Staff, heard: Reply, now: datetime) -> Cover | None:
    if heard.ref is not None:
        return cover_by_ref(connection, heard.ref, set(staff.programs.values()))
    if heard.word not in ("yes", "no") or len(staff.ids) > 1:
        return None
    waiting = [one for one in covers_asked_of(connection, staff.ids) if life(one, now) == "open"]
    # A page of the last hours may be what a bare yes was typed for, even when it has lapsed: that comes first.
    if len(waiting) != 1 or parts_of(connection, staff.ids, now, None):
        return None
    return waiting[0]


def _may_be_a_ring(connection: Connection, staff: Staff, heard: Reply, now: datetime) -> bool:
    """A bare OK is the check-in of whoever is out, before it is the answer to a test."""
    if heard.ref is not None:
        return True
    return heard.word == "ok" and not parts_of(connection, staff.ids, now, None)


def _who(cover: Cover, staff: Staff, mark: str) -> tuple[str, str]:
    """Which of those who share this phone is meant, by the letter behind the code; and what to say when that is not
    sure."""
    asked = [one for one in staff.ids if cover.ask_of(one) is not None or cover.taken_by == one]
    meant = [one for one in asked if not staff.shared or fits(mark, one)]
    if len(meant) > 1 or (asked and not meant):
        each = ", ".join(f"{cover.ref}{staff.mark(one)} Y for {staff.names[one]}" for one in asked)
        return asked[0], f"More than one of you has this phone. Reply {each}."
    return (meant or list(staff.ids))[0], ""


def _act(connection: Connection, shell: Shell, cover: Cover, person: str, word: str, via: str) -> str:
    """Do what was said, or nothing at all; what to tell back. A yes that was stored tells itself."""
    by = acting(connection, person)
    try:
        # A refusal must leave nothing behind, and that it was heard must stay: so it has a savepoint of its own.
        with connection.begin_nested():
            if word == "yes":
                take(connection, shell, by, cover.id, via=via)
                return ""
            decline(connection, shell, by, cover.id, via)
            return GAVE_BACK if cover.taken_by == person else SAID_NO
    except Refused as refused:
        return refused.sentence


def _not_twice(ref: int, sentence: str) -> int:
    return 0 if str(ref) in sentence else ref
