"""What other terms of the rota would do to the next two weeks, said before they count."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.rota.bars import bars_under
from app.rota.check import AROUND, Known, known
from app.rota.load import rules_of
from app.rota.set_terms import HouseTerms
from app.shell import Shell
from dispatch.rota.composition import stretches_together
from dispatch.rota.final import final
from dispatch.rota.may_work import CURE
from dispatch.rota.preview import Difference, difference, price
from dispatch.rota.rules import Assignment, Rules, TierNeed
from dispatch.rota.span_words import moment_words, span_words

AHEAD = timedelta(days=14)
NAMED_AT_MOST = 8
NOTHING = "In the next 14 days nobody's place on call changes, and no shift breaks a rule that it keeps now."
Span = tuple[datetime, datetime]


def effect(connection: Connection, shell: Shell, program: str, new: HouseTerms) -> tuple[str, ...]:
    """Sentences: who would be off or on call, which tiers would be short, and which shifts would break a rule."""
    now = shell.clock.now()
    end = now + AHEAD
    before = known(connection, shell, program, now, end)
    stored = rules_of(connection, program, now - AROUND, end + AROUND)
    bars = bars_under(connection, program, new.terms, new.state, before.zone, now)
    # A bar names its tier; time off never does.
    away = tuple(one for one in stored.away if one.tier is None or one.ends_at <= now)
    changed = replace(stored, away=(*away, *bars))
    after = replace(
        before,
        terms=new.terms,
        state=new.state,
        needs=new.needs,
        found=final(changed, now - AROUND, end + AROUND),
    )
    said = [
        *_moved(before, stored, changed, (now, end)),
        *price(stored, changed, new.needs, before.workers, before.zone, now, end),
        *_short(before, after, (now, end)),
        *_broken(before, after, (now, end)),
    ]
    return tuple(dict.fromkeys(said)) or (NOTHING,)


def _moved(before: Known, stored: Rules, changed: Rules, span: Span) -> Iterator[str]:
    differences = difference(stored, changed, *span)
    for change, words in (("off", "off call"), ("on", "on call again")):
        first: dict[str, Difference] = {}
        for one in differences:
            if one.change == change and one.person in before.workers:
                first.setdefault(one.person, one)
        if first:
            named = [_first(before, one) for one in first.values()]
            count = "1 person" if len(named) == 1 else f"{len(named)} people"
            yield f"{count} would be {words}: {_listed(named)}."


def _first(before: Known, one: Difference) -> str:
    name = before.workers[one.person].name
    return f"{name} ({one.tier}, from {moment_words(one.starts_at, before.zone)})"


def _short(before: Known, after: Known, span: Span) -> Iterator[str]:
    """Tiers that would have too few people where they have enough by today's terms."""
    asked = {need.tier: need.people for need in before.needs}
    for need in after.needs:
        if need.people <= asked.get(need.tier, 0):
            continue
        spans = list(_holes(after, need, asked.get(need.tier, 0), span))
        if spans:
            begins, ends, have = spans[0]
            more = f", and {len(spans) - 1} times more" if len(spans) > 1 else ""
            yield (
                f"{need.people} would be needed on {need.tier}, and {have} would be on call "
                f"{span_words(begins, ends, after.zone)}{more}."
            )


def _holes(
    after: Known, need: TierNeed, enough_before: int, span: Span
) -> Iterator[tuple[datetime, datetime, int]]:
    for piece in stretches_together(after.found, after.workers, need.tier, *span):
        if enough_before <= len(piece.team) < need.people:
            yield piece.starts_at, piece.ends_at, len(piece.team)


def _broken(before: Known, after: Known, span: Span) -> Iterator[str]:
    """Shifts that stand today and that a hard rule would speak against."""
    named = []
    for one in after.found:
        if one.person in after.workers and one.starts_at < span[1] and one.ends_at > span[0]:
            stood, will = _hard(before, one), _hard(after, one)
            named += [_against(after, one, said) for rule, said in will.items() if rule not in stood]
    if named:
        count = "1 shift" if len(named) == 1 else f"{len(named)} shifts"
        yield f"{count} would break a hard rule, and would need a change or a rule set aside."
        yield from named[:NAMED_AT_MOST]
        if len(named) > NAMED_AT_MOST:
            yield f"And {len(named) - NAMED_AT_MOST} more."


def _hard(under: Known, one: Assignment) -> dict[str, str]:
    """The hard rules against a shift that stands, by code: one broken by today's terms is no news."""
    return {found.rule: found.sentence for found in under.against(one, (one,)) if found.weight == "hard"}


def _against(after: Known, one: Assignment, sentence: str) -> str:
    return f"{one.tier}, {span_words(one.starts_at, one.ends_at, after.zone)}: {sentence.removesuffix(CURE)}"


def _listed(named: Iterable[str]) -> str:
    every = list(named)
    more = len(every) - NAMED_AT_MOST
    return ", ".join(every[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
