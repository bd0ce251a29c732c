"""A rule set aside by name, for one person and one span, with a reason that is sealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.note import note
from app.rota.bars import rebar
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import people, rota_exceptions
from dispatch.rota.terms import NEVER_SET_ASIDE, RULE_WORDS
from dispatch.value import Refused, require

LONGEST = timedelta(days=92)
AHEAD_AT_MOST = timedelta(days=400)
# The rules that can be set aside, by code.
FREEABLE = {rule: words for rule, words in RULE_WORDS.items() if rule not in NEVER_SET_ASIDE}
WHY_AT_MOST = 500


@dataclass(frozen=True)
class NewException:
    """A rule to set aside, for one person and one span (UTC)."""

    person: str
    rule: str
    starts_at: datetime
    ends_at: datetime
    why: str


def add_exception(connection: Connection, shell: Shell, by: Me, new: NewException) -> int:
    """Set a rule aside. The reason is sealed: it may speak of somebody's health."""
    now = shell.clock.now()
    _check(connection, by, new, now)
    exception = new_id()
    connection.execute(
        rota_exceptions.insert().values(
            id=exception,
            program=by.program,
            person=new.person,
            rule=new.rule,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            made_by=by.id,
            made_at=now,
            why_sealed=shell.keyring.seal("rota_exceptions.why", exception, new.why),
        )
    )
    rebar(connection, by.program, now)
    return note(
        connection,
        shell,
        by,
        exception,
        "RuleSetAside",
        person=new.person,
        rule=new.rule,
        starts_at=new.starts_at.isoformat(),
        ends_at=new.ends_at.isoformat(),
    )


def withdraw_exception(connection: Connection, shell: Shell, by: Me, exception: str) -> int:
    """The rule counts again from now on. What was worked under it stays as it was."""
    now = shell.clock.now()
    row = connection.execute(
        select(rota_exceptions).where(
            rota_exceptions.c.id == exception, rota_exceptions.c.withdrawn_at.is_(None)
        )
    ).first()
    if row is None:
        raise Refused("That was withdrawn already. Reload the page.")
    require(row.ends_at > now, "That span is over. There is nothing left to withdraw.")
    connection.execute(
        rota_exceptions.update().where(rota_exceptions.c.id == exception).values(withdrawn_at=now)
    )
    rebar(connection, by.program, now)
    return note(connection, shell, by, exception, "RuleCountsAgain", person=row.person, rule=row.rule)


def _check(connection: Connection, by: Me, new: NewException, now: datetime) -> None:
    assert new.rule in FREEABLE
    works = select(people.c.id).where(
        people.c.id == new.person, people.c.program == by.program, people.c.active
    )
    require(connection.execute(works).first(), "That person is not on the staff list. Choose from the list.")
    require(
        new.person != by.id, "Nobody sets a rule aside for themselves. Ask another manager or supervisor."
    )
    length = new.ends_at - new.starts_at
    require(length > timedelta(0), "The end is not after the start. Write a later end.")
    require(length <= LONGEST, f"Set a rule aside for at most {LONGEST.days} days. Change the rule instead.")
    require(new.ends_at > now, "That span is over already. Write one that still runs.")
    require(new.starts_at - now <= AHEAD_AT_MOST, "Write at most 400 days ahead.")
