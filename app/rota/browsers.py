"""Browsers that take pages: each is an address at its maker's push service, and counts once it has shown a notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from app.journal import newest
from app.note import note
from app.outside import Vapid
from app.rota.ring import AGAIN_AFTER, ring_now
from app.rota.ways import WAYS_AT_MOST, numbers_of
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import rings, ways
from dispatch.value import Refused, require
from notify.push_address import are_keys, is_service, public_key

NOT_SET: Final = "Notices in a browser are not set up for this house. An admin sets a key for them."
# In this order: Edge and Opera say Chrome too, and Chrome says Safari.
MAKERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def key_for_browsers(shell: Shell) -> str:
    """What a browser is told of our key before it gives us an address."""
    return public_key(_vapid(shell).private_key)


def add_browser(
    connection: Connection, shell: Shell, by: Me, endpoint: str, keys: Mapping[str, str], agent: str
) -> int:
    """This browser of one's own takes pages; a test goes to it at once. Said again, it is renewed. A browser belongs
    to whoever turned it on last: nobody reads a colleague's pages on it."""
    vapid, now = _vapid(shell), shell.clock.now()
    require(is_service(endpoint, vapid.hosts), "That is no push service that we know. Use a current browser.")
    require(are_keys(keys), "This browser gave no keys that fit. Reload the page and try again.")
    kept = {"p256dh": keys["p256dh"], "auth": keys["auth"], "key": public_key(vapid.private_key)}
    _take_from_others(connection, shell, by, endpoint)
    mine = connection.execute(
        select(ways).where(ways.c.person == by.id, ways.c.kind == "push", ways.c.address == endpoint)
    ).first()
    fresh = {"keys": kept, "label": name_of(agent), "broken_at": None, "broken_code": None}
    if mine is not None:
        return _renewed(connection, shell, by, mine, fresh, now)
    require(
        len(numbers_of(connection, by.id)) < WAYS_AT_MOST,
        f"Keep at most {WAYS_AT_MOST} ways. Take one away first.",
    )
    way = new_id()
    row = {"id": way, "person": by.id, "kind": "push", "address": endpoint, "added_at": now}
    connection.execute(ways.insert().values(**row, **fresh))
    ring_now(connection, by.id, way, "push", "asked", now)
    return note(connection, shell, by, by.id, "WayAdded", way=way, takes="push")


def name_of(agent: str) -> str:
    """What its owner knows it by, such as "Chrome on Android". A closed set of words, whatever it says of itself."""
    maker = next((name for mark, name in MAKERS if mark in agent), "Browser")
    machine = next((name for mark, name in MACHINES if mark in agent), "")
    return f"{maker} on {machine}" if machine else maker


def _renewed(
    connection: Connection, shell: Shell, by: Me, mine: Row[Any], fresh: dict[str, Any], now: datetime
) -> int:
    same = mine.keys == fresh["keys"] and mine.broken_at is None
    if same and mine.verified_at is not None:
        return newest(connection)
    waits = connection.scalar(
        select(rings.c.id)
        .where(rings.c.person == by.id, rings.c.way == mine.id, rings.c.rung_at > now - AGAIN_AFTER)
        .limit(1)
    )
    if same and waits is not None:
        raise Refused("A test went to this browser just now. Give it two minutes, then try again.")
    # What was proved was proved of other keys.
    connection.execute(
        ways.update().where(ways.c.id == mine.id).values(**fresh, verified_at=None, answered_at=None)
    )
    ring_now(connection, by.id, mine.id, "push", "asked", now)
    return note(connection, shell, by, by.id, "WayRenewed", way=mine.id, takes="push")


def _take_from_others(connection: Connection, shell: Shell, by: Me, endpoint: str) -> None:
    theirs = (ways.c.kind == "push") & (ways.c.address == endpoint) & (ways.c.person != by.id)
    for row in connection.execute(select(ways.c.id, ways.c.person).where(theirs)).all():
        connection.execute(ways.delete().where(ways.c.id == row.id))
        note(connection, shell, by, row.person, "WayRemoved", way=row.id, takes="push")


def _vapid(shell: Shell) -> Vapid:
    vapid = shell.settings.outside.vapid
    if vapid is None:
        raise Refused(NOT_SET)
    return vapid
