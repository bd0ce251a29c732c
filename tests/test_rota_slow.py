"""The rota held against a second one that is slow and obvious: each quarter of an hour names the same people."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.final import final, on_call_at
from dispatch.rota.rules import Rules
from tests.rota_made import YEARS, ZONES, first_day, made_up
from tests.rota_slow import QUARTER, Post, Rota, SlowRota, changes_of

ROTAS = 200
NIGHT_ROTAS = 400
QUARTERS = YEARS * 365 * 96
LOOKS = 25
ONE_MORE = bytes(range(1, 256)) + b"\xff"


def drawn(rules: Rules, start: datetime) -> Rota:
    """The final rota as the slow one has it: for each post, who stands there at each quarter."""
    rota: Rota = {}
    for one in final(rules, start, start + QUARTERS * QUARTER):
        first, rest = divmod(one.starts_at - start, QUARTER)
        last, more = divmod(one.ends_at - start, QUARTER)
        assert rest == more == timedelta(0), f"{one} does not begin and end on a quarter"
        first, last = max(first, 0), min(last, QUARTERS)
        on = rota.setdefault((one.tier, one.person, one.source), bytearray(QUARTERS))
        on[first:last] = on[first:last].translate(ONE_MORE)
    return rota


def named(rota: Rota, quarter: int) -> Counter[Post]:
    """Who stands where at one quarter."""
    return +Counter({post: on[quarter] for post, on in rota.items()})


def differences(
    rules: Rules, start: datetime, expected: Rota, chance: Random, zones: tuple[ZoneInfo, ...]
) -> list[str]:
    """Where the two do not agree, in words: over the whole span, and asked at single instants."""
    found = drawn(rules, start)
    wrong = []
    for post in expected.keys() | found.keys():
        ours, theirs = found.get(post, bytearray(QUARTERS)), expected.get(post, bytearray(QUARTERS))
        if ours != theirs:
            quarter = next(n for n in range(QUARTERS) if ours[n] != theirs[n])
            at = start + quarter * QUARTER
            wrong.append(f"{post} at {at}: {ours[quarter]} here, {theirs[quarter]} by the slow way")
    looks = {chance.randrange(QUARTERS) for _ in range(LOOKS)}
    for zone in zones:
        for change in changes_of(zone, start, QUARTERS):
            looks |= {(change - start) // QUARTER + step for step in range(-6, 7)}
    for quarter in sorted(looks):
        at = start + quarter * QUARTER
        now = Counter((one.tier, one.person, one.source) for one in on_call_at(rules, at))
        if now != named(expected, quarter):
            wrong.append(f"on call at {at}: {now} here, {named(expected, quarter)} by the slow way")
    return wrong


@pytest.mark.parametrize("tens", range(ROTAS // 10))
def test_each_quarter_of_an_hour_over_three_years_names_the_same_people(tens: int) -> None:
    for seed in range(tens * 10, tens * 10 + 10):
        rules, zone = made_up(seed), ZONES[seed % len(ZONES)]
        start = first_day(zone).replace(tzinfo=UTC)
        slow = SlowRota(rules, start, QUARTERS)
        zones = tuple({layer.zone for layer in rules.layers})
        wrong = differences(rules, start, slow.posts(), Random(seed), zones)
        assert not wrong, f"seed {seed}: {wrong[:5]}"


@pytest.mark.night
@pytest.mark.parametrize("tens", range(NIGHT_ROTAS // 10))
def test_more_rotas_name_the_same_people_in_every_zone(tens: int) -> None:
    for seed in range(tens * 10, tens * 10 + 10):
        rules = made_up(seed)
        start = first_day(ZONES[seed % len(ZONES)]).replace(tzinfo=UTC)
        slow = SlowRota(rules, start, QUARTERS)
        for zone in ZONES:
            moved = replace(rules, layers=tuple(replace(layer, zone=zone) for layer in rules.layers))
            wrong = differences(moved, start, slow.posts(zone), Random(seed), (zone,))
            assert not wrong, f"seed {seed}, {zone}: {wrong[:5]}"
