"""A program's ladder, its clocks, and how one person is reached: what may be set, and how it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.note import note
from app.sessions import Me
from app.shell import Shell
from app.tables import people, programs, shifts
from app.world import policy_of, write_policy
from dispatch.value import require


@dataclass(frozen=True)
class Term:
    """One clock: its name in the stored policy (MINUTES in app/world.py), its words and bounds in minutes."""

    code: str
    words: str
    low: int
    high: int
    hint: str = ""


TERMS = (
    Term("triage_minutes", "Triage a call within", 1, 30),
    Term("ask_again_minutes", "Ask everyone again after", 1, 30, "When the whole ladder has been asked."),
    Term("go_minutes", "Set off within", 2, 60, "After a yes."),
    Term("arrive_minutes", "Arrive within", 10, 240, "Where nobody gave an arrival time."),
    Term("staged_minutes", "Still waiting nearby, ask after", 5, 60),
    Term("check_minutes", "Check in on scene every", 5, 60),
    Term("check_grace_minutes", "Alarm when a check-in is late by", 1, 10),
    Term("transport_minutes", "A transport takes at most", 10, 240),
    Term("notes_minutes", "Notes within", 15, 720, "After clearing."),
    Term("review_minutes", "Review within", 60, 4320, "1440 is one day."),
    Term("taken_minutes", "Tell again after somebody said 'I have it'", 1, 30),
    Term("untaken_minutes", "Tell every supervisor while nobody has an alarm, after", 1, 30),
    Term("paper_minutes", "Tell again of late notes and reviews", 15, 480),
)
# Send somebody within, by priority.
SEND = ((1, 30), (5, 60), (5, 240))
ANSWER = (1, 15)
ROUNDS = (1, 10)
# Of reaching one person. Were the next channel later than a page waits, it would never begin.
REACH = {"next_seconds": (15, 300), "silent_seconds": (5, 120), "channels_at_least": (1, 3)}
LATER = "It takes effect for new pages. A page that is out keeps its terms."


def set_ladder(connection: Connection, shell: Shell, by: Me, rungs: tuple[tuple[str, int], ...]) -> int:
    """Set the order of asking. Without a rung nobody is asked; with an empty last rung it ends in silence."""
    require(rungs, "The ladder needs at least one rung. Choose who is asked first.")
    tiers = [tier for tier, _ in rungs]
    twice = next((tier for tier in tiers if tiers.count(tier) > 1), None)
    require(twice is None, f"The {twice} tier stands on the ladder twice. Each is asked once a round.")
    last = tiers[-1]
    require(
        _anyone_on(connection, shell, by.program, last),
        f"Nobody is on {last} now or later, and the last rung must not be empty. Add a shift first.",
    )
    ladder = [{"tier": tier, "minutes": minutes} for tier, minutes in rungs]
    return _store(connection, shell, by, "LadderChanged", {"ladder": ladder})


def set_terms(connection: Connection, shell: Shell, by: Me, given: Mapping[str, Any]) -> int:
    """Set the clocks. What the form does not name stays as it is."""
    first, second, third = given["send_minutes"]
    require(first <= second <= third, "A less urgent priority cannot be sent sooner than a more urgent one.")
    require(
        given["check_grace_minutes"] < given["check_minutes"],
        "The alarm for a late check-in must come sooner than the next check-in.",
    )
    return _store(connection, shell, by, "TermsChanged", dict(given))


def set_reach(connection: Connection, shell: Shell, by: Me, given: Mapping[str, int]) -> int:
    """Set when the next channel begins for one person, and how many channels each keeps."""
    require(
        given["silent_seconds"] <= given["next_seconds"],
        "A try that nobody reported cannot be given longer than one that arrived.",
    )
    here = shell.settings.carried
    require(
        given["channels_at_least"] <= len(here),
        f"Only {len(here)} of the channels are set up here, so nobody can keep more than that.",
    )
    return _store(connection, shell, by, "ReachChanged", dict(given))


def _anyone_on(connection: Connection, shell: Shell, program: str, tier: str) -> bool:
    on_it = (
        select(shifts.c.id)
        .join(people, people.c.id == shifts.c.person)
        .where(
            shifts.c.program == program,
            shifts.c.tier == tier,
            shifts.c.ends_at > shell.clock.now(),
            people.c.active,
        )
        .limit(1)
    )
    return connection.execute(on_it).first() is not None


def _store(connection: Connection, shell: Shell, by: Me, kind: str, changes: dict[str, Any]) -> int:
    stored = {**write_policy(policy_of(connection, by.program)), **changes}
    connection.execute(programs.update().where(programs.c.id == by.program).values(policy=stored))
    return note(connection, shell, by, by.program, kind, **changes)
