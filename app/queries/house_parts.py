"""Every part of the house with its last beat, and every alarm of it that stands: for the page that says it all."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.heartbeats import beats
from app.queries.health import PART_LATE, pulse
from app.queries.house_pulse import Standing, house_alarms_of
from app.queries.providers import CARRIED, NAMES, providers_down
from app.refused import refusals
from app.shell import Shell
from notify.health import DOWN_BELOW

PARTS = {
    "worker": ("Worker", "sends pages and keeps every clock"),
    "auditor": ("Auditor", "looks each minute whether a call is forgotten"),
    "watchdog": ("Watchdog", "tells people outside when Standby stands still"),
}
WHY = {
    "signature": "no signature, or a wrong one",
    "account": "another account",
    "old": "too old, so perhaps sent again by somebody else",
}


@dataclass(frozen=True)
class Part:
    """One part. `at` is None when it never ran here."""

    name: str
    does: str
    at: datetime | None
    late: bool


@dataclass(frozen=True)
class Carrier:
    """One provider of one channel, as this program's messages have found it. `code` is its last fault."""

    carries: str
    name: str
    well: bool
    since: datetime | None
    code: str


@dataclass(frozen=True)
class TurnedAway:
    """So many reports and answers in a provider's name that were not believed, since the database was made."""

    name: str
    why: str
    count: int


@dataclass(frozen=True)
class House:
    """The page."""

    late: str
    parts: tuple[Part, ...]
    carriers: tuple[Carrier, ...]
    alarms: tuple[Standing, ...]
    turned_away: tuple[TurnedAway, ...]
    owed_seconds: float | None
    due_seconds: float | None


def house_parts(connection: Connection, shell: Shell, program: str, now: datetime) -> House:
    """The house as it is now."""
    beat, beaten = pulse(connection, now, program), beats(connection)
    return House(
        late=beat.sentence or providers_down(shell, program).sentence,
        parts=tuple(_part(name, beaten.get(name), now) for name in PARTS),
        carriers=tuple(
            Carrier(
                CARRIED.get(channel, channel),
                NAMES.get(provider, provider),
                one.score >= DOWN_BELOW,
                one.down_since,
                one.code or "",
            )
            for (channel, provider), one in sorted(shell.health.seen(program).items())
        ),
        alarms=house_alarms_of(connection, program),
        turned_away=_turned_away(connection),
        owed_seconds=beat.oldest_owed_seconds,
        due_seconds=beat.oldest_due_seconds,
    )


def _turned_away(connection: Connection) -> tuple[TurnedAway, ...]:
    found = []
    for name, count in sorted(refusals(connection).items()):
        provider, _, reason = name.partition(":")
        found.append(TurnedAway(NAMES.get(provider, provider), WHY.get(reason, reason), count))
    return tuple(found)


def _part(name: str, at: datetime | None, now: datetime) -> Part:
    words, does = PARTS[name]
    return Part(words, does, at, at is None or now - at > PART_LATE)
