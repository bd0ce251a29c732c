"""What a change of the rules does: who goes off and comes on, and its price in sentences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dispatch.rota.final import final
from dispatch.rota.lacks import On, Said, losses, mends
from dispatch.rota.rules import Assignment, Rules, TierNeed
from dispatch.rota.span_words import moment_words, span_words
from dispatch.rota.staff import Worker
from dispatch.rota.wall import instant, wall_of

AHEAD_AT_MOST: Final = timedelta(days=60)
# A hole each night of two months is one thing to mend, and is not told sixty times.
NAMED_AT_MOST: Final = 3
_DAY: Final = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Difference:
    """A person comes on call or goes off in a tier over a span (UTC)."""

    person: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    change: Literal["on", "off"]


def difference(before: Rules, after: Rules, start: datetime, end: datetime) -> tuple[Difference, ...]:
    """Who goes off and who comes on between `start` and `end`, at most 60 days, in the order of time."""
    end = min(end, start + AHEAD_AT_MOST)
    was, will = _places(final(before, start, end), start, end), _places(final(after, start, end), start, end)
    found: list[Difference] = []
    for place in was.keys() | will.keys():
        before_it, after_it = was.get(place, []), will.get(place, [])
        found += [Difference(*place, *span, "off") for span in _less(before_it, after_it)]
        found += [Difference(*place, *span, "on") for span in _less(after_it, before_it)]
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.tier, one.change, one.person)))


def price(
    before: Rules,
    after: Rules,
    needs: tuple[TierNeed, ...],
    workers: Mapping[str, Worker],
    zone: ZoneInfo,
    start: datetime,
    end: datetime,
) -> tuple[str, ...]:
    """What the change makes worse between `start` and `end`, then what it mends, at most 60 days, as sentences.
    Whoever is not among `workers` does not count: nobody stands behind their name."""
    end = min(end, start + AHEAD_AT_MOST)
    changes = difference(before, after, start, end)
    if not changes:
        return ()
    touched = _joined((one.starts_at, one.ends_at) for one in changes)
    worse: dict[Said, list[Span]] = defaultdict(list)
    better: dict[Said, list[Span]] = defaultdict(list)
    was = _on(final(before, start, end), workers)
    will = _on(final(after, start, end), workers)
    cuts = {at for held in (was, will) for one in held for at in (one.starts_at, one.ends_at)}
    for begins, ends in _slices(touched, cuts, zone):
        day = begins.astimezone(zone).date()
        on_before, on_after = _standing(was, begins), _standing(will, begins)
        for said in losses(on_before, on_after, needs, workers, day):
            worse[said].append((begins, ends))
        for said in mends(on_before, on_after, needs, workers, day):
            better[said].append((begins, ends))
    return (*_sentences(worse, zone), *_sentences(better, zone))


def _places(found: Iterable[Assignment], start: datetime, end: datetime) -> dict[tuple[str, str], list[Span]]:
    held: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for one in found:
        held[one.person, one.tier].append((max(one.starts_at, start), min(one.ends_at, end)))
    return {place: _joined(spans) for place, spans in held.items()}


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither touch nor overlap."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        elif begins < ends:
            found.append((begins, ends))
    return found


def _less(spans: list[Span], taken: list[Span]) -> Iterator[Span]:
    """What is left of joined spans without other joined spans."""
    for begins, ends in spans:
        for off, on in taken:
            if on <= begins or off >= ends:
                continue
            if off > begins:
                yield begins, off
            begins = max(begins, on)
        if begins < ends:
            yield begins, ends


def _on(found: Iterable[Assignment], workers: Mapping[str, Worker]) -> list[Assignment]:
    return [one for one in found if one.person in workers]


def _slices(touched: list[Span], cuts: set[datetime], zone: ZoneInfo) -> Iterator[Span]:
    """The touched time in pieces within which nobody comes, goes, or wakes to a new day."""
    ordered = sorted(cuts)
    for begins, ends in touched:
        inside = {at for at in ordered if begins < at < ends} | set(_midnights(begins, ends, zone))
        edges = [begins, *sorted(inside), ends]
        yield from zip(edges, edges[1:], strict=False)


def _midnights(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    wall = wall_of(begins, zone).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    while (at := instant(wall, zone)) < ends:
        if at > begins:
            yield at
        wall += _DAY


def _standing(found: list[Assignment], at: datetime) -> On:
    standing: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if one.starts_at > at:
            break
        if one.ends_at > at:
            standing[one.tier].add(one.person)
    return standing


def _sentences(found: Mapping[Said, list[Span]], zone: ZoneInfo) -> Iterator[str]:
    spans = {said: _joined(given) for said, given in found.items()}
    for said in sorted(spans, key=lambda one: (one.grave, spans[one][0], one.words)):
        for begins, ends in spans[said][:NAMED_AT_MOST]:
            yield f"{said.words} {span_words(begins, ends, zone)}{said.rest}."
        more = len(spans[said]) - NAMED_AT_MOST
        if more > 0:
            times = "once" if more == 1 else f"{more} times"
            yield f"{said.words} {times} more until {moment_words(spans[said][-1][1], zone)}{said.rest}."
