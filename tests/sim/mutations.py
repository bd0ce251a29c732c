"""Rules broken one at a time, in a copy of the sources, to see whether the nights notice."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("dispatch", "notify", "app", "tests/sim")
SECONDS_AT_MOST = 240
SEEDS = (1, 12)


@dataclass(frozen=True)
class Mutation:
    """One rule, the line that keeps it, and the line without it."""

    rule: str
    file: str
    kept: str
    broken: str


@dataclass(frozen=True)
class Verdict:
    """What the nights said of a mutation: the law that broke, or None when nobody noticed."""

    mutation: Mutation
    law: str | None
    nights: str


MUTATIONS = (
    Mutation(
        "Once a seat is taken, nobody else is asked for it",
        "dispatch/answers.py",
        "if other.id != page.id and (other.seat is seat or other.person == page.person)",
        "if other.id != page.id and other.person == page.person",
    ),
    Mutation(
        "A yes gets a seat that is free",
        "dispatch/answers.py",
        "return page.seat if page.seat in free else free[0]",
        "return page.seat",
    ),
    Mutation(
        "A page waits until its time is over",
        "dispatch/answers.py",
        "late = [page for page in incident.open_pages if page.answer_by <= board.now]",
        "late = [page for page in incident.open_pages if page.asked_at < board.now]",
    ),
    Mutation(
        "When nobody is left to ask, an alarm stands or a time is set",
        "dispatch/ladder.py",
        "return facts + exhausted(incident, seats[place:], board)",
        "return facts",
    ),
    Mutation(
        "Nobody is asked who is out on another incident",
        "dispatch/ladder.py",
        " and on_call.person not in board.busy",
        "",
    ),
    Mutation(
        "Whoever is not needed any more is told",
        "dispatch/announce.py",
        'return [_stand_down(fact.person, before.ref, STAND_DOWN.get(fact.why, "closed"))]',
        "return []",
    ),
    Mutation(
        "A missed check-in raises an alarm",
        "dispatch/clock.py",
        'rising.append(("check_missed", fact.person))',
        "pass",
    ),
    Mutation(
        "A check-in resets one's own clock only",
        "dispatch/apply.py",
        "f.CheckedIn: lambda i, x: _checked(i, x.person, x.check_by, asked=False),",
        "f.CheckedIn: lambda i, x: replace(i, members=tuple("
        "replace(m, check_by=x.check_by, check_asked=False) for m in i.members)),",
    ),
    Mutation(
        "Nobody reviews a case they worked on",
        "dispatch/review.py",
        "require(by not in incident.worked,",
        "require(True,",
    ),
    Mutation(
        "What is owed is written with the decision",
        "app/commit.py",
        "owe(connection, after, messages, now, seq)",
        "owe(connection, after, messages[:1], now, seq)",
    ),
    Mutation(
        "The same wish has one effect",
        "app/commit.py",
        "        if granted is not None:\n            return granted\n",
        "        key = None\n",
    ),
    Mutation(
        "The column by which the worker wakes is the state's next deadline",
        "app/projections.py",
        '"wake_at": next_wake(after),',
        '"wake_at": None if after.reviewable else next_wake(after),',
    ),
    Mutation(
        "A milestone keeps its first time",
        "app/projections.py",
        "update(incidents).where(_INCIDENT, incidents.c[name].is_(None))",
        "update(incidents).where(_INCIDENT)",
    ),
    Mutation(
        "What a dead worker had claimed is sent by another",
        "app/outbox.py",
        'and_(outbox.c.state == "sending", outbox.c.lease_until <= _NOW),',
        "",
    ),
    Mutation(
        "A late worker's settling changes nothing",
        "app/outbox.py",
        'outbox.c.fence == bindparam("the_fence"),\n        outbox.c.state == "sending",',
        'outbox.c.fence != bindparam("the_fence") + 99,',
    ),
    Mutation(
        "Before a text goes out again, the provider is asked",
        "app/sender.py",
        "if claim.ambiguous:",
        "if claim.ambiguous and not claim.fence:",
    ),
    Mutation(
        "Only a person answers a page, never a delivery report",
        "app/web/hooks.py",
        'commit_in(connection, here, incident, MarkUnreachable(RULE, page, code[:20]), "clock")',
        "from dispatch.commands import Accept\n"
        '    commit_in(connection, here, incident, Accept(RULE, page, None, True), "clock")',
    ),
    Mutation(
        "A person is told the answer that is stored",
        "app/replies.py",
        "for one in incident.members if one.person != person), None)",
        "for one in incident.members), None)",
    ),
    Mutation(
        "A caller's words are sealed",
        "app/journal.py",
        "sealed = None if entry.words is None else keyring.seal(WORDS, entry.stream, entry.words)",
        "sealed = None if entry.words is None else entry.words.encode()",
    ),
)


class DoesNotApply(Exception):
    """The line that keeps the rule is not where it was: find it and write the mutation anew."""


def tried(mutation: Mutation, directory: Path) -> Verdict:
    """Copy the sources, break the rule, run the first nights until a law breaks."""
    for name in COPIED:
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (directory / "tests" / "__init__.py").touch()
    broken = directory / mutation.file
    source = broken.read_text()
    if source.count(mutation.kept) != 1:
        raise DoesNotApply(
            f"{mutation.rule}: {mutation.file} has that line {source.count(mutation.kept)} times"
        )
    broken.write_text(source.replace(mutation.kept, mutation.broken))
    first, nights = SEEDS
    run = subprocess.run(
        [sys.executable, "-B", "-m", "app.sim", str(first), "--nights", str(nights), "--until-broken"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=SECONDS_AT_MOST,
        check=False,
    )
    return Verdict(mutation, _law(run), run.stdout.strip().splitlines()[0] if run.stdout else "")


def _law(run: "subprocess.CompletedProcess[str]") -> str | None:
    if run.returncode == 0:
        return None
    told = [line for line in run.stdout.splitlines() if " broke " in line]
    return told[0].partition(" broke ")[2] if told else f"crash: {run.stderr.strip().splitlines()[-1]}"


def table(verdicts: list[Verdict]) -> str:
    """One line for each rule."""
    return "\n".join(f"{one.law or 'NOT NOTICED':<110.110} | {one.mutation.rule}" for one in verdicts)
