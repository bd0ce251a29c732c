"""What is heard of a try, from whichever provider and in whatever order: joined into what is known, and acted on."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from app.journal import newest
from app.lost import lost
from app.next_try import RINGS_FOR
from app.provider_faults import suspect
from app.shell import Shell
from app.tables import outbox, people
from app.tried import drop_spares
from app.ways_health import note_arrival, note_refusal
from notify.outcomes import DELIVERED, FAILURES, RANKS, Delivery, heard, join, why

_KNOWN = select(outbox, people.c.program, people.c.phone).join(people, people.c.id == outbox.c.person)
# What a provider says of a text is said of every page that stood in it.
_TRIES = _KNOWN.where(
    or_(
        outbox.c.id == bindparam("message"),
        outbox.c.bundled_in.is_not(None) & (outbox.c.bundled_in == bindparam("message")),
    )
).order_by(outbox.c.id)
_HEAR = update(outbox).where(outbox.c.id == bindparam("the_id"))


def report(shell: Shell, message: int, status: str, code: str | None) -> bool:
    """A provider, a poll or a key that was pressed says how far a try came; any order and any repetition come to the
    same. False, with nothing written: the try is not ours, or the word is not known."""
    if status not in RANKS and status not in FAILURES:
        return False
    with shell.store.write() as connection:
        known = report_in(connection, shell, message, status, code)
        seq = newest(connection)
    if known:
        shell.told(seq)
    return known


def report_in(connection: Connection, shell: Shell, message: int, status: str, code: str | None) -> bool:
    """The same, inside a transaction that is already open; the caller tells the listeners after it."""
    rows = connection.execute(_TRIES, {"message": message}).all()
    for row in rows:
        _joined(connection, shell, row, status, (code or "")[:20] or None)
    return bool(rows)


def evidence(shell: Shell, message: int, word: str) -> bool:
    """What a provider guesses of who picked up. It is shown, and answers nothing."""
    with shell.store.write() as connection:
        now = shell.clock.now()
        changed = connection.execute(
            _HEAR.values(evidence=word[:20], evidence_at=now), {"the_id": message}
        ).rowcount
    return changed == 1


def _joined(connection: Connection, shell: Shell, row: Row[Any], status: str, code: str | None) -> None:
    known = Delivery(row.reached, row.failed, row.code if row.failed else None)
    joined = join(known, heard(status, code))
    if joined == known:
        return
    now = shell.clock.now()
    values: dict[str, Any] = {"reached": joined.reached, "failed": joined.failed, "status_at": now}
    if joined.failed:
        values["code"] = joined.code
    if row.state == "ambiguous":
        # Nobody knew whether it had gone out; now somebody does.
        values |= {"state": "sent", "sent_at": now}
    if joined.reached >= DELIVERED or joined.failed:
        values |= {"patience_at": None, "look_at": None}
    elif status == "in-progress":
        # Somebody, or something, picked up: it is listened to before anything else begins.
        values["patience_at"] = now + RINGS_FOR
    connection.execute(_HEAR.values(**values), {"the_id": row.id})
    if joined.reached >= DELIVERED > known.reached:
        drop_spares(connection, row.delivery)
        there = row.address or row.phone
        note_arrival(connection, shell, row.person, row.way, there, row.channel, now, row.wire_at)
        if row.provider and row.channel == "text":
            sent_at = row.sent_at or row.wire_at
            shell.health.note(row.program, row.channel, row.provider, "good", sent_at=sent_at)
    if joined.lost and not known.lost and row.state != "superseded":
        _act(connection, shell, row, code or status)


def _act(connection: Connection, shell: Shell, row: Row[Any], code: str) -> None:
    now = shell.clock.now()
    reason = why(code)
    if reason == "account" and row.provider:
        suspect(connection, shell, row.program, row.channel, row.provider, code, now)
    elif reason in ("number", "opted_out"):
        address = row.address or row.phone
        note_refusal(connection, shell, row.person, row.way, address, row.channel, reason, code, now)
    lost(connection, shell, row.delivery, row.page, code, now)
