"""One person's rota: their shifts with all that changed them, their time off, and one shift looked at closely."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from app.queries.rota_span import Asked, Changed, RotaSpan, Who, rota_span
from app.tables import rota_layers, time_off
from dispatch.rota.rules import Assignment, Layer

ASIDE = timedelta(microseconds=1)


@dataclass(frozen=True)
class Shift:
    """One shift, with why it is theirs: `layer` gave it, or a `changed` of the rota, or neither: by hand."""

    one: Assignment
    who: Who
    changed: Changed | None
    instead_of: Who | None
    changed_by: Who | None
    asked: Asked | None
    layer: str
    partners: tuple[Who, ...]

    @property
    def length(self) -> timedelta:
        """True hours."""
        return self.one.ends_at - self.one.starts_at


@dataclass(frozen=True)
class Off:
    """Time off. Its kind is not everybody's business, and is left out."""

    starts_at: datetime
    ends_at: datetime
    state: str


@dataclass(frozen=True)
class Turn:
    """A place in a layer's line: who takes turns in it, in order, the shift's own people marked."""

    name: str
    line: tuple[tuple[tuple[str, ...], bool], ...]


def shifts_of(span: RotaSpan, person: str) -> tuple[Shift, ...]:
    """This person's shifts of a span, in order."""
    return tuple(_shift(span, one) for one in span.found if one.person == person)


def shift_at(
    connection: Connection, program: str, person: str, tier: str, at: datetime
) -> tuple[RotaSpan, Shift] | None:
    """The shift that a person has in a tier at an instant, if they have one."""
    span = rota_span(connection, program, at, at + ASIDE)
    mine = [one for one in span.found if (one.person, one.tier) == (person, tier)]
    here = [one for one in mine if one.starts_at <= at < one.ends_at]
    return (span, _shift(span, here[0])) if here else None


def turn_of(connection: Connection, span: RotaSpan, shift: Shift) -> Turn | None:
    """The layer that gave this shift, with its line."""
    layer = next((one for one in span.rules.layers if one.id == shift.one.source), None)
    if layer is None:
        return None
    name = connection.scalar(select(rota_layers.c.name).where(rota_layers.c.id == layer.id))
    return Turn(name or shift.layer, tuple(_groups(span, layer, shift)))


def off_of(connection: Connection, program: str, person: str, start: datetime, end: datetime) -> list[Off]:
    """Time off of one person that touches a span and was not turned down."""
    rows: list[Row[Any]] = list(
        connection.execute(
            select(time_off)
            .where(
                time_off.c.program == program,
                time_off.c.person == person,
                time_off.c.ends_at > start,
                time_off.c.starts_at < end,
                time_off.c.state.in_(("asked", "approved")),
            )
            .order_by(time_off.c.starts_at)
        )
    )
    return [Off(row.starts_at, row.ends_at, row.state) for row in rows]


def _shift(span: RotaSpan, one: Assignment) -> Shift:
    changed = span.changed.get(one.source)
    together = [
        other.person
        for other in span.found
        if other.person != one.person
        and other.tier == one.tier
        and other.starts_at < one.ends_at
        and other.ends_at > one.starts_at
        and (one.team is None or other.team == one.team)
    ]
    return Shift(
        one=one,
        who=span.who[one.person],
        changed=changed,
        instead_of=span.who.get(changed.instead_of or "") if changed else None,
        changed_by=span.who.get(changed.made_by) if changed else None,
        asked=span.asked_of(one),
        layer=span.layers.get(one.source, ""),
        partners=tuple(span.who[person] for person in dict.fromkeys(together)),
    )


def _groups(span: RotaSpan, layer: Layer, shift: Shift) -> list[tuple[tuple[str, ...], bool]]:
    return [
        (
            tuple(span.who[person].short if person in span.who else "Someone" for person in group),
            shift.one.person in group,
        )
        for group in layer.line
    ]
