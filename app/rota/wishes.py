"""What a person would rather do: a day or a night wanted, or better not. The planner weighs it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from app.note import note
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import programs, rota_wishes
from dispatch.rota.wall import wall_of
from dispatch.value import Refused, require

PARTS = {"day": "Day", "night": "Night"}
KINDS = {"want": "I would like it", "avoid": "Better not"}
AHEAD_AT_MOST = timedelta(days=400)
WISHES_AT_MOST = 60


def add_wish(connection: Connection, shell: Shell, by: Me, day: date, part: str, kind: str) -> int:
    """Write down a wish; another one for the same day or night takes its place."""
    zone = connection.scalar(select(programs.c.zone).where(programs.c.id == by.program)) or "UTC"
    today = wall_of(shell.clock.now(), ZoneInfo(zone)).date()
    require(part in PARTS and kind in KINDS, "Choose the day or the night, and what you would like.")
    require(day > today, "Choose a day that is still ahead.")
    require(day - today <= AHEAD_AT_MOST, "Choose a day within 400 days.")
    mine = rota_wishes.c.person == by.id
    same = mine & (rota_wishes.c.day == day.isoformat()) & (rota_wishes.c.part == part)
    connection.execute(rota_wishes.delete().where(same))
    ahead = select(func.count()).where(mine, rota_wishes.c.day >= today.isoformat())
    require(
        (connection.scalar(ahead) or 0) < WISHES_AT_MOST,
        f"That is more than {WISHES_AT_MOST} wishes. Take one away.",
    )
    wish = {"day": day.isoformat(), "part": part, "kind": kind}
    connection.execute(
        rota_wishes.insert().values(id=new_id(), person=by.id, made_at=shell.clock.now(), **wish)
    )
    return note(connection, shell, by, by.id, "WishMade", day=wish["day"], part=part, wants=kind)


def remove_wish(connection: Connection, shell: Shell, by: Me, wish: str) -> int:
    """Take a wish away."""
    gone = connection.execute(
        rota_wishes.delete().where(rota_wishes.c.id == wish, rota_wishes.c.person == by.id)
    )
    if not gone.rowcount:
        raise Refused("That wish is gone already. Reload the page.")
    return note(connection, shell, by, by.id, "WishRemoved")
