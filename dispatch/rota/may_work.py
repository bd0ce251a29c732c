"""Who may work which shift: every rule about one person, asked at once, each with a sentence to act on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal
from zoneinfo import ZoneInfo

from dispatch.rota.against import Against, overlap
from dispatch.rota.held import against_credentials
from dispatch.rota.rest import against_call_out, against_nights, against_rest, against_week
from dispatch.rota.rules import Assignment, Away
from dispatch.rota.span_words import span_words
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.rota.training import against_training

CURE = " Choose another, or set the rule aside by name."
# Time off that nobody has decided yet comes with this reason: it is warned of, and never blocks.
ASKED = "asked"
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Objection:
    """One rule against one person's shift. `person` is their id. Hard: refused unless the rule is set aside."""

    rule: str
    weight: Literal["hard", "soft"]
    person: str
    sentence: str


@dataclass(frozen=True)
class SetAside:
    """A rule that somebody set aside by name, for one person and one span (UTC)."""

    person: str
    rule: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, rule: str, wanted: Assignment) -> bool:
        """Does it free this whole assignment of this rule?"""
        return (
            (self.person, self.rule) == (wanted.person, rule)
            and self.starts_at <= wanted.starts_at
            and wanted.ends_at <= self.ends_at
        )


def objections(
    worker: Worker,
    wanted: Assignment,
    others: tuple[Assignment, ...],
    terms: RotaTerms,
    day_of: ZoneInfo,
    call_outs: tuple[Span, ...] = (),
    away: tuple[Away, ...] = (),
    *,
    state: str | None = None,
    set_aside: tuple[SetAside, ...] = (),
) -> tuple[Objection, ...]:
    """All that speaks against `wanted`, hard rules first. `others` are the same person's other assignments from
    8 days before to 8 days after; `day_of` is the program's zone, and `state` the one whose law counts."""
    others = tuple(one for one in others if one.person == worker.id)
    found = chain(
        against_two_tiers(worker, wanted, others, day_of),
        against_time_off(worker, wanted, away, day_of),
        against_credentials(worker, wanted, terms, day_of, state),
        against_training(worker, wanted, terms, day_of, state),
        against_rest(worker, wanted, others, terms),
        against_nights(worker, wanted, others, terms, day_of),
        against_week(worker, wanted, others, terms, day_of),
        against_call_out(worker, wanted, call_outs, terms, day_of),
    )
    return weighed(found, wanted, terms, set_aside)


def weighed(
    found: Iterable[Against], wanted: Assignment, terms: RotaTerms, set_aside: tuple[SetAside, ...] = ()
) -> tuple[Objection, ...]:
    """What was found, as this program weighs it: rules that are off or set aside fall away, hard ones come first."""
    counting: list[Objection] = []
    for one in found:
        weight = terms.weight(one.rule)
        if weight == "off" or any(aside.covers(one.rule, wanted) for aside in set_aside):
            continue
        hard = weight == "hard" and not one.mild
        sentence = one.sentence + CURE if hard else one.sentence
        counting.append(Objection(one.rule, "hard" if hard else "soft", wanted.person, sentence))
    return tuple(sorted(counting, key=lambda one: one.weight == "soft"))


def against_two_tiers(
    worker: Worker, wanted: Assignment, others: tuple[Assignment, ...], zone: ZoneInfo
) -> Iterator[Against]:
    """Nobody is on call twice at once: a second place looks like cover, and is none."""
    for other in others:
        if overlap(other, wanted.starts_at, wanted.ends_at):
            span = span_words(other.starts_at, other.ends_at, zone)
            yield Against("two_tiers", f"{worker.name} is on {other.tier} from {span} already.")
            return


def against_time_off(
    worker: Worker, wanted: Assignment, away: tuple[Away, ...], zone: ZoneInfo
) -> Iterator[Against]:
    """Time off stands against a shift; time off that is only asked for is warned of."""
    for off in away:
        if off.person != worker.id or off.tier not in (None, wanted.tier):
            continue
        if off.starts_at < wanted.ends_at and off.ends_at > wanted.starts_at:
            span = span_words(off.starts_at, off.ends_at, zone)
            asked = off.why == ASKED
            says = f"has asked for time off from {span}" if asked else f"is away from {span} ({off.why})"
            yield Against("time_off", f"{worker.name} {says}.", mild=asked)
