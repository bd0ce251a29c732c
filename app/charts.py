"""The chart's one way in and out of its sealed row: load, save what changed, settle, sign, add."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.commit import Done, commit, commit_in, load_incident, record
from app.projections import Overtaken
from app.record.chart import Value, sort_out, words
from app.record.form import FIELDS
from app.record.merge import Change, Kept, Mark, Merged, Other, merge, settle
from app.record.reading import said
from app.record.signing import Missing, canonical, digest, missing
from app.record.wrong import Wrong
from app.shell import Shell, new_id
from app.tables import addenda, charts, intake
from dispatch.commands import Addend, BeginNotes, Sign
from dispatch.incident import Incident
from dispatch.notes import require_writer
from dispatch.stages import Stage
from dispatch.value import Refused, require

CHART = "charts.chart"
ADDENDUM = "addenda.words"
MINOR_BANDS = frozenset({"child"})


@dataclass(frozen=True)
class Chart:
    """The chart of one incident as it stands. `row` is 0 before the first save."""

    kept: Kept
    row: int
    author: str | None
    updated_at: datetime | None
    signed_at: datetime | None
    digest: str | None


@dataclass(frozen=True)
class Entry:
    """What one window sends. `given` comes with a whole form: the marks of the fields as they were drawn."""

    changes: Mapping[str, object]
    base: int
    window: str
    given: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Saved:
    """`version` is what the window may call its own from now on; `wrong` was not kept and says why."""

    version: int
    at: datetime
    merged: Merged
    wrong: tuple[Wrong, ...]

    @property
    def sentences(self) -> dict[str, str]:
        """Field -> what to do."""
        return {wrong.field: wrong.sentence for wrong in self.wrong}


def load(connection: Connection, shell: Shell, incident_id: str) -> Chart:
    """The chart, opened. Raises `app.seal.Locked` when the row was changed behind our back."""
    row = connection.execute(select(charts).where(charts.c.incident == incident_id)).first()
    if row is None:
        return Chart(Kept(), 0, None, None, None, None)
    kept = _read(json.loads(shell.keyring.open(CHART, incident_id, row.chart_sealed)), row.version)
    return Chart(kept, row.version, row.author, row.updated_at, row.signed_at, row.digest)


def save(shell: Shell, incident_id: str, by: str, entry: Entry, via: str = "board") -> Saved:
    """Keep what can be kept, now. The first save after the scene is clear also says that notes have begun."""
    found = sort_out(entry.changes)
    with shell.store.write() as connection:
        incident = _writable(connection, incident_id, by)
        chart = load(connection, shell, incident_id)
        now = shell.clock.now()
        change = Change(found.values, entry.base, entry.window, by, now, entry.given)
        merged = merge(chart.kept, change)
        seq = None
        if merged.kept.version != chart.row:
            seq = _store(
                connection, shell, incident, chart, merged.kept, by, via, (*merged.changed, *merged.beside)
            )
    if seq is not None:
        shell.told(seq)
    # A window that was up to date stays so; one that was behind must not overwrite what it has never seen.
    caught_up = entry.base >= chart.row
    return Saved(merged.kept.version if caught_up else entry.base, now, merged, (*found.wrong, *merged.wrong))


def choose(
    shell: Shell, incident_id: str, by: str, field: str, window: str, take: bool, via: str = "board"
) -> None:
    """Settle a field that two devices wrote. What is left out goes sealed into the journal, not away."""
    with shell.store.write() as connection:
        incident = _writable(connection, incident_id, by)
        chart = load(connection, shell, incident_id)
        settled = settle(chart.kept, field, window, take)
        left_out = json.dumps({field: said(field, settled.left_out)}, ensure_ascii=False)
        seq = _store(
            connection, shell, incident, chart, settled.kept, by, via, (field,), "ChartChosen", left_out
        )
    shell.told(seq)


def sign(
    shell: Shell, incident_id: str, by: str, seen: int, via: str = "board", key: str | None = None
) -> Done:
    """Sign the chart as the signer saw it: the fact, its digest and the frozen row in one transaction."""
    with shell.store.read() as connection:
        chart = load(connection, shell, incident_id)
        minor = is_minor(connection, incident_id)
    if chart.signed_at is None:
        require(
            seen == chart.row, "The notes changed since you opened this page. Read them once more, then sign."
        )
    answers = chart.kept.answers
    signed = digest(canonical(answers))
    command = Sign(
        by,
        signed,
        words(answers, "disposition"),
        words(answers, "recommendation"),
        tuple(each.sentence for each in unfinished(chart.kept, minor)),
    )

    def freeze(connection: Connection, done: Done) -> None:
        changed = connection.execute(
            charts.update()
            .where(
                charts.c.incident == incident_id, charts.c.version == chart.row, charts.c.signed_at.is_(None)
            )
            .values(signed_at=done.facts[0].at, digest=signed, author=by)
        )
        require(changed.rowcount == 1, "The notes changed while you signed. Read them once more, then sign.")

    return commit(shell, incident_id, command, via=via, key=key, beside=freeze)


def unfinished(kept: Kept, minor: bool) -> tuple[Missing, ...]:
    """All that stands before a signature: what the form lacks, and texts that still wait for a choice."""
    waiting = tuple(
        Missing(name, f"{FIELDS[name].label} Two devices wrote this: choose which text stays.")
        for name in kept.beside
    )
    return (*waiting, *missing(kept.answers, minor))


def add(
    shell: Shell, incident_id: str, by: str, text: str, via: str = "board", key: str | None = None
) -> Done:
    """Add words to signed notes. They are sealed in a row of their own that nothing can change."""
    seal = hashlib.sha256(text.encode()).hexdigest()

    def keep(connection: Connection, done: Done) -> None:
        row = new_id()
        connection.execute(
            addenda.insert().values(
                id=row,
                incident=incident_id,
                by=by,
                at=done.facts[0].at,
                digest=seal,
                words_sealed=shell.keyring.seal(ADDENDUM, row, text),
            )
        )

    return commit(shell, incident_id, Addend(by, seal), via=via, key=key, beside=keep)


def is_minor(connection: Connection, incident_id: str) -> bool:
    """Did the desk take the person down as a child?"""
    band = connection.scalar(select(intake.c.age_band).where(intake.c.incident == incident_id))
    return band in MINOR_BANDS


def _writable(connection: Connection, incident_id: str, by: str) -> Incident:
    incident = load_incident(connection, incident_id)
    if incident is None:
        raise Refused("There is no such incident. Look on the board.")
    require_writer(incident, by)
    return incident


def _store(
    connection: Connection,
    shell: Shell,
    incident: Incident,
    chart: Chart,
    kept: Kept,
    by: str,
    via: str,
    fields: tuple[str, ...],
    kind: str = "ChartSaved",
    left_out: str | None = None,
) -> int:
    """Write the row, compare-and-set on its version, and journal which fields changed."""
    now = shell.clock.now()
    row: dict[str, Any] = {
        "version": kept.version,
        "author": by,
        "updated_at": now,
        "chart_sealed": shell.keyring.seal(CHART, incident.id, _written(kept)),
    }
    if chart.row == 0:
        connection.execute(charts.insert().values(incident=incident.id, **row))
    else:
        here = charts.c.incident == incident.id
        changed = connection.execute(charts.update().where(here, charts.c.version == chart.row).values(row))
        if changed.rowcount != 1:
            raise Overtaken(incident.id)
    if incident.stage is Stage.CLEARED:
        commit_in(connection, shell, incident.id, BeginNotes(by), via)
    fact = json.dumps({"fields": sorted(set(fields)), "version": kept.version}, separators=(",", ":"))
    return record(
        connection,
        shell,
        program=incident.program,
        stream=incident.id,
        by=by,
        via=via,
        kind=kind,
        fact=fact,
        words=left_out,
    )


def _written(kept: Kept) -> str:
    shape = {
        "answers": dict(kept.answers),
        "marks": {name: [mark.version, mark.window] for name, mark in kept.marks.items()},
        "beside": {
            name: [[other.window, other.by, other.at.isoformat(), other.value] for other in others]
            for name, others in kept.beside.items()
        },
    }
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":"))


def _read(shape: Mapping[str, Any], version: int) -> Kept:
    answers: dict[str, Value] = shape["answers"]
    return Kept(
        version,
        answers,
        {name: Mark(*mark) for name, mark in shape["marks"].items()},
        {
            name: tuple(
                Other(window, by, datetime.fromisoformat(at), value) for window, by, at, value in others
            )
            for name, others in shape["beside"].items()
        },
    )
