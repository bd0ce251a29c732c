"""I12 to I16 and I18: what is signed stays, the journal's chain holds, reads have a purpose, rights end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, text

from app.auditor.law import NAMED, TAIL, Law, ahead, before, recent
from app.codec import FACTS
from app.journal import broken_links
from app.shell import Shell
from app.tables import FROZEN, charts, incidents, journal, people, reads, sessions

_LINKS = 300
# Written down of a call beside its facts, by whoever keeps its words and its place.
_BESIDE = ("ChartSaved", "ChartChosen", "PlaceLookedUp")
_IS_A_CALL = select(incidents.c.id).where(incidents.c.id == journal.c.stream)
_SIGNED = select(charts.c.incident).where(
    charts.c.incident == journal.c.stream, charts.c.signed_at.is_not(None), charts.c.digest.is_not(None)
)
_UNSIGNED = select(journal.c.stream).where(recent(), journal.c.kind == "Signed", ~_SIGNED.exists())
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}
_SIGNED_IN = select(sessions.c.person).where(
    sessions.c.person == people.c.id, sessions.c.ends_at > before(0), sessions.c.created_at < before(5)
)
_NEW_READS = reads.c.id > select(func.coalesce(func.max(reads.c.id), 0) - TAIL).scalar_subquery()


def _walls(connection: Connection, shell: Shell, now: datetime) -> Sequence[str]:
    there = set(connection.scalars(text(_TRIGGERS[connection.dialect.name])))
    return sorted(set(FROZEN) - there)


def _chain(connection: Connection, shell: Shell, now: datetime) -> Sequence[str]:
    return [str(seq) for seq in broken_links(connection, shell.settings.journal_key, _LINKS)][:NAMED]


LAWS = (
    Law(
        "signed stays",
        "I12",
        "The database lets signed notes or the journal be changed. Its guard is gone: run standby db upgrade.",
        _walls,
        of="Guard",
    ),
    Law(
        "signed is there",
        "I12",
        "A note counts as signed and its signed words are not there.",
        select(incidents.c.ref).where(incidents.c.id.in_(_UNSIGNED)),
    ),
    Law(
        "the chain holds",
        "I13",
        "A row of the journal does not follow from the one before: it was changed, or one is missing. Run standby "
        "audit verify.",
        _chain,
        of="Row",
    ),
    Law(
        "known facts",
        "F18",
        "The journal has a fact of a kind that this version does not know. Run the version that wrote it.",
        select(journal.c.seq).where(
            recent(), journal.c.kind.not_in(sorted({*FACTS, *_BESIDE})), _IS_A_CALL.exists()
        ),
        of="Row",
    ),
    Law(
        "the clock runs on",
        "I16",
        "The clock of this machine was set back: something is written as of later than now. Set it right.",
        select(journal.c.seq).where(recent(), journal.c.recorded_at > ahead(2)),
        of="Row",
    ),
    Law(
        "reads have a purpose",
        "I14",
        "A record was read and nobody can tell by whom or why.",
        select(reads.c.id).where(_NEW_READS, or_(reads.c.purpose == "", reads.c.person == "")),
        of="Row",
    ),
    Law(
        "rights end",
        "I18",
        "Somebody who was switched off is still signed in. Switch them off again.",
        select(people.c.id).where(people.c.active.is_(False), _SIGNED_IN.exists()),
        of="Person",
        every=timedelta(minutes=5),
    ),
)
