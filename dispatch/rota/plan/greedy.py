"""A first draft at once: slot by slot in time, whoever may come and is furthest below their share. No looking back."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.plan.almanac import DAY, MINUTE, minutes_by_week
from dispatch.rota.plan.cost import is_met
from dispatch.rota.plan.fair import KINDS, shares
from dispatch.rota.plan.problem import Draft, Problem, locked, may_fill
from dispatch.rota.rest import nights_of


class _Book:
    """What one person works so far: all that decides whether one more shift breaks a rule."""

    def __init__(self, rest: timedelta, nights_running: int, week_hours: timedelta) -> None:
        self._rest, self._most_nights, self._most = rest, nights_running, week_hours // MINUTE
        self._spans: list[tuple[datetime, datetime]] = []
        self._nights: set[date] = set()
        self._weeks: Counter[date] = Counter()
        self.load: Counter[str] = Counter()

    def add(self, span: tuple[datetime, datetime], nights: tuple[date, ...], weeks: dict[date, int]) -> None:
        self._spans.append(span)
        self._nights |= set(nights)
        self._weeks.update(weeks)

    def can(self, span: tuple[datetime, datetime], nights: tuple[date, ...], weeks: dict[date, int]) -> bool:
        starts_at, ends_at = span[0] - self._rest, span[1] + self._rest
        if any(begins < ends_at and ends > starts_at for begins, ends in self._spans):
            return False
        if any(self._weeks[week] + minutes > self._most for week, minutes in weeks.items()):
            return False
        return all(self._run_with(night) <= self._most_nights for night in nights)

    def _run_with(self, night: date) -> int:
        run = 1
        for way in (-DAY, DAY):
            at = night + way
            while at in self._nights:
                run, at = run + 1, at + way
        return run


def first_draft(problem: Problem) -> Draft:
    """A draft without a fault. It has holes where looking ahead would have none; a search mends them."""
    zone, terms = ZoneInfo(problem.zone), problem.terms
    spans = [(slot.starts_at, slot.ends_at) for slot in problem.slots]
    nights = [nights_of(*span, terms, zone) for span in spans]
    weeks = [dict(minutes_by_week(*span, zone)) for span in spans]
    books = {
        person.id: _Book(terms.rest, terms.nights_running, person.week_hours or terms.week_hours)
        for person in problem.people
    }
    for one in problem.around:
        if one.person in books:
            span = (one.starts_at, one.ends_at)
            books[one.person].add(span, nights_of(*span, terms, zone), dict(minutes_by_week(*span, zone)))
    draft = [list(locked(problem).get(number, ())) for number in range(len(problem.slots))]
    for number, people in enumerate(draft):
        for person in people:
            books[person].add(spans[number], nights[number], weeks[number])
    chooser = _Chooser(problem, books)
    may = may_fill(problem)
    # Who alone can do a thing is taken for it first: narrow slots before wide ones of the same time.
    order = sorted(range(len(draft)), key=lambda number: (problem.slots[number].starts_at, len(may[number])))
    for number in order:
        while len(draft[number]) < problem.slots[number].people:
            able = [
                person
                for person in sorted(may[number])
                if person not in draft[number]
                and books[person].can(spans[number], nights[number], weeks[number])
            ]
            if not able:
                break
            chosen = min(able, key=lambda person: chooser.rank(number, person, draft[number]))
            draft[number].append(chosen)
            books[chosen].add(spans[number], nights[number], weeks[number])
            chooser.took(number, chosen)
    return tuple(tuple(people) for people in draft)


class _Chooser:
    """Whose turn it is for a slot: first what it still lacks, then who stood there, wishes, and shares."""

    def __init__(self, problem: Problem, books: dict[str, _Book]) -> None:
        self._problem, self._books, self._fair = problem, books, shares(problem)
        self._people = {person.id: person for person in problem.people}
        self._stood = {(one.slot, one.person) for one in problem.standing}
        self._wishes: dict[str, list[int]] = {}
        for place, wish in enumerate(problem.wishes):
            self._wishes.setdefault(wish.person, []).append(place)

    def rank(self, number: int, person: str, there: list[str]) -> tuple[int, int, float, str]:
        slot, brings = self._problem.slots[number], self._people[person].brings
        missing = 0
        for bring in slot.bring:
            have = sum(self._people[other].brings(bring.skill, slot.days) for other in there)
            if have < bring.count and brings(bring.skill, slot.days):
                missing -= 10 if bring.hard else 1
        return missing, -((number, person) in self._stood), self._burden(number, person), person

    def took(self, number: int, person: str) -> None:
        slot, load = self._problem.slots[number], self._books[person].load
        load["minutes"] += slot.length // MINUTE
        for kind, counts in KINDS.items():
            load[kind] += counts(slot)

    def _burden(self, number: int, person: str) -> float:
        """How full this person's shares are of what the slot counts as."""
        slot, load = self._problem.slots[number], self._books[person].load
        kinds = ["minutes", *(kind for kind, counts in KINDS.items() if counts(slot))]
        full = sum(load[kind] / max(1, self._fair[kind][person].high) for kind in kinds) / len(kinds)
        for place in self._wishes.get(person, ()):
            wish = self._problem.wishes[place]
            if is_met(wish, slot):
                full += 0.5 if wish.kind == "avoid" else -0.3
        return full
