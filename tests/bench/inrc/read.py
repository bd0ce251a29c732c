"""Reads INRC-II's own text files: Sc-NAME.txt, H0-NAME-h.txt and WD-NAME-w.txt in one folder."""

import re
from pathlib import Path

from tests.bench.inrc.instance import OFF, WEEK, Bounds, Contract, Instance, Nurse

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read_instance(folder: Path, history: int, weeks: tuple[int, ...]) -> Instance:
    """The instance NAME_h_w-w-w-w of a folder named NAME."""
    name = folder.name
    scenario = _lines(folder / f"Sc-{name}.txt")
    skills = tuple(_after(scenario, "SKILLS"))
    shifts = {line.split()[0]: _bounds(line)[0] for line in _after(scenario, "SHIFT_TYPES")}
    forbidden = {
        (line.split()[0], after)
        for line in _block(scenario, "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS", len(shifts))
        for after in line.split()[2:]
    }
    contracts = {line.split()[0]: _contract(line) for line in _after(scenario, "CONTRACTS")}
    before = {
        line.split()[0]: line.split()[1:]
        for line in _block(_lines(folder / f"H0-{name}-{history}.txt"), "NURSE_HISTORY", 10_000)
    }
    nurses = tuple(_nurse(line.split(), before[line.split()[0]]) for line in _after(scenario, "NURSES"))
    need: dict[tuple[int, str, str], tuple[int, int]] = {}
    wishes: set[tuple[str, int, str]] = set()
    for number, week in enumerate(weeks):
        lines = _lines(folder / f"WD-{name}-{week}.txt")
        for line in _block(lines, "REQUIREMENTS", len(shifts) * len(skills)):
            shift, skill = line.split()[:2]
            for day, bounds in enumerate(_bounds(line)):
                need[number * WEEK + day, shift, skill] = bounds.least, bounds.most
        for line in _after(lines, "SHIFT_OFF_REQUESTS"):
            nurse, shift, weekday = line.split()
            wishes.add((nurse, number * WEEK + DAYS.index(weekday), OFF if shift == "Any" else shift))
    called = f"{name}_{history}_{'-'.join(map(str, weeks))}"
    return Instance(
        called, len(weeks), skills, shifts, frozenset(forbidden), contracts, nurses, need, frozenset(wishes)
    )


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def _after(lines: list[str], title: str) -> list[str]:
    """The lines below "TITLE = n"."""
    place = next(number for number, line in enumerate(lines) if line.split("=")[0].strip() == title)
    return lines[place + 1 : place + 1 + int(lines[place].split("=")[1])]


def _block(lines: list[str], title: str, count: int) -> list[str]:
    place = lines.index(title)
    return lines[place + 1 : place + 1 + count]


def _bounds(line: str) -> list[Bounds]:
    return [Bounds(int(least), int(most)) for least, most in re.findall(r"\((\d+),(\d+)\)", line)]


def _contract(line: str) -> Contract:
    total, days, off = _bounds(line)
    weekends, whole = line.split()[-2:]
    return Contract(total, days, off, int(weekends), whole == "1")


def _nurse(said: list[str], before: list[str]) -> Nurse:
    total, weekends, last, shift_run, day_run, off_run = before
    return Nurse(
        said[0],
        said[1],
        tuple(said[3:]),
        OFF if last == "None" else last,
        int(shift_run),
        int(day_run),
        int(off_run),
        int(total),
        int(weekends),
    )
