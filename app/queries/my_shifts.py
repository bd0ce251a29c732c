"""What one person sees of the rota on the phone: their next shift, what is asked of them, what comes later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from app.rota.cover_rows import (
    Place,
    cover_at,
    covers_asked_of,
    covers_where,
    final_rota,
    place_of,
    word_of,
)
from app.rota.shift_words import Said, code_of, said
from app.rota.who_may import Candidate, crew_for
from app.shell import Shell
from app.tables import covers, duties, people, rota_wishes, seats, time_off, ways
from dispatch.rota.cover import Cover, life
from dispatch.rota.rules import Assignment
from dispatch.value import Refused

AHEAD = timedelta(weeks=8)
SHIFTS_AT_MOST = 40
ASKS_AT_MOST = 8
GIVEN_BACK = ("taken", "waiting")


@dataclass(frozen=True)
class MyShift:
    """One of my shifts. `asked` is the request that stands for it."""

    one: Assignment
    said: Said
    code: str
    running: bool
    partners: tuple[str, ...]
    tele: tuple[str, ...]
    asked: Cover | None


@dataclass(frozen=True)
class AskedOfMe:
    """A request that one person may answer, with what it would mean for them. `back`: what they give for it."""

    cover: Cover
    state: str
    said: Said
    holder: str
    others: int
    partners: tuple[str, ...]
    candidate: Candidate | None
    mean: int
    back: Said | None
    word: str = ""


@dataclass(frozen=True)
class Leave:
    """Time off of one's own. `running` has begun."""

    id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    state: str
    running: bool


@dataclass(frozen=True)
class Way:
    """One way to reach me, and when it last rang through."""

    kind: str
    answered_at: datetime | None
    tried_at: datetime | None


@dataclass(frozen=True)
class Mine:
    """All of it. `holes` are requests for shifts that I am off already; `took` those that I said yes to."""

    place: Place
    next: MyShift | None
    later: tuple[MyShift, ...]
    asks: tuple[AskedOfMe, ...]
    holes: tuple[tuple[Cover, Said], ...]
    took: tuple[tuple[Cover, Said, str], ...]
    leaves: tuple[Leave, ...]
    ways: tuple[Way, ...]
    duty: str
    sick_until: datetime | None
    still_on: int | None


def my_shifts(connection: Connection, shell: Shell, program: str, person: str) -> Mine:
    """Everything on the page of one person."""
    now, place = shell.clock.now(), place_of(connection, program)
    rota = final_rota(connection, program, now, now + AHEAD)
    open_ = covers_where(
        connection,
        select(covers).where(
            covers.c.program == program,
            covers.c.state.in_(("open", "waiting", "taken")),
            covers.c.ends_at > now,
        ),
    )
    shifts = [_mine(place, rota, one, open_, now) for one in rota if one.person == person][:SHIFTS_AT_MOST]
    waiting = [one for one in covers_asked_of(connection, (person,)) if life(one, now) == "open"]
    asks = [asked_of(connection, shell, place, one, person, rota) for one in waiting[:ASKS_AT_MOST]]
    leaves = leaves_of(connection, person, now)
    sick = [one.ends_at for one in leaves if one.running and one.kind == "sick" and one.state == "approved"]
    return Mine(
        place=place,
        next=shifts[0] if shifts else None,
        later=tuple(shifts[1:]),
        asks=tuple(asks),
        holes=tuple(
            (one, _said(place, one))
            for one in open_
            if one.person == person and one.is_hole and life(one, now) == "open"
        ),
        took=tuple(
            (one, _said(place, one), place.names[one.person])
            for one in open_
            if one.taken_by == person
            and one.kind != "swap"
            and one.state in GIVEN_BACK
            and one.starts_at > now
        ),
        leaves=tuple(leaves),
        ways=ways_of(connection, person),
        duty=connection.scalar(select(duties.c.duty).where(duties.c.person == person)) or "on_call",
        sick_until=max(sick, default=None),
        still_on=connection.scalar(select(seats.c.ref).where(seats.c.person == person)),
    )


def my_shift(connection: Connection, shell: Shell, program: str, wanted: Assignment) -> tuple[Place, MyShift]:
    """One shift of this person's; refused where they do not have it."""
    now, place = shell.clock.now(), place_of(connection, program)
    rota = final_rota(connection, program, wanted.starts_at, max(wanted.ends_at, wanted.starts_at))
    key = (wanted.person, wanted.tier, wanted.starts_at, wanted.ends_at)
    found = [one for one in rota if (one.person, one.tier, one.starts_at, one.ends_at) == key]
    if not found:
        raise Refused("That shift is not yours any more. Look at My shifts.")
    return place, _mine(place, rota, found[0], [], now)


def asked_of(
    connection: Connection,
    shell: Shell,
    place: Place,
    cover: Cover,
    person: str,
    rota: tuple[Assignment, ...],
) -> AskedOfMe:
    """One request as this person sees it."""
    crew = None
    if cover.kind != "swap" and person != cover.person:
        crew = crew_for(
            connection,
            shell,
            place,
            cover.person,
            cover.tier,
            cover.span,
            steps_up=cover.is_hole,
            only=(person,),
        )
    back = None
    if cover.other_tier and cover.other_starts_at and cover.other_ends_at:
        back = said(place, cover.other_tier, (cover.other_starts_at, cover.other_ends_at))
    return AskedOfMe(
        cover=cover,
        state=life(cover, shell.clock.now()),
        said=_said(place, cover),
        holder=place.names[cover.person],
        others=sum(one.person != person for one in cover.asked),
        partners=_partners(place, rota, cover.tier, cover.starts_at, cover.ends_at, (cover.person, person)),
        candidate=crew.candidates[0] if crew and crew.candidates else None,
        mean=crew.mean if crew else 0,
        back=back,
    )


def one_ask(connection: Connection, shell: Shell, program: str, cover_id: str, person: str) -> AskedOfMe:
    """A request with its word, for those it concerns: whoever was asked, its holder, and its taker."""
    place, cover = place_of(connection, program), cover_at(connection, cover_id)
    if person not in (cover.person, cover.taken_by) and cover.ask_of(person) is None:
        raise Refused("You were not asked for that shift. Look at My shifts.")
    rota = final_rota(connection, program, *cover.span)
    found = asked_of(connection, shell, place, cover, person, rota)
    return AskedOfMe(**{**found.__dict__, "word": word_of(connection, shell, cover.id)})


def leaves_of(connection: Connection, person: str, now: datetime) -> list[Leave]:
    """One's own time off that is not over."""
    rows = connection.execute(
        select(time_off)
        .where(time_off.c.person == person, time_off.c.ends_at > now, time_off.c.state != "withdrawn")
        .order_by(time_off.c.starts_at, time_off.c.id)
        .limit(SHIFTS_AT_MOST)
    )
    return [
        Leave(row.id, row.kind, row.starts_at, row.ends_at, row.state, row.starts_at <= now) for row in rows
    ]


def ways_of(connection: Connection, person: str) -> tuple[Way, ...]:
    """The number that pages go to and those that were proved, the one that rang last first."""
    rows = connection.execute(
        select(ways.c.kind, ways.c.answered_at, ways.c.tried_at)
        .join(people, people.c.id == ways.c.person)
        .where(
            ways.c.person == person,
            or_(ways.c.verified_at.is_not(None), ways.c.address == people.c.phone),
        )
        .order_by(ways.c.added_at, ways.c.id)
    )
    found = [Way(row.kind, row.answered_at, row.tried_at) for row in rows]
    return tuple(sorted(found, key=_rang, reverse=True))


def _rang(way: Way) -> float:
    return way.answered_at.timestamp() if way.answered_at else 0


def wishes_of(connection: Connection, person: str, today: str) -> list[tuple[str, str, str, str]]:
    """One's wishes from today on: id, day, part and kind."""
    rows = connection.execute(
        select(rota_wishes)
        .where(rota_wishes.c.person == person, rota_wishes.c.day >= today)
        .order_by(rota_wishes.c.day, rota_wishes.c.part)
    )
    return [(row.id, row.day, row.part, row.kind) for row in rows]


def _mine(
    place: Place, rota: tuple[Assignment, ...], one: Assignment, open_: list[Cover], now: datetime
) -> MyShift:
    asked = [
        cover
        for cover in open_
        if cover.person == one.person
        and cover.tier == one.tier
        and life(cover, now) in ("open", "waiting")
        and cover.starts_at < one.ends_at
        and cover.ends_at > one.starts_at
    ]
    return MyShift(
        one,
        said(place, one.tier, (one.starts_at, one.ends_at)),
        code_of(one),
        one.starts_at <= now,
        _partners(place, rota, one.tier, one.starts_at, one.ends_at, (one.person,)),
        _partners(place, rota, "tele", one.starts_at, one.ends_at, (one.person,))
        if one.tier != "tele"
        else (),
        asked[0] if asked else None,
    )


def _partners(
    place: Place,
    rota: tuple[Assignment, ...],
    tier: str,
    start: datetime,
    end: datetime,
    but: tuple[str, ...],
) -> tuple[str, ...]:
    found = [
        place.names[one.person]
        for one in rota
        if one.tier == tier and one.person not in but and one.starts_at < end and one.ends_at > start
    ]
    return tuple(dict.fromkeys(found))


def _said(place: Place, cover: Cover) -> Said:
    return said(place, cover.tier, cover.span)
