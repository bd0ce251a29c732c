"""Alder County, which does not exist: its staff and tonight's shifts. All invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.passwords import hashed
from app.tables import people, programs, shifts
from app.world import write_policy
from dispatch.board import Policy

PROGRAM = "alder"
PASSWORD = "standby-demo-night"
ZONE = "America/Chicago"
HOUR = timedelta(hours=1)
AREAS = ["Alder Falls", "Nyberg Township", "Birch Hollow", "Mill Road", "Riverside"]


@dataclass(frozen=True)
class Staff:
    """One of the county's staff. `tier` and `team` are tonight's."""

    id: str
    name: str
    credential: str
    role: str
    tier: str | None = None
    team: str | None = None
    skills: tuple[str, ...] = ()


STAFF = (
    Staff("ruiz", "A. Ruiz", "", "dispatcher"),
    Staff("castellan", "R. Castellan", "", "dispatcher"),
    Staff("okonjo", "M. Okonjo", "LICSW", "supervisor", "supervisor"),
    Staff("haddad", "L. Haddad", "LICSW", "supervisor"),
    Staff("keeper", "J. Keeper", "", "admin"),
    Staff("brandvold", "H. Brandvold", "", "manager"),
    Staff("vela", "N. Vela", "Peer", "responder", "primary", "C4", ("spanish",)),
    Staff("whitcomb", "T. Whitcomb", "LICSW", "responder", "primary", "C4"),
    Staff("sorensen", "I. Sorensen", "CM", "responder", "primary", "C2"),
    Staff("mensah", "A. Mensah", "LMFT", "responder", "primary", "C2", ("child",)),
    Staff("pruitt", "W. Pruitt", "CM", "responder", "primary", "C3"),
    Staff("ekholm", "B. Ekholm", "RN", "responder", "primary", "C3"),
    Staff("lindqvist", "K. Lindqvist", "LICSW", "responder", "primary", "C6", ("child",)),
    Staff("osei", "D. Osei", "Peer", "responder", "primary", "C6"),
    Staff("raman", "P. Raman", "CM", "responder", "backup"),
    Staff("yoder", "E. Yoder", "Peer", "responder", "backup"),
    Staff("sato", "D. Sato", "CM", "responder"),
    Staff("marchetti", "E. Marchetti", "CM", "responder", skills=("spanish",)),
    Staff("tran", "B. Tran", "LPCC", "responder", skills=("child",)),
    Staff("halloran", "S. Halloran", "CM", "responder"),
    Staff("abara", "N. Abara", "LICSW", "responder"),
    Staff("aldous", "J. Aldous", "CM", "responder"),
    Staff("brandt", "O. Brandt", "LICSW", "responder"),
    Staff("kessler", "R. Kessler", "LMFT", "responder"),
    Staff("sundberg", "G. Sundberg", "LICSW", "supervisor"),
)
# One of each role, named when the demo starts.
SHOWN = tuple(
    one for one in STAFF if one.id in ("ruiz", "haddad", "lindqvist", "osei", "brandvold", "keeper")
)
PHONES = {one.id: f"+121855501{number:02d}" for number, one in enumerate(STAFF, start=30)}


def email(person: str) -> str:
    """The work e-mail of one of the staff."""
    return f"{person}@alder.example"


def tonight(now: datetime) -> tuple[datetime, datetime]:
    """The 24 hours around now for which everybody's shift was written by hand, in whole hours."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour - 6 * HOUR, hour + 18 * HOUR


def furnish(connection: Connection, now: datetime) -> None:
    """The program, its people and tonight's shifts, in an empty house."""
    connection.execute(
        programs.insert().values(
            id=PROGRAM,
            name="Alder County Mobile Crisis",
            zone=ZONE,
            policy=write_policy(Policy(alone_allowed=True)),
            areas=AREAS,
            active=True,
        )
    )
    password = hashed(PASSWORD)
    connection.execute(people.insert(), [_person(one, password, now) for one in STAFF])
    on_call = [(order, one) for order, one in enumerate(STAFF) if one.tier]
    connection.execute(shifts.insert(), [_shift(one, order, now) for order, one in on_call])


def _person(one: Staff, password: str, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "credential": one.credential,
        "email": email(one.id),
        "phone": PHONES[one.id],
        "roles": [one.role],
        "program": PROGRAM,
        "skills": list(one.skills),
        "password_hash": password,
        "active": True,
        "hired_on": (now - timedelta(days=900)).date().isoformat(),
        # Who is in reach for a whole week, at home, has agreed to it.
        "week_hours": 168 if one.role == "supervisor" or one.id in ("brandt", "kessler") else None,
        "created_at": now - timedelta(days=400),
    }


def _shift(one: Staff, order: int, now: datetime) -> dict[str, object]:
    starts_at, ends_at = tonight(now)
    return {
        "id": f"tonight-{one.id}",
        "program": PROGRAM,
        "tier": one.tier,
        "person": one.id,
        "team": one.team,
        "place_in_line": order,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
