"""From when on a tier is free to be planned: where its layers end."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from dispatch.rota.rules import Layer


def free_from(layers: Iterable[Layer], tier: str, earliest: date, morning: time) -> date | None:
    """The first day whose morning no layer fills in this tier any more; None: a layer of it has no end."""
    day = earliest
    for layer in layers:
        if layer.tier != tier:
            continue
        if layer.ends is None:
            return None
        day = max(day, _free_day(layer.ends, morning))
    return day


def monday_from(day: date) -> date:
    """That day, or the next Monday."""
    return day + timedelta(days=-day.weekday() % 7)


def _free_day(ends: datetime, morning: time) -> date:
    return ends.date() if ends.time() <= morning else ends.date() + timedelta(days=1)
