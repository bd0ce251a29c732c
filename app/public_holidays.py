"""Public holidays of a state, by day. The seam to the `holidays` library, which knows each state's law by year."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays
from holidays.countries.united_states import UnitedStates

STATES: frozenset[str] = frozenset(UnitedStates.subdivisions)


def holidays_between(state: str | None, start: date, end: date) -> dict[date, str]:
    """The public holidays from `start` to `end`, both included, with their names, in order. Without a state, and
    for one that the library does not know, those of the federation."""
    known = state if state in STATES else None
    found: dict[date, str] = {}
    for year in range(start.year, end.year + 1):
        found |= {day: name for day, name in _of_year(known, year) if start <= day <= end}
    return found


@lru_cache(maxsize=512)
def _of_year(state: str | None, year: int) -> tuple[tuple[date, str], ...]:
    return tuple(sorted(country_holidays("US", subdiv=state, years=year, language="en_US").items()))
