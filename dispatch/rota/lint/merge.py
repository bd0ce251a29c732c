"""The same thing every week is one line, with how often it comes and its first three times."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Finding, Found

TIMES_NAMED = 3


def merged(found: Iterable[Found], zone: ZoneInfo) -> tuple[Finding, ...]:
    """Equal findings as one, in the order of time; of one time the grave first."""
    alike: dict[tuple[object, ...], list[Found]] = {}
    for one in found:
        alike.setdefault(_likeness(one, zone), []).append(one)
    lines = [_line(sorted(group, key=lambda one: one.starts_at), zone) for group in alike.values()]
    return tuple(sorted(lines, key=_order))


def _order(line: Finding) -> tuple[datetime, bool, str, str]:
    return line.starts_at, not line.grave, line.kind, line.sentence


def _likeness(one: Found, zone: ZoneInfo) -> tuple[object, ...]:
    alone = () if one.dated else (one.starts_at,)
    at = words.clock(one.starts_at, zone) if one.dated else ""
    return one.kind, one.grave, one.tier, one.person, one.said, one.about, at, *alone


def _line(group: list[Found], zone: ZoneInfo) -> Finding:
    first = group[0]
    return Finding(
        first.kind,
        first.grave,
        first.tier,
        first.person,
        first.starts_at,
        first.ends_at,
        _sentence(group, zone),
        next((one.cure for one in group if one.cure), ""),
        tuple((one.starts_at, one.ends_at) for one in group),
        first.about,
        _sentence(group[:1], zone),
    )


def _sentence(group: list[Found], zone: ZoneInfo) -> str:
    first = group[0]
    if not first.dated:
        return words.ending(words.upper(first.said))
    if len(group) == 1:
        return words.ending(f"{words.moment(first.starts_at, zone)}, {first.said}")
    times = ", ".join(words.moment(one.starts_at, zone) for one in group[:TIMES_NAMED])
    more = f" and {len(group) - TIMES_NAMED} more" if len(group) > TIMES_NAMED else ""
    return words.ending(f"{len(group)} times, {times}{more}: {first.said}")
