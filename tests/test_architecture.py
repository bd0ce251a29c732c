"""The shape of the house: imports point down, the core is pure, one clock, one write path, small files."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("dispatch", "notify", "app")  # each may import itself and those before it
FILE_LINES_AT_MOST = 400
FUNCTION_LINES_AT_MOST = 60
# A list of tables is one idea however long it grows, and a migration that has shipped is never edited.
LISTS = ("app/tables.py", "app/migrations/versions/")
# What a rule may never touch: clocks, chance, the outside world, the environment, logs, threads.
IMPURE = re.compile(
    r"(asyncio|ctypes|http|importlib|io|logging|multiprocessing|os|pathlib|random|secrets|select|shutil|signal"
    r"|smtplib|socket|sqlite3|subprocess|sys|tempfile|threading|time|urllib\.request|uuid|warnings)(\.|$)"
)
IMPURE_CALLS = frozenset({"breakpoint", "eval", "exec", "input", "open", "print", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today", "current_timestamp"})


def modules(*folders: str) -> list[Path]:
    """All our modules in these folders that hold anything."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if path.name != "__init__.py"]


PRODUCT = modules(*LAYERS)
PROSE = [path for path in PRODUCT if not str(path.relative_to(ROOT)).startswith(LISTS)]
CORE = modules("dispatch", "app/record", "app/eido")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


NAMES = {name_of(path) for path in PRODUCT}


def imports(module: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in it, by its full name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in NAMES else str(node.module)


def function_level_imports(module: ast.AST) -> list[int]:
    functions = [
        node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return [
        inner.lineno
        for function in functions
        for inner in ast.walk(function)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]


def readings_of_the_clock(module: ast.AST) -> list[int]:
    """Lines with datetime.now, date.today, utcnow, time.time, func.now or the like."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if node.attr in CLOCKS and owner in ("datetime", "date", "func"):
                found.append(node.lineno)
            if node.attr in ("time", "time_ns") and owner == "time":
                found.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [node.lineno for alias in node.names if alias.name in ("time", "time_ns")]
    return found


def impurities(module: ast.AST) -> list[str]:
    """What in this module could make the same question give two answers, or change the world."""
    touched = [name for name in imports(module) if IMPURE.match(name)]
    called = [
        node.func.id
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]
    return touched + called + [f"the clock, line {line}" for line in readings_of_the_clock(module)]


def swallowed_exceptions(module: ast.AST) -> list[int]:
    """Lines where everything that goes wrong is passed over in silence."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
        and all(isinstance(inner, (ast.Pass, ast.Continue)) for inner in node.body)
    ]


def long_functions(module: ast.AST) -> list[str]:
    return [
        node.name
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_AT_MOST
    ]


def mocks(module: ast.AST) -> list[str]:
    """Mocks and patches: a test that replaces a part proves nothing about it."""
    named = [
        name
        for name in imports(module)
        if name.split(".")[0] in ("mock", "pytest_mock") or "unittest.mock" in name
    ]
    arguments = [node.arg for node in ast.walk(module) if isinstance(node, ast.arg) and node.arg == "mocker"]
    return named + arguments


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Import circles, each as the way round."""
    done: set[str] = set()
    found: list[list[str]] = []

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
            return
        if name in done:
            return
        for other in sorted(edges.get(name, ())):
            visit(other, [*way, name])
        done.add(name)

    for name in sorted(edges):
        visit(name, [])
    return found


def faults(paths: list[Path], look: Callable[[ast.Module], list[object]]) -> dict[str, list[object]]:
    """What `look` finds, by file."""
    found = {str(path.relative_to(ROOT)): look(tree(path)) for path in paths}
    return {path: wrong for path, wrong in found.items() if wrong}


def test_imports_point_down():
    def upward(path: Path) -> list[str]:
        layer = LAYERS.index(path.relative_to(ROOT).parts[0])
        return [name for name in imports(tree(path)) if name.split(".")[0] in LAYERS[layer + 1 :]]

    assert {str(path): up for path in PRODUCT if (up := upward(path))} == {}


def test_nothing_of_the_product_imports_the_tests():
    assert (
        faults(PRODUCT, lambda module: [name for name in imports(module) if name.startswith("tests")]) == {}
    )


def test_the_rules_rest_on_the_standard_library_and_a_distance():
    allowed = {*sys.stdlib_module_names, "dispatch"}

    def foreign(module: ast.Module) -> list[object]:
        return [
            name for name in imports(module) if name.split(".")[0] not in allowed and name != "geopy.distance"
        ]

    assert faults(modules("dispatch"), foreign) == {}


def test_there_are_no_import_circles():
    edges = {name_of(path): {name for name in imports(tree(path)) if name in NAMES} for path in PRODUCT}
    assert circles(edges) == []


def test_packages_are_folders_and_nothing_else():
    full = [path for folder in LAYERS for path in (ROOT / folder).rglob("__init__.py") if path.read_text()]
    assert full == []


def test_the_core_has_no_clock_no_chance_and_no_outside_world():
    assert faults(CORE, impurities) == {}


def test_the_record_knows_neither_the_web_nor_the_database():
    shell = ("flask", "flask_socketio", "sqlalchemy", "alembic", "werkzeug", "jinja2")

    def shelled(module: ast.Module) -> list[object]:
        return [name for name in imports(module) if name.split(".")[0] in shell]

    assert faults(modules("app/record", "app/eido"), shelled) == {}


def test_one_file_reads_the_clock():
    assert set(faults(PRODUCT, readings_of_the_clock)) <= {"app/clock.py"}


def test_one_file_asks_the_rules():
    asking = {
        str(p.relative_to(ROOT)) for p in modules("app", "notify") if "dispatch.decide" in imports(tree(p))
    }
    # The simulator counts the rules, and asks them without a house around them; it has no people and no paper.
    assert {path for path in asking if not path.startswith("app/sim/")} == {"app/commit.py"}


def test_imports_stand_at_the_top():
    assert faults(PRODUCT, function_level_imports) == {}


def test_every_module_says_in_one_sentence_what_it_is():
    def silent(module: ast.Module) -> list[object]:
        first = (ast.get_docstring(module) or "").partition("\n\n")[0]
        return [] if first.endswith(".") else [first or "no docstring"]

    assert faults(PRODUCT + modules("tests"), silent) == {}


def test_a_file_holds_one_idea():
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in PROSE}
    assert {path: count for path, count in lines.items() if count > FILE_LINES_AT_MOST} == {}


def test_a_function_fits_a_screen():
    assert faults(PROSE, long_functions) == {}


def test_nothing_that_goes_wrong_is_passed_over_in_silence():
    assert faults(PRODUCT, swallowed_exceptions) == {}


def test_tests_use_real_parts():
    assert faults(modules("tests"), mocks) == {}


@pytest.mark.parametrize(
    ("look", "wrong", "right"),
    [
        (readings_of_the_clock, "datetime.datetime.now()", "shell.clock.now()"),
        (readings_of_the_clock, "date.today()", "board.now"),
        (readings_of_the_clock, "time.time()", "time.monotonic()"),
        (readings_of_the_clock, "from time import time", "from time import monotonic"),
        (readings_of_the_clock, "func.now()", "func.count()"),
        (impurities, "import os.path", "import operator"),
        (impurities, "from urllib.request import urlopen", "from urllib.parse import quote"),
        (impurities, "from random import choice", "from functools import cache"),
        (impurities, "open('x')", "replace(x)"),
        (function_level_imports, "def f():\n    import re", "import re\ndef f(): ..."),
        (swallowed_exceptions, "try: f()\nexcept Exception: pass", "try: f()\nexcept KeyError: pass"),
        (swallowed_exceptions, "try: f()\nexcept: pass", "try: f()\nexcept Exception: log()"),
        (long_functions, "def f():\n" + "    g()\n" * 60, "def f():\n" + "    g()\n" * 59),
        (mocks, "from unittest.mock import patch", "import pytest"),
        (mocks, "def test(mocker): ...", "def test(tmp_path): ..."),
    ],
)
def test_each_look_sees_what_is_wrong_and_lets_pass_what_is_right(
    look: Callable[[ast.AST], list[object]], wrong: str, right: str
):
    assert look(ast.parse(wrong))
    assert not look(ast.parse(right))


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
