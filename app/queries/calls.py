"""One call as a row of the board: what is next, who was asked and what they said, what the team must know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.spoken import DUES, RED, short_alarm
from dispatch.incident import Incident, Page
from dispatch.stages import ADVANCING, AT_DESK, CHIP, Stage

MARKS_AT_MOST = 3
UNTRIAGED_LAST = 4
# Answer that says yes -> the mark and the word that the team reads on the board.
HAZARDS = {"weapon": ("haz", "Weapon"), "violence": ("haz", "Violence"), "animals": ("dog", "Animals")}
NEED_MARKS = {"spanish": "es", "interpreter": "lang", "police_near": "police"}


@dataclass(frozen=True)
class OpenCall:
    """An open incident with the words that the board shows of it; opened once for each version."""

    version: int
    intake_version: int
    incident: Incident
    place: str = ""
    area: str = ""
    note: str = ""
    hazards_noted: bool = False


@dataclass(frozen=True)
class Next:
    """What is due next: when, what in words, by whom of the team, and whether it is red when it is late."""

    at: datetime
    words: str
    about: str | None = None
    red: bool = False


@dataclass(frozen=True)
class Mark:
    """One person of a call and their answer: yes, asked, overdue or no."""

    mark: str
    name: str


@dataclass(frozen=True)
class CallRow:
    """A row of the board. Instants only, so that a row which did not change need not be drawn again."""

    id: str
    version: int
    ref: int
    acuity: int | None
    opened_at: datetime
    chip: str
    since: datetime
    place: str
    second: str
    needs: tuple[tuple[str, str], ...]
    team: str
    who: tuple[Mark, ...]
    who_more: int
    who_words: str
    unsent: bool
    next: Next | None
    alarm: str
    alarm_at: datetime | None
    alarm_red: bool
    red: bool


def call_row(call: OpenCall, names: Mapping[str, str], signs: Mapping[str, str]) -> CallRow:
    """The row of one open call. `names` are short names, `signs` the call signs of those on duty."""
    incident = call.incident
    who = marks(incident, names)
    first = min(incident.standing, key=lambda alarm: (alarm.kind not in RED, alarm.at), default=None)
    return CallRow(
        id=f"call-{incident.ref}",
        version=call.version,
        ref=incident.ref,
        acuity=incident.acuity,
        opened_at=incident.opened_at,
        chip=CHIP.get(incident.stage, "DOC"),
        since=incident.since,
        place=call.place or "Place not known yet",
        second=". ".join(part for part in (call.area, call.note) if part),
        needs=needs_of(call),
        team=_sign(incident, signs),
        who=who[:MARKS_AT_MOST],
        who_more=max(0, len(who) - MARKS_AT_MOST),
        who_words=_nobody(incident, names) if not who else "alone" if incident.alone else "",
        unsent=incident.stage is Stage.TRIAGED,
        next=min(dues_of(incident, names), key=lambda due: due.at, default=None),
        alarm=short_alarm(first.kind, first.about and names.get(first.about, "Someone")) if first else "",
        alarm_at=first.at if first else None,
        alarm_red=first is not None and first.kind in RED,
        red=_red(incident),
    )


def order_of(incident: Incident) -> tuple[bool, bool, int, datetime, int]:
    """The board's fixed order: what is red, then any other alarm, then the acuity, then the oldest."""
    acuity = incident.acuity or UNTRIAGED_LAST
    return not _red(incident), not incident.standing, acuity, incident.opened_at, incident.ref


def _red(incident: Incident) -> bool:
    """A red alarm stands, or a page is overdue."""
    return any(alarm.kind in RED for alarm in incident.standing) or overdue(incident) is not None


def dues_of(incident: Incident, names: Mapping[str, str]) -> list[Next]:
    """All that this incident waits for, each with its time."""

    def who(person: str) -> str:
        return names.get(person, "Someone")

    found = [
        Next(page.answer_by, f"{who(page.person)} answers", page.person, red=True)
        for page in incident.open_pages
    ]
    for member in incident.members:
        if member.check_by:
            words = f"{who(member.person)}: OK?" if member.check_asked else f"Check-in {who(member.person)}"
            found.append(Next(member.check_by, words, member.person, red=True))
    for due in incident.dues:
        owner = f" {who(due.about)}" if due.about else ""
        found.append(Next(due.at, f"{DUES.get(due.what, due.what)}{owner}", due.about))
    if incident.again_at:
        found.append(Next(incident.again_at, "Ask all again"))
    return found


def marks(incident: Incident, names: Mapping[str, str]) -> tuple[Mark, ...]:
    """Who goes, who is asked, who let it lapse and who said no, in this order, as long as a seat is open."""
    found = [("yes", member.person) for member in incident.members]
    if incident.wants_people:
        found += [("asked", page.person) for page in incident.open_pages]
        found += [("overdue", page.person) for page in silent(incident)]
        found += [("no", page.person) for page in _settled(incident, ("declined", "unreachable"))]
    seen: dict[str, str] = {}
    for mark, person in found:
        seen.setdefault(person, mark)
    return tuple(Mark(mark, names.get(person, "Someone")) for person, mark in seen.items())


def silent(incident: Incident) -> list[Page]:
    """Pages of this dispatch that nobody answered in time, newest first, while a team is being found."""
    return _settled(incident, ("lapsed",))


def overdue(incident: Incident) -> Page | None:
    """The last page that lapsed while the next person is asked for its seat. With nobody left to ask, the
    alarm for that takes its place."""
    if not incident.wants_people or any(alarm.kind == "nobody_answered" for alarm in incident.alarms):
        return None
    waits = {page.seat for page in incident.open_pages}
    return next((page for page in silent(incident) if page.seat in waits), None)


def _settled(incident: Incident, states: tuple[str, ...]) -> list[Page]:
    if incident.stage not in ADVANCING:
        return []
    of_now = [p for p in incident.pages if p.state in states and p.round >= incident.first_round]
    return of_now[::-1]


def _nobody(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.stage is Stage.RECEIVED:
        taker = next((names[person] for person in incident.worked if person in names), "")
        return f"{taker} takes it down" if taker else "Nobody takes it down yet"
    if incident.stage is Stage.HELD:
        return "Held"
    return "Nobody sent" if incident.stage in AT_DESK else "Nobody yet"


def _sign(incident: Incident, signs: Mapping[str, str]) -> str:
    found = {signs.get(member.person, "") for member in incident.members}
    return found.pop() if len(found) == 1 else ""


def needs_of(call: OpenCall) -> tuple[tuple[str, str], ...]:
    """Hazards that were told, then what the call needs: (mark, words or nothing for the mark's own)."""
    answers = dict(call.incident.answers)
    hazards = [HAZARDS[code] for code in HAZARDS if answers.get(code) == "yes"]
    if call.hazards_noted and not hazards:
        hazards = [("haz", "Hazard told")]
    asked = [(NEED_MARKS.get(need, need), "") for need in call.incident.needs]
    if answers.get("minors") == "yes" and "child" not in call.incident.needs:
        asked.append(("child", "Child there"))
    return (*hazards, *asked)
