"""The clerk's list: whom to call by hand, who is out and call by call, in the order of the ladder, and what was tried
already. It reads no sealed column, so it is there when the record's keys are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal_column, select

from app.codec import load
from app.oncall import NOT_ASKED, Shift, on_duty
from app.queries.out_now import NOBODY, Out, out_now
from app.tables import incidents, outbox, people, programs, seats, ways
from app.world import policy_of
from dispatch.answers import DECLINE_REASONS
from dispatch.incident import Incident, Page
from dispatch.stages import Seat
from notify.outcomes import DELIVERED

CALLS_AT_MOST = 200
TRIES_AT_MOST = 4
BY = {"text": "text", "call": "call", "push": "push notice", "email": "letter"}
# Each has its own partial index. The 0 stands in the statement: SQLite matches no index to a bound value.
_WHICH = (incidents.c.on_board, incidents.c.alarms > literal_column("0"))
WANTED: Mapping[tuple[Seat, ...], str] = {(Seat.LEAD,): "the lead", (Seat.SECOND,): "the second"}


@dataclass(frozen=True)
class Tried:
    """One try to reach a person: by what, when, and in words what came of it."""

    by: str
    at: datetime
    words: str
    lost: bool


@dataclass(frozen=True)
class Person:
    """One person of the ladder. `numbers` are those that a phone can ring."""

    id: str
    name: str
    credential: str
    tier: str
    numbers: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class ToCall:
    """One person for one call. `asked` says how far it is with them; `page` is the one that the desk may answer for
    them, `seat` the one they may be asked for, else empty."""

    person: Person
    asked: str
    at: datetime | None
    waits_until: datetime | None
    tried: tuple[Tried, ...]
    page: str
    seat: str
    may_decline: bool
    not_now: bool


@dataclass(frozen=True)
class OpenCall:
    """One open call that wants people: how urgent, since when, and who is to be called in this order."""

    ref: int
    acuity: int | None
    area: str
    since: datetime
    wants: str
    has: tuple[str, ...]
    people: tuple[ToCall, ...]


@dataclass(frozen=True)
class ByHand:
    """The whole list: who is out, which calls want people, and everybody on call in the order in which they are
    asked."""

    out: tuple[Out, ...]
    calls: tuple[OpenCall, ...]
    ladder: tuple[Person, ...]


def by_hand(connection: Connection, program: str, now: datetime) -> ByHand:
    """Whom to call now: those who are out by their check-in, then the most urgent call first."""
    duty = on_duty(connection, program, now)
    every = _open(connection, program)
    bound = [member.person for _, incident in every for member in incident.members]
    numbers = _numbers(connection, [*(one.person for one in duty), *bound])
    ladder = _ladder(connection, program, duty, numbers)
    found = [one for one in every if one[1].wants_people and one[1].open_seats()]
    tries = _tries(connection, [page.id for _, incident in found for page in incident.pages])
    wanted = select(people.c.id, people.c.name, people.c.credential).where(people.c.program == program)
    staff = {row.id: (row.name, row.credential) for row in connection.execute(wanted)}
    busy = {row.person: row.ref for row in connection.execute(select(seats.c.person, seats.c.ref))}
    resting = {one.person: one.duty for one in duty if one.duty in NOT_ASKED}
    calls = [
        OpenCall(
            ref=incident.ref,
            acuity=incident.acuity,
            area=area or "",
            since=incident.since,
            wants=WANTED.get(incident.open_seats(), "two people"),
            has=tuple(staff.get(member.person, NOBODY)[0] for member in incident.members),
            people=_to_call(incident, ladder, tries, busy, resting),
        )
        for area, incident in found
    ]
    calls.sort(key=lambda call: (call.acuity or 4, call.since, call.ref))
    return ByHand(out_now((one[1] for one in every), staff, numbers), tuple(calls), tuple(ladder))


def decline_reasons() -> Sequence[tuple[str, str]]:
    """Why somebody says no, as the rules know it."""
    return tuple(DECLINE_REASONS.items())


def _open(connection: Connection, program: str) -> list[tuple[str | None, Incident]]:
    """Every call on the board, and every other one with an alarm: somebody of it may be missing."""
    found = {}
    for which in _WHICH:
        wanted = select(incidents.c.id, incidents.c.area, incidents.c.state).where(which)
        for row in connection.execute(wanted.where(incidents.c.program == program).limit(CALLS_AT_MOST)):
            found[row.id] = (row.area, load(Incident, row.state))
    return list(found.values())


def _ladder(
    connection: Connection, program: str, duty: Sequence[Shift], numbers: Mapping[str, tuple[str, ...]]
) -> list[Person]:
    """Rung by rung, each in the order of its line; whoever stands on two rungs is called once."""
    found: dict[str, Person] = {}
    for rung in policy_of(connection, program).ladder:
        for one in duty:
            if one.tier == rung.tier and one.person not in found:
                found[one.person] = Person(
                    one.person, one.name, one.credential, one.tier, numbers.get(one.person, ()), one.until
                )
    return list(found.values())


def _numbers(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    own = connection.execute(select(people.c.id, people.c.phone).where(people.c.id.in_(ids)))
    found: dict[str, list[str]] = {row.id: [row.phone] if row.phone else [] for row in own}
    more = connection.execute(
        select(ways.c.person, ways.c.address)
        .where(ways.c.person.in_(ids), ways.c.kind.in_(("text", "call")), ways.c.verified_at.is_not(None))
        .order_by(ways.c.added_at)
    )
    for row in more:
        if row.address not in found[row.person]:
            found[row.person].append(row.address)
    return {person: tuple(each) for person, each in found.items()}


def _tries(connection: Connection, page_ids: Sequence[str]) -> dict[str, list[Tried]]:
    if not page_ids:
        return {}
    rows = connection.execute(
        select(
            outbox.c.page,
            outbox.c.channel,
            outbox.c.state,
            outbox.c.reached,
            outbox.c.failed,
            outbox.c.owed_at,
            outbox.c.wire_at,
            outbox.c.sent_at,
            outbox.c.attempts,
        )
        .where(outbox.c.page.in_(page_ids))
        .order_by(outbox.c.id)
    )
    found: dict[str, list[Tried]] = {}
    for row in rows:
        tried = _tried(row)
        if tried is not None:
            found.setdefault(row.page, []).append(tried)
    return found


def _tried(row: Any) -> Tried | None:
    by = BY.get(row.channel, row.channel)
    at = row.wire_at or row.sent_at or row.owed_at
    if row.failed or row.state == "failed":
        return Tried(by, at, "did not arrive", True)
    if row.reached >= DELIVERED:
        return Tried(by, at, "arrived", False)
    match row.state:
        case "sent":
            return Tried(by, at, "sent, nothing heard", False)
        case "ambiguous" | "sending":
            return Tried(by, at, "not known whether it went out", False)
        case "owed" if row.attempts or row.wire_at:
            return Tried(by, at, "could not be sent yet", True)
        case _:
            return None  # a later try that has not begun, or one that was not needed


def _to_call(
    incident: Incident,
    ladder: Sequence[Person],
    tries: Mapping[str, Sequence[Tried]],
    busy: Mapping[str, int],
    resting: Mapping[str, str],
) -> tuple[ToCall, ...]:
    """Those who may still say yes in the ladder's order; then those who cannot come now, with the reason."""
    members = {member.person for member in incident.members}
    seat = incident.open_seats()[0].value
    lines = []
    for person in ladder:
        if person.id in members:
            continue
        pages = [
            one for one in incident.pages if one.person == person.id and one.round >= incident.first_round
        ]
        page = pages[-1] if pages else None
        asked, not_now = _asked(page)
        if person.id in busy:
            asked, not_now = f"Out on {busy[person.id]}", True
        elif person.id in resting:
            asked, not_now = (
                {"break": "On a break", "unfit": "Not fit"}.get(resting[person.id], "Off duty"),
                True,
            )
        answerable = page is not None and page.state != "declined" and person.id not in busy
        lines.append(
            ToCall(
                person=person,
                asked=asked,
                at=page.settled_at or page.asked_at if page else None,
                waits_until=page.answer_by if page and page.state == "asked" else None,
                tried=tuple(tries.get(page.id, ()))[-TRIES_AT_MOST:] if page else (),
                page=page.id if page and answerable else "",
                seat=seat if page is None and not not_now else "",
                may_decline=page is not None and page.state == "asked",
                not_now=not_now,
            )
        )
    return tuple(sorted(lines, key=lambda line: line.not_now))


def _asked(page: Page | None) -> tuple[str, bool]:
    """How far it is with this person, and whether there is no use in calling now."""
    match page.state if page else "":
        case "asked":
            return "Asked, no answer yet", False
        case "declined":
            return "Said no", True
        case "lapsed":
            return "Did not answer", False
        case "unreachable":
            return "Could not be reached", False
        case "withdrawn":
            return "Was stood down", False
        case "accepted":
            return "Said yes, and gave it back", False
        case _:
            return "Not asked yet", False


def zone_of(connection: Connection, program: str) -> tuple[str, str]:
    """The program's name and its zone."""
    row = connection.execute(select(programs.c.name, programs.c.zone).where(programs.c.id == program)).one()
    return row.name, row.zone
