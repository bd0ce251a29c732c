"""A person's own plan as their page shows it: the ways in order, the plan as a sentence, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from app.phones import as_spoken
from app.plan_words import as_sentence
from app.rota.plan import at_least, is_own, plan_now
from app.rota.ways import Number
from app.shell import Shell
from app.world import policy_of
from dispatch.own_plan import spoken
from dispatch.reach import Way, channels_of, plan_of

NO_LADDER = timedelta(minutes=3)


@dataclass(frozen=True)
class Short:
    """Fewer different channels than the program asks for."""

    has: str
    asked: int


@dataclass(frozen=True)
class OwnPlan:
    """`ends` names each way by its address; `sentence` says what comes when a page waits for the shortest time."""

    ways: tuple[Way, ...]
    own: bool
    sentence: str
    ends: dict[str, str]
    short: Short | None


def own_plan(
    connection: Connection, shell: Shell, person: str, program: str, numbers: Iterable[Number]
) -> OwnPlan:
    """The plan of one person."""
    ways = plan_now(connection, shell, person)
    policy = policy_of(connection, program)
    within = min((rung.answer_within for rung in policy.ladder), default=NO_LADDER)
    ends = {one.address: _end(one) for one in numbers}
    asked = at_least(connection, shell, program)
    has = channels_of(ways)
    return OwnPlan(
        ways,
        is_own(connection, person),
        as_sentence(plan_of(ways, within, policy.reach), ends),
        ends,
        Short(spoken(has), asked) if len(has) < asked else None,
    )


def _end(number: Number) -> str:
    if number.kind == "push":
        return number.label or "this browser"
    return number.address if number.kind == "email" else as_spoken(number.address)
