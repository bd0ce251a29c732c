"""The scene worked out once: who is on call when, by tier and by person, and what was taken from whom and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.cover import Span
from dispatch.rota.final import changed, planned
from dispatch.rota.lint.scene import AROUND, Scene
from dispatch.rota.rules import Assignment, Away, Rules

Place = tuple[str, str]  # person and tier
Piece = tuple[datetime, datetime, tuple[Place, ...]]


@dataclass(frozen=True)
class Look:
    """`on_call` is the final rota of people who work here, with what lies around the span; `meant` is the same
    before time off and bars took people out."""

    scene: Scene
    on_call: tuple[Assignment, ...]
    meant: tuple[Assignment, ...]
    by_tier: dict[str, list[Assignment]]
    by_person: dict[str, list[Assignment]]

    def ahead(self, person: str) -> list[Assignment]:
        """A person's own shifts that still run or come within the span."""
        scene = self.scene
        mine = self.by_person.get(person, ())
        return [one for one in mine if one.ends_at > scene.now and one.starts_at < scene.end]

    def meant_for(self, person: str, start: datetime, end: datetime) -> list[Assignment]:
        """What would be theirs in a span if nothing kept them away."""
        return [
            one for one in self.meant if one.person == person and one.starts_at < end and one.ends_at > start
        ]

    def taken(self, tier: str, span: Span) -> Iterator[tuple[Assignment, Away]]:
        """Whose shifts of this tier in this span are not theirs because they are away."""
        for away in self.scene.rules.away:
            if away.starts_at >= span[1] or away.ends_at <= span[0] or away.tier not in (None, tier):
                continue
            for one in self.meant_for(away.person, max(away.starts_at, span[0]), min(away.ends_at, span[1])):
                if one.tier == tier:
                    yield one, away


def look(scene: Scene) -> Look:
    """Work it out: the one place of the lint where rules become shifts."""
    start, end = scene.now - AROUND, scene.end
    rules = scene.rules
    working = scene.workers.keys()
    everybody = changed(planned(rules, start, end), replace(rules, away=()))
    meant = [
        one for one in everybody if one.person in working and one.ends_at > start and one.starts_at < end
    ]
    on_call = sorted(changed(meant, Rules(away=rules.away)), key=lambda one: (one.starts_at, one.ends_at))
    return Look(
        scene,
        tuple(on_call),
        tuple(meant),
        _grouped(on_call, "tier"),
        _grouped(on_call, "person"),
    )


def stretches(
    shifts: Iterable[Assignment], start: datetime, end: datetime, cuts: Iterable[datetime] = ()
) -> Iterator[Piece]:
    """The span in pieces within which the same people are on call, each once in a tier; cut at `cuts` too."""
    events: dict[datetime, list[tuple[Place, int]]] = {at: [] for at in cuts if start < at < end}
    for one in shifts:
        if one.starts_at < end and one.ends_at > start:
            place = one.person, one.tier
            events.setdefault(max(one.starts_at, start), []).append((place, 1))
            events.setdefault(min(one.ends_at, end), []).append((place, -1))
    here: dict[Place, int] = {}
    since = start
    for at in sorted(events):
        if at > since:
            yield since, at, tuple(here)
            since = at
        for place, change in events[at]:
            count = here.get(place, 0) + change
            if count:
                here[place] = count
            else:
                here.pop(place, None)
    if since < end:
        yield since, end, tuple(here)


def joined(spans: Iterable[tuple[datetime, datetime, str]]) -> Iterator[tuple[datetime, datetime, str]]:
    """Neighbours that say the same, as one."""
    last: tuple[datetime, datetime, str] | None = None
    for starts_at, ends_at, said in spans:
        if last is not None and last[1] == starts_at and last[2] == said:
            last = (last[0], ends_at, said)
            continue
        if last is not None:
            yield last
        last = (starts_at, ends_at, said)
    if last is not None:
        yield last


def _grouped(found: list[Assignment], by: str) -> dict[str, list[Assignment]]:
    groups: dict[str, list[Assignment]] = {}
    for one in found:
        groups.setdefault(getattr(one, by), []).append(one)
    return groups
