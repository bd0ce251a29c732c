"""A whole case in one line: the desk, the way, the time there, what was missed, and where the targets lay."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch import facts as f
from dispatch.review_reasons import Case, minutes_between

# One letter of a label in percent of the narrowest strip; a label moved by more than MOVED loses its tick.
LETTER, MOVED = 0.85, 0.5


@dataclass(frozen=True)
class Mark:
    """A word on the strip at an instant. `low` ones are targets; `moved` ones stand beside their instant."""

    at: datetime
    words: str
    place: float
    low: bool = False
    over: bool = False
    moved: bool = False
    last: bool = False


@dataclass(frozen=True)
class Stretch:
    """A piece of the strip: look is "" for the desk, "h" the way, "w" there, "over" a missed check."""

    start: float
    length: float
    look: str


@dataclass(frozen=True)
class Strip:
    """The pieces, and the words above and below them."""

    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]


def strip_of(case: Case, now: datetime) -> Strip:
    """The instants of a case on one scale from the call to the end."""
    start = case.incident.opened_at
    sent, there = _sent_at(case), case.arrived_at
    end = case.left_at or (case.incident.since if case.incident.ended else now)
    missed = [fact.at for fact in case.facts if isinstance(fact, f.CheckMissed)]
    targets = list(_targets(case, sent, there))
    span = max([end, *missed, *(target.at for target in targets), start + timedelta(minutes=1)]) - start

    def place(at: datetime) -> float:
        return round(min(100.0, max(0.0, (at - start) / span * 100)), 1)

    def stretch(begin: datetime | None, until: datetime | None, look: str) -> list[Stretch]:
        return [Stretch(place(begin), place(until) - place(begin), look)] if begin and until else []

    stretches = [
        *stretch(start, sent or there or end, ""),
        *stretch(sent, there or end, "h"),
        *stretch(there, end, "w"),
        *(Stretch(min(place(at), 98.0), 2.0, "over") for at in missed),
    ]
    marks = [Mark(start, "call", 0)]
    marks += [Mark(at, words, place(at)) for at, words in ((sent, "sent"), (there, "there")) if at]
    marks += [Mark(at, _missed(missed.count(at)), place(at), over=True) for at in sorted(set(missed))]
    low = [Mark(target.at, target.words, place(target.at), low=True) for target in targets]
    last = Mark(end, "clear" if case.left_at else "end", place(end))
    return Strip(tuple(stretches), (*_above(marks, last), *_spread(low, 100)))


def _above(marks: list[Mark], last: Mark) -> list[Mark]:
    """The end is written leftward from the edge, or, where a target lies behind it, as any other instant."""
    if last.place < 100:
        return _spread([*marks, last], 100)
    return [*_spread(marks, 100 - _width(last)), replace(last, last=True)]


def _missed(count: int) -> str:
    return "check missed" if count == 1 else f"{count} checks missed"


def _width(mark: Mark) -> float:
    """How much of the strip, at its narrowest, a label covers: the time and its words."""
    return (len("00:00 ") + len(mark.words)) * LETTER + 1


def _spread(marks: list[Mark], limit: float) -> list[Mark]:
    """Labels that would stand on each other move aside and lose their tick: first right, then back."""
    ordered = sorted(marks, key=lambda mark: (mark.place, mark.at))
    places = [mark.place for mark in ordered]
    for number in range(1, len(ordered)):
        places[number] = max(places[number], places[number - 1] + _width(ordered[number - 1]))
    end = limit
    for number in reversed(range(len(ordered))):
        places[number] = max(0.0, min(places[number], end - _width(ordered[number])))
        end = places[number]
    return [
        replace(mark, place=round(place, 1), moved=abs(place - mark.place) > MOVED)
        for mark, place in zip(ordered, places, strict=True)
    ]


@dataclass(frozen=True)
class _Target:
    at: datetime
    words: str


def _targets(case: Case, sent: datetime | None, there: datetime | None) -> Iterator[_Target]:
    policy, incident = case.policy, case.incident
    triaged = next((fact for fact in case.facts if isinstance(fact, f.Triaged)), None)
    if triaged is not None:
        yield _target(triaged.at + policy.send_within[triaged.acuity - 1], sent, "send target")
    if incident.members:
        yield _target(incident.opened_at + policy.arrive_within, there, "arrival target")


def _target(at: datetime, done: datetime | None, name: str) -> _Target:
    if done is None:
        return _Target(at, f"{name}, not met")
    if done > at:
        return _Target(at, f"{name}, {minutes_between(at, done)} min late")
    return _Target(at, f"{name}, met by {minutes_between(done, at)} min")


def _sent_at(case: Case) -> datetime | None:
    return min((page.asked_at for page in case.incident.pages), default=None)
