"""What a draft costs, part by part: counted from the draft itself, without knowing how it was made."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.plan.almanac import DAY, MINUTE, minutes_by_week
from dispatch.rota.plan.fair import Share, shares
from dispatch.rota.plan.problem import Draft, Problem, Slot, Wish
from dispatch.rota.rest import nights_of

Span = tuple[datetime, datetime]
# Hours beyond a week's limit count by the half day.
HALF_DAY = 720
PARTS = (
    "holes",
    "lacks",
    "changes",
    "rules",
    "languages",
    "nights",
    "weekends",
    "holidays",
    "hours",
    "wishes",
)


@dataclass(frozen=True)
class Count:
    """What one person works in a draft."""

    shifts: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    minutes: int = 0


def cost_of(
    problem: Problem, draft: Draft, fair: Mapping[str, Mapping[str, Share]] | None = None
) -> dict[str, int]:
    """The price of each part; their sum is the price of the draft. `fair`: the shares, where they are known."""
    weights, counts, fair = problem.weights, counts_of(problem, draft), fair or shares(problem)
    lacks = list(_lacks(problem, draft))
    return {
        "holes": weights.hole * sum(_empty(problem, draft)),
        "lacks": weights.lack * sum(short for hard, short in lacks if hard),
        "changes": weights.change * changes_of(problem, draft),
        "rules": weights.rule * _soft_rules(problem, draft),
        "languages": weights.language * sum(short for hard, short in lacks if not hard),
        **{
            kind: weight * sum(unfair(getattr(counts[person], kind), fair[kind][person]) for person in counts)
            for kind, weight in (
                ("nights", weights.night),
                ("weekends", weights.weekend),
                ("holidays", weights.holiday),
            )
        },
        "hours": weights.hour
        * sum(_hours_off(counts[person].minutes, fair["minutes"][person]) for person in counts),
        "wishes": _wishes(problem, draft),
    }


def counts_of(problem: Problem, draft: Draft) -> dict[str, Count]:
    """Each person's shifts, nights, weekend shifts, holiday shifts and minutes."""
    found = {person.id: Count() for person in problem.people}
    for slot, people in zip(problem.slots, draft, strict=True):
        for person in people:
            was = found[person]
            found[person] = Count(
                was.shifts + 1,
                was.nights + (slot.night is not None),
                was.weekends + slot.weekend,
                was.holidays + slot.holiday,
                was.minutes + slot.length // MINUTE,
            )
    return found


def unfair(count: int, share: Share) -> int:
    """How far a count is off its share: one off is 1, each further one 3 more, so that one person is never made to
    carry what several can."""
    off = max(0, count - share.high, share.low - count)
    return off + 2 * max(0, off - 1)


def changes_of(problem: Problem, draft: Draft) -> int:
    """How many who stand on the rota would leave their shift."""
    return sum(one.person not in draft[one.slot] for one in problem.standing)


def is_met(wish: Wish, slot: Slot) -> bool:
    """Is this a shift of the day or night that the wish speaks of?"""
    at_night = slot.night is not None
    on = slot.night if at_night else slot.days[0]
    return on == wish.day and (wish.part not in ("day", "night") or (wish.part == "night") == at_night)


def _empty(problem: Problem, draft: Draft) -> Iterator[int]:
    for slot, people in zip(problem.slots, draft, strict=True):
        yield max(0, slot.people - len(people))


def _lacks(problem: Problem, draft: Draft) -> Iterator[tuple[bool, int]]:
    known = {person.id: person for person in problem.people}
    for slot, people in zip(problem.slots, draft, strict=True):
        for bring in slot.bring:
            have = sum(known[person].brings(bring.skill, slot.days) for person in people)
            yield bring.hard, max(0, bring.count - have)


def _hours_off(minutes: int, share: Share) -> int:
    return -(-max(0, minutes - share.high, share.low - minutes) // 60)


def _wishes(problem: Problem, draft: Draft) -> int:
    cost = 0
    for wish in problem.wishes:
        asked = [number for number, slot in enumerate(problem.slots) if is_met(wish, slot)]
        works = any(wish.person in draft[number] for number in asked)
        if wish.kind == "avoid":
            cost += problem.weights.avoid * works
        elif asked:
            cost += problem.weights.want * (not works)
    return cost


def _soft_rules(problem: Problem, draft: Draft) -> int:
    """How often a rule that is only soft here is broken: short rests, nights beyond the limit, half days beyond
    the hours of a week. What is broken by the work around the draft alone is not the draft's."""
    terms, zone = problem.terms, ZoneInfo(problem.zone)
    broken = 0
    for person in problem.people:
        ours = [
            (slot.starts_at, slot.ends_at)
            for slot, people in zip(problem.slots, draft, strict=True)
            if person.id in people
        ]
        around = [(one.starts_at, one.ends_at) for one in problem.around if one.person == person.id]
        if terms.weight("rest") == "soft":
            broken += _short_rests(ours, around, terms.rest)
        if terms.weight("nights_running") == "soft":
            broken += _nights_beyond(_nights(problem, ours), _nights(problem, around), terms.nights_running)
        if terms.weight("week_hours") == "soft":
            limit = (person.week_hours or terms.week_hours) // MINUTE
            before = _minutes(around, zone)
            broken += sum(
                -(-max(0, minutes + before[week] - max(limit, before[week])) // HALF_DAY)
                for week, minutes in _minutes(ours, zone).items()
            )
    return broken


def _short_rests(ours: list[Span], around: list[Span], rest: timedelta) -> int:
    ordered = sorted((*ours, *around))
    return sum(
        after[0] - before[1] < rest and (before in ours or after in ours)
        for before, after in zip(ordered, ordered[1:], strict=False)
    )


def _nights(problem: Problem, spans: list[Span]) -> set[date]:
    zone = ZoneInfo(problem.zone)
    return {night for span in spans for night in nights_of(*span, problem.terms, zone)}


def _nights_beyond(ours: set[date], around: set[date], limit: int) -> int:
    runs = [{night + DAY * further for further in range(limit + 1)} for night in ours | around]
    return sum(run <= ours | around and not run <= around for run in runs)


def _minutes(spans: list[Span], zone: ZoneInfo) -> Counter[date]:
    found: Counter[date] = Counter()
    for span in spans:
        for week, minutes in minutes_by_week(*span, zone):
            found[week] += minutes
    return found
