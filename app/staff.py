"""Changing who works here: rows with their journal entries; rights and sessions end in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from app.access import ROLES
from app.commit import commit_in
from app.note import note
from app.passwords import hashed
from app.rota.bars import rebar
from app.rota.ways import forget_number
from app.sessions import Me, end_all
from app.shell import Shell, new_id
from app.tables import pages, people, seats
from dispatch.commands import MarkUnreachable
from dispatch.value import require

# A one-time password that nobody used is of no use to whoever finds it next week.
ONE_TIME_FOR = timedelta(hours=72)
PAGED = frozenset({"responder", "supervisor"})
# The same codes as the needs of a call (dispatch/desk.py): a skill answers a need.
SKILLS = {
    "child": "Licensed for children",
    "spanish": "Speaks Spanish",
    "woman": "Can go where a woman is asked for",
    "wheelchair": "Has a car for a wheelchair",
}
ROLE_NAMES = dict(zip(ROLES, ("Dispatcher", "Responder", "Supervisor", "Manager", "Admin"), strict=True))


@dataclass(frozen=True)
class Particulars:
    """What is written down of one of the staff. `phone` is in E.164 form, or None."""

    name: str
    credential: str
    email: str
    phone: str | None
    roles: tuple[str, ...]
    skills: tuple[str, ...]


def add_person(
    connection: Connection, shell: Shell, by: Me, given: Particulars, password: str
) -> tuple[str, int]:
    """A new person of the admin's own program, with a one-time password. Returns their id and the seq."""
    _check(connection, given, None)
    person, now = new_id(), shell.clock.now()
    connection.execute(
        people.insert().values(
            id=person,
            program=by.program,
            password_hash=hashed(password),
            password_ends_at=now + ONE_TIME_FOR,
            active=True,
            created_at=now,
            **_columns(given),
        )
    )
    rebar(connection, by.program, now)
    return person, note(connection, shell, by, person, "PersonAdded", roles=list(given.roles))


def change_person(connection: Connection, shell: Shell, by: Me, person: str, given: Particulars) -> int:
    """Write down what changed. Changed rights end every session, so that nothing stays open from before."""
    row = _row(connection, person)
    _check(connection, given, person)
    roles = frozenset(row.roles)
    if roles != frozenset(given.roles):
        _may_lose(connection, by, row, roles - frozenset(given.roles))
        end_all(connection, person)
    wanted = _columns(given)
    changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
    connection.execute(people.update().where(people.c.id == person).values(wanted))
    if row.phone and row.phone != given.phone:
        forget_number(connection, person, row.phone)
    return note(connection, shell, by, person, "PersonChanged", fields=changed, roles=list(given.roles))


def switch_off(connection: Connection, shell: Shell, by: Me, person: str) -> int:
    """They do not work here any more: signed out at once, and a page that waits for them goes to the next."""
    row = _row(connection, person)
    require(row.active, f"{row.name} is switched off already.")
    require(person != by.id, "You cannot switch yourself off. Ask another admin.")
    _may_lose(connection, by, row, frozenset(row.roles))
    waiting = connection.execute(
        select(pages.c.id, pages.c.incident).where(pages.c.person == person, pages.c.state == "asked")
    ).all()
    connection.execute(people.update().where(people.c.id == person).values(active=False))
    end_all(connection, person)
    rebar(connection, by.program, shell.clock.now())
    for page in waiting:
        commit_in(connection, shell, page.incident, MarkUnreachable(by.id, page.id, "switched_off"), "board")
    return note(connection, shell, by, person, "PersonSwitchedOff")


def switch_on(connection: Connection, shell: Shell, by: Me, person: str, password: str) -> int:
    """They work here again; they come in with a new one-time password."""
    row = _row(connection, person)
    require(not row.active, f"{row.name} is switched on already.")
    _phone_is_free(connection, row.phone, person)
    connection.execute(people.update().where(people.c.id == person).values(active=True))
    rebar(connection, by.program, shell.clock.now())
    _give_one_time(connection, shell, person, password)
    return note(connection, shell, by, person, "PersonSwitchedOn")


def reset_password(connection: Connection, shell: Shell, by: Me, person: str, password: str) -> int:
    """A one-time password instead of theirs, and every session ends: forgotten, or the phone is lost."""
    row = _row(connection, person)
    require(row.active, f"{row.name} is switched off. Switch them on first.")
    require(person != by.id, "Change your own password on your own page.")
    _give_one_time(connection, shell, person, password)
    end_all(connection, person)
    return note(connection, shell, by, person, "PasswordReset")


def take_code_app_away(connection: Connection, shell: Shell, by: Me, person: str) -> int:
    """The phone with the code app is gone. A reset of the password alone never skips the code."""
    row = _row(connection, person)
    require(row.totp_sealed is not None, f"{row.name} has no code app.")
    require(person != by.id, "Switch your own code app off on your own page.")
    connection.execute(people.update().where(people.c.id == person).values(totp_sealed=None, totp_step=None))
    end_all(connection, person)
    return note(connection, shell, by, person, "CodeAppTakenAway")


def sign_out_everywhere(connection: Connection, shell: Shell, by: Me, person: str) -> int:
    """Every session of theirs ends now: a phone was lost."""
    _row(connection, person)
    end_all(connection, person)
    return note(connection, shell, by, person, "SignedOutEverywhere")


def _give_one_time(connection: Connection, shell: Shell, person: str, password: str) -> None:
    values = {"password_hash": hashed(password), "password_ends_at": shell.clock.now() + ONE_TIME_FOR}
    connection.execute(people.update().where(people.c.id == person).values(values))


def _row(connection: Connection, person: str) -> Row[Any]:
    return connection.execute(select(people).where(people.c.id == person)).one()


def _columns(given: Particulars) -> dict[str, Any]:
    return {
        "name": given.name,
        "credential": given.credential,
        "email": given.email,
        "phone": given.phone,
        "roles": list(given.roles),
        "skills": list(given.skills),
    }


def _check(connection: Connection, given: Particulars, person: str | None) -> None:
    taken = select(people.c.id).where(people.c.email == given.email, people.c.id != (person or ""))
    require(connection.execute(taken).first() is None, "That e-mail has an account already. Write another.")
    paged = PAGED & frozenset(given.roles)
    require(given.phone or not paged, "Write a mobile number: without one no page can reach them.")
    _phone_is_free(connection, given.phone, person)


def _phone_is_free(connection: Connection, phone: str | None, person: str | None) -> None:
    # An answer by text is known by its number alone: two people on one number would answer for each other.
    other = select(people.c.id).where(people.c.phone == phone, people.c.id != (person or ""), people.c.active)
    taken = phone is not None and connection.execute(other).first() is not None
    require(
        not taken,
        "Another person has that number. Each needs their own, so that an answer by text is theirs.",
    )


def _may_lose(connection: Connection, by: Me, row: Row[Any], lost: Collection[str]) -> None:
    """May these roles end now? Not the last admin's or supervisor's, not one's own, and not while they are out."""
    others = select(people.c.roles).where(
        people.c.program == by.program, people.c.active, people.c.id != row.id
    )
    if "admin" in lost:
        require(row.id != by.id, "You cannot take your own admin role away. Ask another admin.")
        left = any("admin" in roles for roles in connection.scalars(others))
        require(left, f"{row.name} is the last admin. Make another one first.")
    if "supervisor" in lost:
        left = any("supervisor" in roles for roles in connection.scalars(others))
        require(
            left,
            f"{row.name} is the last supervisor, and alarms that nobody takes go to them. Make another one first.",
        )
    if PAGED & frozenset(lost):
        ref = connection.scalar(select(seats.c.ref).where(seats.c.person == row.id))
        require(ref is None, f"{row.name} is on {ref}. Have the seat given back first, then try again.")
