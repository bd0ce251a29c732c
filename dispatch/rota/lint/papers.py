"""Credentials that end, or are not there, while their holder still has shifts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from dispatch.rota.held import held, name_of, rule_of, spans_without
from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import Credential, Worker

_DAY = timedelta(days=1)


def find(look: Look) -> Iterator[Found]:
    """One line for each person and kind: what ends when, and how many shifts lie behind it."""
    meant: dict[str, list[Assignment]] = {}
    for one in look.meant:
        if one.ends_at > look.scene.now:
            meant.setdefault(one.person, []).append(one)
    for person, shifts in meant.items():
        worker = look.scene.workers[person]
        for kind in dict.fromkeys((*_required(look, shifts), *(one.kind for one in worker.credentials))):
            yield from _of(look, worker, kind, shifts)


def _required(look: Look, shifts: list[Assignment]) -> tuple[str, ...]:
    tiers = dict.fromkeys(one.tier for one in shifts)
    return tuple(kind for tier in tiers for kind in look.scene.terms.required.get(tier, ()))


def _of(look: Look, worker: Worker, kind: str, shifts: list[Assignment]) -> Iterator[Found]:
    scene = look.scene
    today = scene.now.astimezone(scene.zone).date()
    mine = held(worker, kind, scene.state)
    last = _last_day(mine, today)
    if last is None:
        return
    until = max(scene.now, _midnight(look, last + _DAY))
    behind = [one for one in shifts if one.ends_at > until]
    blocked = [one for one in behind if kind in scene.terms.required.get(one.tier, ())]
    if not behind:
        return
    counted = blocked if blocked and _hard(look, kind) else behind
    fate = "blocked" if counted is blocked else "not covered by it"
    yield Found(
        kind="paper",
        grave=False,
        starts_at=max(until, counted[0].starts_at),
        ends_at=counted[-1].ends_at,
        said=f"{_says(worker.name, name_of(kind), mine, last, today)}. {words.shifts(len(counted))} after it "
        f"{'is' if len(counted) == 1 else 'are'} {fate}",
        person=worker.id,
        cure="Ask for the new one." if mine else "Write it down, or take them off these shifts.",
        about=kind,
        dated=False,
    )


def _says(name: str, what: str, mine: list[Credential], last: date, today: date) -> str:
    if not mine:
        return f"{name} has no {what} on file"
    on = f"{last.day} {last:%b}" if last.year == today.year else f"{last.day} {last:%b} {last.year}"
    return f"{name}'s {what} ends {on}" if last >= today else f"{name}'s {what} ended {on}"


def _hard(look: Look, kind: str) -> bool:
    return look.scene.terms.weight(rule_of(kind)) == "hard"


def _last_day(mine: list[Credential], today: date) -> date | None:
    """The last day on which one of these counts without a break from today; None: it has no end. What is not
    there or has ended answers the day that it ended on, or yesterday."""
    missing = next(iter(spans_without(mine, today)), None)
    if missing is None:
        return None
    if missing[0] > today:
        return missing[0] - _DAY
    return max((one.ends_on for one in mine if one.ends_on and one.ends_on < today), default=today - _DAY)


def _midnight(look: Look, day: date) -> datetime:
    return datetime.combine(day, time(), look.scene.zone).astimezone(UTC)
