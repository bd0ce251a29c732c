"""Who may go together: the law of a state on a team's members, and what a tier's people must bring between them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dispatch.rota.against import Against, days_of, overlap, shared
from dispatch.rota.rules import Assignment, Bring
from dispatch.rota.staff import Worker
from dispatch.rota.standing import standing
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant

DAY = timedelta(days=1)
OREGON_TWO_FROM = time(8)
# The tiers whose people go out; the others are in reach.
GOING, IN_REACH = ("primary", "backup"), ("supervisor", "tele")


@dataclass(frozen=True)
class Together:
    """People on call in one tier over one span, and those within reach by phone or video then."""

    team: tuple[Worker, ...]
    reach: tuple[Worker, ...]
    starts_at: datetime
    ends_at: datetime


def can_be_judged(tier: str, people: int, state: str | None) -> bool:
    """Can a tier be held to the law on its own? Where a team takes two and a tier has one, the team is put together
    at the call, from two tiers."""
    return tier in GOING and (people >= 2 or state == "WI")


def stretches_together(
    found: Iterable[Assignment],
    workers: Mapping[str, Worker],
    tier: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Iterator[Together]:
    """A span cut into stretches within which nobody comes or goes, each with the tier's people and those in reach."""
    near = [one for one in found if one.person in workers and overlap(one, starts_at, ends_at)]
    cuts = {at for one in near for at in (one.starts_at, one.ends_at) if starts_at < at < ends_at}
    edges = [starts_at, *sorted(cuts), ends_at]
    for begins, ends in pairwise(edges):
        there = [one for one in near if overlap(one, begins, ends)]
        team = dict.fromkeys(one.person for one in there if one.tier == tier)
        reach = dict.fromkeys(one.person for one in there if one.tier in IN_REACH)
        yield Together(
            tuple(workers[person] for person in team),
            tuple(workers[person] for person in reach),
            begins,
            ends,
        )


def against_team(
    together: Together, state: str | None, terms: RotaTerms, zone: ZoneInfo
) -> Iterator[Against]:
    """What the law of the state says against these people going together. Silent where no law is known."""
    if not together.team:
        return
    days = days_of(together.starts_at, together.ends_at, zone)
    team = [_least(worker, days, state, terms) for worker in together.team]
    reached = any(_least(worker, days, state, terms) == "professional" for worker in together.reach)
    match state:
        case "MN":
            yield from _minnesota(team, reached)
        case "WI":
            yield from _wisconsin(team, reached)
        case "OR":
            yield from _oregon(team, reached, together, zone)


def against_bring(
    team: Iterable[Worker], bring: Iterable[Bring], starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> Iterator[Against]:
    """What these people must have between them and do not, on some day of the span."""
    people, days = tuple(team), days_of(starts_at, ends_at, zone)
    for one in bring:
        have = min(sum(worker.has(one.skill, day) for worker in people) for day in days)
        if have < one.count:
            said = f"{one.count} with {one.skill} is needed here and {have} would be on call."
            yield Against("bring", said, mild=not one.hard)


def _least(worker: Worker, days: list[date], state: str | None, terms: RotaTerms) -> str:
    """What they count as over the whole span: a license that lapses on its last day carries none of it."""
    each = [standing(worker, day, state, terms.titles) for day in days]
    return next((one for one in each if one != "professional"), each[0])


def _minnesota(team: list[str], reached: bool) -> Iterator[Against]:
    professionals = team.count("professional")
    if len(team) < 2:
        yield Against("composition", "Minnesota's law asks for a team of two or more.")
    elif not professionals:
        yield Against("composition", "Minnesota's law asks for a mental health professional in the team.")
    elif professionals == 1 and "practitioner" not in team:
        said = (
            "Minnesota's law asks for a practitioner or a second professional beside the professional. Its newer "
            "wording may allow others; check it."
        )
        yield Against("composition", said, mild=True)
    if not reached:
        said = "Minnesota's law asks for a clinical supervisor immediately available, and none is on call."
        yield Against("composition", said, mild=True)


def _wisconsin(team: list[str], reached: bool) -> Iterator[Against]:
    if not {"professional", "practitioner"} & set(team):
        said = "Wisconsin's law lets staff of classes 15 to 19 work only with a teammate of classes 1 to 14."
        yield Against("composition", said)
    if "professional" not in team and not reached:
        said = "Wisconsin's law asks for a mental health professional in the team or in reach by phone."
        yield Against("composition", said)


def _oregon(team: list[str], reached: bool, together: Together, zone: ZoneInfo) -> Iterator[Against]:
    if len(team) >= 2:
        return
    if _in_daytime(together.starts_at, together.ends_at, zone):
        yield Against("composition", "Oregon's law asks for two people in person from 08:00 to 24:00.")
    if "professional" not in team and not reached:
        said = "Oregon's law lets one person go alone at night only with a professional in reach by video."
        yield Against("composition", said)


def _in_daytime(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Does the span touch 08:00 to 24:00 of any local day?"""
    return any(
        shared(
            starts_at,
            ends_at,
            instant(datetime.combine(day, OREGON_TWO_FROM), zone),
            instant(datetime.combine(day + DAY, time()), zone),
        )
        for day in days_of(starts_at, ends_at, zone)
    )
