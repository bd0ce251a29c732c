"""INRC-II's rules as a CP-SAT model, all weeks at once."""

from collections.abc import Callable, Sequence
from time import monotonic

from ortools.sat.python import cp_model

from tests.bench.inrc.instance import (
    DAY_RUN,
    OFF,
    OFF_RUN,
    REQUEST,
    SHIFT_RUN,
    STAFF,
    TOTAL,
    WEEK,
    WEEKEND,
    WEEKENDS,
    Bounds,
    Instance,
    Nurse,
    Roster,
)

Term = cp_model.LinearExprT


class Model:
    """One model: `solve` gives the best roster of a time, its price and the bound."""

    def __init__(self, instance: Instance) -> None:
        self._it = instance
        self._model = cp_model.CpModel()
        self._cost: list[tuple[int, cp_model.IntVar]] = []
        self._x = {
            (nurse.name, day, shift, skill): self._model.new_bool_var("")
            for nurse in instance.nurses
            for day in range(instance.days)
            for shift in instance.shifts
            for skill in nurse.skills
        }
        self._staff()
        for nurse in instance.nurses:
            self._nurse(nurse)
        self._model.minimize(sum(price * var for price, var in self._cost))

    def solve(
        self, seconds: float, found: Callable[[float, int], None], workers: int = 2, seed: int = 1
    ) -> tuple[Roster | None, int, int]:
        """Search; `found` hears of each better price and when."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed
        # As in app/planner/search.py: the worker that finds a bound, beside the one that looks around.
        solver.parameters.ignore_subsolvers.append("default_lp")
        solver.parameters.extra_subsolvers.append("reduced_costs")
        status = solver.solve(self._model, _Heard(found))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, 0, round(solver.best_objective_bound)
        roster: Roster = {nurse.name: [(OFF, OFF)] * self._it.days for nurse in self._it.nurses}
        for (name, day, shift, skill), var in self._x.items():
            if solver.boolean_value(var):
                roster[name][day] = shift, skill
        return roster, round(solver.objective_value), round(solver.best_objective_bound)

    def hold_to(self, roster: Roster) -> None:
        """Leave nothing to choose: the price is then this roster's."""
        for (name, day, shift, skill), var in self._x.items():
            self._model.add(var == int(roster[name][day] == (shift, skill)))

    def _staff(self) -> None:
        for (day, shift, skill), (least, best) in self._it.need.items():
            there = [
                self._x[nurse.name, day, shift, skill] for nurse in self._it.nurses if skill in nurse.skills
            ]
            self._model.add(sum(there) >= least)
            if best > least:
                missing = self._model.new_int_var(0, best - least, "")
                self._model.add(sum(there) + missing >= best)
                self._cost.append((STAFF, missing))

    def _nurse(self, nurse: Nurse) -> None:
        it, days = self._it, range(self._it.days)
        contract = it.contracts[nurse.contract]
        on: dict[str, list[cp_model.IntVar]] = {}
        for shift in it.shifts:
            on[shift] = [self._model.new_bool_var("") for _ in days]
            for day in days:
                skilled = [self._x[nurse.name, day, shift, skill] for skill in nurse.skills]
                self._model.add(sum(skilled) == on[shift][day])
        works = [self._model.new_bool_var("") for _ in days]
        for day in days:
            self._model.add(sum(on[shift][day] for shift in it.shifts) == works[day])
        for before, after in it.forbidden:
            if nurse.last == before:
                self._model.add(on[after][0] == 0)
            for day in days[1:]:
                self._model.add_at_most_one(on[before][day - 1], on[after][day])
        for shift, bounds in it.shifts.items():
            self._runs(on[shift], nurse.shift_run if nurse.last == shift else 0, bounds, SHIFT_RUN)
        self._runs(works, nurse.day_run, contract.days, DAY_RUN)
        self._runs([1 - one for one in works], nurse.off_run, contract.off, OFF_RUN)
        self._totals(nurse, works)
        for name, day, asked in it.wishes:
            if name == nurse.name:
                self._cost.append((REQUEST, works[day] if asked == OFF else on[asked][day]))

    def _totals(self, nurse: Nurse, works: list[cp_model.IntVar]) -> None:
        contract = self._it.contracts[nurse.contract]
        whole = sum(works) + nurse.total
        off = self._model.new_int_var(0, max(contract.total.least, self._it.days), "")
        self._model.add(off >= contract.total.least - whole)
        self._model.add(off >= whole - contract.total.most)
        self._cost.append((TOTAL, off))
        worked = []
        for saturday in range(5, self._it.days, WEEK):
            one, other = works[saturday], works[saturday + 1]
            any_day = self._model.new_bool_var("")
            self._model.add_max_equality(any_day, [one, other])
            worked.append(any_day)
            if contract.whole_weekends:
                half = self._model.new_bool_var("")
                self._model.add(half >= one - other)
                self._model.add(half >= other - one)
                self._cost.append((WEEKEND, half))
        beyond = self._model.new_int_var(0, len(worked) + nurse.weekends, "")
        self._model.add(beyond >= sum(worked) + nurse.weekends - contract.weekends)
        self._cost.append((WEEKENDS, beyond))

    def _runs(self, on: Sequence[Term], before: int, bounds: Bounds, price: int) -> None:
        """Each day beyond the most, and what each run that ended lacks of the least."""
        line: list[Term] = [0] + [1] * before + list(on)
        first = before + 1
        for last in range(first, len(line)):
            if last - bounds.most >= 1:
                beyond = self._model.new_bool_var("")
                window = line[last - bounds.most : last + 1]
                self._model.add(beyond >= sum(window) - bounds.most)
                self._cost.append((price, beyond))
        for start in range(1, len(line)):
            for length in range(1, bounds.least):
                end = start + length
                if end >= len(line) or end < first:
                    continue
                short = self._model.new_int_var(0, 1, "")
                self._model.add(short >= sum(line[start:end]) - (length - 1) - line[start - 1] - line[end])
                self._cost.append((price * (bounds.least - length), short))


class _Heard(cp_model.CpSolverSolutionCallback):
    def __init__(self, found: Callable[[float, int], None]) -> None:
        super().__init__()
        self._found, self._began = found, monotonic()

    def on_solution_callback(self) -> None:
        """A better roster."""
        self._found(monotonic() - self._began, round(self.objective_value))
