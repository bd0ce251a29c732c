"""The shifts of a span: each tier's day cut at the hours of hand-over, on the wall."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dispatch.rota.plan.almanac import DAY, days_of, is_weekend, mostly_on
from dispatch.rota.plan.problem import Slot
from dispatch.rota.rest import nights_of
from dispatch.rota.rules import TierNeed
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant


def slots_of(
    needs: Sequence[TierNeed],
    zone: ZoneInfo,
    first: date,
    weeks: int,
    hand_overs: Sequence[time],
    terms: RotaTerms,
    holidays: Collection[date],
) -> tuple[Slot, ...]:
    """Every shift of these tiers that begins in the span, in the order of time and ladder."""
    cuts = [
        instant(datetime.combine(first + DAY * number, at), zone)
        for number in range(weeks * 7 + 1)
        for at in sorted(hand_overs)
    ]
    spans = list(zip(cuts, cuts[1:], strict=False))[: weeks * 7 * len(hand_overs)]
    return tuple(
        slot
        for starts_at, ends_at in spans
        for slot in _shifts(needs, starts_at, ends_at, zone, terms, holidays)
    )


def _shifts(
    needs: Sequence[TierNeed],
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    terms: RotaTerms,
    holidays: Collection[date],
) -> Iterator[Slot]:
    days = days_of(starts_at, ends_at, zone)
    nights = nights_of(starts_at, ends_at, terms, zone)
    kept = [day for day in days if day in holidays]
    for need in needs:
        if need.people:
            yield Slot(
                tier=need.tier,
                starts_at=starts_at,
                ends_at=ends_at,
                people=need.people,
                bring=need.bring,
                days=days,
                night=nights[0] if nights else None,
                weekend=is_weekend(starts_at, ends_at, zone),
                holiday=bool(kept) and mostly_on(starts_at, ends_at, zone, kept),
            )
