"""For any rota: each instant of 14 days in each tier has enough people, all of them reachable, or a finding."""

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.final import on_call_at
from dispatch.rota.lint.found import Finding
from dispatch.rota.lint.lint import lint
from dispatch.rota.lint.phones import reachable
from dispatch.rota.lint.scene import AROUND, Scene, Way
from dispatch.rota.rules import Assignment, Away, Layer, Override, Rules, TierNeed, Window
from dispatch.rota.staff import Worker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("America/Chicago", "America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Europe/London")
# The weeks in which clocks change somewhere, and one quiet one.
STARTS = tuple(datetime(2026, month, day, 11, 20, tzinfo=UTC) for month, day in ((3, 3), (6, 9), (10, 20)))
PEOPLE = tuple("abcdefgh")
TIERS = ("primary", "backup")
STEP = 15 * timedelta(minutes=1)


def a_layer(chance: random.Random, number: int, zone: ZoneInfo, start: datetime) -> Layer:
    line = tuple(tuple(chance.sample(PEOPLE, chance.choice((1, 1, 2)))) for _ in range(chance.randint(1, 4)))
    begins = (start - chance.randint(1, 40) * DAY).replace(tzinfo=None, minute=0)
    opens = time(chance.randint(0, 23), chance.choice((0, 30)))
    days = tuple(sorted(chance.sample(range(7), chance.randint(3, 7))))
    whole = chance.random() < 0.3
    windows = () if whole else (Window(days, opens, chance.choice((6, 8, 12, 24)) * HOUR),)
    turn = chance.choice((12, 24, 168)) * HOUR if whole or chance.random() < 0.3 else None
    ends = begins + chance.randint(20, 60) * DAY if chance.random() < 0.3 else None
    return Layer(f"l{number}", chance.choice(TIERS), zone, begins, line, windows, turn, ends)


def a_span(chance: random.Random, start: datetime) -> tuple[datetime, datetime]:
    begins = start + chance.randint(-48, 300) * HOUR
    return begins, begins + chance.randint(1, 60) * HOUR


def some_rules(chance: random.Random, zone: ZoneInfo, start: datetime) -> Rules:
    layers = tuple(a_layer(chance, number, zone, start) for number in range(chance.randint(1, 5)))
    return Rules(
        layers=layers,
        shifts=tuple(
            Assignment(chance.choice(PEOPLE), chance.choice(TIERS), *a_span(chance, start), f"s{number}")
            for number in range(chance.randint(0, 4))
        ),
        overrides=tuple(
            Override(
                f"o{number}",
                number,
                chance.choice(TIERS),
                *a_span(chance, start),
                chance.choice((None, *PEOPLE)),
                chance.choice((None, *PEOPLE)),
            )
            for number in range(chance.randint(0, 4))
        ),
        away=tuple(
            Away(chance.choice(PEOPLE), *a_span(chance, start), chance.choice(("vacation", "driver")))
            for _ in range(chance.randint(0, 4))
        ),
    )


def some_ways(chance: random.Random, now: datetime) -> dict[str, tuple[Way, ...]]:
    """None to three numbers each; some the same phone, some never proved."""
    return {
        person: tuple(
            Way(
                f"{person}{n}", "text", f"+1218555{chance.randint(1, 3):04d}", chance.choice((None, now, now))
            )
            for n in range(chance.randint(0, 3))
        )
        for person in PEOPLE
    }


def a_scene(seed: int) -> Scene:
    chance = random.Random(seed)
    zone, now = ZoneInfo(chance.choice(ZONES)), chance.choice(STARTS)
    working = chance.sample(PEOPLE, chance.randint(4, 8))
    return Scene(
        now=now,
        end=now + 14 * DAY,
        zone=zone,
        rules=some_rules(chance, zone, now),
        needs=tuple(TierNeed(tier, chance.randint(0, 3)) for tier in TIERS),
        workers={person: Worker(person, person, frozenset({"responder"})) for person in working},
        names={person: person for person in PEOPLE},
        ways=some_ways(chance, now),
    )


HOLES = ("gap", "few")
OF_PHONES = ("no_number", "second_way", "unverified")


def untold(scene: Scene, findings: tuple[Finding, ...]) -> list[str]:
    """The slow, obvious way: every quarter of an hour, who is on call by the rules alone. Too few are told as a
    hole; enough of whom too few can be reached, by a finding about each who cannot."""
    found = []
    at = scene.now
    while at < scene.end:
        here = [one for one in on_call_at(scene.rules, at) if one.person in scene.workers]
        told = [one for one in findings if one.within(at, at + timedelta(microseconds=1))]
        for need in scene.needs:
            people = {one.person for one in here if one.tier == need.tier}
            if len(people) < need.people:
                if not any(one.kind in HOLES and one.tier == need.tier for one in told):
                    found.append(f"a hole on {need.tier} at {at}")
                continue
            for person in people:
                known = any(one.kind in OF_PHONES and one.person == person for one in told)
                if not reachable(scene, person) and not known:
                    found.append(f"{person} on {need.tier} at {at} cannot be reached")
        at += STEP
    return found


@pytest.mark.parametrize("seed", range(40))
def test_every_instant_is_covered_or_told(seed: int) -> None:
    scene = a_scene(seed)
    assert untold(scene, lint(scene)) == []


def test_the_slow_way_sees_a_hole_that_is_not_told() -> None:
    scene = a_scene(3)
    assert untold(replace(scene, needs=(TierNeed("primary", 9),)), ()) != []


@pytest.mark.parametrize("seed", range(40))
def test_a_hole_is_told_only_where_there_is_one(seed: int) -> None:
    scene = a_scene(seed)
    needs = {need.tier: need.people for need in scene.needs}
    for hole in lint(scene):
        for start, end in hole.spans if hole.hole else ():
            for at in (start, start + (end - start) / 2, end - timedelta(microseconds=1)):
                here = {
                    one.person
                    for one in on_call_at(scene.rules, at)
                    if one.tier == hole.tier and one.person in scene.workers
                }
                assert len(here) < needs[hole.tier or ""], hole.sentence


@pytest.mark.parametrize("seed", range(20))
def test_what_lies_before_the_look_back_changes_nothing(seed: int) -> None:
    """Rules are read from a week before only; older ones must not matter."""
    scene = a_scene(seed)
    since = scene.now - AROUND
    cut = replace(
        scene.rules,
        shifts=tuple(one for one in scene.rules.shifts if one.ends_at > since),
        overrides=tuple(one for one in scene.rules.overrides if one.ends_at > since),
    )
    assert lint(scene) == lint(replace(scene, rules=cut))
