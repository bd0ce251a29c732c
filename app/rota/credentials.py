"""Writing down what somebody may do and has learned. Bars follow in the same transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Table, func, select

from app.note import note
from app.rota.bars import rebar
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import credentials, people, programs, training
from dispatch.rota.law import STATES
from dispatch.rota.staff import CREDENTIALS, TRAINING
from dispatch.value import Refused, require

AT_MOST = 200
NOT_YOUR_OWN = "Nobody verifies their own. Ask another manager, supervisor or admin."


@dataclass(frozen=True)
class NewCredential:
    """A credential to write down. Days are the program's own; None is open."""

    kind: str
    state: str | None
    title: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class NewTraining:
    """Hours of training to write down, done on one day."""

    kind: str
    minutes: int
    done_on: date
    title: str


def add_credential(connection: Connection, shell: Shell, by: Me, person: str, new: NewCredential) -> int:
    """Write a credential down. It counts at once, and is warned of until somebody has seen it."""
    assert new.kind in CREDENTIALS and (new.state is None or new.state in STATES)
    require(new.kind != "license" or new.state, "A license counts in one state. Choose which.")
    both = new.starts_on is not None and new.ends_on is not None
    require(
        not both or new.starts_on <= new.ends_on,  # type: ignore[operator]
        "The last day is before the first. Write a later one.",
    )
    values: dict[str, Any] = {
        "kind": new.kind,
        "state": new.state,
        "title": new.title,
        "starts_on": _said(new.starts_on),
        "ends_on": _said(new.ends_on),
    }
    _require_new(connection, credentials, person, values)
    held = new_id()
    connection.execute(
        credentials.insert().values(id=held, person=person, added_at=shell.clock.now(), **values)
    )
    rebar(connection, by.program, shell.clock.now())
    return note(connection, shell, by, person, "CredentialAdded", credential=held, **_told(values))


def verify_credential(connection: Connection, shell: Shell, by: Me, held: str) -> int:
    """Somebody of ours has seen it, by name."""
    row = _standing(connection, credentials, held, "That credential was withdrawn. Reload the page.")
    require(row.person != by.id, NOT_YOUR_OWN)
    require(row.verified_at is None, "That credential is verified already.")
    values = {"verified_by": by.id, "verified_at": shell.clock.now()}
    connection.execute(credentials.update().where(credentials.c.id == held).values(values))
    return note(connection, shell, by, row.person, "CredentialVerified", credential=held, what=row.kind)


def withdraw_credential(connection: Connection, shell: Shell, by: Me, held: str) -> int:
    """It does not count any more: written down by mistake, or taken away."""
    row = _standing(connection, credentials, held, "That credential was withdrawn already.")
    now = shell.clock.now()
    connection.execute(credentials.update().where(credentials.c.id == held).values(withdrawn_at=now))
    rebar(connection, by.program, now)
    return note(connection, shell, by, row.person, "CredentialWithdrawn", credential=held, what=row.kind)


def add_training(connection: Connection, shell: Shell, by: Me, person: str, new: NewTraining) -> int:
    """Write hours of training down, once they are done."""
    assert new.kind in TRAINING
    today = shell.clock.now().astimezone(_zone(connection, by.program)).date()
    require(new.done_on <= today, "That day has not come yet. Write training down once it is done.")
    values: dict[str, Any] = {
        "kind": new.kind,
        "minutes": new.minutes,
        "done_on": new.done_on.isoformat(),
        "title": new.title,
    }
    _require_new(connection, training, person, values)
    row = {"id": new_id(), "person": person, "added_by": by.id, "added_at": shell.clock.now()}
    connection.execute(training.insert().values(**row, **values))
    return note(connection, shell, by, person, "TrainingAdded", training=row["id"], **_told(values))


def withdraw_training(connection: Connection, shell: Shell, by: Me, trained: str) -> int:
    """Hours that were written down by mistake count no more."""
    row = _standing(connection, training, trained, "Those hours were withdrawn already.")
    now = shell.clock.now()
    connection.execute(training.update().where(training.c.id == trained).values(withdrawn_at=now))
    return note(connection, shell, by, row.person, "TrainingWithdrawn", training=trained, what=row.kind)


def set_work(
    connection: Connection, shell: Shell, by: Me, person: str, hired_on: date | None, week_hours: int | None
) -> int:
    """When they were hired, and the hours on call in a week that their contract allows."""
    values: dict[str, Any] = {"hired_on": _said(hired_on), "week_hours": week_hours}
    connection.execute(people.update().where(people.c.id == person).values(values))
    return note(connection, shell, by, person, "WorkTermsChanged", **values)


def _require_new(connection: Connection, table: Table, person: str, values: dict[str, Any]) -> None:
    standing = [table.c.person == person, table.c.withdrawn_at.is_(None)]
    same = [
        table.c[name].is_(None) if value is None else table.c[name] == value for name, value in values.items()
    ]
    twice = connection.execute(select(table.c.id).where(*standing, *same)).first()
    require(twice is None, "The same stands there already.")
    number = connection.scalar(select(func.count()).select_from(table).where(*standing)) or 0
    require(number < AT_MOST, f"There are {AT_MOST} already. Withdraw one first.")


def _standing(connection: Connection, table: Table, row_id: str, sentence: str) -> Row[Any]:
    row = connection.execute(
        select(table).where(table.c.id == row_id, table.c.withdrawn_at.is_(None))
    ).first()
    if row is None:
        raise Refused(sentence)
    return row


def _zone(connection: Connection, program: str) -> ZoneInfo:
    return ZoneInfo(connection.execute(select(programs.c.zone).where(programs.c.id == program)).scalar_one())


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """The same for the journal, where `kind` is the kind of the fact."""
    return {"what" if name == "kind" else name: value for name, value in values.items()}


def _said(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
