"""The ways to our people: the first number stands on the staff list, others are added, proved and taken away."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.journal import newest
from app.note import note
from app.outbox import owe
from app.phones import at_home, e164
from app.rota.plan import require_enough_without
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import outbox, people, ways
from dispatch.messages import NumberCode
from dispatch.own_plan import NAMES
from dispatch.rota.lint.scene import Way
from dispatch.value import Refused, require
from notify.mail import is_address

WAYS_AT_MOST = 6
KINDS = {"text": "Texts and calls", "call": "Calls only", "email": "E-mail"}
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
# A code costs a text to a number that nobody has proved: few of them, so that nobody makes us text strangers.
CODES_AT_MOST, CODES_WITHIN = 3, timedelta(minutes=30)
HOME = "Only numbers of the US and Canada can be added here."


@dataclass(frozen=True)
class Number:
    """One way to a person as pages show it. `first`: the number on the staff list; `id` is empty while it stands
    there alone. `label` is what its owner calls it."""

    id: str
    kind: str
    address: str
    first: bool
    verified_at: datetime | None
    tried_at: datetime | None
    answered_at: datetime | None
    code_ends_at: datetime | None = None
    label: str = ""
    blocked_at: datetime | None = None
    broken_at: datetime | None = None
    broken_code: str | None = None


def ways_of(connection: Connection, program: str) -> dict[str, tuple[Way, ...]]:
    """Everybody's numbers, the first of each first."""
    found: dict[str, list[Way]] = {}
    rows = connection.execute(
        select(ways)
        .join(people, people.c.id == ways.c.person)
        .where(people.c.program == program)
        .order_by(ways.c.added_at, ways.c.id)
    )
    for row in rows:
        lost = row.blocked_at is not None or row.broken_at is not None
        way = Way(
            row.id, row.kind, row.address, row.verified_at, row.tried_at, row.answered_at, no_texts=lost
        )
        found.setdefault(row.person, []).append(way)
    firsts = select(people.c.id, people.c.phone).where(
        people.c.program == program, people.c.phone.is_not(None)
    )
    for row in connection.execute(firsts):
        mine = found.setdefault(row.id, [])
        if not any(way.kind == "text" and way.address == row.phone for way in mine):
            mine.insert(0, Way("", "text", row.phone))
    return {person: tuple(mine) for person, mine in found.items()}


def numbers_of(connection: Connection, person: str) -> tuple[Number, ...]:
    """One person's numbers for their page."""
    phone = connection.scalar(select(people.c.phone).where(people.c.id == person))
    rows = connection.execute(
        select(ways).where(ways.c.person == person).order_by(ways.c.added_at, ways.c.id)
    ).all()
    found = [_number(row, phone) for row in rows]
    if phone and not any(one.first for one in found):
        found.append(Number("", "text", phone, True, None, None, None))
    return tuple(sorted(found, key=lambda one: not one.first))


def _number(row: Row[Any], phone: str | None) -> Number:
    return Number(
        row.id,
        row.kind,
        row.address,
        row.kind == "text" and row.address == phone,
        row.verified_at,
        row.tried_at,
        row.answered_at,
        row.code_ends_at,
        row.label,
        row.blocked_at,
        row.broken_at,
        row.broken_code,
    )


def first_way(connection: Connection, person: str, now: datetime) -> str:
    """The id of the row of a person's first number, which is written down when it is first needed."""
    phone = connection.scalar(select(people.c.phone).where(people.c.id == person))
    if not phone:
        raise Refused("There is no number to ring. Write one down on the staff list.")
    known = connection.scalar(
        select(ways.c.id).where(ways.c.person == person, ways.c.kind == "text", ways.c.address == phone)
    )
    return known or _insert(connection, person, "text", phone, now)


def add_way(connection: Connection, shell: Shell, by: Me, kind: str, number: str) -> int:
    """A further number or address of one's own. It counts when it is proved."""
    require(kind in shell.settings.carried, f"Nobody carries {NAMES[kind]} for this house yet.")
    address = _mail_address(number) if kind == "email" else _number_of_ours(connection, by, number)
    mine = numbers_of(connection, by.id)
    require(all(one.address != address for one in mine), "That is one of yours already.")
    require(len(mine) < WAYS_AT_MOST, f"Keep at most {WAYS_AT_MOST} ways. Take one away first.")
    way = _insert(connection, by.id, kind, address, shell.clock.now())
    _send_code(connection, shell, by.id, way, kind, address)
    return note(connection, shell, by, by.id, "WayAdded", way=way, takes=kind)


def _number_of_ours(connection: Connection, by: Me, number: str) -> str:
    address = e164(number)
    require(at_home(address), HOME)
    whose = select(people.c.id).where(people.c.phone == address, people.c.active)
    owners = connection.scalars(whose).all()
    require(by.id not in owners, "That is one of yours already.")
    require(not owners, "That is a colleague's number. Add one that is yours.")
    return address


def _mail_address(given: str) -> str:
    require(is_address(given), "Write a mail address such as a.vela@county.example.")
    return given


def remove_way(connection: Connection, shell: Shell, by: Me, way: str) -> int:
    """Take a way away. The first number is changed on the staff list, and the program's minimum stays."""
    row = _row(connection, way)
    phone = connection.scalar(select(people.c.phone).where(people.c.id == row.person))
    require(
        row.kind != "text" or row.address != phone,
        "Pages go to that number. An admin changes it on your entry.",
    )
    require_enough_without(connection, shell, by, way)
    connection.execute(ways.delete().where(ways.c.id == way))
    return note(connection, shell, by, row.person, "WayRemoved", way=way, takes=row.kind)


def forget_number(connection: Connection, person: str, number: str) -> None:
    """The staff list has another number for this person: the old one is no way to them any more."""
    connection.execute(
        ways.delete().where(ways.c.person == person, ways.c.kind == "text", ways.c.address == number)
    )


def send_code(connection: Connection, shell: Shell, by: Me, way: str) -> int:
    """A fresh code to a way of one's own, spoken where it takes calls alone. The one before it counts no longer."""
    row = _row(connection, way)
    require(row.kind != "push", "A browser needs no code: answer a test notice in it.")
    _send_code(connection, shell, row.person, way, row.kind, row.address)
    return note(connection, shell, by, row.person, "WayCodeSent", way=way)


def _send_code(connection: Connection, shell: Shell, person: str, way: str, kind: str, address: str) -> None:
    now = shell.clock.now()
    sent = select(func.count()).where(
        outbox.c.person == person,
        outbox.c.owed_at > now - CODES_WITHIN,
        outbox.c.kind == NumberCode.__name__,
    )
    require(
        (connection.scalar(sent) or 0) < CODES_AT_MOST,
        f"{CODES_AT_MOST} codes were sent in half an hour. Wait a little, then ask for a new one.",
    )
    code = f"{secrets.randbelow(1_000_000):06d}"
    connection.execute(
        ways.update()
        .where(ways.c.id == way)
        .values(code_digest=_digest(shell, way, code), code_ends_at=now + CODE_LASTS, code_tries=0)
    )
    # Without the way's id: what it names is not proved, and no refusal may be held against it yet.
    owe(
        connection,
        None,
        [NumberCode(person, 0, code)],
        now,
        newest(connection),
        address=address,
        channel=kind,
    )


def prove(connection: Connection, shell: Shell, by: Me, way: str, code: str) -> tuple[int, bool]:
    """Does the code fit? The try is counted either way; the journal's seq, and whether the number is proved."""
    row, now = _row(connection, way), shell.clock.now()
    if row.code_digest is None or row.code_ends_at <= now:
        raise Refused("That code is over. Ask for a new one.")
    require(row.code_tries < CODE_TRIES, f"{CODE_TRIES} wrong codes. Ask for a new one.")
    fits = hmac.compare_digest(row.code_digest, _digest(shell, way, code))
    # Whatever was said of this way before, something arrives there now.
    well = {"blocked_at": None, "broken_at": None, "broken_code": None}
    after = (
        {"verified_at": now, "tried_at": now, "answered_at": now, "code_digest": None, "code_ends_at": None}
        | well
        if fits
        else {"code_tries": row.code_tries + 1}
    )
    connection.execute(ways.update().where(ways.c.id == way).values(**after))
    kind = "WayProved" if fits else "WayCodeWrong"
    return note(connection, shell, by, row.person, kind, way=way, how="code"), fits


def confirm(connection: Connection, shell: Shell, by: Me, way: str) -> int:
    """Somebody of ours rang this number, and its owner answered: proved, by that name."""
    row, now = _row(connection, way), shell.clock.now()
    require(row.person != by.id, "Somebody else rings your number and confirms it.")
    connection.execute(
        ways.update()
        .where(ways.c.id == way)
        .values(verified_at=now, tried_at=now, answered_at=now, broken_at=None, broken_code=None)
    )
    return note(connection, shell, by, row.person, "WayProved", way=way, how="rang")


def _insert(connection: Connection, person: str, kind: str, address: str, now: datetime) -> str:
    way = new_id()
    row = {"id": way, "person": person, "kind": kind, "address": address, "added_at": now}
    connection.execute(ways.insert().values(**row))
    return way


def _row(connection: Connection, way: str) -> Row[Any]:
    row = connection.execute(select(ways).where(ways.c.id == way)).first()
    if row is None:
        raise Refused("That number is not kept any more. Reload the page.")
    return row


def _digest(shell: Shell, way: str, code: str) -> bytes:
    """Keyed: six digits alone are guessed in a second from a table."""
    return hmac.digest(shell.settings.link_key, f"way\0{way}\0{code.strip()}".encode(), hashlib.sha256)
