"""The zone that a page's times are said in, and in which a typed time is read: the program's own."""

from zoneinfo import ZoneInfo

from flask import g

from app.web.here import shell, somebody


def zone_here() -> ZoneInfo:
    """Of the program of whoever is signed in, or whose page a link opened; of the house where neither is known."""
    person = somebody()
    return ZoneInfo(g.get("zone") or (person.zone if person else shell().settings.zone))


def opened_by_link(zone: str) -> None:
    """The page that is shown now belongs to one person and their program: its link says so, whoever is signed in."""
    g.zone = zone


def in_zone(name: str) -> dict[str, ZoneInfo]:
    """The template value that the time macros read."""
    return {"zone": ZoneInfo(name)}
