"""The planning problem as a model of OR-Tools' CP-SAT: one yes-or-no for each person and slot they may fill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ortools.sat.python import cp_model

from dispatch.rota.plan.almanac import DAY, MINUTE, minutes_by_week
from dispatch.rota.plan.cost import HALF_DAY, is_met
from dispatch.rota.plan.fair import KINDS, Share, shares
from dispatch.rota.plan.problem import Draft, Person, Problem, locked, may_fill
from dispatch.rota.rest import nights_of

Var = cp_model.IntVar
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Model:
    """A built model and its variables by slot number and person."""

    built: cp_model.CpModel
    places: dict[tuple[int, str], Var]
    slots: int

    def draft(self, value: "cp_model.CpSolverSolutionCallback | cp_model.CpSolver") -> Draft:
        """The draft that these values say."""
        found: list[list[str]] = [[] for _ in range(self.slots)]
        for (number, person), place in self.places.items():
            if value.boolean_value(place):
                found[number].append(person)
        return tuple(tuple(sorted(people)) for people in found)


def model_of(problem: Problem, first: Draft) -> Model:
    """The whole problem; `first` is a draft to begin from. The objective is the price of dispatch/rota/plan/cost.py."""
    return _Builder(problem).build(first)


class _Builder:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.cost: list[tuple[int, Var]] = []
        self.zone = ZoneInfo(problem.zone)
        self.spans = [(slot.starts_at, slot.ends_at) for slot in problem.slots]
        self.nights = [set(nights_of(*span, problem.terms, self.zone)) for span in self.spans]
        self.held = locked(problem)
        self.x: dict[tuple[int, str], Var] = {}

    def build(self, first: Draft) -> Model:
        """Places, then each rule and wish as constraints and prices."""
        self._places()
        self._cover()
        fair = shares(self.problem)
        for person in self.problem.people:
            mine = [number for number in range(len(self.spans)) if (number, person.id) in self.x]
            around = [(one.starts_at, one.ends_at) for one in self.problem.around if one.person == person.id]
            self._one_place_at_a_time(person, mine)
            self._rest(person, mine, around)
            self._nights_running(person, mine, around)
            self._week_hours(person, mine, around)
            self._shares(person, mine, {kind: fair[kind][person.id] for kind in fair})
        self._wishes()
        self._changes()
        self.model.minimize(sum(price * var for price, var in self.cost))
        for (number, person_id), var in self.x.items():
            # Locked places share one constant, and nothing may be hinted twice.
            if not self._is_fixed(number, person_id):
                self.model.add_hint(var, person_id in first[number])
        return Model(self.model, self.x, len(self.spans))

    def _is_fixed(self, number: int, person: str) -> bool:
        return person in self.held.get(number, ())

    def _places(self) -> None:
        """Only places that what is fixed leaves open: nobody is offered what their other work rules out."""
        fixed: dict[str, list[Span]] = {}
        for one in self.problem.around:
            fixed.setdefault(one.person, []).append((one.starts_at, one.ends_at))
        for number, people in self.held.items():
            for person in people:
                self.x[number, person] = self.model.new_constant(1)
                fixed.setdefault(person, []).append(self.spans[number])
        least = self.problem.terms.rest if self.problem.terms.weight("rest") == "hard" else DAY * 0
        for number, who in enumerate(may_fill(self.problem)):
            starts_at, ends_at = self.spans[number]
            full = len(self.held.get(number, ())) >= self.problem.slots[number].people
            for person in sorted(who):
                busy = any(
                    start < ends_at + least and end + least > starts_at
                    for start, end in fixed.get(person, ())
                )
                if not busy and not full and (number, person) not in self.x:
                    self.x[number, person] = self.model.new_bool_var("")

    def _short(self, most: int, needed: int, terms: Iterable[Var], price: int) -> None:
        """What is missing of `needed`, priced."""
        if most > 0:
            missing = self.model.new_int_var(0, most, "")
            self.model.add(sum(terms) + missing >= needed)
            self.cost.append((price, missing))

    def _cover(self) -> None:
        weights = self.problem.weights
        people = {person.id: person for person in self.problem.people}
        for number, slot in enumerate(self.problem.slots):
            here = {person: var for (where, person), var in self.x.items() if where == number}
            if not self.held.get(number):
                self.model.add(sum(here.values()) <= slot.people)
            elif len(self.held[number]) < slot.people:
                self.model.add(sum(here.values()) <= slot.people)
            self._short(slot.people, slot.people, here.values(), weights.hole)
            for bring in slot.bring:
                able = [
                    var
                    for person, var in here.items()
                    if person in people and people[person].brings(bring.skill, slot.days)
                ]
                self._short(bring.count, bring.count, able, weights.lack if bring.hard else weights.language)

    def _one_place_at_a_time(self, person: Person, mine: Sequence[int]) -> None:
        """Slots that overlap, or lie closer than the rest where that is hard: at most one of each clique."""
        least = self.problem.terms.rest if self.problem.terms.weight("rest") == "hard" else DAY * 0
        free = [number for number in mine if not self._is_fixed(number, person.id)]
        for at in sorted({self.spans[number][0] for number in free}):
            clique = [
                number for number in free if self.spans[number][0] <= at < self.spans[number][1] + least
            ]
            if len(clique) > 1:
                self.model.add_at_most_one(self.x[number, person.id] for number in clique)

    def _rest(self, person: Person, mine: Sequence[int], around: Sequence[Span]) -> None:
        """A soft rest is priced once for each start of work that comes too early."""
        if self.problem.terms.weight("rest") != "soft":
            return
        rest, price = self.problem.terms.rest, self.problem.weights.rule
        for at in sorted({self.spans[number][0] for number in mine} | {start for start, _ in around}):
            here = [self.x[number, person.id] for number in mine if self.spans[number][0] == at]
            just_before = [
                self.x[number, person.id] for number in mine if self._too_close(self.spans[number], at)
            ]
            begins_around = any(start == at for start, _ in around)
            ended_around = any(end <= at < end + rest for _, end in around)
            if not (just_before and (here or begins_around)) and not (here and ended_around):
                continue
            early = self.model.new_bool_var("")
            self.cost.append((price, early))
            now = 1 if begins_around else sum(here)
            for before in just_before:
                self.model.add(early >= before + now - 1)
            if ended_around and not begins_around:
                self.model.add(early >= sum(here))

    def _too_close(self, span: Span, at: datetime) -> bool:
        return span[1] <= at < span[1] + self.problem.terms.rest

    def _nights_running(self, person: Person, mine: Sequence[int], around: Sequence[Span]) -> None:
        weight, most = self.problem.terms.weight("nights_running"), self.problem.terms.nights_running
        if weight == "off":
            return
        outside = {night for span in around for night in nights_of(*span, self.problem.terms, self.zone)}
        by_night: dict[date, list[int]] = {}
        for number in mine:
            for night in self.nights[number]:
                by_night.setdefault(night, []).append(number)
        starts = {night - DAY * back for night in by_night for back in range(most + 1)}
        for start in sorted(starts):
            run = [start + DAY * further for further in range(most + 1)]
            inside = [number for night in run if night not in outside for number in by_night.get(night, ())]
            worked = sum(night in outside for night in run)
            open_nights = sum(night not in outside and night in by_night for night in run)
            if not inside or worked + open_nights <= most:
                continue
            fixed = [number for number in inside if self._is_fixed(number, person.id)]
            taken = sum(self.x[number, person.id] for number in inside)
            if weight == "hard":
                self.model.add(taken <= max(most - worked, len(fixed)))
            else:
                beyond = self.model.new_bool_var("")
                self.model.add(taken + worked <= most + beyond)
                self.cost.append((self.problem.weights.rule, beyond))

    def _week_hours(self, person: Person, mine: Sequence[int], around: Sequence[Span]) -> None:
        weight = self.problem.terms.weight("week_hours")
        if weight == "off":
            return
        limit = (person.week_hours or self.problem.terms.week_hours) // MINUTE
        outside: dict[date, int] = {}
        for span in around:
            for week, minutes in minutes_by_week(*span, self.zone):
                outside[week] = outside.get(week, 0) + minutes
        weeks: dict[date, list[tuple[int, int]]] = {}
        for number in mine:
            for week, minutes in minutes_by_week(*self.spans[number], self.zone):
                weeks.setdefault(week, []).append((minutes, number))
        for week, parts in weeks.items():
            before = outside.get(week, 0)
            taken = sum(minutes * self.x[number, person.id] for minutes, number in parts)
            room = max(0, limit - before)
            if weight == "hard":
                fixed = sum(minutes for minutes, number in parts if self._is_fixed(number, person.id))
                self.model.add(taken <= max(room, fixed))
            elif sum(minutes for minutes, _ in parts) > room:
                half_days = self.model.new_int_var(0, 14, "")
                self.model.add(HALF_DAY * half_days >= taken - room)
                self.cost.append((self.problem.weights.rule, half_days))

    def _shares(self, person: Person, mine: Sequence[int], fair: dict[str, Share]) -> None:
        slots, weights = self.problem.slots, self.problem.weights
        prices = {"nights": weights.night, "weekends": weights.weekend, "holidays": weights.holiday}
        for kind, counts in KINDS.items():
            those = [self.x[number, person.id] for number in mine if counts(slots[number])]
            self._unfair(those, fair[kind], prices[kind])
        share = fair["minutes"]
        lengths = {number: slots[number].length // MINUTE for number in mine}
        minutes = sum(lengths[number] * self.x[number, person.id] for number in mine)
        hours = self.model.new_int_var(0, max(share.low, sum(lengths.values())) // 60 + 1, "")
        self.model.add(60 * hours >= minutes - share.high)
        self.model.add(60 * hours >= share.low - minutes)
        self.cost.append((weights.hour, hours))

    def _unfair(self, those: Sequence[Var], share: Share, price: int) -> None:
        """One off costs 1, each further one 3: the second variable is what lies beyond the first."""
        most = max(share.low, len(those) - share.high)
        if most <= 0:
            return
        count = sum(those)
        off, further = self.model.new_int_var(0, most, ""), self.model.new_int_var(0, most, "")
        self.model.add(off >= count - share.high)
        self.model.add(off >= share.low - count)
        self.model.add(further >= off - 1)
        self.cost += [(price, off), (2 * price, further)]

    def _wishes(self) -> None:
        weights = self.problem.weights
        for wish in self.problem.wishes:
            asked = [number for number, slot in enumerate(self.problem.slots) if is_met(wish, slot)]
            those = [self.x[number, wish.person] for number in asked if (number, wish.person) in self.x]
            if wish.kind == "avoid" and those:
                works = self.model.new_bool_var("")
                for one in those:
                    self.model.add(works >= one)
                self.cost.append((weights.avoid, works))
            elif wish.kind == "want" and asked:
                denied = self.model.new_bool_var("")
                self.model.add(denied + sum(those) >= 1)
                self.cost.append((weights.want, denied))

    def _changes(self) -> None:
        for one in self.problem.standing:
            if one.locked:
                continue
            left = self.model.new_bool_var("")
            stays = self.x.get((one.slot, one.person))
            self.model.add(left == 1 if stays is None else left >= 1 - stays)
            self.cost.append((self.problem.weights.change, left))
