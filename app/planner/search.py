"""One search by CP-SAT: every better draft is told as it is found, with the bound that none can go below."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from app.planner.model import Model, model_of
from dispatch.rota.plan.problem import Draft, Problem

# More workers than processors gain nothing, and a desk runs on the same machine.
WORKERS_AT_MOST = 2
ENDINGS = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "time", cp_model.INFEASIBLE: "none"}


@dataclass(frozen=True)
class Found:
    """A draft with its price by the model, the best bound so far, and how long the search has run."""

    draft: Draft
    objective: int
    bound: int
    seconds: float


@dataclass(frozen=True)
class Ended:
    """How a search ended: "optimal" only when it is proved, else "time", "stopped" or "none"."""

    how: str
    bound: int
    seconds: float


def search(
    problem: Problem,
    first: Draft,
    seconds: float,
    found: Callable[[Found], None],
    bettered: Callable[[int, float], None],
    stop: threading.Event,
    begins: Callable[[], None] = lambda: None,
    seed: int = 1,
) -> Ended:
    """Search for at most `seconds`. `found` hears of each better draft, `bettered` of each better bound; `begins` is
    called when all is built and `stop` is looked at from then on."""
    began = time.monotonic()
    model = model_of(problem, first)
    _begin_from(model)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, seconds - (time.monotonic() - began))
    solver.parameters.num_workers = min(WORKERS_AT_MOST, os.cpu_count() or 1)
    solver.parameters.random_seed = seed
    # Of two workers the one that follows reduced costs instead of the plain one: it finds the bound that the other
    # never does, and so proves in seconds what the other cannot (docs/planner.md).
    solver.parameters.ignore_subsolvers.append("default_lp")
    solver.parameters.extra_subsolvers.append("reduced_costs")
    solver.best_bound_callback = lambda bound: bettered(_whole(bound), time.monotonic() - began)
    ended = threading.Event()
    threading.Thread(target=_stop_when_told, args=(solver, stop, ended), daemon=True).start()
    begins()
    status = solver.solve(model.built, _Listener(model, found, began))
    ended.set()
    how = ENDINGS.get(status, "stopped" if stop.is_set() else "time")
    if how == "time" and stop.is_set():
        how = "stopped"
    return Ended(how, max(0, _whole(solver.best_objective_bound)), time.monotonic() - began)


def _begin_from(model: Model) -> None:
    """Completes the hint: the places of the first draft are known, what follows from them is worked out once. A hint
    with gaps is given up by the search, which then begins far behind the first draft."""
    follows = cp_model.CpSolver()
    follows.parameters.fix_variables_to_their_hinted_value = True
    follows.parameters.num_workers = 1
    follows.parameters.max_time_in_seconds = 5
    if follows.solve(model.built) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = list(follows.response_proto.solution)
        model.built.clear_hints()  # type: ignore[no-untyped-call]
        for number, value in enumerate(values):
            model.built.add_hint(model.built.get_int_var_from_proto_index(number), value)


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: Model, found: Callable[[Found], None], began: float) -> None:
        super().__init__()
        self._model, self._found, self._began = model, found, began

    def on_solution_callback(self) -> None:
        """Called by the solver for each better draft."""
        self._found(
            Found(
                self._model.draft(self),
                round(self.objective_value),
                max(0, _whole(self.best_objective_bound)),
                time.monotonic() - self._began,
            )
        )


def _stop_when_told(solver: cp_model.CpSolver, stop: threading.Event, ended: threading.Event) -> None:
    while not ended.is_set():
        if stop.wait(0.1):
            solver.stop_search()
            ended.wait(0.2)


def _whole(bound: float) -> int:
    """A bound of whole prices, rounded up over the last digits of a float."""
    return int(-(-(bound - 1e-6) // 1)) if abs(bound) < 1e15 else 0
