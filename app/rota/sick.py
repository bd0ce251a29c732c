"""Sick at the last minute: off the rota with the next instant, and everybody who may is asked at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.commit import commit_in
from app.duty import set_duty
from app.note import note
from app.oncall import on_duty
from app.outbox import owe
from app.rota.cover_rows import Place, acting, managers_of, place_of
from app.rota.holes import end_requests, open_holes, shifts_within
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import duties, pages, people, seats, sessions, time_off
from dispatch.commands import Decline
from dispatch.messages import Message, RotaNotice
from dispatch.rota.cover import Cover
from dispatch.rota.span_words import span_words
from dispatch.value import Refused, require

AT_MOST = timedelta(days=14)
# Whoever is sick as a shift begins is not asked to come in the middle of it; a week on call is cut.
ONE_SHIFT = timedelta(hours=24)
# Whoever sits at the desk was seen so lately.
AT_DESK = timedelta(minutes=30)


@dataclass(frozen=True)
class CalledOff:
    """What came of it: the requests that went out, and the call that they are still on, by its number."""

    covers: tuple[Cover, ...]
    asked: int
    still_on: int | None
    seq: int


def call_sick(
    connection: Connection, shell: Shell, by: Me, person: str, until: datetime, via: str = "phone"
) -> CalledOff:
    """From now to `until`, and on to the end of a shift that this falls into. A page that waits for them goes on to the
    next; a call that they are on stays theirs until somebody takes it over by name."""
    now, place = shell.clock.now(), place_of(connection, by.program)
    who = _who(connection, by.program, person)
    _check(connection, who.id, until, now)
    mine = shifts_within(connection, place.program, who.id, now, until)
    until = max([until, *(one.ends_at for one in mine if one.ends_at - until <= ONE_SHIFT)])
    _write(connection, by, place, who.id, (now, until), now)
    seq = note(
        connection, shell, by, who.id, "SickReported", via=via, until=until.isoformat(), shifts=len(mine)
    )
    messages = end_requests(connection, who.id, (now, until), now, asked_anew=True)
    made, asking = open_holes(connection, shell, by, place, "sick", mine, (now, until), via)
    asked = {one.to for one in asking}
    still_on = connection.scalar(select(seats.c.ref).where(seats.c.person == who.id))
    told = _told(connection, place, who.name, made, len(asked), still_on, now)
    owe(connection, None, [*messages, *asking, *told], now, seq)
    for page in connection.execute(
        select(pages.c.id, pages.c.incident).where(pages.c.person == who.id, pages.c.state == "asked")
    ).all():
        no = Decline(by.id, page.id, "unfit", on_behalf=by.id != who.id)
        seq = commit_in(connection, shell, page.incident, no, via).seq
    return CalledOff(tuple(made), len(asked), still_on, seq)


def fit_again(connection: Connection, shell: Shell, by: Me, via: str = "phone") -> int:
    """I am fit: sick leave that runs ends now, what nobody has taken is mine again, and pages come to me."""
    now = shell.clock.now()
    running = (time_off.c.person == by.id) & (time_off.c.kind == "sick") & (time_off.c.state == "approved")
    running &= (time_off.c.starts_at <= now) & (time_off.c.ends_at > now)
    row = connection.execute(select(time_off).where(running)).first()
    if row is not None:
        connection.execute(time_off.update().where(running).values(ends_at=now))
        seq = note(connection, shell, by, by.id, "SickEnded", via=via)
        owe(connection, None, end_requests(connection, by.id, (now, row.ends_at), now, False), now, seq)
    duty = connection.scalar(select(duties.c.duty).where(duties.c.person == by.id))
    require(row is not None or duty is not None, "You are ready already: you are asked when it is your turn.")
    return set_duty(connection, shell, by, by.id, "on_call", None, "")


def _who(connection: Connection, program: str, person: str) -> Me:
    known = connection.scalar(
        select(people.c.id).where(people.c.id == person, people.c.program == program, people.c.active)
    )
    if known is None:
        raise Refused("That person is not on the staff list. Choose from the list.")
    return acting(connection, person)


def _check(connection: Connection, person: str, until: datetime, now: datetime) -> None:
    require(until > now, "That time is over already. Write until when they are away.")
    require(until - now <= AT_MOST, "Write at most 14 days. Ask for time off for longer.")
    already = connection.scalar(
        select(time_off.c.id).where(
            time_off.c.person == person,
            time_off.c.state == "approved",
            time_off.c.starts_at <= now,
            time_off.c.ends_at >= until,
        )
    )
    require(already is None, "They are away then already, and off the rota. Nothing more is needed.")


def _write(
    connection: Connection,
    by: Me,
    place: Place,
    person: str,
    span: tuple[datetime, datetime],
    now: datetime,
) -> None:
    connection.execute(
        time_off.insert().values(
            id=new_id(),
            program=place.program,
            person=person,
            kind="sick",
            starts_at=span[0],
            ends_at=span[1],
            state="approved",
            asked_at=now,
            decided_by=by.id,
            decided_at=now,
        )
    )


def _told(
    connection: Connection,
    place: Place,
    name: str,
    made: list[Cover],
    asked: int,
    still_on: int | None,
    now: datetime,
) -> list[Message]:
    """Managers, the supervisor on call, and the desk that is there: who is off, what is bare, how many are asked."""
    on_call = [one.person for one in on_duty(connection, place.program, now) if one.tier == "supervisor"]
    told = dict.fromkeys((*managers_of(connection, place.program), *on_call, *_desk(connection, place, now)))
    if not made:
        said = f"{name} is sick and has no shift then."
    else:
        first = made[0]
        more = f" and {len(made) - 1} more" if len(made) > 1 else ""
        span = span_words(first.starts_at, first.ends_at, place.zone)
        who = "1 person is asked" if asked == 1 else f"{asked} people are asked"
        said = f"{name} is sick: {first.tier}, {span}{more}. {who if asked else 'Nobody may take it'}."
    if still_on is not None:
        said = f"{said} Still on {still_on}."
    ref = made[0].ref if made else 0
    return [RotaNotice(one, ref, said) for one in told]


def _desk(connection: Connection, place: Place, now: datetime) -> list[str]:
    rows = connection.execute(
        select(people.c.id, people.c.roles)
        .join(sessions, sessions.c.person == people.c.id)
        .where(people.c.program == place.program, people.c.active, people.c.phone.is_not(None))
        .where(sessions.c.ends_at > now, sessions.c.seen_at > now - AT_DESK)
        .order_by(people.c.id)
    )
    return [row.id for row in rows if "dispatcher" in row.roles]
