"""Who is on call, the slow and obvious way: each layer is walked from its beginning, quarter of an hour by quarter.

It shares only the values of dispatch/rota/rules.py with what it is held against: no turn is divided out, no time of the
wall is turned into an instant. It looks at a clock on the wall and goes on.
"""

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dispatch.rota.rules import Layer, Override, Rules

QUARTER = timedelta(minutes=15)
WEEK = 7 * 24 * 4
LOOK_BACK = 4 * 48
NOBODY = 255
_MONDAY = datetime(1900, 1, 1)

# Who stands where, and who put them there: (tier, person, source).
Post = tuple[str, str, str]
# For each post, one byte for each quarter of an hour: how often they stand there at once.
Rota = dict[Post, bytearray]


class SlowRota:
    """One set of rules from `start` (UTC) on, for so many quarters of an hour."""

    def __init__(self, rules: Rules, start: datetime, quarters: int) -> None:
        self.rules, self.start, self.quarters = rules, start, quarters
        # Walked once: what a layer says of the wall is the same in each zone.
        last = _quarter(start.replace(tzinfo=None)) + quarters + LOOK_BACK
        self.walked = {layer.id: walked(layer, last) for layer in rules.layers}

    def posts(self, zone: ZoneInfo | None = None) -> Rota:
        """Everybody on call at each quarter; with a zone, as if every layer hung on that wall."""
        rota: Rota = {}
        clocks = {
            each: clock(each, self.start, self.quarters)
            for each in {zone or layer.zone for layer in self.rules.layers}
        }
        for layer in self.rules.layers:
            self._layer(rota, layer, clocks[zone or layer.zone])
        for shift in self.rules.shifts:
            self._write(rota, (shift.tier, shift.person, shift.source), shift.starts_at, shift.ends_at)
        for override in sorted(self.rules.overrides, key=lambda one: one.order):
            if override.undoes is None and not undone(override, self.rules.overrides):
                self._override(rota, override)
        for away in self.rules.away:
            for post, on in rota.items():
                if post[1] == away.person and away.tier in (None, post[0]):
                    for quarter in self._between(away.starts_at, away.ends_at):
                        on[quarter] = 0
        return {post: on for post, on in rota.items() if any(on)}

    def _layer(self, rota: Rota, layer: Layer, clock: Sequence[int]) -> None:
        turns, first = self.walked[layer.id]
        nobody = bytes([NOBODY])
        # What it says of each quarter that the clock shows: before it began and after it ended, of nobody.
        before = nobody * max(0, first - clock[0])
        said = before + turns[max(0, clock[0] - first) :] + nobody * (clock[-1] - clock[0] + 1)
        turns_now = bytes([said[at - clock[0]] for at in clock])
        for number, group in enumerate(layer.line):
            on = turns_now.translate(bytes(turn == number for turn in range(256)))
            for person in group:
                post = (layer.tier, person, layer.id)
                other = rota.get(post)
                rota[post] = bytearray(on) if other is None else bytearray(map(int.__add__, other, on))

    def _write(self, rota: Rota, post: Post, starts_at: datetime, ends_at: datetime) -> None:
        on = rota.setdefault(post, bytearray(self.quarters))
        for quarter in self._between(starts_at, ends_at):
            on[quarter] += 1

    def _override(self, rota: Rota, by: Override) -> None:
        comes_in = bytearray(self.quarters)
        for quarter in self._between(by.starts_at, by.ends_at):
            for (tier, person, _), on in rota.items():
                if tier == by.tier and by.instead_of in (None, person):
                    comes_in[quarter] += on[quarter]
                    on[quarter] = 0
            if by.instead_of is None:
                comes_in[quarter] = 1
        if by.person is not None:
            rota[by.tier, by.person, by.id] = comes_in

    def _between(self, starts_at: datetime, ends_at: datetime) -> range:
        first, last = (starts_at - self.start) // QUARTER, (ends_at - self.start) // QUARTER
        return range(max(first, 0), min(max(last, 0), self.quarters))


def walked(layer: Layer, last: int) -> tuple[bytearray, int]:
    """Whose turn it is at each quarter of the wall since the layer began, counted one by one; and the first."""
    first = _quarter(layer.begins)
    if layer.ends is not None:
        last = min(last, _quarter(layer.ends))
    length = layer.turn // QUARTER if layer.turn else 0
    people, whose = len(layer.line), bytearray()
    turn, before, worked = layer.first - 1, None, False
    for steps, open_since in enumerate(_week_long(layer, first, last)):
        if length and steps % length == 0:
            worked = False
        if open_since is None:
            whose.append(NOBODY)
        else:
            opened_now = open_since != before or open_since == (first + steps) % WEEK
            if not worked if length else opened_now:
                turn, worked = turn + 1, True
            whose.append(turn % people)
        before = open_since
    return whose, first


def _week_long(layer: Layer, first: int, last: int) -> Iterator[int | None]:
    """For each quarter of the wall, in which quarter of the week the window opened that is open then."""
    week: list[int | None] = [None if layer.windows else 0] * WEEK
    for window in layer.windows:
        for day in window.days:
            opens = day * 96 + window.starts.hour * 4 + window.starts.minute // 15
            for step in range(window.length // QUARTER):
                week[(opens + step) % WEEK] = opens
    for quarter in range(first, last):
        yield week[quarter % WEEK]


@cache
def clock(zone: ZoneInfo, start: datetime, quarters: int) -> Sequence[int]:
    """What the wall shows at each quarter: the latest it has shown so far, so that no hour is lived twice."""
    shown = array("l")
    latest = 0
    for step in range(-LOOK_BACK, quarters):
        latest = max(latest, _quarter((start + step * QUARTER).astimezone(zone).replace(tzinfo=None)))
        if step >= 0:
            shown.append(latest)
    return shown


def undone(override: Override, overrides: tuple[Override, ...]) -> bool:
    """Does a later override undo this one, and is not undone itself?"""
    return any(
        by.undoes == override.id and by.order > override.order and not undone(by, overrides)
        for by in overrides
    )


@cache
def changes_of(zone: ZoneInfo, start: datetime, quarters: int) -> list[datetime]:
    """The instants at which the clocks change."""
    at = [start + step * QUARTER for step in range(quarters)]
    offsets = [each.astimezone(zone).utcoffset() for each in at]
    return [at[step] for step in range(1, quarters) if offsets[step] != offsets[step - 1]]


def _quarter(wall: datetime) -> int:
    return (wall.replace(tzinfo=None) - _MONDAY) // QUARTER
