"""What the board says of the house itself, quietly: holes of the rota to come, and a worker that is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.queries.health import pulse
from app.rota.ready import holes_of
from app.tables import programs
from dispatch.rota.lint import words
from dispatch.rota.lint.scene import AROUND

AHEAD = timedelta(hours=72)


@dataclass(frozen=True)
class HousePulse:
    """`late` is empty while pages go out; else what the desk does. `holes` are of the next 72 hours, `first` says
    the first of them."""

    late: str = ""
    holes: int = 0
    first: str = ""


def house_pulse(connection: Connection, program: str, now: datetime) -> HousePulse:
    """How the house is, for one program's board."""
    late = pulse(connection, now).sentence
    zone = connection.scalar(select(programs.c.zone).where(programs.c.id == program))
    if zone is None:
        return HousePulse(late)
    every = holes_of(connection, program, ZoneInfo(zone), now - AROUND, now + AROUND)
    found = [one for one in every if one.ends_at > now and one.starts_at < now + AHEAD]
    if not found:
        return HousePulse(late)
    first = min(found, key=lambda one: one.starts_at)
    when = "Now" if first.starts_at <= now else words.moment(first.starts_at, ZoneInfo(zone))
    return HousePulse(late, len(found), f"{when}, {first.said}")
