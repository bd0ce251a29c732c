"""A small rota for a test house: tiers with needs, layers from a Monday on, and what people have changed."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.tables import covers, programs, rota_layers, rota_overrides, rota_tiers, time_off
from tests.house import NIGHT, PROGRAM, House

COUNTY = ZoneInfo("America/Chicago")
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def wall(day: int, hour: int, month: int = 11, year: int = 2026) -> datetime:
    """A time of the county's wall, as an instant."""
    return datetime(year, month, day, hour, tzinfo=COUNTY).astimezone(UTC)


def lay(
    house: House,
    name: str,
    tier: str,
    line: list[list[str]],
    *,
    since: str = "2026-10-05T07:00",
    place: int = 1,
    **more: object,
) -> str:
    """One layer, by its name."""
    body = {"tier": tier, "zone": "America/Chicago", "begins": since, "line": line, **more}
    with house.shell.store.write() as connection:
        connection.execute(
            rota_layers.insert().values(
                id=f"layer-{name}",
                program=PROGRAM,
                tier=tier,
                name=name,
                place=place,
                body=json.dumps(body),
                made_by="brandvold",
                made_at=NIGHT,
            )
        )
    return f"layer-{name}"


def need(house: House, state: str | None = "MN", **people: int) -> None:
    """How many people each tier needs, in the order given."""
    with house.shell.store.write() as connection:
        connection.execute(programs.update().where(programs.c.id == PROGRAM).values(state=state))
        for place, (tier, count) in enumerate(people.items()):
            row = {"program": PROGRAM, "tier": tier, "people": count, "bring": [], "place": place}
            connection.execute(rota_tiers.insert().values(row))


def put_over(
    house: House,
    tier: str,
    start: datetime,
    end: datetime,
    *,
    person: str | None,
    instead_of: str | None = None,
    cover: str | None = None,
    number: int = 1,
) -> str:
    """An override; its order is its number."""
    name = f"over-{number}"
    with house.shell.store.write() as connection:
        row = {"program": PROGRAM, "tier": tier, "starts_at": start, "ends_at": end, "number": number}
        row |= {"person": person, "instead_of": instead_of, "cover": cover, "why": "arranged"}
        connection.execute(rota_overrides.insert().values(id=name, made_by="brandvold", made_at=NIGHT, **row))
    return name


def ask_cover(
    house: House,
    person: str,
    tier: str,
    start: datetime,
    end: datetime,
    *,
    ref: int = 2901,
    kind: str = "cover",
    state: str = "open",
    taken_by: str | None = None,
) -> str:
    """A request for cover, with its number."""
    row = {
        "program": PROGRAM,
        "kind": kind,
        "person": person,
        "tier": tier,
        "starts_at": start,
        "ends_at": end,
    }
    with house.shell.store.write() as connection:
        connection.execute(
            covers.insert().values(
                id=f"cover-{ref}", ref=ref, state=state, taken_by=taken_by, made_at=NIGHT, **row
            )
        )
    return f"cover-{ref}"


def take_off(house: House, person: str, start: datetime, end: datetime, state: str = "approved") -> None:
    """Time off."""
    row = {"program": PROGRAM, "person": person, "kind": "vacation", "starts_at": start, "ends_at": end}
    with house.shell.store.write() as connection:
        connection.execute(
            time_off.insert().values(id=f"off-{person}-{start:%d}", state=state, asked_at=NIGHT, **row)
        )


def days(start: str, end: str) -> list[dict[str, object]]:
    """The windows of a layer that is on every day from one time of the wall to another."""
    return [{"days": EVERY_DAY, "from": start, "to": end}]


def a_rota(house: House) -> None:
    """Pairs by day and by night who change each week, a backup who changes each day, a supervisor by the week. It
    begins on Wednesday 11 November at 07:00, after the shifts that the house was furnished with."""
    need(house, primary=2, backup=1, supervisor=1)
    since = "2026-11-11T07:00"
    pairs = {"line": [["ana", "ben"], ["cyd", "dov"]], "since": since, "turn_hours": 168}
    lay(house, "Days", "primary", windows=days("07:00", "19:00"), team="C4", **pairs)  # type: ignore[arg-type]
    lay(house, "Nights", "primary", windows=days("19:00", "07:00"), first=1, place=2, **pairs)  # type: ignore[arg-type]
    lay(house, "Backup", "backup", [["dov"], ["cyd"]], since=since, place=3, turn_hours=24)
    lay(house, "Supervisors", "supervisor", [["okonjo"], ["haddad"]], since=since, place=4, turn_hours=168)
