"""Who may take a shift, and what speaks for and against each: rest before it, nights, what a rule says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.rota.check import Known, known
from app.rota.cover_rows import Place, final_rota
from app.rota.load import rules_of
from app.rota.shifts import ROLE_FOR
from app.shell import Shell
from app.tables import people
from app.ways_health import TEXT_STOPPED
from dispatch.cover import Span
from dispatch.rota.may_work import CURE, Objection
from dispatch.rota.preview import price
from dispatch.rota.rest import nights_of
from dispatch.rota.rules import Assignment, Override, Rules
from dispatch.value import Refused

# Nights are counted over so long before and after the shift.
NIGHTS_AROUND = timedelta(weeks=4)
REST_LOOKED_BACK = timedelta(days=7)
# How a price begins that is a loss (dispatch/rota/lacks.py).
WORSE = ("Leaves ", "Puts ")
STOPPED = "No text reaches them: they have stopped ours. Ring them."
_LAST = 2**62


@dataclass(frozen=True)
class Candidate:
    """One colleague and one shift. `hard` and `soft` are sentences; whoever has a hard one is not asked. `rest` is
    None after a week or more. `nights` counts this shift too. `leaves` is the backup shift that they would leave;
    `price` says what the team would lack with them in the holder's place."""

    person: str
    name: str
    skills: tuple[str, ...]
    hard: tuple[str, ...]
    soft: tuple[str, ...]
    rest: timedelta | None
    nights: int
    leaves: tuple[Assignment, ...] = ()
    price: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crew:
    """Everybody who has the role for a shift, those who may first, and the mean of their nights."""

    candidates: tuple[Candidate, ...]
    mean: int

    def of(self, person: str) -> Candidate:
        """This person among them. Raises `Refused` where they cannot stand in that tier at all."""
        found = next((one for one in self.candidates if one.person == person), None)
        if found is None:
            raise Refused("That person cannot take this shift. Choose from the list.")
        return found

    @property
    def may(self) -> tuple[Candidate, ...]:
        """Those against whom no hard rule stands."""
        return tuple(one for one in self.candidates if not one.hard)


def crew_for(
    connection: Connection,
    shell: Shell,
    place: Place,
    holder: str,
    tier: str,
    span: Span,
    *,
    steps_up: bool = False,
    only: tuple[str, ...] | None = None,
) -> Crew:
    """Who could take this shift from its holder. `steps_up`: whoever is on backup then may leave it for a hole above.
    `only` looks at these people and no others."""
    here = known(connection, shell, place.program, *span)
    rules = rules_of(connection, place.program, *span)
    rota = final_rota(
        connection,
        place.program,
        span[0] - NIGHTS_AROUND - REST_LOOKED_BACK,
        max(span[0] + NIGHTS_AROUND, span[1]),
    )
    nights = _nights(rota, place, span[0])
    mine = len(nights_of(*span, place.terms, place.zone))
    found = []
    people_here = _with_role(connection, place.program, tier, holder)
    for person, name, skills, silent in people_here:
        if only is not None and person not in only:
            continue
        leaves = _backup(rota, person, tier, span) if steps_up else ()
        wanted = Assignment(person, tier, *span, "")
        against = here.against(wanted, (replace(wanted, person=holder), *leaves))
        found.append(
            Candidate(
                person,
                name,
                skills,
                tuple(_plain(one) for one in against if one.weight == "hard"),
                (*(_plain(one) for one in against if one.weight == "soft"), *silent),
                _rest(rota, person, span[0]),
                nights.get(person, 0) + mine,
                leaves,
                _price(here, rules, wanted, holder, leaves),
            )
        )
    counted = [nights.get(person, 0) for person, *_ in people_here]
    mean = round(sum(counted) / len(counted)) if counted else 0
    return Crew(tuple(sorted(found, key=lambda one: (bool(one.hard), one.nights, one.name))), mean)


def require_candidate(
    connection: Connection,
    shell: Shell,
    place: Place,
    holder: str,
    tier: str,
    span: Span,
    person: str,
    *,
    steps_up: bool = False,
) -> Candidate:
    """This person, if no hard rule stands against it; else `Refused` with the first one's sentence."""
    crew = crew_for(connection, shell, place, holder, tier, span, steps_up=steps_up, only=(person,))
    one = crew.of(person)
    if one.hard:
        raise Refused(one.hard[0])
    return one


def _price(
    here: Known, rules: Rules, wanted: Assignment, holder: str, leaves: tuple[Assignment, ...]
) -> tuple[str, ...]:
    """What would be worse. That a hole is filled goes without saying."""
    start, end = wanted.starts_at, wanted.ends_at
    made = [Override("", _LAST, one.tier, start, end, wanted.person, None) for one in leaves]
    made.append(Override(" ", _LAST, wanted.tier, start, end, holder, wanted.person))
    after = replace(rules, overrides=(*rules.overrides, *made))
    said = price(rules, after, here.needs, here.workers, here.zone, start, end)
    return tuple(one for one in said if one.startswith(WORSE))


def _with_role(
    connection: Connection, program: str, tier: str, holder: str
) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.skills, people.c.roles, TEXT_STOPPED.label("stopped"))
        .where(
            people.c.program == program, people.c.active, people.c.phone.is_not(None), people.c.id != holder
        )
        .order_by(people.c.name, people.c.id)
    )
    needed = ROLE_FOR.get(tier, "responder")
    return [
        (row.id, row.name, tuple(row.skills), (STOPPED,) if row.stopped else ())
        for row in rows
        if needed in row.roles
    ]


def _nights(rota: tuple[Assignment, ...], place: Place, around: datetime) -> dict[str, int]:
    found: dict[str, set[object]] = {}
    for one in rota:
        if one.ends_at > around - NIGHTS_AROUND:
            nights = nights_of(one.starts_at, one.ends_at, place.terms, place.zone)
            found.setdefault(one.person, set()).update(nights)
    return {person: len(nights) for person, nights in found.items()}


def _rest(rota: tuple[Assignment, ...], person: str, start: datetime) -> timedelta | None:
    before = [one.ends_at for one in rota if one.person == person and one.ends_at <= start]
    rest = start - max(before) if before else None
    return rest if rest is not None and rest < REST_LOOKED_BACK else None


def _backup(rota: tuple[Assignment, ...], person: str, tier: str, span: Span) -> tuple[Assignment, ...]:
    if tier == "backup":
        return ()
    start, end = span
    return tuple(
        one
        for one in rota
        if (one.person, one.tier) == (person, "backup") and one.starts_at < end and one.ends_at > start
    )


def _plain(one: Objection) -> str:
    """What the rule says, without the way on that only a manager has."""
    return one.sentence.removesuffix(CURE)
