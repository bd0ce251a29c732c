"""One incident as the desk opens it: what is said of it on top, then a pane: send, story, place or comms."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.desk_steps import STEPS as DESK_STEPS
from app.hazards import Hazard, hazards_of
from app.places import SURE, Found, read
from app.program_zone import zone_of
from app.queries.board import Staff, staff_of
from app.queries.calls import OpenCall, needs_of
from app.queries.comms import Comms, comms_of
from app.queries.intake import Sheet, sheet_of
from app.queries.journal_lines import StoryLine, story_of
from app.queries.may import may_ask
from app.queries.sending import Sending, sending
from app.shell import Shell
from app.spoken import alarm_words
from app.tables import incidents, intake
from app.world import policy_of
from dispatch.board import Policy
from dispatch.incident import Alarm, Incident, Page
from dispatch.stages import CHIP, Seat, Step
from dispatch.triage import BY_CODE

PANES = ("send", "story", "place", "comms")
SAME_PLACE_AT_MOST = 5
STEPS = {
    Step.ACCEPTED: "said yes",
    Step.EN_ROUTE: "on the way",
    Step.STAGED: "waits close by",
    Step.ON_SCENE: "on scene",
}


@dataclass(frozen=True)
class Standing:
    """An alarm of this incident: what it says, since when, and who has it, if anybody."""

    kind: str
    words: str
    since: datetime
    taken_by: str


@dataclass(frozen=True)
class Person:
    """Somebody of this call, to be named in a form, with their page and a word on where they stand."""

    person: str
    name: str
    page: str
    words: str

    @property
    def choice(self) -> tuple[str, str]:
        """Their page, to choose from a list."""
        return self.page, f"{self.name}, {self.words}"

    @property
    def chosen(self) -> tuple[str, str]:
        """The person, to choose from a list."""
        return self.person, f"{self.name}, {self.words}"


@dataclass(frozen=True)
class Where:
    """The Place pane."""

    point: Found | None
    point_words: str
    hazards: tuple[Hazard, ...]
    same_place: tuple[int, ...]


@dataclass(frozen=True)
class DeskPage:
    """The head of an incident's page, what may be asked of it now, and the pane that was opened."""

    incident: Incident
    chip: str
    ended: str
    sheet: Sheet
    needs: tuple[tuple[str, str], ...]
    rule: str
    alarms: tuple[Standing, ...]
    members: tuple[Person, ...]
    answerable: tuple[Person, ...]
    may: frozenset[str]
    staff: Staff
    policy: Policy
    pane: str
    sending: Sending | None = None
    story: tuple[StoryLine, ...] = ()
    where: Where | None = None
    comms: Comms | None = None
    steps: tuple[tuple[str, str], ...] = tuple((step.code, step.words) for step in DESK_STEPS)

    @property
    def open_seat(self) -> str:
        """The seat that is most in need of somebody."""
        seats = (*self.incident.unasked_seats(), *self.incident.open_seats(), Seat.SECOND)
        return seats[0].value

    @property
    def drive_known(self) -> bool:
        """Is there an estimate to show?"""
        return self.sending is not None and any(one.minutes is not None for one in self.sending.can)


def desk_page(connection: Connection, shell: Shell, incident_id: str, pane: str) -> DeskPage:
    """The page with one pane. The caller leaves the audit row."""
    sheet = sheet_of(connection, shell, incident_id)
    incident = sheet.incident
    staff = staff_of(connection, incident.program)
    policy = policy_of(connection, incident.program)
    may = may_ask(incident, policy)
    call = OpenCall(0, 0, incident, hazards_noted=bool(sheet.values["hazards"]))
    return DeskPage(
        incident=incident,
        chip=CHIP.get(incident.stage, ""),
        ended=incident.stage.value.replace("_", " ").capitalize(),
        sheet=sheet,
        needs=needs_of(call),
        rule=_rule(incident),
        alarms=tuple(_standing(alarm, staff) for alarm in incident.alarms),
        members=tuple(_member(incident, page, staff) for page in incident.pages if _goes(incident, page)),
        answerable=tuple(_asked(page, staff) for page in _answerable(incident)),
        may=may,
        staff=staff,
        policy=policy,
        pane=pane,
        sending=sending(connection, shell, incident) if pane == "send" and may & {"send", "ask"} else None,
        story=_story(connection, shell, incident, staff) if pane == "story" else (),
        where=_where(connection, shell, sheet) if pane == "place" else None,
        comms=comms_of(connection, incident, staff.names, shell.clock.now()) if pane == "comms" else None,
    )


def _story(connection: Connection, shell: Shell, incident: Incident, staff: Staff) -> tuple[StoryLine, ...]:
    zone = zone_of(connection, incident.program)
    return story_of(connection, shell.keyring, incident.id, staff.names, zone)


def _rule(incident: Incident) -> str:
    rule = BY_CODE.get(incident.suggestion.rule) if incident.suggestion else None
    return f"Rule {rule.code} suggests {rule.acuity}. {rule.sentence}" if rule else ""


def _standing(alarm: Alarm, staff: Staff) -> Standing:
    about = alarm.about and staff.names.get(alarm.about, "Someone")
    taken_by = staff.names.get(alarm.taken_by, "Someone") if alarm.taken_by else ""
    return Standing(alarm.kind, alarm_words(alarm.kind, about), alarm.at, taken_by)


def _goes(incident: Incident, page: Page) -> bool:
    member = incident.member(page.person)
    return member is not None and member.page == page.id


def _member(incident: Incident, page: Page, staff: Staff) -> Person:
    member = incident.member(page.person)
    assert member is not None
    return Person(page.person, staff.names.get(page.person, "Someone"), page.id, STEPS[member.step])


def _answerable(incident: Incident) -> list[Page]:
    """Pages to which the desk may hear a yes or a no by voice: open, late, and a yes that is given back."""
    waits = [page for page in incident.pages if page.state in ("asked", "lapsed")]
    latest = {page.person: page for page in waits if page.round >= incident.first_round}
    accepted = [page for page in incident.pages if _goes(incident, page)]
    return [*accepted, *(page for page in latest.values() if incident.member(page.person) is None)]


def _asked(page: Page, staff: Staff) -> Person:
    words = {"asked": "asked", "lapsed": "has not answered", "accepted": "said yes"}[page.state]
    return Person(page.person, staff.names.get(page.person, "Someone"), page.id, words)


def _where(connection: Connection, shell: Shell, sheet: Sheet) -> Where:
    incident = sheet.incident
    point = read(sheet.values["point"])
    words = SURE.get(point.confidence, "") if point else POINT_STATES.get(sheet.point_state or "", "")
    known = hazards_of(connection, shell, incident.program, client=incident.client, place=sheet.place_index)
    return Where(point, words, tuple(known), _same_place(connection, sheet))


POINT_STATES = {
    "wanted": "It is being looked up on the map.",
    "not_found": "The map does not know this place. Ask for a street or a crossing.",
    "failed": "The map service does not answer. The words are all we have.",
}


def _same_place(connection: Connection, sheet: Sheet) -> tuple[int, ...]:
    if sheet.place_index is None:
        return ()
    rows = connection.execute(
        select(incidents.c.ref)
        .join(intake, intake.c.incident == incidents.c.id)
        .where(
            intake.c.place_index == sheet.place_index,
            incidents.c.program == sheet.incident.program,
            incidents.c.id != sheet.incident.id,
        )
        .order_by(incidents.c.ref.desc())
        .limit(SAME_PLACE_AT_MOST)
    )
    return tuple(row.ref for row in rows)
