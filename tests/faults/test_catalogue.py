"""docs/faults.md names every fault of sections A, C and D, and only tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "faults.md"
NUMBERS = [*range(1, 21), *range(36, 76)]


def test_every_number_of_the_catalogue_has_its_line() -> None:
    lines = {line[2:5]: line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| F\d\d ", line)}
    assert sorted(lines) == [f"F{number:02d}" for number in NUMBERS]
    assert [
        number for number, line in lines.items() if not line.rstrip(" |").rpartition("|")[2].strip()
    ] == []


def test_every_test_that_it_names_is_one() -> None:
    named = set(re.findall(r"`(test_\w+|[A-Z]\w+)`(?!\.)", PAGE.read_text("utf-8")))
    named = {name for name in named if not name.endswith("_py")}
    there = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in sorted(named) if not re.search(rf"(def|class) {name}\(", there)] == []
