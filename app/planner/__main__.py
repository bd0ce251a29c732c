"""The planner as a process of its own: a problem in on standard input, drafts out, one JSON line each.

`python -m app.planner SECONDS [SEED]`. The first line of input is the problem. A line "stop", the end of the input and
SIGTERM stop it. What a native solver does to its process, by crash or by load, it does not do to the desk.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from app.planner.told import Telling
from dispatch.rota.plan.codec import read_problem
from dispatch.rota.plan.greedy import first_draft

# The desk goes first on every processor.
NICE = 10
TICK_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    """Make one plan."""
    began = time.monotonic()
    seconds = float(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    os.nice(NICE)
    # A handler would wait for the solver to come back to Python; a thread that waits for the signal does not.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    problem = read_problem(json.loads(sys.stdin.readline()))
    telling = Telling(problem)
    first = first_draft(problem)
    telling.draft(first, 0, time.monotonic() - began)
    if find_spec("ortools") is None:
        telling.end("alone", time.monotonic() - began)
        return 0
    stop, searching = threading.Event(), threading.Event()

    def halt() -> None:
        """Stop the search, or go at once where it has not begun: loading the solver cannot be interrupted."""
        stop.set()
        if not searching.is_set():
            telling.end("stopped", time.monotonic() - began)
            os._exit(0)

    for wait in (_signal, _word, lambda: _tick(telling, began)):
        threading.Thread(target=_then, args=(wait, halt), daemon=True).start()
    # Loaded here, by name: it takes more than a second, and the first draft does not wait for it.
    search = import_module("app.planner.search").search
    late = time.monotonic() - began
    ended = search(
        problem,
        first,
        seconds - late,
        lambda found: telling.draft(found.draft, found.bound, found.seconds + late),
        lambda bound, at: telling.bound(bound, at + late),
        stop,
        searching.set,
        seed,
    )
    telling.bound(ended.bound, ended.seconds + late)
    telling.end(ended.how, time.monotonic() - began)
    return 0


def _then(wait: Callable[[], None], halt: Callable[[], None]) -> None:
    wait()
    halt()


def _tick(telling: Telling, began: float) -> None:
    """Says now and then that we live, so that whoever listens can pass on what it held back."""
    while True:
        time.sleep(TICK_SECONDS)
        telling.tick(time.monotonic() - began)


def _signal() -> None:
    signal.sigwait({signal.SIGTERM})


def _word() -> None:
    """Whoever started us says "stop", or is gone."""
    for line in sys.stdin:
        if line.strip() == "stop":
            break


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
