"""Two devices, one chart: a change meets what another device wrote meanwhile, and neither is lost."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.record.chart import Value, is_blank, with_changes
from app.record.wrong import Wrong

BESIDE_AT_MOST = 8


@dataclass(frozen=True)
class Mark:
    """When a field last changed: at which version of the chart, and from which window."""

    version: int
    window: str


@dataclass(frozen=True)
class Other:
    """What somebody wrote in a field that had changed under their hands. It waits for a person to choose."""

    window: str
    by: str
    at: datetime
    value: Value


@dataclass(frozen=True)
class Kept:
    """The chart as it is kept: the answers, when each last changed, and what stands beside them."""

    version: int = 0
    answers: Mapping[str, Value] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    beside: Mapping[str, tuple[Other, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What one window sends: its values, the version its page was drawn from, who and when.

    `given` holds the marks of what the page was drawn with; a whole form sends untouched fields too.
    """

    values: Mapping[str, Value]
    base: int
    window: str
    by: str
    at: datetime
    given: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Merged:
    """`kept` after it; `changed` was taken over, `beside` waits for a choice, `news` others changed."""

    kept: Kept
    changed: tuple[str, ...]
    beside: tuple[str, ...]
    news: tuple[str, ...]
    wrong: tuple[Wrong, ...] = ()


def merge(kept: Kept, change: Change) -> Merged:
    """Fields that nobody else touched are taken over; for the others both texts stay."""
    news = tuple(name for name in kept.marks if _changed_elsewhere(kept, change, name))
    wanted = {name: value for name, value in change.values.items() if _touched(kept, change, name)}
    taken = {
        name: value for name, value in wanted.items() if name not in news and not _same(kept, name, value)
    }
    met = [name for name in wanted if name in news]
    full = [name for name in met if _is_full(kept, change, name)]
    beside = {name: _beside(kept, change, name) for name in met if name not in full}
    # A page that has caught up with a field has nothing of its own beside it any more.
    beside |= {name: _without(kept, name, change.window) for name in taken if name in kept.beside}
    differs = any(kept.beside.get(name, ()) != others for name, others in beside.items())
    version = kept.version + 1 if taken or differs else kept.version
    after = Kept(
        version,
        with_changes(kept.answers, taken),
        {**kept.marks, **{name: Mark(version, change.window) for name in taken}},
        {name: others for name, others in {**kept.beside, **beside}.items() if others},
    )
    wrong = tuple(
        Wrong(name, "Other texts wait beside this one already. Choose between them first.") for name in full
    )
    waiting = tuple(
        name for name in met if any(o.window == change.window for o in after.beside.get(name, ()))
    )
    return Merged(after, tuple(taken), waiting, news, wrong)


@dataclass(frozen=True)
class Settled:
    """`kept` after a choice, and the value that was left out."""

    kept: Kept
    left_out: Value


def settle(kept: Kept, name: str, window: str, take: bool) -> Settled:
    """A person chose: take what stands beside, or leave it out. Raises `Wrong` when it is settled already."""
    other = next((other for other in kept.beside.get(name, ()) if other.window == window), None)
    if other is None:
        raise Wrong(name, "That choice was made already. Read the field again.")
    others = {**kept.beside, name: _without(kept, name, window)}
    after = replace(
        kept, version=kept.version + 1, beside={field: rest for field, rest in others.items() if rest}
    )
    if not take:
        return Settled(after, other.value)
    stood = kept.answers.get(name, "")
    answers = with_changes(kept.answers, {name: other.value})
    return Settled(
        replace(after, answers=answers, marks={**kept.marks, name: Mark(after.version, "")}), stood
    )


def mark_of(value: Value) -> str:
    """A short mark by which a form's field is known to be as it was drawn."""
    if is_blank(value):
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _changed_elsewhere(kept: Kept, change: Change, name: str) -> bool:
    mark = kept.marks[name]
    return mark.version > change.base and mark.window != change.window


def _touched(kept: Kept, change: Change, name: str) -> bool:
    """In a whole form a field as it was drawn says nothing, unless this window changed it meanwhile."""
    if change.given is None or mark_of(change.values[name]) != change.given.get(name, ""):
        return True
    mark = kept.marks.get(name)
    return mark is not None and mark.window == change.window


def _same(kept: Kept, name: str, value: Value) -> bool:
    stored = kept.answers.get(name, "")
    return stored == value or (is_blank(stored) and is_blank(value))


def _is_full(kept: Kept, change: Change, name: str) -> bool:
    return len(_without(kept, name, change.window)) >= BESIDE_AT_MOST and not _same(
        kept, name, change.values[name]
    )


def _beside(kept: Kept, change: Change, name: str) -> tuple[Other, ...]:
    """Typing on, one window keeps one text beside; when it comes to agree, nothing of it needs to wait."""
    others = _without(kept, name, change.window)
    value = change.values[name]
    if _same(kept, name, value):
        return others
    mine = next((other for other in kept.beside.get(name, ()) if other.window == change.window), None)
    if mine is not None and mine.value == value:
        return kept.beside[name]
    return (*others, Other(change.window, change.by, change.at, value))


def _without(kept: Kept, name: str, window: str) -> tuple[Other, ...]:
    return tuple(other for other in kept.beside.get(name, ()) if other.window != window)
