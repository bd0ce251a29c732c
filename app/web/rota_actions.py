"""What somebody may do about a shift or a hole, and the page where they do it."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from app.access import ROTA_ROLES
from app.queries.rota_person import Shift
from app.rota.shift_words import code_of
from app.sessions import Me


@dataclass(frozen=True)
class Action:
    """The words of a button, and where it leads."""

    words: str
    href: str


def actions_of(me: Me, shift: Shift, now: datetime) -> list[Action]:
    """The holder's own ways out of a shift that is not over, and what those who keep the rota may do about it."""
    one, found = shift.one, list[Action]()
    if one.ends_at <= now:
        return found
    if one.person == me.id and shift.asked:
        found.append(Action("Look at your request", url_for("covers.ask", cover=shift.asked.id)))
    elif one.person == me.id:
        found.append(Action("Ask for cover", url_for("shifts.cover", shift=code_of(one))))
        if one.starts_at > now:
            found.append(Action("Swap", url_for("shifts.swap", shift=code_of(one))))
    if one.person == me.id:
        found.append(Action("I cannot come, I am sick", url_for("shifts.sick")))
    if me.roles & set(ROTA_ROLES):
        found += _of_keepers(shift)
    return found


def fill_href(tier: str, starts_at: datetime, ends_at: datetime) -> str:
    """Where those who keep the rota put somebody into a hole."""
    return url_for(
        "rota_override.show", tier=tier, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat()
    )


def _of_keepers(shift: Shift) -> list[Action]:
    one = shift.one
    change = url_for(
        "rota_override.show",
        tier=one.tier,
        instead_of=one.person,
        starts_at=one.starts_at.isoformat(),
        ends_at=one.ends_at.isoformat(),
    )
    found = [Action("Put somebody else on", change)]
    if shift.asked:
        found.append(Action(f"Request {shift.asked.ref}", url_for("covers.one", cover=shift.asked.id)))
    found.append(Action("They called in sick", url_for("covers.sick")))
    if shift.layer:
        found.append(Action("Change the layer", url_for("rota_edit.layer", layer=one.source)))
    return found
