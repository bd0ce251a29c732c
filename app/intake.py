"""Taking a call down: words sealed field by field, saved in one transaction with the fact that they came."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.commit import Beside, Done, commit_in, load_incident, next_ref
from app.record.match import phone_digits, place_key
from app.shell import Shell, new_id
from app.tables import asked, incidents, intake
from dispatch.commands import Describe, Receive

# A person's words, each under its own seal, and codes from a list, which are no words.
SEALED = (
    "callback", "caller_name", "place", "directions", "point", "person_name", "person_born", "guardian",
    "words", "hazards",
)  # fmt: skip
CODED = ("caller_kind", "age_band", "language", "area")

Answers = Mapping[str, str]
Fields = Mapping[str, str]


def open_incident(
    shell: Shell,
    by: str,
    program: str,
    channel: str,
    answers: Answers,
    needs: tuple[str, ...],
    fields: Fields,
    via: str,
    key: str | None = None,
    beside: Beside | None = None,
) -> Done:
    """A new incident with whatever is known: a number and a place will do. The same `key` opens one only."""
    with shell.store.write() as connection:
        done = open_in(connection, shell, by, program, channel, answers, needs, fields, via, key, beside)
    shell.told(done.seq)
    return done


def open_in(
    connection: Connection,
    shell: Shell,
    by: str,
    program: str,
    channel: str,
    answers: Answers,
    needs: tuple[str, ...],
    fields: Fields,
    via: str,
    key: str | None = None,
    beside: Beside | None = None,
) -> Done:
    """The same, inside a transaction that is already open; the caller tells the listeners after it."""
    before = _opened_before(connection, by, key)
    if before is not None:
        return before
    incident = new_id()

    def save(connection: Connection, done: Done) -> None:
        now = shell.clock.now()
        row = {"point_tries": 0, **_row(shell, incident, fields, now)}
        connection.execute(intake.insert().values(incident=incident, version=1, **row))
        _save_area(connection, incident, fields)
        if beside is not None:
            beside(connection, done)

    command = Receive(by, incident, next_ref(connection), program, channel, tuple(answers.items()), needs)
    said = {name: text for name, text in fields.items() if text}
    return commit_in(connection, shell, incident, command, via, key, said, save)


def _opened_before(connection: Connection, by: str, key: str | None) -> Done | None:
    """What the same wish opened before: asked first, so that a second click takes no number."""
    if key is None:
        return None
    row = connection.execute(
        select(asked.c.stream, asked.c.seq).where(asked.c.key == key, asked.c.by == by)
    ).first()
    incident = load_incident(connection, row.stream) if row else None
    return Done(incident, (), row.seq) if row and incident else None


def describe(
    shell: Shell,
    incident: str,
    by: str,
    *,
    answers: Answers,
    needs: tuple[str, ...] | None,
    fields: Fields,
    via: str,
    key: str | None = None,
    beside: Beside | None = None,
) -> Done:
    """Take down more. Only what is named changes; an empty text clears its field."""
    with shell.store.write() as connection:
        done = describe_in(connection, shell, incident, by, answers, needs, fields, via, key, beside)
    shell.told(done.seq)
    return done


def describe_in(
    connection: Connection,
    shell: Shell,
    incident: str,
    by: str,
    answers: Answers,
    needs: tuple[str, ...] | None,
    fields: Fields,
    via: str,
    key: str | None = None,
    beside: Beside | None = None,
) -> Done:
    """The same, inside a transaction that is already open; the caller tells the listeners after it."""

    def save(connection: Connection, done: Done) -> None:
        _update(connection, shell, incident, fields)
        _save_area(connection, incident, fields)
        if beside is not None:
            beside(connection, done)

    command = Describe(by, tuple(answers.items()), needs, tuple(sorted(fields)))
    return commit_in(connection, shell, incident, command, via, key, fields, save)


def _update(connection: Connection, shell: Shell, incident: str, fields: Fields) -> None:
    row = _row(shell, incident, fields, shell.clock.now())
    mine = intake.c.incident == incident
    changed = connection.execute(intake.update().where(mine).values(version=intake.c.version + 1, **row))
    if not changed.rowcount:
        connection.execute(intake.insert().values(incident=incident, version=1, **{"point_tries": 0, **row}))
    if "area" in fields and "place" not in fields:
        # The same street may stand in another town: what was not found there is looked for again.
        again = mine & intake.c.point_state.in_(("not_found", "failed"))
        connection.execute(
            intake.update().where(again).values(point_state="wanted", point_tries=0, point_at=None)
        )


def _row(shell: Shell, incident: str, fields: Fields, now: datetime) -> dict[str, Any]:
    seal = shell.keyring.seal
    row: dict[str, Any] = {"updated_at": now}
    row |= {name: fields[name] or None for name in CODED if name in fields}
    row |= {
        f"{name}_sealed": seal(f"intake.{name}", incident, fields[name]) if fields[name] else None
        for name in SEALED
        if name in fields
    }
    if "callback" in fields:
        row["callback_index"] = callback_index(shell, fields["callback"])
    if "place" in fields:
        row["place_index"] = place_index(shell, fields["place"])
    return row | _point(fields)


def _point(fields: Fields) -> dict[str, Any]:
    """A point that came with the call is taken as it is; a place in words is looked up later."""
    if fields.get("point"):
        return {"point_state": "given", "point_tries": 0, "point_at": None}
    if "place" in fields:
        state = "wanted" if fields["place"] else None
        return {"point_state": state, "point_tries": 0, "point_at": None, "point_sealed": None}
    return {}


def callback_index(shell: Shell, number: str) -> bytes | None:
    """The blind index of a number that we can ring; None when there is none."""
    digits = phone_digits(number)
    return shell.keyring.blind("phone", digits) if digits else None


def place_index(shell: Shell, place: str) -> bytes | None:
    """The blind index of a place; None when nothing is written."""
    key = place_key(place)
    return shell.keyring.blind("place", key) if key else None


def _save_area(connection: Connection, incident: str, fields: Fields) -> None:
    if "area" in fields:
        mine = incidents.c.id == incident
        connection.execute(incidents.update().where(mine).values(area=fields["area"] or None))
