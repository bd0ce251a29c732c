"""Who is fit for duty, and whether a team can be sent: the second is derived from the first, never typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dispatch.stages import CHIP, COMMITTED, WRITING, Stage

TEAM_SIZE: Final = 2


class Duty(StrEnum):
    """One axis: a person's own state. Where a team stands on its task is another axis."""

    OFF = "off"
    ON_CALL = "on_call"
    ON_SHIFT = "on_shift"
    BREAK = "break"
    UNFIT = "unfit"


@dataclass(frozen=True)
class MemberDuty:
    """One person's duty, until when it holds (None: until it is changed), and why (a code that no sentence
    here shows). `tele` is one who joins by video."""

    person: str
    duty: Duty
    until: datetime | None = None
    reason: str | None = None
    tele: bool = False


@dataclass(frozen=True)
class Availability:
    """A team's chip on the board (AVL PGD ACK ENR STG ONS WTH TRN DOC OOS) and the sentence behind it."""

    code: str
    why: str


AWAY: Final = {
    Duty.OFF: "is off duty",
    Duty.BREAK: "is on a break",
    Duty.UNFIT: "is not fit for duty",
}
ON_TASK: Final = {
    "PGD": "The team is being found",
    "ACK": "The team has said yes",
    "ENR": "The team is on the way",
    "STG": "The team waits close by",
    "ONS": "The team is there",
    "WTH": "The team is with the person",
    "TRN": "The team is transporting the person",
    "DOC": "The team owes its notes",
}


def availability(
    members: tuple[MemberDuty, ...],
    task: Stage | None,
    now: datetime,
    ref: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Availability:
    """Can this team be sent now? Only two fit people on duty can, one of them in person, with no open
    task."""
    if task in COMMITTED or task in WRITING:
        code = CHIP[task]
        return Availability(code, f"{ON_TASK[code]}, {ref}." if ref else f"{ON_TASK[code]}.")
    fit = tuple(member for member in members if is_fit(member, now))
    if len(fit) >= TEAM_SIZE and not all(member.tele for member in fit):
        return Availability("AVL", f"{_listed(fit, names or {})} are on duty and free.")
    return Availability("OOS", _why_not(members, fit, now, names or {}))


def is_fit(member: MemberDuty, now: datetime) -> bool:
    """On duty and fit at this instant. A duty that has run out is over; only a break ends in duty again."""
    over = member.until is not None and member.until <= now
    if member.duty is Duty.BREAK:
        return over
    return member.duty in (Duty.ON_CALL, Duty.ON_SHIFT) and not over


def _why_not(
    members: tuple[MemberDuty, ...], fit: tuple[MemberDuty, ...], now: datetime, names: Mapping[str, str]
) -> str:
    if len(fit) >= TEAM_SIZE:
        return "Everyone joins by video. One must be there in person."
    away = [_absence(member, now, names) for member in members if member not in fit]
    missing = "A team needs two." if fit or not members else "Nobody is left."
    return " ".join([*away, missing])


def _absence(member: MemberDuty, now: datetime, names: Mapping[str, str]) -> str:
    over = member.until is not None and member.until <= now
    return f"{_name(member, names)} {AWAY[Duty.OFF] if over else AWAY[member.duty]}."


def _listed(members: tuple[MemberDuty, ...], names: Mapping[str, str]) -> str:
    *first, last = (_name(member, names) for member in members)
    return f"{', '.join(first)} and {last}"


def _name(member: MemberDuty, names: Mapping[str, str]) -> str:
    return names.get(member.person, "Someone")
