"""The spans in which a hard rule of credentials keeps a person off a tier, known before they come."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.held import held, rule_of, spans_without
from dispatch.rota.may_work import SetAside
from dispatch.rota.rules import Away
from dispatch.rota.spans import joined
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant, wall_of

FOR_EVER = datetime(3000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def barred(
    worker: Worker,
    terms: RotaTerms,
    zone: ZoneInfo,
    state: str | None,
    set_aside: Iterable[SetAside],
    now: datetime,
) -> tuple[Away, ...]:
    """When this person is off which tier, from now on, and by which rule. What has lapsed keeps them off from the
    midnight after its last day, until one begins that counts; not while the rule is set aside."""
    found: list[Away] = []
    asides = [one for one in set_aside if one.person == worker.id]
    for tier, kinds in terms.required.items():
        for rule in sorted({rule_of(kind) for kind in kinds}):
            if terms.weight(rule) == "hard":
                asked = [kind for kind in kinds if rule_of(kind) == rule]
                spans = joined(span for kind in asked for span in _lacking(worker, kind, state, zone, now))
                free = [(one.starts_at, one.ends_at) for one in asides if one.rule == rule]
                found += [Away(worker.id, *span, rule, tier) for span in _less(spans, free)]
    return tuple(found)


def _lacking(worker: Worker, kind: str, state: str | None, zone: ZoneInfo, now: datetime) -> Iterator[Span]:
    today = wall_of(now, zone).date()
    for first, last in spans_without(held(worker, kind, state), today):
        start = max(instant(datetime.combine(first, time()), zone), now)
        end = FOR_EVER if last is None else instant(datetime.combine(last + DAY, time()), zone)
        if start < end:
            yield start, end


def _less(spans: Iterable[Span], free: Iterable[Span]) -> list[Span]:
    """Spans without those that are free."""
    left = list(spans)
    for begins, ends in free:
        cut = [((start, min(end, begins)), (max(start, ends), end)) for start, end in left]
        left = [span for pair in cut for span in pair if span[0] < span[1]]
    return left
