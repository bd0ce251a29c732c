"""The price of a roster by INRC-II's rules, counted run by run. It knows nothing of how the roster was made."""

from itertools import groupby, pairwise

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


def broken(instance: Instance, roster: Roster) -> list[str]:
    """Hard rules that are broken: too few, a skill that is not held, a forbidden succession."""
    found = []
    for (day, shift, skill), (least, _) in instance.need.items():
        have = sum(row[day] == (shift, skill) for row in roster.values())
        if have < least:
            found.append(f"day {day}: {have} of {least} {skill} on {shift}")
    for nurse in instance.nurses:
        row = roster[nurse.name]
        for day, (shift, skill) in enumerate(row):
            if shift != OFF and skill not in nurse.skills:
                found.append(f"{nurse.name} has no {skill}, day {day}")
        for day, (before, after) in enumerate(pairwise([nurse.last, *(shift for shift, _ in row)])):
            if (before, after) in instance.forbidden:
                found.append(f"{nurse.name}: {after} after {before}, day {day}")
    return found


def cost_of(instance: Instance, roster: Roster) -> dict[str, int]:
    """The price of each soft rule."""
    cost = dict.fromkeys(("staff", "consecutive", "off", "requests", "weekend", "total", "weekends"), 0)
    for (day, shift, skill), (_, best) in instance.need.items():
        have = sum(row[day] == (shift, skill) for row in roster.values())
        cost["staff"] += STAFF * max(0, best - have)
    for nurse in instance.nurses:
        shifts = [shift for shift, _ in roster[nurse.name]]
        contract = instance.contracts[nurse.contract]
        for shift, bounds in instance.shifts.items():
            before = nurse.shift_run if nurse.last == shift else 0
            cost["consecutive"] += SHIFT_RUN * _runs([one == shift for one in shifts], before, bounds)
        worked = [one != OFF for one in shifts]
        cost["consecutive"] += DAY_RUN * _runs(worked, nurse.day_run, contract.days)
        cost["off"] += OFF_RUN * _runs([not one for one in worked], nurse.off_run, contract.off)
        cost["requests"] += REQUEST * sum(
            shifts[day] != OFF and asked in (OFF, shifts[day])
            for name, day, asked in instance.wishes
            if name == nurse.name
        )
        saturdays = [(worked[day], worked[day + 1]) for day in range(5, instance.days, WEEK)]
        if contract.whole_weekends:
            cost["weekend"] += WEEKEND * sum(one != other for one, other in saturdays)
        cost["weekends"] += WEEKENDS * max(0, nurse.weekends + sum(map(any, saturdays)) - contract.weekends)
        cost["total"] += TOTAL * _outside(nurse, sum(worked), contract.total)
    return cost


def _outside(nurse: Nurse, worked: int, total: Bounds) -> int:
    whole = nurse.total + worked
    return max(0, total.least - whole, whole - total.most)


def _runs(on: list[bool], before: int, bounds: Bounds) -> int:
    """What runs miss of their least or have beyond their most. `before` days of the same lie just before the first
    day; days of history beyond the most are not counted again. A run at the end of all may still grow."""
    found, day = 0, 0
    if before and not on[0]:
        found += max(0, bounds.least - before)
    for is_on, group in groupby(on):
        length = len(list(group))
        if is_on:
            whole = length + (before if day == 0 else 0)
            found += max(0, whole - max(bounds.most, before if day == 0 else 0))
            if day + length < len(on):
                found += max(0, bounds.least - whole)
        day += length
    return found
