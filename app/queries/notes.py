"""An incident's notes for reading: what was answered, who signed, whether they are still what was signed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.charts import ADDENDUM, Chart, is_minor, load
from app.codec import load_fact
from app.commit import load_incident
from app.record.merge import Kept
from app.record.reading import Part, read
from app.record.signing import canonical, digest
from app.seal import Locked
from app.shell import Shell
from app.spoken import family_names
from app.tables import addenda, intake, journal, people
from dispatch.facts import Addended, Signed
from dispatch.incident import Incident
from dispatch.value import Refused

CANNOT_OPEN = "It cannot be opened: its key is missing, or the sealed row was changed. Tell your admin."
CHANGED = "It does not match what was signed. Do not rely on it, and tell your admin."


@dataclass(frozen=True)
class Check:
    """Whether signed words are still what was signed. `short` is the ends of the digest, to be said aloud."""

    good: bool
    words: str
    short: str
    at: datetime


@dataclass(frozen=True)
class Addendum:
    """Words added after signing."""

    at: datetime
    by: str
    words: str
    check: Check


@dataclass(frozen=True)
class Notes:
    """What the pages about one incident's notes are drawn from. `minor` and `person` come from the intake."""

    incident: Incident
    chart: Chart
    names: Mapping[str, str]
    person: str
    minor: bool
    parts: tuple[Part, ...]
    check: Check | None
    addenda: tuple[Addendum, ...]

    @property
    def team(self) -> tuple[str, ...]:
        """Who is, or was, on it."""
        return tuple(self.names.get(member.person, "Someone") for member in self.incident.members)


def notes_of(connection: Connection, shell: Shell, incident_id: str) -> Notes:
    """All of it. A row that cannot be opened is said, not hidden."""
    incident = load_incident(connection, incident_id)
    if incident is None:
        raise Refused("There is no such incident. Look on the board.")
    names = staff_names(connection, incident.program)
    now = shell.clock.now()
    signed = _signed(connection, incident_id, "Signed")
    try:
        chart = load(connection, shell, incident_id)
    except Locked:
        chart = Chart(Kept(), 0, incident.signed_by, None, None, incident.digest)
        check: Check | None = Check(False, CANNOT_OPEN, _short(signed[0]) if signed else "", now)
    else:
        check = _check_chart(chart, signed, incident, now)
    return Notes(
        incident,
        chart,
        names,
        _person(connection, shell, incident_id),
        is_minor(connection, incident_id),
        read(chart.kept.answers),
        check,
        _addenda(connection, shell, incident_id, names, now),
    )


def staff_names(connection: Connection, program: str) -> dict[str, str]:
    """Our people by id, in the short form that pages use."""
    rows = connection.execute(select(people.c.id, people.c.name).where(people.c.program == program))
    return family_names({row.id: row.name for row in rows})


def _person(connection: Connection, shell: Shell, incident_id: str) -> str:
    sealed = connection.scalar(select(intake.c.person_name_sealed).where(intake.c.incident == incident_id))
    try:
        return shell.keyring.open("intake.person_name", incident_id, sealed)
    except Locked:
        return ""


def _check_chart(chart: Chart, signed: list[str], incident: Incident, now: datetime) -> Check | None:
    if incident.signed_by is None:
        return None
    return _check(digest(canonical(chart.kept.answers)), {*signed[:1], chart.digest or ""}, now)


def _check(found: str, promised: set[str], now: datetime) -> Check:
    # The journal's own fact is the promise; the row's column must agree with it.
    good = promised == {found}
    return Check(good, "Unchanged." if good else CHANGED, _short(found), now)


def _short(text: str) -> str:
    return f"{text[:4]}…{text[-2:]}"


def _signed(connection: Connection, incident_id: str, kind: str) -> list[str]:
    """The digests that the journal holds, in order."""
    rows = connection.execute(
        select(journal.c.kind, journal.c.fact)
        .where(journal.c.stream == incident_id, journal.c.kind == kind)
        .order_by(journal.c.seq)
    )
    facts = (load_fact(row.kind, row.fact) for row in rows)
    return [fact.digest for fact in facts if isinstance(fact, Signed | Addended)]


def _addenda(
    connection: Connection, shell: Shell, incident_id: str, names: Mapping[str, str], now: datetime
) -> tuple[Addendum, ...]:
    promised = set(_signed(connection, incident_id, "Addended"))
    rows = connection.execute(
        select(addenda).where(addenda.c.incident == incident_id).order_by(addenda.c.at, addenda.c.id)
    )
    added = []
    for row in rows:
        try:
            words = shell.keyring.open(ADDENDUM, row.id, row.words_sealed)
        except Locked:
            words, check = "", Check(False, CANNOT_OPEN, _short(row.digest), now)
        else:
            found = hashlib.sha256(words.encode()).hexdigest()
            good = found == row.digest and found in promised
            check = Check(good, "Unchanged." if good else CHANGED, _short(found), now)
        added.append(Addendum(row.at, names.get(row.by, "Someone"), words, check))
    return tuple(added)
