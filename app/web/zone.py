"""The zone that a page's times are said in: the program's own, when it is not the house's."""

from zoneinfo import ZoneInfo


def in_zone(name: str) -> dict[str, ZoneInfo]:
    """The template value that the time macros read."""
    return {"zone": ZoneInfo(name)}
