"""How fast the planner has a draft and how good it becomes; and CP-SAT on nurse rostering by INRC-II's rules."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, permutations
from pathlib import Path
from time import perf_counter
from typing import Any

from dispatch.rota.plan.check import wrong
from dispatch.rota.plan.codec import read_draft, write_problem
from tests.bench.figures import machine, show
from tests.bench.inrc.cost import broken, cost_of
from tests.bench.inrc.generate import an_instance
from tests.bench.inrc.instance import Instance
from tests.bench.inrc.model import Model
from tests.bench.inrc.read import read_instance
from tests.planner_cases import a_county

COUNTIES = ((24, 8), (14, 4), (20, 13))
LOOKS = (5.0, 20.0)
OURS = ((5, 4, 1), (12, 4, 2), (30, 4, 3))
INRC_LOOKS = (20.0, 60.0)
REAL_WEEKS = 4


def main() -> None:
    """All tables."""
    print(f"\n{machine()}")
    show(
        "A county's rota: 2 first responders, backup, supervisor, by day and night",
        (
            "people x weeks",
            "seed",
            "first draft s",
            "its price",
            *(f"at {at:.0f} s" for at in LOOKS),
            "bound",
            "holes",
        ),
        [_county(people, weeks, seed) for people, weeks in COUNTIES for seed in (1, 2)],
    )
    show(
        "INRC-II's rules, all weeks at once, 2 workers. Ours: from a seed, known: the roster it was drawn around",
        ("instance", "known", *(f"at {at:.0f} s" for at in INRC_LOOKS), "bound", "hard rules broken"),
        [_inrc(instance, known) for instance, known in _instances()],
    )


def _county(people: int, weeks: int, seed: int) -> tuple[str, ...]:
    """One plan as the service makes it: a process, the problem in, lines out."""
    problem = a_county(people, weeks, seed)
    said = json.dumps(write_problem(problem))
    began = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "app.planner", str(LOOKS[-1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(said + "\n")
        process.stdin.flush()
        heard: list[tuple[float, dict[str, Any]]] = []
        for text in process.stdout:
            heard.append((perf_counter() - began, json.loads(text)))
    drafts = [(at, line) for at, line in heard if line["kind"] == "draft"]
    for _, line in drafts:
        assert wrong(problem, read_draft(line["places"])) == ()
    end = heard[-1][1]
    bound = max((line["bound"] for _, line in heard if "bound" in line), default=0)
    prices = [min(line["price"] for at, line in drafts if at <= look + 1) for look in LOOKS]
    proved = f"proved, {end['seconds']:.1f} s" if end["how"] == "optimal" else f"{bound:,}"
    return (
        f"{people} x {weeks}",
        str(seed),
        f"{drafts[0][0]:.2f}",
        f"{drafts[0][1]['price']:,}",
        *(f"{price:,}" for price in prices),
        proved,
        str(len(drafts[-1][1]["holes"])),
    )


def _instances() -> Iterator[tuple[Instance, int | None]]:
    for nurses, weeks, seed in OURS:
        instance, roster = an_instance(nurses, weeks, seed)
        yield instance, sum(cost_of(instance, roster).values())
    folder = os.environ.get("STANDBY_INRC2")
    if folder:
        yield from _real(Path(folder))


def _real(folder: Path) -> Iterator[tuple[Instance, int | None]]:
    """The real ones in a folder: those that `best.txt` names, each line "n030w4_1_6-2-9-1 COST"; without it the first
    of each kind, and nothing to compare with."""
    best = folder / "best.txt"
    if best.exists():
        for line in best.read_text("utf-8").splitlines():
            if line.strip():
                name, cost = line.split()
                kind, history, weeks = name.split("_")
                yield (
                    read_instance(folder / kind, int(history), tuple(map(int, weeks.split("-")))),
                    int(cost),
                )
        return
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        weeks = sorted(int(path.stem.rsplit("-", 1)[1]) for path in kind.glob("WD-*.txt"))
        for chosen in islice(permutations(weeks, REAL_WEEKS), 1):
            yield read_instance(kind, 0, chosen), None


def _inrc(instance: Instance, known: int | None) -> tuple[str, ...]:
    prices: list[tuple[float, int]] = []
    roster, price, bound = Model(instance).solve(INRC_LOOKS[-1], lambda at, price: prices.append((at, price)))
    if roster is None:
        return instance.name, _said(known), *("none" for _ in INRC_LOOKS), _said(bound), "-"
    # The model's own word is not taken for it.
    last = sum(cost_of(instance, roster).values())
    early = [min((one for at, one in prices if at <= look), default=None) for look in INRC_LOOKS[:-1]]
    return (
        instance.name,
        _said(known),
        *map(_said, early),
        _said(last),
        _said(bound),
        str(len(broken(instance, roster))),
    )


def _said(price: int | None) -> str:
    return "-" if price is None else f"{price:,}"


if __name__ == "__main__":
    main()
