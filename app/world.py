"""What the rules may know, read inside the transaction that decides: policy, on call, who is busy, names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select

from app.oncall import on_duty, who_is_asked
from app.tables import PAGE_ASKED, outbox, pages, people, programs, seats
from dispatch.board import Board, Policy, Rung
from dispatch.reach import Reach

TIERS = ("primary", "backup", "supervisor", "tele")
# Made once: building a statement costs more than running it, and every command asks these.
STAFF = select(people.c.id, people.c.name, people.c.roles).where(
    people.c.program == bindparam("program"), people.c.active
)
BUSY = select(seats.c.person, seats.c.ref).where(seats.c.incident != bindparam("incident"))
ASKED = select(pages.c.person).where(PAGE_ASKED, pages.c.incident != bindparam("incident"))
POLICY = select(programs.c.policy).where(programs.c.id == bindparam("program"))


UNSENT = select(pages.c.id).where(
    PAGE_ASKED,
    pages.c.incident == bindparam("incident"),
    ~exists().where(outbox.c.page == pages.c.id, outbox.c.sent_at.is_not(None)),
)


def board_at(
    connection: Connection, program: str, now: datetime, incident: str, waking: bool = False
) -> Board:
    """The board of one program at an instant, as seen from one incident: its own seats and pages do not block
    it. Only the clock asks which pages never went out."""
    staff = connection.execute(STAFF, {"program": program}).all()
    busy = connection.execute(BUSY, {"incident": incident}).all()
    asked = connection.scalars(ASKED, {"incident": incident})
    return Board(
        now=now,
        policy=policy_of(connection, program),
        on_call=who_is_asked(on_duty(connection, program, now)),
        names={row.id: row.name for row in staff},
        busy={row.person: row.ref for row in busy},
        asked=frozenset(asked),
        supervisors=frozenset(row.id for row in staff if "supervisor" in row.roles),
        unsent=frozenset(connection.scalars(UNSENT, {"incident": incident})) if waking else frozenset(),
    )


def policy_of(connection: Connection, program: str) -> Policy:
    """The program's policy; numbers that it does not set are ours."""
    stored = connection.scalar(POLICY, {"program": program})
    return read_policy(stored or {})


# Setting in the stored policy (minutes) -> field of Policy.
MINUTES = {
    "ask_again_minutes": "ask_again_after",
    "triage_minutes": "triage_within",
    "go_minutes": "go_within",
    "arrive_minutes": "arrive_within",
    "staged_minutes": "staged_again",
    "check_minutes": "check_every",
    "check_grace_minutes": "check_grace",
    "transport_minutes": "transport_within",
    "notes_minutes": "notes_within",
    "review_minutes": "review_within",
    "taken_minutes": "taken_again",
    "untaken_minutes": "untaken_again",
    "paper_minutes": "paper_again",
}


# Setting in the stored policy (seconds) -> field of its Reach.
SECONDS = {"next_seconds": "next_after", "silent_seconds": "silent_after"}


def read_policy(stored: Mapping[str, Any]) -> Policy:
    """A Policy from its stored JSON form: minutes by name, `send_minutes` (three), `ladder`, and the rest."""
    given: dict[str, Any] = {
        field: timedelta(minutes=stored[name]) for name, field in MINUTES.items() if name in stored
    }
    if "send_minutes" in stored:
        given["send_within"] = tuple(timedelta(minutes=minutes) for minutes in stored["send_minutes"])
    if "ladder" in stored:
        given["ladder"] = tuple(
            Rung(rung["tier"], timedelta(minutes=rung["minutes"])) for rung in stored["ladder"]
        )
    for name in ("alone_allowed", "rounds_at_most"):
        if name in stored:
            given[name] = stored[name]
    numbers: dict[str, Any] = {
        field: timedelta(seconds=stored[name]) for name, field in SECONDS.items() if name in stored
    }
    if "channels_at_least" in stored:
        numbers["channels_at_least"] = stored["channels_at_least"]
    return Policy(**given, reach=Reach(**numbers))


def write_policy(policy: Policy) -> dict[str, Any]:
    """The stored JSON form of a Policy."""

    def minutes(length: timedelta) -> float:
        return length.total_seconds() / 60

    return {
        **{name: minutes(getattr(policy, field)) for name, field in MINUTES.items()},
        "send_minutes": [minutes(length) for length in policy.send_within],
        "ladder": [{"tier": rung.tier, "minutes": minutes(rung.answer_within)} for rung in policy.ladder],
        **{name: getattr(policy.reach, field).total_seconds() for name, field in SECONDS.items()},
        "channels_at_least": policy.reach.channels_at_least,
        "alone_allowed": policy.alone_allowed,
        "rounds_at_most": policy.rounds_at_most,
    }
