"""Runs nights one after the other and sums them up, in words or as JSON."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.sim.coverage import Coverage
from app.sim.night import Night
from app.sim.report import Report

FIGURES = ("incidents", "commands", "texts", "duplicates", "deaths", "lost", "unowned")


@contextmanager
def quietly() -> Iterator[None]:
    """Faults are logged by the hundred in a night; nobody reads that here."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def nights(
    first: int,
    count: int,
    say: Callable[[str], None] | None = None,
    until_broken: bool = False,
    calls: int | None = None,
) -> Iterator[Report]:
    """The nights of so many seeds, from the first on; with so many calls in each, else as the seed says."""
    for seed in range(first, first + count):
        with quietly():
            report = Night(seed, say, calls).run()
        yield report
        if report.broken and until_broken:
            return


def summed(reports: list[Report], seconds: float, calls: int | None = None) -> str:
    """The figures of several nights in a few lines; `calls` as they were run."""
    seen = Coverage()
    for report in reports:
        seen.add(report.coverage)
    sums = ", ".join(f"{name} {_sum(reports, name)}" for name in FIGURES)
    lines = [f"{len(reports)} nights, {seconds:.1f} s: {sums}"]
    lines += [f"never seen: {kind} {', '.join(names)}" for kind, names in seen.missing().items()]
    lines += [f"{sentence}  (replay: {replay})" for sentence, replay in _broken(reports, calls)]
    return "\n".join(lines)


def as_json(reports: list[Report]) -> dict[str, object]:
    """The same for machines. Keys may be added, none is taken away."""
    return {
        "nights": len(reports),
        **{name: _sum(reports, name) for name in FIGURES},
        "laws_broken": [sentence for sentence, _ in _broken(reports)],
        "replay": [replay for _, replay in _broken(reports)],
    }


def _sum(reports: list[Report], name: str) -> int:
    return sum(getattr(report, name) for report in reports)


def _broken(reports: list[Report], calls: int | None = None) -> list[tuple[str, str]]:
    told = f" --calls {calls}" if calls else ""
    return [
        (f"seed {report.seed} broke {broken}", f"python -m app.sim {report.seed}{told}")
        for report in reports
        for broken in report.broken
    ]
