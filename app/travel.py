"""How long a drive takes, as an estimate: a great circle, made longer as roads are, at a county's speed."""

from typing import Final

from app.places import Found, metres

ROADS_ARE_LONGER: Final = 1.35
MILES_PER_HOUR: Final = 30
METRES_PER_MILE: Final = 1609.344


def minutes_between(one: Found | None, other: Found | None) -> int | None:
    """Whole minutes, or None unless both points are known: a guess at one end would look like knowledge."""
    if one is None or other is None:
        return None
    miles = metres(one, other) / METRES_PER_MILE * ROADS_ARE_LONGER
    return max(1, round(miles / MILES_PER_HOUR * 60))
