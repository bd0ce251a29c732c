"""What a look at each law costs with few and with many closed incidents, with its indexes and without: python -m
tests.bench.auditor."""

import statistics

from app.auditor.audit import SECONDS, audit
from app.auditor.laws.every import EVERY
from app.shell import Shell
from tests.bench.closed import FEW, MANY, OPEN, a_desk
from tests.bench.figures import machine, show

ROUNDS = 15
INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix_%' AND tbl_name IN "
GROWING = "('incidents', 'pages', 'outbox', 'journal', 'reads', 'sessions')"


def looked(shell: Shell, rounds: int) -> dict[str, float]:
    """Median milliseconds of each law. One that took its whole time counts as that."""
    took: dict[str, list[float]] = {law.name: [] for law in EVERY}
    for _ in range(rounds):
        for one in audit(shell, EVERY):
            took[one.law.name].append(one.milliseconds)
    return {name: statistics.median(each) for name, each in took.items()}


def without_indexes(shell: Shell) -> None:
    """The alternative: the same questions, and nothing but the tables."""
    with shell.store.write() as connection:
        for name in connection.exec_driver_sql(INDEXES + GROWING).scalars().all():
            connection.exec_driver_sql(f"DROP INDEX {name}")


def main() -> None:
    """Few and many, and many without the indexes."""
    with a_desk(FEW) as few, a_desk(MANY) as many:
        some, more = looked(few.shell, ROUNDS), looked(many.shell, ROUNDS)
        without_indexes(many.shell)
        bare = looked(many.shell, 1)
    rows = [
        [f"{law.number} {law.name}", *(_said(each[law.name]) for each in (some, more, bare))] for law in EVERY
    ]
    rows.append(["all", *(_said(sum(each.values())) for each in (some, more, bare))])
    title = f"Milliseconds of a look at each law, {OPEN} open incidents; time-out {SECONDS:g} s; {machine()}"
    show(title, ["law", f"{FEW:,} closed", f"{MANY:,} closed", "no indexes"], rows)


def _said(milliseconds: float) -> str:
    return f"{milliseconds:,.2f}" if milliseconds < SECONDS * 1000 else f"{milliseconds:,.0f}"


if __name__ == "__main__":
    main()
