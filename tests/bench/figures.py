"""How the measurements are told: percentiles, plain tables, and the machine they were made on."""

import os
import platform
import sqlite3
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(seconds: Sequence[float]) -> tuple[str, str, str, str]:
    """How many, p50, p99 and the worst, in milliseconds."""
    if not seconds:
        return "0", "-", "-", "-"
    points = (percentile(seconds, 0.5), percentile(seconds, 0.99), max(seconds))
    return (str(len(seconds)), *(f"{point * 1000:,.1f}" for point in points))  # type: ignore[return-value]


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, the first column to the left and figures to the right."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    print(f"\n{title}\n{'-' * len(title)}")
    for row in (head, *rows):
        print(
            "  ".join(f"{cell:{'<' if place == 0 else '>'}{widths[place]}}" for place, cell in enumerate(row))
        )


def machine() -> str:
    """Where this was measured, in one line."""
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
