"""On call by the stored rota: who a page would ask, in what order, until when, and what other programs are told."""

import json
from datetime import timedelta
from typing import Any

from app.accounts import add_token
from app.oncall import on_duty, who_is_asked
from app.rota.load import REACH, rules_of
from app.tables import duties, people, rota_bars, rota_layers, rota_overrides, rota_tiers, shifts, time_off
from tests.house import NIGHT, PROGRAM, House

HOUR = timedelta(hours=1)
MADE: dict[str, Any] = {"made_by": "brandvold", "made_at": NIGHT}


def put(house: House, table: Any, **row: Any) -> None:
    with house.shell.store.write() as connection:
        connection.execute(table.insert().values(program=PROGRAM, **row))


def a_layer(house: House, name: str, place: int, tier: str, *line: list[str]) -> None:
    body = {
        "id": name,
        "tier": tier,
        "zone": "America/Chicago",
        "begins": "2026-11-09T19:00",
        "line": line,
        "turn_hours": 24,
        "team": "C9",
    }
    put(house, rota_layers, id=name, tier=tier, name=name, place=place, body=json.dumps(body), **MADE)


def override(house: House, number: int, instead_of: str | None, person: str | None, **more: Any) -> None:
    span = {"starts_at": NIGHT - HOUR, "ends_at": NIGHT + 2 * HOUR}
    who = {"instead_of": instead_of, "person": person, "why": "sick"}
    row = {"id": f"o{number}", "number": number, "tier": "backup", **who, **span, **MADE, **more}
    put(house, rota_overrides, **row)


def on(house: House, tier: str) -> list[str]:
    with house.shell.store.read() as connection:
        return [shift.person for shift in on_duty(connection, PROGRAM, NIGHT) if shift.tier == tier]


def asked(house: House) -> dict[str, list[str]]:
    """What another program is told."""
    token = add_token(house.shell, "a test", "read", PROGRAM, "root")
    answer = house.app.test_client().get("/api/v1/on-call", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {tier["tier"]: [one["name"] for one in tier["people"]] for tier in answer.get_json()["tiers"]}


def test_shifts_by_hand_are_asked_before_layers_and_layers_in_their_order(house: House) -> None:
    a_layer(house, "second", 1, "backup", ["haddad"])
    a_layer(house, "first", 0, "backup", ["okonjo", "ana"])
    assert on(house, "backup") == ["cyd", "dov", "okonjo", "ana", "haddad"]


def test_a_cover_stands_where_the_covered_one_stood(house: House) -> None:
    override(house, 1, "cyd", "haddad")
    assert on(house, "backup") == ["haddad", "dov"]
    with house.shell.store.read() as connection:
        (cover,) = (one for one in on_duty(connection, PROGRAM, NIGHT) if one.person == "haddad")
    assert (cover.name, cover.until, cover.duty) == ("L. Haddad", NIGHT + 2 * HOUR, "on_call")


def test_nobody_and_undone_and_away_are_what_they_say(house: House) -> None:
    override(house, 1, None, None)
    assert on(house, "backup") == []
    override(house, 2, None, None, undoes="o1")
    assert on(house, "backup") == ["cyd", "dov"]
    span = {"starts_at": NIGHT - HOUR, "ends_at": NIGHT + HOUR, "asked_at": NIGHT}
    put(house, time_off, id="a", person="cyd", kind="sick", state="approved", **span)
    put(house, time_off, id="b", person="dov", kind="sick", state="asked", **span)
    assert on(house, "backup") == ["dov"]


def test_a_bar_takes_a_person_from_the_tier_that_it_names_and_from_no_other(house: House) -> None:
    span = {"starts_at": NIGHT - HOUR, "ends_at": NIGHT + HOUR, "why": "license"}
    put(house, rota_bars, person="cyd", tier="primary", **span)
    assert on(house, "backup") == ["cyd", "dov"]
    put(house, rota_bars, person="cyd", tier="backup", **span)
    assert on(house, "backup") == ["dov"]
    put(house, rota_bars, person="dov", tier=None, **span)
    assert on(house, "backup") == []


def test_later_changes_say_until_when_somebody_is_on(house: House) -> None:
    span = {"starts_at": NIGHT + 3 * HOUR, "ends_at": NIGHT + 4 * HOUR}
    override(house, 1, "cyd", "haddad", **span)
    with house.shell.store.read() as connection:
        (cyd,) = (one for one in on_duty(connection, PROGRAM, NIGHT) if one.person == "cyd")
    assert cyd.until == NIGHT + 3 * HOUR


def test_who_works_here_no_more_or_is_on_a_break_is_not_asked(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "cyd").values(active=False))
        connection.execute(duties.insert().values(person="dov", duty="break", until=None, set_at=NIGHT))
        assert [one.person for one in on_duty(connection, PROGRAM, NIGHT) if one.tier == "backup"] == ["dov"]
        assert "dov" not in {one.person for one in who_is_asked(on_duty(connection, PROGRAM, NIGHT))}


def test_a_tele_tier_is_told_of_where_a_program_has_one(house: House) -> None:
    assert set(asked(house)) == {"primary", "backup", "supervisor"}
    put(house, rota_tiers, tier="tele", people=1, bring=[], place=3)
    assert asked(house)["tele"] == []


def test_a_tele_tier_is_told_of_where_somebody_is_on_it(house: House) -> None:
    put(
        house,
        shifts,
        id="t",
        tier="tele",
        person="haddad",
        place_in_line=1,
        starts_at=NIGHT,
        ends_at=NIGHT + HOUR,
    )
    assert asked(house)["tele"] == ["L. Haddad"]


def test_what_begins_after_any_turn_could_end_is_not_read_and_the_longest_turn_still_ends_right(
    house: House,
) -> None:
    week = {"ends_at": NIGHT + timedelta(days=4000), "person": "ana", "why": "driver", "tier": "primary"}
    put(house, rota_bars, starts_at=NIGHT + REACH, **week)
    with house.shell.store.read() as connection:
        assert rules_of(connection, PROGRAM, NIGHT, NIGHT).away == ()
    body = {
        "tier": "tele",
        "zone": "UTC",
        "begins": "2026-11-10T08:00",
        "line": [["ben"]],
        "turn_hours": 8 * 168,
    }
    put(house, rota_layers, id="t", tier="tele", name="Tele", place=9, body=json.dumps(body), **MADE)
    last_day = NIGHT + timedelta(days=55)
    put(house, rota_bars, starts_at=last_day, **{**week, "person": "ben", "tier": "tele"})
    with house.shell.store.read() as connection:
        (tele,) = [shift for shift in on_duty(connection, PROGRAM, NIGHT) if shift.tier == "tele"]
    assert tele.until == last_day
