"""One try of one message in words: which way, by whom, when, how far it came, and what its end set off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from app.spoken import failure
from dispatch.reach import PHONE
from notify.outcomes import DELIVERED, RANKS, Delivery

WAY: Final = {"text": "Text", "call": "Voice", "push": "Push", "email": "E-mail"}
PROVIDER: Final = {
    "twilio": "Twilio",
    "telnyx": "Telnyx",
    "push": "",
    "webpush": "",
    "mail": "",
    "smtp": "",
    "recorder": "Recorder",
}
# How far one came that has not failed, by channel: (from this rank on, words, look).
FAR: Final[Mapping[str, tuple[tuple[int, str, str], ...]]] = {
    "text": (
        (RANKS["read"], "read", "good"),
        (DELIVERED, "arrived", "good"),
        (RANKS["sent"], "with the carrier", ""),
        (0, "with the provider", ""),
    ),
    "call": (
        (DELIVERED, "picked up", "good"),
        (RANKS["in-progress"], "picked up, no code yet", "soon"),
        (RANKS["ringing"], "rings", "soon"),
        (0, "with the provider", ""),
    ),
    "push": ((DELIVERED, "arrived", "good"), (0, "with the push service", "")),
    "email": ((DELIVERED, "arrived", "good"), (0, "with the mail server", "")),
}
# A call's ends, and what stands under "heard" beside them.
CALL_ENDS: Final = {
    "no-answer": "rang {ring} s",
    "busy": "busy",
    "machine": "a machine picked up",
    "ended": "picked up, no code",
    "canceled": "taken back",
}
RING_SECONDS: Final = 30
# A next try that began this soon after an end was begun by it.
AT_ONCE: Final = timedelta(seconds=5)
MACHINES: Final = ("machine", "fax")


@dataclass(frozen=True)
class TrySaid:
    """One try. `heard` is what a person did about it: opened, typed its code. `then` is what its end set off.
    `look` and `heard_look`: "", good, soon or late."""

    id: int
    delivery: str
    person: str
    about: str
    way: str
    provider: str
    owed_at: datetime
    begins_at: datetime | None
    sent_at: datetime | None
    arrived: str
    arrived_at: datetime | None
    look: str
    heard: str
    heard_at: datetime | None
    heard_look: str
    then: str


def said(
    rows: Iterable[Row[Any]], names: Mapping[str, str], about: Mapping[str, str], now: datetime
) -> list[TrySaid]:
    """Rows of the outbox in their order, without those that nobody ever needed. `about` is what each kind of message
    is called."""
    every = list(rows)
    tries = []
    for row in every:
        if row.state == "superseded" and row.wire_at is None and row.step > 0:
            continue
        tries.append(_said(row, every, names.get(row.person, "Someone"), about.get(row.kind, "Page"), now))
    return tries


def waits(row: Row[Any], now: datetime) -> bool:
    """Is this try still to come?"""
    return bool(row.state == "owed" and row.attempts == 0 and (row.spare or row.available_at > now))


def _said(row: Row[Any], every: Sequence[Row[Any]], person: str, about: str, now: datetime) -> TrySaid:
    delivery = Delivery(row.reached, row.failed, row.code if row.failed else None)
    words, look = _arrived(row, delivery, now)
    heard, heard_look = _heard(row, delivery)
    told = row.status_at if delivery.reached >= DELIVERED or delivery.lost else None
    return TrySaid(
        id=row.id,
        delivery=row.delivery or str(row.id),
        person=person,
        about=about,
        way=WAY.get(row.channel, row.channel) + _end(row, every) + _together(row, every),
        provider=PROVIDER.get(row.provider or "", (row.provider or "").capitalize()),
        # A later try is owed when its turn comes.
        owed_at=row.owed_at if row.step == 0 else row.wire_at or row.owed_at,
        begins_at=row.available_at if waits(row, now) and not row.spare else None,
        sent_at=row.sent_at,
        arrived=words,
        arrived_at=told,
        look=look,
        heard=heard,
        heard_at=row.status_at if heard_look == "good" else None,
        heard_look=heard_look,
        then=_then(row, every),
    )


def _end(row: Row[Any], every: Iterable[Row[Any]]) -> str:
    """Which of a person's phones, where there is more than one."""
    there = {one.address for one in every if (one.delivery, one.channel) == (row.delivery, row.channel)}
    return f" to …{row.address[-4:]}" if row.channel in PHONE and row.address and len(there) > 1 else ""


def _together(row: Row[Any], every: Iterable[Row[Any]]) -> str:
    """Was it told in one text with others?"""
    first = any(one.bundled_in == row.id for one in every)
    return ", one text for several" if first or row.bundled_in is not None else ""


def _arrived(row: Row[Any], delivery: Delivery, now: datetime) -> tuple[str, str]:
    if delivery.lost:
        ended = CALL_ENDS.get(delivery.failed or "") if row.channel == "call" else None
        if ended is not None:
            return ended.format(ring=RING_SECONDS), "late"
        return f"did not arrive: {failure(row.code or delivery.failed, row.channel)}", "late"
    if delivery.reached >= DELIVERED or row.state == "sent":
        return next((words, look) for least, words, look in FAR[row.channel] if delivery.reached >= least)
    match row.state:
        case "failed":
            return f"did not arrive: {failure(row.code, row.channel)}", "late"
        case "superseded":
            return "not sent: it was not needed any more", ""
        case "ambiguous":
            return "not known, looked up", "soon"
        case _ if row.spare:
            return "kept for when the others fail", ""
        case _ if waits(row, now):
            return "waits for its time", ""
        case _:
            return "on its way to the provider", "soon"


def _heard(row: Row[Any], delivery: Delivery) -> tuple[str, str]:
    """What a person did. What a provider guesses of who picked up is said as its guess."""
    if row.channel == "call":
        if delivery.reached >= DELIVERED:
            return "code typed", "good"
        if delivery.failed is None:
            return "", ""
        guess = f", perhaps a {MACHINES[0]}" if (row.evidence or "").startswith(MACHINES) else ""
        return ("no key" + guess, "") if row.sent_at is not None else ("", "")
    if row.channel == "push" and delivery.reached >= DELIVERED:
        return ("opened" if delivery.reached > DELIVERED else "shown"), "good"
    return "", ""


def _then(row: Row[Any], every: Iterable[Row[Any]]) -> str:
    """What began because this one ended, or stayed silent."""
    ended = row.status_at if row.failed is not None else None
    if ended is None or row.reached >= DELIVERED:
        return ""
    following = (
        one
        for one in every
        if one.delivery == row.delivery
        and one.step > row.step
        and one.wire_at is not None
        and timedelta(0) <= one.wire_at - ended <= AT_ONCE
    )
    first = min(following, key=lambda one: one.wire_at, default=None)
    return f"{WAY.get(first.channel, first.channel)} began at once" if first is not None else ""
