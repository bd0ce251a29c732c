"""The pages where a rota is made and changed: looked at first, checked again, and counted once."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.oncall import on_duty
from app.rota.overrides import add_override
from app.sessions import Me
from app.tables import journal, people, rota_layers, rota_overrides, rota_tiers, shifts
from dispatch.value import Refused
from tests.house import NIGHT, PROGRAM, House
from tests.walk import hidden, post, text

LAYERS, NEW, OVERRIDE = "/rota/edit", "/rota/edit/layers/new", "/rota/edit/override"


@pytest.fixture
def manager(house: House) -> FlaskClient:
    return house.client("brandvold")


def nights(**changes: object) -> dict[str, object]:
    """A layer of nights on backup, from 16 November on, Ana and Ben by turns."""
    given: dict[str, object] = {
        "tier": "backup",
        "name": "Backup nights",
        "team": "",
        "begins": "2026-11-16T19:00",
        "ends": "",
        "turn": "shift",
        "hours": "",
        "w0_days": ["mon", "wed"],
        "w0_from": "19:00",
        "w0_to": "07:00",
        "w0_more": "0",
        "l0": ["ana"],
        "l1": ["ben"],
    }
    return {**given, **changes}


def count(house: House, table: object) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def on(house: House, days: float, hours: float = 0) -> dict[str, str]:
    """Who is on call so long after the night of the house, by tier."""
    at = NIGHT + timedelta(days=days, hours=hours)
    with house.shell.store.read() as connection:
        return {shift.tier: shift.person for shift in on_duty(connection, PROGRAM, at)}


def layer_named(house: House, name: str) -> list[dict[str, object]]:
    with house.shell.store.read() as connection:
        bodies = connection.scalars(select(rota_layers.c.body).where(rota_layers.c.name == name)).all()
    return sorted((json.loads(body) for body in bodies), key=lambda body: str(body["begins"]))


def made(house: House, client: FlaskClient, **changes: object) -> str:
    """A layer in force, its id."""
    answer = post(client, NEW, **nights(**changes), do="force")
    assert answer.status_code == 302, text(answer)
    with house.shell.store.read() as connection:
        return str(connection.scalar(select(rota_layers.c.id).order_by(rota_layers.c.made_at.desc())))


# --- making a layer ---------------------------------------------------------------------------------------


def test_a_layer_is_looked_at_before_it_counts(house: House, manager: FlaskClient) -> None:
    said = text(post(manager, NEW, **nights(), do="look"))
    assert "Nothing has changed yet." in said and "The first 14 shifts" in said
    assert "Mon 16 Nov 19:00 to 07:00 Backup Goes off: Nobody Comes on: Ana Vela" in said
    assert "Wed 18 Nov 19:00 to 07:00 Backup Goes off: Nobody Comes on: Ben Whitcomb" in said
    assert count(house, rota_layers) == 0


def test_a_layer_in_force_says_who_is_on_call(house: House, manager: FlaskClient) -> None:
    made(house, manager)
    assert on(house, 6, 20) == {"backup": "ana"}
    assert on(house, 8, 20) == {"backup": "ben"}
    assert on(house, 7, 20) == {}
    said = text(manager.get(LAYERS))
    assert "Backup nights" in said and "Mon Wed 19:00 to 07:00" in said and "each shift is a turn" in said


def test_a_double_click_makes_one_layer(house: House, manager: FlaskClient) -> None:
    first = post(manager, NEW, **nights(), do="force", key="once")
    second = post(manager, NEW, **nights(), do="force", key="once")
    assert first.status_code == 302 and second.status_code == 409
    assert "This was done already." in text(second) and count(house, rota_layers) == 1


def test_those_whose_times_change_are_told_once(house: House, manager: FlaskClient) -> None:
    made(house, manager)
    house.worker.tick()
    for person in ("ana", "ben"):
        told = [said for said in house.texts(person) if "times on call change" in said]
        assert len(told) == 1
    assert not house.texts("cyd")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tier": "reserve"}, "Choose the tier."),
        ({"name": " "}, "Give it a name"),
        ({"begins": "2026-02-30T19:00"}, "Write a date and a time"),
        ({"begins": "9999-12-31T23:59"}, "Write a date between 2000 and 2099."),
        ({"begins": "2028-06-01T19:00"}, "at most 400 days ahead"),
        ({"begins": "2020-06-01T19:00"}, "last 400 days"),
        ({"ends": "2026-11-16T07:00"}, "The layer ends before it begins."),
        ({"ends": "2026-11-16T19:00"}, "The layer ends before it begins."),
        ({"begins": "2026-11-01T19:00", "ends": "2026-11-02T19:00"}, "over already"),
        ({"turn": "moon"}, "Choose how long a turn is."),
        ({"turn": "hours", "hours": "0"}, "Write hours from 0.25 to 1344"),
        ({"turn": "hours", "hours": "7.1"}, "Write hours from 0.25 to 1344"),
        ({"turn": "hours", "hours": "nan"}, "Write hours from 0.25 to 1344"),
        ({"turn": "hours", "hours": "9999"}, "Write hours from 0.25 to 1344"),
        ({"w0_days": []}, "Tick at least one day."),
        ({"w0_to": "25:00"}, "Write both times"),
        ({"w0_more": "6", "w0_to": "20:00"}, "Two windows of the week overlap."),
        ({"w0_more": "7"}, "One row is at most a week long."),
        ({"w1_days": "mon", "w1_from": "06:00", "w1_to": "20:00"}, "Two windows of the week overlap."),
        ({"w0_days": [], "w0_from": "", "w0_to": ""}, "Write at least one row of days and hours"),
        ({"l0": [], "l1": ["", ""]}, "Choose at least one person"),
        ({"l0": ["ana", "ana"]}, "One person stands twice in the same turn."),
        ({"l0": ["nobody"]}, "not on the staff list"),
        ({"l0": ["ruiz"]}, "A. Ruiz is not a responder."),
        ({"tier": "supervisor"}, "is not a supervisor."),
        ({"team": "C4<b>"}, "Write a call sign of letters and digits"),
        ({f"l{number}": ["ana"] for number in range(1000)}, "at most 60 turns"),
        ({"l0": [f"person{number}" for number in range(1000)]}, "at most 60 turns of at most 12 people"),
    ],
)
@pytest.mark.parametrize("do", ["look", "force"])
def test_a_layer_that_cannot_be_meant_is_refused_with_what_to_do(
    house: House, manager: FlaskClient, do: str, changes: dict[str, object], sentence: str
) -> None:
    before = count(house, journal)
    answer = post(manager, NEW, **nights(**changes), do=do)
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert count(house, rota_layers) == 0 and count(house, journal) == before


def test_what_was_typed_is_still_there_after_a_refusal(manager: FlaskClient) -> None:
    page = post(manager, NEW, **nights(w0_days=[]), do="look").get_data(as_text=True)
    assert 'value="Backup nights"' in page and 'value="2026-11-16T19:00"' in page
    assert page.count('<option value="ana" selected>') == 1


def test_rows_come_go_and_move_without_scripts(manager: FlaskClient) -> None:
    def line(answer: TestResponse) -> list[str]:
        page = answer.get_data(as_text=True)
        return [
            part.split('"')[0]
            for part in page.split('<option value="')[1:]
            if "selected" in part.split(">")[0]
        ]

    moved = post(manager, NEW, **nights(), do="down-0")
    assert [one for one in line(moved) if one in ("ana", "ben")] == ["ben", "ana"]
    more = post(manager, NEW, **nights(), do="turn").get_data(as_text=True)
    assert "Turn 3" in more and "Turn 4" not in more
    less = post(manager, NEW, **nights(), do="turn-off-0")
    assert [one for one in line(less) if one in ("ana", "ben")] == ["ben"]
    assert "Hours 2" in text(post(manager, NEW, **nights(), do="window"))
    assert "Hours 1" not in text(post(manager, NEW, **nights(), do="window-off-0"))


def test_a_person_who_was_switched_off_is_not_put_on_call(house: House, manager: FlaskClient) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ben").values(active=False))
    for do in ("look", "force"):
        answer = post(manager, NEW, **nights(), do=do)
        assert answer.status_code == 409 and "not on the staff list" in text(answer)
    assert count(house, rota_layers) == 0


def test_somebody_without_a_phone_is_not_put_on_call(house: House, manager: FlaskClient) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ben").values(phone=None))
    assert "Ben Whitcomb has no phone number" in text(post(manager, NEW, **nights(), do="force"))


def test_a_second_place_at_the_same_time_is_refused_by_name(house: House, manager: FlaskClient) -> None:
    made(house, manager)
    again = post(manager, NEW, **nights(tier="primary", name="Twice"), do="look")
    assert again.status_code == 200 and "It cannot be put in force like this" in text(again)
    forced = post(manager, NEW, **nights(tier="primary", name="Twice"), do="force")
    assert forced.status_code == 409 and "already" in text(forced)
    assert count(house, rota_layers) == 1


def test_an_hour_that_the_clocks_skip_is_said_with_what_it_becomes(manager: FlaskClient) -> None:
    skipped = nights(begins="2027-03-08T02:30", w0_days=["sun"], w0_from="02:30", w0_to="14:30")
    said = text(post(manager, NEW, **skipped, do="look"))
    assert "The clocks skip 02:30 on Sun 14 Mar 2027: it becomes 03:00." in said
    assert "11.5 h clocks change" in said


def test_an_hour_that_comes_twice_is_said(manager: FlaskClient) -> None:
    twice = nights(begins="2027-10-25T19:00", w0_days=["sun"], w0_from="01:30", w0_to="13:30")
    assert "01:30 comes twice on Sun 7 Nov 2027: the first one counts." in text(
        post(manager, NEW, **twice, do="look")
    )


def test_turns_counted_from_the_past_put_nobody_on_call_in_the_past(
    house: House, manager: FlaskClient
) -> None:
    saturdays = {"w0_days": ["sat"], "w0_from": "10:00", "w0_to": "14:00"}
    made(house, manager, begins="2026-10-12T00:00", turn="week", tier="tele", **saturdays)
    assert "tele" not in on(house, -3, 9)
    # Ana's weeks began on 12 and 26 October and on 9 November, so this Saturday is hers.
    assert on(house, 4, 9)["tele"] == "ana"
    assert on(house, 11, 9)["tele"] == "ben"


# --- changing, ending and removing ------------------------------------------------------------------------


def test_a_change_from_a_date_on_leaves_the_past_as_it_was(house: House, manager: FlaskClient) -> None:
    layer = made(house, manager)
    house.clock.move(timedelta(days=14))
    manager = house.client("brandvold")
    url = f"{LAYERS}/layers/{layer}"
    changed = nights(since="2026-11-30T00:00", l0=["cyd"], begins="2026-11-16T19:00")
    assert post(manager, url, **changed, do="force").status_code == 302
    assert on(house, 6, 20)["backup"] == "ana"
    past, coming = layer_named(house, "Backup nights")
    assert (past["ends"], past["line"]) == ("2026-11-30T00:00", [["ana"], ["ben"]])
    assert (coming["begins"], coming["line"]) == ("2026-11-30T00:00", [["cyd"], ["ben"]])
    assert on(house, 20, 20)["backup"] == "cyd" and on(house, 22, 20)["backup"] == "ben"


def test_somebody_else_comes_into_the_line_from_a_date_on(house: House, manager: FlaskClient) -> None:
    layer = made(house, manager)
    url = f"{LAYERS}/layers/{layer}/replace"
    swap = {"person": "ben", "by": "dov", "replace_at": "2026-11-16T19:00"}
    assert "Goes off: Ben Whitcomb Comes on: Dov Osei" in text(post(manager, url, **swap, do="look"))
    assert post(manager, url, **swap, do="force").status_code == 302
    assert on(house, 8, 20)["backup"] == "dov" and on(house, 6, 20)["backup"] == "ana"
    house.worker.tick()
    assert any("times on call change from Wed 18 Nov" in said for said in house.texts("ben"))


def test_a_change_of_yesterday_is_refused(house: House, manager: FlaskClient) -> None:
    layer = made(house, manager)
    house.clock.move(timedelta(days=14))
    manager = house.client("brandvold")
    answer = post(manager, f"{LAYERS}/layers/{layer}", **nights(since="2026-11-20T00:00"), do="force")
    assert answer.status_code == 409 and "what was stays as it was" in text(answer)


def test_a_layer_ends_at_a_date_and_says_what_that_leaves(house: House, manager: FlaskClient) -> None:
    layer = made(house, manager)
    house.clock.move(timedelta(days=7))
    manager = house.client("brandvold")
    url = f"{LAYERS}/layers/{layer}/end"
    looked = text(post(manager, url, end_at="2026-11-25T00:00", do="look"))
    assert "Leaves nobody on backup Wed 25 Nov 19:00 to 07:00." in looked
    assert post(manager, url, end_at="2026-11-25T00:00", do="force").status_code == 302
    assert on(house, 13, 20) == {"backup": "ana"} and on(house, 15, 20) == {}
    again = post(manager, url, end_at="2026-11-25T00:00", do="force")
    assert again.status_code == 409 and "ends then or earlier already" in text(again)
    house.clock.move(timedelta(days=30))
    assert "over" in text(house.client("brandvold").get(LAYERS))


def test_only_a_layer_that_has_not_begun_goes_away(house: House, manager: FlaskClient) -> None:
    layer = made(house, manager)
    url = f"{LAYERS}/layers/{layer}/remove"
    assert post(manager, url, do="look").status_code == 200 and count(house, rota_layers) == 1
    assert post(manager, url, do="force").status_code == 302 and count(house, rota_layers) == 0
    layer = made(house, manager)
    house.clock.move(timedelta(days=7))
    manager = house.client("brandvold")
    answer = post(manager, f"{LAYERS}/layers/{layer}/remove", do="force")
    assert answer.status_code == 409 and "End it instead." in text(answer)


def test_a_broken_layer_is_shown_and_can_be_mended(house: House, manager: FlaskClient) -> None:
    with house.shell.store.write() as connection:
        for layer, body in (
            ("broken", '{"tier": "backup", "line": [["ana"]], "zone": "Mars/Base"}'),
            ("torn", "{"),
        ):
            connection.execute(
                rota_layers.insert().values(
                    id=layer,
                    program=PROGRAM,
                    tier="backup",
                    name=f"Layer {layer}",
                    place=1,
                    body=body,
                    made_by="brandvold",
                    made_at=NIGHT,
                )
            )
    said = text(manager.get(LAYERS))
    assert "It puts nobody on call." in said and "Write begins as a time" in said and "Write it anew." in said
    page = manager.get(f"{LAYERS}/layers/broken").get_data(as_text=True)
    assert '<option value="ana" selected>' in page
    for layer, tier in (("broken", "backup"), ("torn", "tele")):
        answer = post(
            manager, f"{LAYERS}/layers/{layer}", **nights(tier=tier, l0=["cyd"], l1=["dov"]), do="look"
        )
        assert answer.status_code == 200, text(answer)
    mended = nights(l0=["cyd"], l1=["dov"])
    assert post(manager, f"{LAYERS}/layers/broken", **mended, do="force").status_code == 302
    assert on(house, 6, 20) == {"backup": "cyd"}


# --- overrides --------------------------------------------------------------------------------------------


def tonight(**changes: str) -> dict[str, str]:
    given = {
        "tier": "backup",
        "starts_at": "2026-11-10T10:00",
        "ends_at": "2026-11-10T19:00",
        "instead_of": "cyd",
        "person": "nobody",
        "why": "sick",
    }
    return {**given, **changes}


def test_a_change_is_looked_at_with_its_price(house: House, manager: FlaskClient) -> None:
    both = tonight(instead_of="everybody")
    said = text(post(manager, OVERRIDE, **both, do="look"))
    assert "Leaves nobody on backup Tue 10 Nov 10:00 to 19:00." in said
    assert "Goes off: Cyd Raman, Dov Osei Comes on: Nobody" in said
    assert count(house, rota_overrides) == 0


def test_somebody_comes_on_instead_of_somebody_and_both_are_told(house: House, manager: FlaskClient) -> None:
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.person == "dov"))
    assert post(manager, OVERRIDE, **tonight(person="dov"), do="force").status_code == 302
    assert on(house, 0, 8)["backup"] == "dov" and on(house, 0, 6)["backup"] == "cyd"
    house.worker.tick()
    assert any("You are off backup Tue 10 Nov 10:00 to 19:00." in said for said in house.texts("cyd"))
    assert any("You are on backup Tue 10 Nov 10:00 to 19:00." in said for said in house.texts("dov"))
    with house.shell.store.read() as connection:
        kind, fact = connection.execute(
            select(journal.c.kind, journal.c.fact).order_by(journal.c.seq.desc())
        ).first() or ("", "{}")
    assert kind == "OverrideAdded" and json.loads(fact)["why"] == "sick"


def test_a_change_is_taken_back_and_the_rota_is_as_it_was(house: House, manager: FlaskClient) -> None:
    before = on(house, 0, 8)
    post(manager, OVERRIDE, **tonight(instead_of="everybody"), do="force")
    assert "backup" not in on(house, 0, 8)
    with house.shell.store.read() as connection:
        override = connection.scalar(select(rota_overrides.c.id))
    url = f"{OVERRIDE}/{override}/undo"
    looked = post(manager, url, do="look")
    assert looked.status_code == 200 and "Fills the hole" not in text(looked)
    assert "Comes on: Cyd Raman, Dov Osei" in text(looked)
    # A shift of 24 hours is longer than the rules like. It was so before the change, and may come back.
    assert post(manager, url, do="force").status_code == 302
    assert on(house, 0, 8) == before
    assert "taken back already" in text(post(manager, url, do="force"))
    assert "Taken back." in text(manager.get(LAYERS))


def test_taking_back_a_running_change_keeps_the_hours_that_have_passed(
    house: House, manager: FlaskClient
) -> None:
    post(manager, OVERRIDE, **tonight(instead_of="everybody"), do="force")
    house.clock.move(timedelta(hours=10))
    with house.shell.store.read() as connection:
        override = connection.scalar(select(rota_overrides.c.id))
    assert post(house.client("brandvold"), f"{OVERRIDE}/{override}/undo", do="force").status_code == 302
    assert "backup" not in on(house, 0, 9)
    assert "backup" in on(house, 0, 11)


def test_a_change_is_not_taken_back_onto_somebody_who_is_elsewhere_by_now(
    house: House, manager: FlaskClient
) -> None:
    post(manager, OVERRIDE, **tonight(), do="force")
    with house.shell.store.read() as connection:
        override = connection.scalar(select(rota_overrides.c.id))
    with house.shell.store.write() as connection:
        span = {"starts_at": NIGHT + timedelta(hours=8), "ends_at": NIGHT + timedelta(hours=9)}
        connection.execute(
            shifts.insert().values(
                id="tele", program=PROGRAM, tier="tele", person="cyd", place_in_line=1, **span
            )
        )
    answer = post(manager, f"{OVERRIDE}/{override}/undo", do="force", read="rest:cyd")
    assert answer.status_code == 409 and "Cyd Raman is on tele" in text(answer)
    assert count(house, rota_overrides) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_at": "2026-11-10T10:00"}, "From and to are the same time."),
        ({"ends_at": "2026-11-10T07:00"}, "The end is before the start."),
        ({"ends_at": "2027-11-10T07:00"}, "at most 35 days long"),
        ({"starts_at": "2026-11-09T10:00", "ends_at": "2026-11-09T19:00"}, "That time is over."),
        ({"starts_at": "2028-03-01T10:00", "ends_at": "2028-03-01T19:00"}, "at most 400 days ahead"),
        ({"starts_at": "2027-03-14T02:30", "ends_at": "2027-03-14T08:00"}, "The clocks skip that time"),
        ({"starts_at": "2026-02-30T10:00"}, "Write a date and a time"),
        ({"instead_of": "ana"}, "Ana Vela is not on backup then."),
        ({"instead_of": ""}, "Choose who goes off."),
        ({"person": ""}, "Choose who comes on, or nobody."),
        ({"person": "cyd"}, "The same person goes off and comes on."),
        ({"person": "ruiz"}, "A. Ruiz is not a responder."),
        ({"person": "zed"}, "not on the staff list"),
        ({"person": "ana"}, "Ana Vela is on primary"),
        ({"why": "moon"}, "Choose why."),
        ({"tier": "reserve"}, "Choose the tier."),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused(
    house: House, manager: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    before = count(house, journal)
    answer = post(manager, OVERRIDE, **tonight(**changes), do="force")
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert count(house, rota_overrides) == 0 and count(house, journal) == before


def test_a_shift_that_is_named_in_the_address_fills_the_form(manager: FlaskClient) -> None:
    query = "?tier=backup&starts_at=2026-11-10T16:00%2B00:00&ends_at=2026-11-11T01:00Z&instead_of=cyd"
    page = manager.get(OVERRIDE + query).get_data(as_text=True)
    assert 'value="2026-11-10T10:00"' in page and 'value="2026-11-10T19:00"' in page
    assert '<option value="backup" selected>' in page and '<option value="cyd" selected>' in page


def test_hours_that_lack_somebody_fill_the_form_so_that_nobody_goes_off(manager: FlaskClient) -> None:
    query = "?tier=backup&starts_at=2026-11-11T01:00Z&ends_at=2026-11-11T13:00Z"
    assert '<option value="beside" selected>' in manager.get(OVERRIDE + query).get_data(as_text=True)


def test_one_more_comes_on_beside_those_who_are_on_and_is_told(house: House, manager: FlaskClient) -> None:
    more = tonight(instead_of="beside", person="haddad", tier="supervisor", why="hole")
    looked = text(post(manager, OVERRIDE, **more, do="look"))
    assert "Goes off: Nobody Comes on: L. Haddad" in looked
    assert post(manager, OVERRIDE, **more, do="force").status_code == 302
    with house.shell.store.read() as connection:
        found = on_duty(connection, PROGRAM, NIGHT + timedelta(hours=8))
        fact = connection.scalar(select(journal.c.fact).where(journal.c.kind == "ShiftAdded"))
    assert [shift.person for shift in found if shift.tier == "supervisor"] == ["okonjo", "haddad"]
    assert json.loads(fact or "{}")["why"] == "hole"
    house.worker.tick()
    assert any("You are on supervisor Tue 10 Nov 10:00 to 19:00." in said for said in house.texts("haddad"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"person": "nobody"}, "Nobody goes off and nobody comes on."),
        ({"person": "okonjo"}, "They are on then already"),
        ({"person": "ana"}, "Ana Vela is not a supervisor."),
        ({"ends_at": "2026-11-20T10:00"}, "at most 7 days"),
    ],
)
def test_one_more_who_cannot_be_meant_is_refused(
    house: House, manager: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    before = count(house, shifts)
    more = {**tonight(instead_of="beside", person="haddad", tier="supervisor"), **changes}
    answer = post(manager, OVERRIDE, **more, do="force")
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert count(house, shifts) == before


def test_a_warning_must_have_been_read(house: House, manager: FlaskClient) -> None:
    """Dov's week is full: sixty hours are the program's own limit, and more is warned of."""
    with house.shell.store.write() as connection:
        for number in range(5):
            start = NIGHT.replace(hour=14) + timedelta(days=number)
            connection.execute(
                shifts.insert().values(
                    id=f"w{number}",
                    program=PROGRAM,
                    tier="tele",
                    person="haddad",
                    place_in_line=9,
                    starts_at=start,
                    ends_at=start + timedelta(hours=12),
                )
            )
        connection.execute(people.update().where(people.c.id == "haddad").values(roles=["responder"]))
    more = tonight(
        starts_at="2026-11-15T08:00", ends_at="2026-11-15T20:00", instead_of="everybody", person="haddad"
    )
    looked = post(manager, OVERRIDE, **more, do="look")
    assert "I have read it" in text(looked), text(looked)
    refused = post(manager, OVERRIDE, **more, do="force")
    assert refused.status_code == 409 and "Tick that you have read" in text(refused)
    assert count(house, rota_overrides) == 0
    assert post(manager, OVERRIDE, **more, do="force", read="week_hours:haddad").status_code == 302


def test_whoever_writes_an_override_is_held_to_the_rules(house: House) -> None:
    """Not only the page: requests for cover and swaps write through the same function."""
    me = Me("brandvold", "H. Brandvold", "", PROGRAM, frozenset({"manager"}), "", b"", "America/Chicago")
    start, end = NIGHT + timedelta(hours=7), NIGHT + timedelta(hours=16)
    for person, sentence in (("ana", "Ana Vela is on primary"), ("okonjo", "is not a responder")):
        with pytest.raises(Refused, match=sentence), house.shell.store.write() as connection:
            add_override(connection, house.shell, me, "backup", start, end, "cyd", person, "sick")
    assert count(house, rota_overrides) == 0


# --- shifts by hand ---------------------------------------------------------------------------------------


def by_hand(**changes: str) -> dict[str, str]:
    given = {
        "person": "ana",
        "tier": "primary",
        "starts_at": "2026-11-16T20:00",
        "ends_at": "2026-11-16T23:00",
    }
    return {**given, **changes}


def test_a_shift_by_hand_sees_whom_a_layer_puts_on_call(house: House, manager: FlaskClient) -> None:
    made(house, manager)
    answer = post(manager, "/rota/edit/shifts", **by_hand())
    assert answer.status_code == 409
    assert "Ana Vela is on backup from Mon 16 Nov 19:00 to 07:00 already." in text(answer)
    assert post(manager, "/rota/edit/shifts", **by_hand(person="dov")).status_code == 302


def test_a_shift_by_hand_keeps_the_rules_of_a_rota_that_was_set_up(
    house: House, manager: FlaskClient
) -> None:
    made(house, manager)
    early = by_hand(starts_at="2026-11-17T08:00", ends_at="2026-11-17T12:00")
    with house.shell.store.write() as connection:
        connection.execute(
            rota_tiers.insert().values(program=PROGRAM, tier="primary", people=1, bring=[], place=0)
        )
    answer = post(manager, "/rota/edit/shifts", **early)
    assert answer.status_code == 409 and "rest" in text(answer)
    assert post(manager, "/rota/edit/shifts", **{**early, "person": "ben"}).status_code == 302


def test_the_old_address_of_the_shifts_leads_to_the_new_one(house: House) -> None:
    answer = house.client("root").get("/admin/shifts")
    assert answer.status_code == 302 and answer.headers["Location"] == "/rota/edit/shifts"


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["brandvold", "okonjo", "root"])
def test_managers_supervisors_and_admins_make_the_rota(house: House, person: str) -> None:
    client = house.client(person)
    for page in (LAYERS, NEW, OVERRIDE, "/rota/edit/shifts"):
        assert client.get(page).status_code == 200
    assert "key" not in hidden(client, NEW)


def test_nobody_else_does(house: House) -> None:
    for person in ("ana", "ruiz"):
        assert house.client(person).get(LAYERS).status_code == 403
        assert post(house.client(person), OVERRIDE, **tonight(), do="force").status_code == 403
