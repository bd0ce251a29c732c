"""Can the people on call be reached: two proved numbers that fail apart, no STOP, and a phone that rang lately."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.lint.scene import Way

SILENT_AFTER = timedelta(days=14)
SOON = timedelta(days=7)


@dataclass(frozen=True)
class _Case:
    """One person who is on call within the span, from the first to the last of it."""

    look: Look
    person: str
    name: str
    ways: tuple[Way, ...]
    starts_at: datetime
    ends_at: datetime

    def found(self, kind: str, said: str, cure: str, grave: bool = False, about: str = "") -> Found:
        return Found(
            kind, grave, self.starts_at, self.ends_at, said, None, self.person, cure, about, dated=False
        )


def find(look: Look) -> Iterator[Found]:
    """One person after the other; each wrong of theirs is one line."""
    for person in look.by_person:
        ahead = look.ahead(person)
        if ahead:
            ways = look.scene.ways.get(person, ())
            ends_at = max(one.ends_at for one in ahead)
            case = _Case(look, person, look.scene.name(person), ways, ahead[0].starts_at, ends_at)
            yield from _of(case)


def _of(case: _Case) -> Iterator[Found]:
    if not case.ways:
        yield _no_number(case)
        return
    if case.person in case.look.scene.stopped:
        yield _stopped(case)
    for way in case.ways:
        if way.verified_at is None:
            yield _unproved(case, way)
    if len({way.address for way in case.ways}) < 2:
        yield _one_way(case)
    if any(way.verified_at for way in case.ways) and case.starts_at < case.look.scene.now + SILENT_AFTER:
        yield from _silent(case)


def reachable(ways: tuple[Way, ...]) -> bool:
    """Two proved numbers that are not the same phone."""
    return len({way.address for way in ways if way.verified_at}) >= 2


def _no_number(case: _Case) -> Found:
    said = f"{case.name} has no phone number and is on call {_first(case)}"
    return case.found("no_number", said, "Write their number down.", grave=True)


def _stopped(case: _Case) -> Found:
    said = f"{case.name} has stopped our texts and is on call {_first(case)}"
    soon = case.starts_at < case.look.scene.now + SOON
    return case.found("stopped", said, "Ask them to text START to our number.", grave=soon)


def _unproved(case: _Case, way: Way) -> Found:
    said = f"{case.name}'s {way.kind} number ending in {way.address[-4:]} is not proved"
    cure = (
        "Ring it now; an answer proves it." if way.kind == "text" else "Call it, and write down who answered."
    )
    return case.found("unverified", said, cure, about=way.id)


def _one_way(case: _Case) -> Found:
    hard = case.look.scene.terms.weight("second_way") == "hard"
    cure = "A second one, such as a landline or a partner's phone, rings when the first is flat."
    return case.found("second_way", f"{case.name} can be reached by one number alone", cure, grave=hard)


def _silent(case: _Case) -> Iterator[Found]:
    now = case.look.scene.now
    last = max((way.answered_at for way in case.ways if way.answered_at), default=None)
    if last is None:
        yield case.found("silent", f"{case.name}'s phone was never rung", "Ring it now.")
    elif now - last > SILENT_AFTER:
        yield case.found(
            "silent", f"{case.name}'s phone last rang {(now - last).days} days ago", "Ring it now."
        )


def _first(case: _Case) -> str:
    scene = case.look.scene
    return "now" if case.starts_at <= scene.now else f"from {words.moment(case.starts_at, scene.zone)}"
