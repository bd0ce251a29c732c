"""The one write path: load, decide, apply, save, journal, owe: in one transaction, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from app.codec import load
from app.journal import Entry, append, entries_of, newest
from app.outbox import cancel, owe
from app.projections import insert_incident, save_incident
from app.shell import Shell
from app.tables import asked, counters, incidents
from app.world import board_at
from dispatch.announce import announce
from dispatch.apply import apply
from dispatch.commands import Command, Receive, Wake
from dispatch.decide import decide
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.messages import Message
from dispatch.value import Refused

FIRST_REF = 2001
# Made once: building a statement costs more than running it.
_STATE = select(incidents.c.state, incidents.c.version).where(incidents.c.id == bindparam("incident"))
_GRANTED = select(asked.c.stream, asked.c.seq).where(
    asked.c.key == bindparam("key"), asked.c.by == bindparam("by")
)


@dataclass(frozen=True)
class Done:
    """What a commit did: the incident after it, the facts, and the journal's seq. No facts: nothing had to change,
    or the same wish (same key) was granted before."""

    incident: Incident
    facts: tuple[Fact, ...]
    seq: int


# Sealed words, a chart, a review: rows saved in the same transaction, after the incident's own.
Beside = Callable[[Connection, Done], None]
# What the asker is told back, from what was really stored.
Reply = Callable[[Done], list[Message]]


def commit(
    shell: Shell,
    incident_id: str,
    command: Command,
    *,
    via: str,
    key: str | None = None,
    words: Mapping[str, str] | None = None,
    beside: Beside | None = None,
    reply: Reply | None = None,
) -> Done:
    """Ask one thing of one incident. Raises `Refused` with nothing written; the same `key` has one effect only.

    `words` are a person's own words: they are sealed into the journal and never reach the rules.
    """
    with shell.store.write() as connection:
        done = commit_in(connection, shell, incident_id, command, via, key, words or {}, beside, reply)
    shell.told(done.seq)
    return done


def commit_in(
    connection: Connection,
    shell: Shell,
    incident_id: str,
    command: Command,
    via: str,
    key: str | None = None,
    words: Mapping[str, str] | None = None,
    beside: Beside | None = None,
    reply: Reply | None = None,
    asked_from: str | None = None,
) -> Done:
    """The same, inside a transaction that is already open; the caller tells the listeners after it. `asked_from`: the
    phone number that asked, to which the answer goes."""
    before, version = _load(connection, incident_id)
    if key is not None:
        granted = _granted(connection, key, command.by)
        if granted is not None:
            return granted
    now = shell.clock.now()
    program = _program(before, command)
    board = board_at(connection, program, now, incident_id, waking=isinstance(command, Wake))
    facts = decide(before, command, board)
    if not facts:
        if before is None:
            raise Refused("There is no such incident. Look on the board.")
        return Done(before, (), newest(connection))
    after = before
    messages: list[Message] = []
    for fact in facts:
        messages += announce(after, fact, board)
        after = apply(after, fact)
    assert after is not None
    entries = entries_of(facts, program, incident_id, via, words or {})
    seq = append(connection, shell.settings.journal_key, shell.keyring, entries, now)
    if before is None:
        insert_incident(connection, shell, after, facts, seq)
    else:
        save_incident(connection, shell, before, after, facts, seq, version)
        cancel(connection, before, after, now)
    done = Done(after, tuple(facts), seq)
    if beside is not None:
        beside(connection, done)
    if reply is not None:
        messages += reply(done)
    owe(
        connection,
        after,
        messages,
        now,
        seq,
        carried=shell.settings.carried,
        reach=board.policy.reach,
        asked_from=asked_from,
    )
    if key is not None:
        row = {"key": key, "by": command.by, "stream": incident_id, "seq": seq, "at": now}
        connection.execute(insert(asked), row)
    return done


def would_refuse(connection: Connection, shell: Shell, incident: Incident, command: Command) -> str | None:
    """What the rules would say to this wish now: the sentence of a refusal, or None. Nothing is written; by the time
    the wish is really asked the answer may be another."""
    try:
        decide(incident, command, board_at(connection, incident.program, shell.clock.now(), incident.id))
    except Refused as refused:
        return refused.sentence
    return None


def next_ref(connection: Connection) -> int:
    """The next spoken number. Called in the transaction that opens the incident."""
    value = connection.scalar(select(counters.c.value).where(counters.c.name == "ref"))
    if value is None:
        connection.execute(counters.insert().values(name="ref", value=FIRST_REF))
        return FIRST_REF
    connection.execute(counters.update().where(counters.c.name == "ref").values(value=value + 1))
    return int(value) + 1


def load_incident(connection: Connection, incident_id: str) -> Incident | None:
    """The incident as it stands, or None."""
    return _load(connection, incident_id)[0]


def _load(connection: Connection, incident_id: str) -> tuple[Incident | None, int]:
    row = connection.execute(_STATE, {"incident": incident_id}).first()
    return (load(Incident, row.state), row.version) if row else (None, 0)


def _granted(connection: Connection, key: str, by: str) -> Done | None:
    # A call that is saved again under the same key comes with a new id: the answer is the incident it opened.
    row = connection.execute(_GRANTED, {"key": key, "by": by}).first()
    if row is None:
        return None
    incident = load_incident(connection, row.stream)
    assert incident is not None
    return Done(incident, (), row.seq)


def _program(before: Incident | None, command: Command) -> str:
    if before is not None:
        return before.program
    if isinstance(command, Receive):
        return command.program
    raise Refused("There is no such incident. Look on the board.")


def record(
    connection: Connection,
    shell: Shell,
    *,
    program: str,
    stream: str,
    by: str,
    via: str,
    kind: str,
    fact: str,
    words: str | None = None,
) -> int:
    """Journal a change that is not an incident's: a person, a shift, a token, a client. Same chain, same rules."""
    now = shell.clock.now()
    entry = Entry(program, stream, now, by, via, kind, fact, words)
    return append(connection, shell.settings.journal_key, shell.keyring, [entry], now)
