"""Rotas made up from a seed: every kind of layer, shifts by hand, overrides upon overrides, time off."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch.rota.rules import Assignment, Away, Layer, Override, Rules, Window
from tests.rota_slow import QUARTER

DAY = timedelta(days=1)
ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "America/New_York",
        "America/Chicago",
        "America/Phoenix",
        "Australia/Lord_Howe",
        "Europe/London",
        "America/Sao_Paulo",
    )
)
YEARS = 3
STAFF = ("ana", "ben", "cyd", "dov", "eli", "fay", "gus", "hal")
TIERS = ("primary", "backup", "tele")
# When clocks are changed somewhere: most people of these rotas change in such an hour.
SMALL_HOURS = tuple(time(hour, minute) for hour in range(4) for minute in (0, 15, 30, 45))


def first_day(zone: ZoneInfo) -> datetime:
    """Where the three years begin: Sao Paulo changed its clocks until 2019."""
    return datetime(2016 if zone.key == "America/Sao_Paulo" else 2024, 1, 1)


def made_up(seed: int) -> Rules:
    """One rota; its layers hang on one of the zones by turns, now and then on another."""
    chance = Random(seed)
    zone = ZONES[seed % len(ZONES)]
    start = first_day(zone)
    layers = [
        layer
        for number in range(chance.randint(1, 3))
        for layer in _layers(chance, f"layer {number}", zone, start)
    ]
    return Rules(
        layers=tuple(replace(layer, place=place * 100) for place, layer in enumerate(layers)),
        shifts=tuple(_shift(chance, number, start) for number in range(chance.randint(0, 8))),
        overrides=_overrides(chance, start),
        away=tuple(_away(chance, start) for _ in range(chance.randint(0, 8))),
    )


def _layers(chance: Random, name: str, zone: ZoneInfo, start: datetime) -> list[Layer]:
    zone = chance.choice(ZONES) if chance.random() < 0.1 else zone
    begins = datetime.combine(start, _clock(chance)) + chance.randint(-900, 500) * DAY
    line = tuple(
        tuple(chance.sample(STAFF, chance.choice((1, 1, 2, 3)))) for _ in range(chance.randint(1, 6))
    )
    layer = Layer(
        id=name,
        tier=chance.choice(TIERS),
        zone=zone,
        begins=begins,
        line=line,
        ends=begins + chance.randint(20, 1500) * DAY + _quarters(chance, 95)
        if chance.random() < 0.3
        else None,
        first=chance.randrange(len(line)),
        team=chance.choice((None, "C1")),
    )
    match chance.randrange(6):
        case 0:
            return [replace(layer, turn=chance.choice((1, 1, 2, 3)) * DAY)]
        case 1:
            return [
                replace(layer, turn=chance.choice((1, 1, 2)) * 7 * DAY, windows=_any_windows(chance, 0.5))
            ]
        case 2:
            return [replace(layer, turn=_quarters(chance, 400), windows=_any_windows(chance, 0.5))]
        case 3:
            return _day_and_night(chance, layer)
        case 4:
            days = tuple(sorted(chance.sample(range(7), chance.randint(1, 6))))
            return [replace(layer, windows=(Window(days, _clock(chance), _quarters(chance, 96)),))]
        case _:
            return [replace(layer, windows=_any_windows(chance, 1))]


def _day_and_night(chance: Random, layer: Layer) -> list[Layer]:
    """Two layers that share every day between them."""
    day, night = chance.choice(((7, 19), (2, 14), (1, 9)))
    week = tuple(range(7))
    turn = chance.choice((None, 7 * DAY))
    by_day = Window(week, time(day), timedelta(hours=night - day))
    by_night = Window(week, time(night), timedelta(hours=24 - night + day))
    return [
        replace(layer, windows=(by_day,), turn=turn),
        replace(layer, id=f"{layer.id} at night", windows=(by_night,), turn=turn, first=0),
    ]


def _any_windows(chance: Random, share: float) -> tuple[Window, ...]:
    """So many windows of a week, none of which overlaps another."""
    if chance.random() >= share:
        return ()
    cuts = sorted(chance.sample(range(0, 7 * 96), 2 * chance.randint(1, 5)))
    if chance.random() < 0.5:
        cuts = [*cuts[1:], cuts[0] + 7 * 96]  # the last runs on into the next week
    windows = []
    for opens, closes in zip(cuts[::2], cuts[1::2], strict=True):
        at = datetime.min + opens * QUARTER
        windows.append(Window((opens // 96,), at.time(), (closes - opens) * QUARTER))
    return tuple(windows)


def _overrides(chance: Random, start: datetime) -> tuple[Override, ...]:
    made: list[Override] = []
    for number in range(chance.randint(0, 14)):
        starts_at, ends_at = _span(chance, start)
        undoes = chance.choice(made).id if made and chance.random() < 0.3 else None
        made.append(
            Override(
                f"override {number}",
                number,
                chance.choice(TIERS),
                starts_at,
                ends_at,
                chance.choice((None, *STAFF)),
                chance.choice((None, *STAFF, *STAFF)),
                undoes,
            )
        )
        if undoes is None and chance.random() < 0.6:  # a cover of the cover
            again = made[-1]
            made.append(
                replace(
                    again, id=f"again {number}", order=number + 100, instead_of=again.person, person="gus"
                )
            )
    ordered = [replace(one, order=order) for order, one in enumerate(made)]
    chance.shuffle(ordered)  # where they are written does not count
    return tuple(ordered)


def _shift(chance: Random, number: int, start: datetime) -> Assignment:
    starts_at, ends_at = _span(chance, start)
    person = chance.choice(STAFF)
    return Assignment(person, chance.choice(TIERS), starts_at, ends_at, f"shift {number}", None, number)


def _away(chance: Random, start: datetime) -> Away:
    starts_at, ends_at = _span(chance, start)
    return Away(chance.choice(STAFF), starts_at, ends_at, "vacation", chance.choice((None, None, *TIERS)))


def _span(chance: Random, start: datetime) -> tuple[datetime, datetime]:
    starts_at = start.replace(tzinfo=UTC) + chance.randint(-5, 365 * YEARS) * DAY + _quarters(chance, 95)
    return starts_at, starts_at + _quarters(chance, chance.choice((4, 48, 96, 1400)))


def _clock(chance: Random) -> time:
    return chance.choice((*SMALL_HOURS, time(7), time(8, 30), time(19), time(23, 45)))


def _quarters(chance: Random, most: int) -> timedelta:
    return chance.randint(1, most) * QUARTER
