"""Our own instances by INRC-II's rules, from a seed. A roster that breaks no hard rule is known for each."""

from random import Random

from tests.bench.inrc.instance import OFF, WEEK, Bounds, Contract, Instance, Nurse, Roster

SKILLS = ("Head", "Nurse", "Caretaker", "Trainee")
HELD = (("Head", "Nurse", "Caretaker"), ("Nurse", "Caretaker"), ("Caretaker",), ("Trainee",))
SHIFTS = {"Early": Bounds(2, 5), "Day": Bounds(2, 28), "Late": Bounds(2, 5), "Night": Bounds(4, 5)}
FORBIDDEN = frozenset(
    {("Late", "Early"), ("Late", "Day"), ("Night", "Early"), ("Night", "Day"), ("Night", "Late")}
)
CONTRACTS = {
    "Full": Contract(Bounds(15, 22), Bounds(3, 5), Bounds(2, 3), 2, True),
    "Part": Contract(Bounds(7, 15), Bounds(3, 5), Bounds(2, 5), 2, True),
    "Half": Contract(Bounds(5, 11), Bounds(3, 5), Bounds(3, 5), 1, True),
}


def an_instance(nurses: int, weeks: int, seed: int) -> tuple[Instance, Roster]:
    """An instance, and a roster that it was drawn around: what that one does is needed, or nearly."""
    draw = Random(seed)
    staff = tuple(_nurse(draw, number, nurses) for number in range(nurses))
    contracts = {
        name: Contract(
            Bounds(one.total.least * weeks // 4, one.total.most * weeks // 4),
            one.days,
            one.off,
            one.weekends * weeks // 4,
            one.whole_weekends,
        )
        for name, one in CONTRACTS.items()
    }
    roster = {one.name: _row(draw, one, weeks * WEEK) for one in staff}
    need: dict[tuple[int, str, str], tuple[int, int]] = {}
    for day in range(weeks * WEEK):
        for shift in SHIFTS:
            for skill in SKILLS:
                have = sum(row[day] == (shift, skill) for row in roster.values())
                least = max(0, have - (draw.random() < 0.6))
                need[day, shift, skill] = least, have + (draw.random() < 0.1)
    wishes = frozenset(
        (draw.choice(staff).name, draw.randrange(weeks * WEEK), draw.choice((OFF, *SHIFTS)))
        for _ in range(nurses * weeks // 3)
    )
    name = f"ours-n{nurses:03}w{weeks}-{seed}"
    return Instance(name, weeks, SKILLS, SHIFTS, FORBIDDEN, contracts, staff, need, wishes), roster


def _nurse(draw: Random, number: int, nurses: int) -> Nurse:
    skills = HELD[min(3, 4 * number // nurses)]
    contract = draw.choice(tuple(CONTRACTS))
    if draw.random() < 0.5:
        return Nurse(f"n{number}", contract, skills, off_run=draw.randint(1, 4))
    days = draw.randint(1, 4)
    last = draw.choice(tuple(SHIFTS))
    return Nurse(f"n{number}", contract, skills, last, draw.randint(1, days), days)


def _row(draw: Random, nurse: Nurse, days: int) -> list[tuple[str, str]]:
    """Blocks of work and of days off, about as many as the contract asks for."""
    contract = CONTRACTS[nurse.contract]
    row: list[tuple[str, str]] = []
    before = nurse.last
    while len(row) < days:
        work = draw.randint(contract.days.least, contract.days.most)
        shift = draw.choice([one for one in SHIFTS if (before, one) not in FORBIDDEN])
        for _ in range(work):
            row.append((shift, draw.choice(nurse.skills)))
        rest = draw.randint(contract.off.least, contract.off.most + (4 if nurse.contract == "Half" else 1))
        row += [(OFF, OFF)] * rest
        before = OFF
    return row[:days]
