"""A document from a 911 centre becomes a call: opened once, brought up to date, never lost."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.codec import load
from app.commit import Done, load_incident
from app.eido.values import EidoCall
from app.intake import describe_in, open_in
from app.journal import newest
from app.queries.intake import areas_of, sheet_of
from app.said_by_911 import answers_of, changes, said_by
from app.shell import Shell, new_id
from app.tables import eido_documents, eido_keys, incidents
from dispatch.commands import RULE
from dispatch.incident import Incident
from dispatch.stages import WRITING

VIA = "eido"
# These alone never raise a new call, however late they come; these always do once our team has left.
CLOSED = frozenset({"Closed", "Cancelled"})
AGAIN = frozenset({"ReOpened", "NewLocation"})
TRIES = 3


@dataclass(frozen=True)
class Taken:
    """What became of a document: which call it means, whether it opened it, and why it was not applied."""

    ref: int
    created: bool
    applied: bool
    note: str = ""


def take(shell: Shell, token: str, program: str, call: EidoCall, document: str) -> Taken:
    """Open a call, bring it up to date, or keep the document beside it. The same document acts once."""
    for tried in range(1, TRIES + 1):
        try:
            with shell.store.write() as connection:
                taken, seq = _take(connection, shell, token, program, call, document)
            break
        except IntegrityError:
            # Another process took the same document, or the same 911 incident, first: look again.
            if tried == TRIES:
                raise
    if seq is not None:
        shell.told(seq)
    return taken


def _take(
    connection: Connection, shell: Shell, token: str, program: str, call: EidoCall, document: str
) -> tuple[Taken, int | None]:
    digest = _mark(shell, "eido_document", token, call.digest).hex()
    before = connection.execute(
        select(incidents.c.ref, eido_documents.c.applied)
        .join(incidents, incidents.c.id == eido_documents.c.incident)
        .where(eido_documents.c.digest == digest)
    ).first()
    if before is not None:
        return Taken(before.ref, False, before.applied, "This document was taken before."), None
    known = _meant(connection, shell, token, call)
    late = known is not None and _older(connection, known.id, call.updated_at)
    done, created, note = _answer(connection, shell, program, call, known, late)
    incident = done.incident if done else known
    assert incident is not None
    _keep(connection, shell, token, digest, call, document, incident.id, done)
    seq = done.seq if done else None
    return Taken(incident.ref, created, done is not None, note), seq


def _answer(
    connection: Connection, shell: Shell, program: str, call: EidoCall, known: Incident | None, late: bool
) -> tuple[Done | None, bool, str]:
    if known is None:
        return _open(connection, shell, program, call), True, ""
    if late:
        return None, False, "A newer state of this incident is here already. This one was kept, not applied."
    status = set(call.status)
    over = not known.on_board
    if over and status and status <= CLOSED:
        return None, False, f"{known.ref} is over here too. The document was kept."
    if over or (known.stage in WRITING and status & AGAIN):
        note = f"{known.ref} was over, so this is a new call."
        return _open(connection, shell, program, call), True, note
    return _update(connection, shell, known, call), False, ""


def _meant(connection: Connection, shell: Shell, token: str, call: EidoCall) -> Incident | None:
    """Our call for the document's incident; a call that was sent before it was an incident counts too."""
    for name in (call.key, *call.also_known_as):
        key = _mark(shell, "eido_key", token, name)
        found = connection.scalar(select(eido_keys.c.incident).where(eido_keys.c.key == key))
        if found is not None:
            return load_incident(connection, found)
    return None


def _mark(shell: Shell, kind: str, token: str, text: str) -> bytes:
    # Ids come from outside and may hold anything: plain columns keep their blind index alone.
    return shell.keyring.blind(kind, f"{token}\0{text}")


def _older(connection: Connection, incident: str, at: datetime) -> bool:
    newest_seen = (
        select(eido_documents.c.updated_at)
        .where(eido_documents.c.incident == incident, eido_documents.c.applied)
        .order_by(eido_documents.c.updated_at.desc())
        .limit(1)
    )
    seen = connection.scalar(newest_seen)
    return seen is not None and at < seen


def _open(connection: Connection, shell: Shell, program: str, call: EidoCall) -> Done:
    said = said_by(call, areas_of(connection, program))
    fields = {name: text for name, text in said.items() if text}
    return open_in(connection, shell, RULE, program, "911", answers_of(call), (), fields, VIA)


def _update(connection: Connection, shell: Shell, known: Incident, call: EidoCall) -> Done:
    last = last_reading(connection, shell, known.id)
    here = sheet_of(connection, shell, known.id).values
    fields = changes(here, last, call, areas_of(connection, known.program))
    old = answers_of(last) if last else {}
    answers = {code: answer for code, answer in answers_of(call).items() if old.get(code) != answer}
    return describe_in(connection, shell, known.id, RULE, answers, None, fields, VIA)


def _keep(
    connection: Connection,
    shell: Shell,
    token: str,
    digest: str,
    call: EidoCall,
    document: str,
    incident: str,
    done: Done | None,
) -> None:
    """The document as it was sent and as it was read, sealed; and what its ids mean from now on."""
    row = new_id()
    key = _mark(shell, "eido_key", token, call.key)
    seal = shell.keyring.seal
    connection.execute(
        eido_documents.insert().values(
            id=row,
            key=key.hex(),
            digest=digest,
            incident=incident,
            token=token,
            received_at=shell.clock.now(),
            updated_at=call.updated_at,
            applied=done is not None,
            seq=done.seq if done else newest(connection),
            document_sealed=seal("eido_documents.document", row, document),
            reading_sealed=seal("eido_documents.reading", row, json.dumps(asdict(call), default=_plain)),
        )
    )
    if done is not None:
        changed = connection.execute(
            eido_keys.update().where(eido_keys.c.key == key).values(incident=incident)
        )
        if not changed.rowcount:
            connection.execute(eido_keys.insert().values(key=key, incident=incident))


def _plain(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def last_reading(connection: Connection, shell: Shell, incident: str) -> EidoCall | None:
    """How the newest document applied to this call was read; None for a call that 911 did not send."""
    row = connection.execute(
        select(eido_documents.c.id, eido_documents.c.reading_sealed)
        .where(eido_documents.c.incident == incident, eido_documents.c.applied)
        .order_by(eido_documents.c.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return load(EidoCall, shell.keyring.open("eido_documents.reading", row.id, row.reading_sealed))
