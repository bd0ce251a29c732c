"""One case for its reviewer: what the rules said and what was done, who knew what when, what was said."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from app.codec import load_fact
from app.program_zone import zone_of
from app.queries.comms import PageLine, comms_of
from app.queries.journal_lines import StoryLine, story_of
from app.queries.notes import Notes, notes_of
from app.queries.review import cases_of
from app.queries.strip import Strip, strip_of
from app.sentences import entered_late, sentence
from app.shell import Shell
from app.spoken import reason
from app.tables import journal, reads
from app.threads import Word, thread_of
from app.world import board_at
from dispatch import commands as c
from dispatch import facts as f
from dispatch.incident import Incident
from dispatch.review import require_reviewer, sign_off
from dispatch.review_reasons import Case, Reason, reasons
from dispatch.stages import Step
from dispatch.triage import BY_CODE
from dispatch.value import Refused

CHECK_KINDS = (
    "StepTaken",
    "CheckAsked",
    "CheckedIn",
    "CheckMissed",
    "AlarmRaised",
    "AlarmTaken",
    "AlarmEnded",
)
CHECKS_AT_MOST = 200


@dataclass(frozen=True)
class Weighed:
    """What the rules suggested and what a person decided. `lower`: less urgent than the rule said."""

    suggested: int
    rule: str
    rule_words: str
    given: int | None
    by: str
    at: datetime | None
    lower: bool
    why: str


@dataclass(frozen=True)
class Knew:
    """What one person was told and when they had seen it."""

    page: PageLine
    hazards_read_at: datetime | None
    late: bool


@dataclass(frozen=True)
class CheckLine:
    """One line of the safety clock."""

    at: datetime
    said: str
    late: str
    over: bool


@dataclass(frozen=True)
class ReviewPage:
    """The story on one page. `may_not` says why this reader may not review it, `not_yet` why not now."""

    incident: Incident
    notes: Notes
    reasons: tuple[Reason, ...]
    strip: Strip
    weighed: Weighed
    knew: tuple[Knew, ...]
    checks: tuple[CheckLine, ...]
    story: tuple[StoryLine, ...]
    thread: tuple[Word, ...]
    authors: tuple[tuple[str, str], ...]
    may_not: str
    not_yet: str


def review_page(connection: Connection, shell: Shell, incident_id: str, reader: str) -> ReviewPage:
    """Everything about one case, from tables as they are; the caller leaves the audit row."""
    notes = notes_of(connection, shell, incident_id)
    incident, names = notes.incident, notes.names
    zone = zone_of(connection, incident.program)
    board = board_at(connection, incident.program, shell.clock.now(), incident_id)
    (case,) = cases_of(connection, [incident], board.policy)
    return ReviewPage(
        incident,
        notes,
        reasons(case),
        strip_of(case, board.now),
        _weighed(case, names),
        tuple(_knew(connection, case, names, board.now)),
        tuple(_checks(connection, incident_id, names, zone)),
        story_of(connection, shell.keyring, incident_id, names, zone),
        thread_of(connection, shell, incident_id, names),
        tuple((person, names.get(person, "Someone")) for person in incident.worked if person != reader),
        _refusal(lambda: require_reviewer(incident, reader, board)),
        _refusal(lambda: sign_off(incident, c.SignOff(reader, "sound"), board)),
    )


def _weighed(case: Case, names: Mapping[str, str]) -> Weighed:
    triaged = [fact for fact in case.facts if isinstance(fact, f.Triaged)]
    if triaged:
        last = triaged[-1]
        rule = BY_CODE.get(last.rule)
        why = reason("lower", last.reason) if last.reason else ""
        lower = last.acuity > last.suggested
        by = names.get(last.by, "The desk")
        words = rule.sentence if rule else ""
        return Weighed(last.suggested, last.rule, words, last.acuity, by, last.at, lower, why)
    suggestion = case.incident.suggestion
    assert suggestion is not None, "every incident is received with a suggestion"
    words = BY_CODE[suggestion.rule].sentence
    return Weighed(suggestion.acuity, suggestion.rule, words, None, "", None, False, "")


def _knew(connection: Connection, case: Case, names: Mapping[str, str], now: datetime) -> Iterator[Knew]:
    rows = connection.execute(
        select(reads.c.person, func.min(reads.c.at).label("at"))
        .where(reads.c.subject == case.incident.id, reads.c.what == "hazards", reads.c.shown.is_not(None))
        .group_by(reads.c.person)
    )
    read_at = {row.person: row.at for row in rows}
    arrived: dict[str, datetime] = {}
    for fact in case.facts:
        if isinstance(fact, f.StepTaken) and fact.step is Step.ON_SCENE:
            arrived.setdefault(fact.person, fact.at)
    comms = comms_of(connection, case.incident, names, now)
    for page, line in zip(case.incident.pages, comms.pages, strict=True):
        read, there = read_at.get(page.person), arrived.get(page.person)
        late = page.state == "accepted" and there is not None and (read is None or read > there)
        yield Knew(line, read, late)


def _checks(
    connection: Connection, incident_id: str, names: Mapping[str, str], zone: ZoneInfo
) -> Iterator[CheckLine]:
    rows = connection.execute(
        select(journal)
        .where(journal.c.stream == incident_id, journal.c.kind.in_(CHECK_KINDS))
        .order_by(journal.c.seq)
        .limit(CHECKS_AT_MOST)
    )
    for row in rows:
        fact = load_fact(row.kind, row.fact)
        if _of_the_clock(fact):
            late = entered_late(row.at, row.recorded_at, zone)
            yield CheckLine(row.at, sentence(fact, names), late, isinstance(fact, f.CheckMissed))


def _of_the_clock(fact: f.Fact) -> bool:
    match fact:
        case f.StepTaken():
            return fact.step is Step.ON_SCENE
        case f.AlarmRaised() | f.AlarmTaken() | f.AlarmEnded():
            return fact.kind == "check_missed"
        case _:
            return True


def _refusal(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Refused as refused:
        return refused.sentence
    return ""
