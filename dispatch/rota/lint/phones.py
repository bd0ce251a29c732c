"""Can the people on call be reached: proved ways that fail apart, by enough channels, no STOP, heard lately."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.own_plan import TAKES, spoken
from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.lint.scene import Scene, Way

_END = {"text": "one phone", "call": "one phone", "push": "one browser", "email": "e-mail"}
_UNPROVED = {
    "text": ("text number ending in {}", "Ring it now; an answer proves it."),
    "call": ("call number ending in {}", "Call it, and write down who answered."),
    "push": ("browser", "They answer a test notice in it."),
    "email": ("e-mail address", "They type the code of the letter on their own page."),
}
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
    yield from _too_few(case)
    if any(way.verified_at for way in case.ways) and case.starts_at < case.look.scene.now + SILENT_AFTER:
        yield from _silent(case)


def reachable(scene: Scene, person: str) -> bool:
    """Two proved ways that fail apart, by as many different channels as the program asks for."""
    proved = [way for way in scene.ways.get(person, ()) if way.verified_at]
    return _ends(proved) >= 2 and len(_channels(scene, proved)) >= _asked(scene)


def _ends(ways: Iterable[Way]) -> int:
    return len({way.address for way in ways})


def _channels(scene: Scene, ways: Iterable[Way]) -> frozenset[str]:
    taken: set[str] = {
        channel for way in ways for channel in TAKES[way.kind] if not (way.no_texts and channel == "text")
    }
    return scene.carried & taken


def _asked(scene: Scene) -> int:
    return min(scene.channels_at_least, len(scene.carried))


def _no_number(case: _Case) -> Found:
    said = f"{case.name} has no phone number and is on call {_first(case)}"
    return case.found("no_number", said, "Write their number down.", grave=True)


def _stopped(case: _Case) -> Found:
    said = f"{case.name} has stopped our texts and is on call {_first(case)}"
    soon = case.starts_at < case.look.scene.now + SOON
    return case.found("stopped", said, "Ask them to text START to our number.", grave=soon)


def _unproved(case: _Case, way: Way) -> Found:
    what, cure = _UNPROVED[way.kind]
    said = f"{case.name}'s {what.format(way.address[-4:])} is not proved"
    return case.found("unverified", said, cure, about=way.id)


def _too_few(case: _Case) -> Iterator[Found]:
    scene = case.look.scene
    channels = _channels(scene, case.ways)
    if _ends(case.ways) < 2:
        said = f"{case.name} can be reached by {_END[case.ways[0].kind]} alone"
        cure = "A second phone, notices in a browser or e-mail reach them when the first is flat."
    elif len(channels) < _asked(scene):
        by = spoken(channels)
        said = (
            f"{case.name} can be reached by {by} alone, and {_asked(scene)} different channels are asked for"
        )
        cure = "They add another one on their own page."
    else:
        return
    yield case.found("second_way", said, cure, grave=scene.terms.weight("second_way") == "hard")


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
