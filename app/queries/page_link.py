"""What the link of one page shows: numbers, codes and our own names, not one word of a caller or a record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.codec import load
from app.commit import would_refuse
from app.shell import Shell, digest
from app.tables import incidents, pages, people, programs
from dispatch.commands import Accept
from dispatch.incident import Incident

# A link that lies about in a phone opens nothing any more.
LIFE = timedelta(minutes=30)
SHOWN_HAZARDS = ("weapon", "violence", "animals")


@dataclass(frozen=True)
class Link:
    """One page for one person, behind its link. `zone`: of their program; `over`: half an hour has passed."""

    page: str
    person: str
    incident: str
    ref: int
    zone: str
    over: bool


@dataclass(frozen=True)
class Partner:
    """Who goes too, and since when that is known."""

    name: str
    credential: str
    said_yes_at: datetime


@dataclass(frozen=True)
class Ask:
    """The page as it stands now. `mood`: ask, yes, no or sorry; `sentence` says why a yes is not possible."""

    mood: str
    sentence: str
    asked_at: datetime
    answer_by: datetime
    late: bool
    acuity: int | None
    people: int
    eta: datetime | None
    partner: Partner | None
    needs: tuple[str, ...]
    area: str
    hazards: tuple[str, ...]
    stage: str
    seq: int


def link_of(connection: Connection, token: str, now: datetime) -> Link | None:
    """Whose page this link opens; None when it opens none."""
    wanted = (
        select(pages, programs.c.zone)
        .join(people, people.c.id == pages.c.person)
        .join(programs, programs.c.id == people.c.program)
    )
    row = connection.execute(wanted.where(pages.c.link_digest == digest(token))).first()
    if row is None:
        return None
    return Link(row.id, row.person, row.incident, row.ref, row.zone, now >= row.asked_at + LIFE)


def ask_of(connection: Connection, shell: Shell, link: Link) -> Ask:
    """What the page says now."""
    row = connection.execute(
        select(incidents.c.state, incidents.c.area, incidents.c.seq).where(incidents.c.id == link.incident)
    ).one()
    incident = load(Incident, row.state)
    page = incident.page(link.page)
    assert page is not None, "pages and incidents are saved together"
    no_use = would_refuse(connection, shell, incident, Accept(link.person, link.page))
    answers = dict(incident.answers)
    return Ask(
        mood=_mood(incident, link, page.state, no_use),
        sentence=no_use or "",
        asked_at=page.asked_at,
        answer_by=page.answer_by,
        late=page.answer_by <= shell.clock.now(),
        acuity=incident.acuity,
        people=len(incident.seats),
        eta=_eta(incident, link.person),
        partner=_partner(connection, incident, link.person),
        needs=incident.needs,
        area=row.area or "",
        hazards=tuple(code for code in SHOWN_HAZARDS if answers.get(code) == "yes"),
        stage=incident.stage.value,
        seq=row.seq,
    )


def seq_of(connection: Connection, link: Link) -> int:
    """The number that moves when the page has something new to say."""
    return int(connection.scalar(select(incidents.c.seq).where(incidents.c.id == link.incident)) or 0)


def _mood(incident: Incident, link: Link, state: str, no_use: str | None) -> str:
    if incident.member(link.person) is not None:
        return "yes"
    if no_use is not None:
        return "sorry"
    return "no" if state == "declined" else "ask"


def _eta(incident: Incident, person: str) -> datetime | None:
    member = incident.member(person)
    return member.eta if member else None


def _partner(connection: Connection, incident: Incident, person: str) -> Partner | None:
    other = next((one for one in incident.members if one.person != person), None)
    if other is None:
        return None
    row = connection.execute(
        select(people.c.name, people.c.credential).where(people.c.id == other.person)
    ).one()
    return Partner(row.name, row.credential, other.accepted_at)
