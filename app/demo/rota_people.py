"""What the demo's staff hold and have asked for: credentials, numbers, time off, and covers now and before."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from app.clock import VirtualClock
from app.demo.county import PHONES, PROGRAM, STAFF, Staff
from app.demo.rota import COUNTY, DAY, PAIRS, Calendar, Telling, calendar
from app.note import note
from app.rota.bars import rebar
from app.rota.cover_rows import acting
from app.rota.covers import ask_cover
from app.rota.load import rules_of
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import covers, credentials, rota_overrides, shifts, time_off, training, ways
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment
from dispatch.rota.wall import instant

YEAR: Final = 365 * DAY
SEEN: Final = 90 * DAY
LICENSES: Final = ("LICSW", "LMFT", "LPCC", "RN")
HELD: Final = ("driver", "background", "first_aid")
TRAINED_MINUTES: Final = (16 * 60, 18 * 60)
# Marchetti took these nights over, in weeks when her own pair was free: twice in each, of the pair on nights.
COVERED_WEEKS: Final = (-15, -10, -5)
PAST_REF: Final = 1901
# Whose phone has not rung for long, and who has one number alone.
SILENT, ONE_NUMBER = "osei", "halloran"


def fill_in(shell: Shell, keeper: Me, told: list[Telling]) -> None:
    """All of it, after the rota itself is laid out; the journal is told in the order of time."""
    days = calendar(shell.clock.now())
    with shell.store.write() as connection:
        _papers(connection, shell, keeper, days)
        _numbers(connection, shell)
        told = [*told, *_time_off(connection, keeper, days, shell.clock.now()), *_covered(connection, days)]
        for at, tell in sorted(told, key=lambda one: one[0]):
            tell(connection, replace(shell, clock=VirtualClock(at), listeners=[]))
        rebar(connection, PROGRAM, shell.clock.now())
        _ask(connection, shell, days)


def _workers() -> Iterator[Staff]:
    return (one for one in STAFF if one.role in ("responder", "supervisor"))


def _papers(connection: Connection, shell: Shell, keeper: Me, days: Calendar) -> None:
    """Everybody holds what their tier asks for. Pruitt's license to drive ends before his next nights."""
    now = shell.clock.now()
    rows, hours = [], []
    for one in _workers():
        kinds = [(kind, None, "") for kind in HELD]
        if one.credential in LICENSES:
            kinds.append(("license", "MN", one.credential))  # type: ignore[arg-type]
        for kind, state, title in kinds:
            ends = days.week(3) - DAY if (one.id, kind) == ("pruitt", "driver") else now + YEAR
            rows.append(_credential(one.id, kind, state, title, ends, keeper, now))
        for number, minutes in enumerate(TRAINED_MINUTES, start=1):
            done = (now - number * YEAR / 3).date().isoformat()
            row = {"id": new_id(), "person": one.id, "kind": "crisis", "minutes": minutes, "done_on": done}
            hours.append({**row, "title": "Crisis response", "added_by": keeper.id, "added_at": now - SEEN})
    connection.execute(credentials.insert(), rows)
    connection.execute(training.insert(), hours)


def _credential(
    person: str, kind: str, state: str | None, title: str, ends: datetime, keeper: Me, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person": person,
        "kind": kind,
        "state": state,
        "title": title,
        "starts_on": (now - 2 * YEAR).date().isoformat(),
        "ends_on": ends.date().isoformat(),
        "verified_by": keeper.id,
        "verified_at": now - SEEN,
        "added_at": now - SEEN,
    }


def _numbers(connection: Connection, shell: Shell) -> None:
    """A mobile that takes texts, and a second number that rings elsewhere; both proved, and rung this week."""
    now = shell.clock.now()
    rows = []
    for number, one in enumerate(_workers(), start=20):
        rang = now - (18 if one.id == SILENT else 3) * DAY
        numbers = [("text", PHONES[one.id]), ("call", f"+150755501{number:02d}")]
        for kind, address in numbers[: 1 if one.id == ONE_NUMBER else 2]:
            row = {"id": new_id(), "person": one.id, "kind": kind, "address": address, "code_tries": 0}
            rows.append(
                {
                    **row,
                    "verified_at": now - SEEN,
                    "tried_at": rang,
                    "answered_at": rang,
                    "added_at": now - SEEN,
                }
            )
    connection.execute(ways.insert(), rows)


def _time_off(connection: Connection, keeper: Me, days: Calendar, now: datetime) -> Iterator[Telling]:
    """Time off that makes a hole next week, some that makes none, and some that nobody has decided yet."""
    thursday = days.week(1) + 3 * DAY + timedelta(hours=5)
    spans = (
        ("marchetti", "other", thursday, thursday + DAY, "approved"),
        ("mensah", "vacation", days.week(1), days.week(2), "approved"),
        ("whitcomb", "vacation", days.week(-6), days.week(-5), "approved"),
        ("sorensen", "training", days.week(-4), days.week(-4) + 2 * DAY, "approved"),
        ("whitcomb", "vacation", days.week(4), days.week(5), "asked"),
    )
    for person, kind, since, until, state in spans:
        starts_at, ends_at = instant(since, COUNTY), instant(until, COUNTY)
        asked_at = min(now - 20 * DAY, starts_at - 30 * DAY)
        leave = new_id()
        row = {"id": leave, "program": PROGRAM, "person": person, "kind": kind, "state": state}
        decided = {"decided_by": keeper.id, "decided_at": asked_at + DAY} if state == "approved" else {}
        connection.execute(
            time_off.insert().values(
                **row, starts_at=starts_at, ends_at=ends_at, asked_at=asked_at, **decided
            )
        )
        said = {"person": person, "kind_of": kind, **_span(starts_at, ends_at)}
        yield asked_at, _told(acting(connection, person), leave, "TimeOffAsked", said)
        if decided:
            yield asked_at + DAY, _told(keeper, leave, "TimeOffApproved", {"person": person})


def _covered(connection: Connection, days: Calendar) -> Iterator[Telling]:
    """Nights that changed hands: asked by text, taken by text, as the journal tells."""
    nights = [days.week(week) + day * DAY + timedelta(hours=12) for week in COVERED_WEEKS for day in (1, 2)]
    for ref, night in enumerate(nights, start=PAST_REF):
        holder = PAIRS[(night - days.monday) // (7 * DAY) % len(PAIRS)][1]
        found = connection.execute(
            select(shifts).where(shifts.c.person == holder, shifts.c.starts_at == instant(night, COUNTY))
        ).one()
        yield from _taken(connection, found, "marchetti", ref)


def _taken(connection: Connection, shift: Row[Any], taker: str, ref: int) -> Iterator[Telling]:
    asked_at, taken_at = shift.starts_at - 6 * DAY, shift.starts_at - 5 * DAY
    cover = new_id()
    what = {"program": PROGRAM, "tier": shift.tier, "starts_at": shift.starts_at, "ends_at": shift.ends_at}
    settled = {"state": "taken", "taken_by": taker, "taken_at": taken_at, "settled_at": taken_at}
    connection.execute(
        covers.insert().values(
            id=cover, ref=ref, kind="cover", person=shift.person, made_at=asked_at, **what, **settled
        )
    )
    span = _span(shift.starts_at, shift.ends_at)
    said = {"ref": ref, "person": shift.person, "tier": shift.tier, **span}
    holder, comes = acting(connection, shift.person), acting(connection, taker)
    change = {"tier": shift.tier, "instead_of": shift.person, "person": taker, "cover": cover, "why": "other"}

    def write(connection: Connection, then: Shell) -> None:
        override = new_id()
        seq = note(connection, then, comes, override, "OverrideAdded", **change, **span)
        made = {"id": override, "number": seq, "made_by": taker, "made_at": taken_at}
        connection.execute(rota_overrides.insert().values({**what, **change, **made}))
        note(connection, then, comes, cover, "CoverTaken", via="sms", taker=taker, **said)

    yield asked_at, _told(holder, cover, "CoverAsked", {"asked": [taker], **said})
    yield taken_at, write


def _told(by: Me, stream: str, kind: str, fact: dict[str, Any]) -> Callable[[Connection, Shell], object]:
    """A row of the journal, to be written when its time comes."""
    return lambda connection, then: note(connection, then, by, stream, kind, **fact)


def _ask(connection: Connection, shell: Shell, days: Calendar) -> None:
    """Raman asks for cover of his next day as backup, now: the texts go out as soon as the desk opens."""
    start = instant(days.change, COUNTY)
    rules = rules_of(connection, PROGRAM, start, start + 9 * DAY)
    backups = [one for one in final(rules, start, start + 9 * DAY) if one.tier == "backup"]
    mine = next(one for one in backups[1:] if one.person == "raman")
    ask_cover(
        connection,
        shell,
        acting(connection, "raman"),
        mine,
        (mine.starts_at, mine.ends_at),
        _free(backups, mine),
    )


def _free(backups: list[Assignment], mine: Assignment) -> list[str]:
    """Whoever is backup neither the day before nor the day after."""
    near = {one.person for one in backups if abs(one.starts_at - mine.starts_at) <= 1.5 * DAY}
    return [person for person in ("sato", "aldous", "yoder") if person not in near]


def _span(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
