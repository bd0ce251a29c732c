"""Rules of the desk and of the worker, broken one at a time in a copy of the sources, to see whether nights notice."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("dispatch", "notify", "app")
SECONDS_AT_MOST = 900
# The nights that each mutation has to live through: of the core first, which cost little; then of the shell.
DEPTHS = (
    ("core", "app.sim.core", 1, 200),
    ("shell", "app.sim", 1, 12),
)


@dataclass(frozen=True)
class Mutation:
    """One rule, the line that keeps it, and the line without it."""

    rule: str
    file: str
    kept: str
    broken: str
    # What the core is never asked about has nothing to show there.
    depth: str = "shell"


@dataclass(frozen=True)
class Verdict:
    """What the nights said of a mutation: the law that broke and the depth that saw it, or None when nobody did."""

    mutation: Mutation
    law: str | None
    depth: str = ""


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
        "An alarm that nobody took is told to every supervisor the next time",
        "dispatch/announce.py",
        "return [m.AlarmStands(person, before.ref, fact.kind) for person in in_charge(board, again=untaken)]",
        "return [m.AlarmStands(person, before.ref, fact.kind) for person in in_charge(board)]",
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
        "        after,\n        messages,\n        now,\n",
        "        after,\n        messages[:1],\n        now,\n",
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
        "app/claims.py",
        'and_(outbox.c.state == "sending", outbox.c.lease_until <= _NOW),',
        "",
    ),
    Mutation(
        "A lease is honoured",
        "app/claims.py",
        'and_(outbox.c.state == "sending", outbox.c.lease_until <= _NOW),',
        'and_(outbox.c.state == "sending"),',
    ),
    Mutation(
        "A late worker's settling changes nothing",
        "app/claims.py",
        'outbox.c.fence == bindparam("the_fence"),\n        outbox.c.state == "sending",',
        'outbox.c.fence != bindparam("the_fence") + 99,',
    ),
    Mutation(
        "An unclear outcome is not taken for sent",
        "app/next_try.py",
        'return "ambiguous", now if at_once else now + RECONCILE_AFTER, False',
        'return "sent", now, False',
    ),
    Mutation(
        "An unclear outcome begins the next channel",
        "app/settling.py",
        "if done.begin_next:",
        "if False:",
    ),
    Mutation(
        "A failure begins the next try at once",
        "app/lost.py",
        "    begin_next(connection, delivery, now)\n",
        "",
    ),
    Mutation(
        "When nothing is left the next person is asked at once",
        "app/lost.py",
        "if page is None or not nothing_left(connection, delivery, now):",
        "if True:",
    ),
    Mutation(
        "Silence begins the next channel",
        "app/impatience.py",
        "            begin_next(connection, row.delivery, now)\n",
        "",
    ),
    Mutation(
        "An answer cancels what is owed, in its own transaction",
        "app/commit.py",
        "        cancel(connection, before, after, now)\n",
        "",
    ),
    Mutation(
        "What is known of a delivery is the join of all that was said",
        "app/delivered.py",
        "joined = join(known, heard(status, code))",
        "joined = heard(status, code)",
    ),
    Mutation(
        "Whom a machine answered for was not reached",
        "app/delivered.py",
        "    with shell.store.write() as connection:\n        now = shell.clock.now()\n        changed",
        '    report(shell, message, "human", None)\n'
        "    with shell.store.write() as connection:\n        now = shell.clock.now()\n        changed",
    ),
    Mutation(
        "A call that was over before anybody typed its code is lost",
        "notify/outcomes.py",
        "    if status in FAILURES:\n        return Delivery(failed=status",
        '    if status in FAILURES and status not in ("ended", "machine"):\n        return Delivery(failed=status',
    ),
    Mutation(
        "An unknown code is a failure",
        "notify/outcomes.py",
        '    if reason == "unclear":\n        return ambiguous(code)\n',
        '    if reason == "unclear":\n        return ambiguous(code)\n    if reason == "unknown":\n'
        '        return Outcome("sent", provider_id=provider_id)\n',
        "core",
    ),
    Mutation(
        "The healthier provider is tried first",
        "notify/health.py",
        "(score[name] < best - CLEARLY, providers.index(name))",
        "(False, providers.index(name))",
        "core",
    ),
    Mutation(
        "What fails lowers a provider's score",
        "notify/health.py",
        'LEFT = {"bad": 0.6, "slow": 0.5, "account": 0.0}',
        'LEFT = {"bad": 1.0, "slow": 1.0, "account": 1.0}',
        "core",
    ),
    Mutation(
        "A lost try has a next one",
        "dispatch/reach.py",
        'return min((one for one in tries if one.state == "waiting"), key=lambda one: one.step, default=None)',
        "return None",
        "core",
    ),
    Mutation(
        "Whoever cannot be reached by any phone is gone",
        "dispatch/reach.py",
        'return all(one.state == "lost" for one in (phones or every))',
        "return False",
        "core",
    ),
    Mutation(
        "Nobody's phone rings for what is not urgent",
        "dispatch/reach.py",
        'for channel in ("text", "email", "push") for way in ways',
        'for channel in ("call", "text", "email", "push") for way in ways',
        "core",
    ),
    Mutation(
        "Nobody is passed over because we stood still",
        "dispatch/answers.py",
        "_anew(page, board) if _stood_still(page, board) else _lapsed(page, board)",
        "_lapsed(page, board)",
        "core",
    ),
    Mutation(
        "Reports only add to what is known",
        "notify/outcomes.py",
        "reached=max(one.reached, other.reached)",
        "reached=other.reached",
        "core",
    ),
    Mutation(
        "Before a text goes out again, the provider is asked",
        "app/sender.py",
        "if claim.ambiguous and not self._is_given_up(claim):",
        "if claim.ambiguous and not claim.fence:",
    ),
    Mutation(
        "Only a person answers a page, never a delivery report",
        "app/lost.py",
        'commit_in(connection, shell, incident, MarkUnreachable(RULE, page, code[:20]), "clock")',
        "from dispatch.commands import Accept\n"
        '            commit_in(connection, shell, incident, Accept(RULE, page, None, True), "clock")',
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
    """Copy the sources, break the rule, run the first nights of each depth until a law breaks."""
    for name in COPIED:
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    broken = directory / mutation.file
    source = broken.read_text()
    if source.count(mutation.kept) != 1:
        raise DoesNotApply(
            f"{mutation.rule}: {mutation.file} has that line {source.count(mutation.kept)} times"
        )
    broken.write_text(source.replace(mutation.kept, mutation.broken))
    in_core = mutation.depth == "core" or mutation.file.startswith("dispatch/")
    for depth, module, first, nights in DEPTHS if in_core else DEPTHS[1:]:
        run = subprocess.run(
            [sys.executable, "-B", "-m", module, str(first), "--nights", str(nights), "--until-broken"],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=SECONDS_AT_MOST,
            check=False,
        )
        law = _law(run)
        if law is not None:
            return Verdict(mutation, law, depth)
    return Verdict(mutation, None)


def _law(run: "subprocess.CompletedProcess[str]") -> str | None:
    if run.returncode == 0:
        return None
    told = [line for line in run.stdout.splitlines() if " broke " in line]
    return told[0].partition(" broke ")[2] if told else f"crash: {run.stderr.strip().splitlines()[-1]}"


def table(verdicts: list[Verdict]) -> str:
    """One line for each rule."""
    return "\n".join(
        f"{one.depth or '-':<5} | {one.law or 'NOT NOTICED':<110.110} | {one.mutation.rule}"
        for one in verdicts
    )
