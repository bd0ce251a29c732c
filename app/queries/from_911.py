"""What a 911 centre sent about a call, kept as sent: how it was read, which place was used, and the rest."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.codec import load
from app.eido.values import EidoCall
from app.queries.intake import Sheet, areas_of
from app.said_by_911 import said_by
from app.shell import Shell
from app.tables import eido_documents, tokens

DOCUMENTS = 20
DIFFERS = {
    "callback": "Call-back number",
    "caller_name": "Caller",
    "place": "Place",
    "directions": "How to find them",
    "person_name": "Person",
    "person_born": "Birth date",
}


@dataclass(frozen=True)
class Sent:
    """One document. `document` is its text, indented."""

    received_at: datetime
    sender: str
    applied: bool
    call: EidoCall
    document: str


@dataclass(frozen=True)
class From911:
    """All documents of a call, newest first, and where the newest one says otherwise than our intake."""

    sent: tuple[Sent, ...]
    differs: tuple[tuple[str, str], ...]


def from_911(connection: Connection, shell: Shell, sheet: Sheet) -> From911 | None:
    """None for a call that 911 did not send."""
    rows = connection.execute(
        select(eido_documents, tokens.c.name)
        .join(tokens, tokens.c.id == eido_documents.c.token)
        .where(eido_documents.c.incident == sheet.incident.id)
        .order_by(eido_documents.c.received_at.desc(), eido_documents.c.seq.desc())
        .limit(DOCUMENTS)
    ).all()
    if not rows:
        return None
    sent = tuple(
        Sent(
            row.received_at,
            row.name,
            row.applied,
            load(EidoCall, shell.keyring.open("eido_documents.reading", row.id, row.reading_sealed)),
            _indented(shell.keyring.open("eido_documents.document", row.id, row.document_sealed)),
        )
        for row in rows
    )
    newest = max((one.call for one in sent), key=lambda call: call.updated_at)
    said = said_by(newest, areas_of(connection, sheet.incident.program))
    differs = tuple(
        (words, said[name])
        for name, words in DIFFERS.items()
        if said[name] and said[name] != sheet.values[name]
    )
    return From911(sent, differs)


def _indented(document: str) -> str:
    text = json.dumps(json.loads(document), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair is JSON, but cannot be shown
