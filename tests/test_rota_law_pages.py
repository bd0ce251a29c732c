"""The pages of who may work: credentials, training, rules set aside, and the terms with their effect."""

import html
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select
from werkzeug.test import TestResponse

from app.rota.set_terms import standing_terms
from app.tables import credentials, journal, people, programs, rota_bars, rota_exceptions, training
from dispatch.rota.rules import Bring, TierNeed
from tests.house import NIGHT, PROGRAM, House
from tests.test_rota_law_check import give, held, terms
from tests.walk import post
from tests.walk import text as words

PAPERS = "/admin/people/ana/credentials"
DRIVER = {"kind": "driver", "title": "", "state": "", "starts_on": "2024-01-01", "ends_on": "2027-01-01"}
COURSE = {"training": "crisis", "hours": "1", "minutes": "30", "done_on": "2026-11-01", "course": "Listening"}
ASIDE = {
    "person": "ana",
    "rule": "rest",
    "starts_at": "2026-11-10T19:00",
    "ends_at": "2026-11-11T07:00",
    "why": "Nobody else until Monday.",
}


@pytest.fixture
def manager(house: House) -> FlaskClient:
    return house.client("brandvold")


def text(answer: TestResponse) -> str:
    """The page's words as a person reads them."""
    return html.unescape(words(answer))


def count(house: House, table: Table) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def only(house: House, table: Table, column: str) -> object:
    with house.shell.store.read() as connection:
        return connection.scalars(select(table.c[column])).one()


# --- credentials --------------------------------------------------------------------------------------------


def test_a_manager_writes_a_credential_down_and_sees_it_by_name(house: House, manager: FlaskClient) -> None:
    assert post(manager, PAPERS, **DRIVER).status_code == 302
    page = text(manager.get(PAPERS))
    assert "Driver's license" in page and "2027-01-01" in page and "Nobody yet" in page
    row = only(house, credentials, "id")
    assert post(manager, f"/admin/credentials/{row}/verify").status_code == 302
    page = text(manager.get(PAPERS))
    assert "H. Brandvold, Tue 10 Nov 03:00" in page and "I have seen it" not in page
    assert post(manager, f"/admin/credentials/{row}/withdraw").status_code == 302
    assert "Nothing is written down yet" in text(manager.get(PAPERS))


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        (date(2026, 11, 9), "Ended"),
        (date(2026, 11, 10), "1 day left"),
        (date(2027, 1, 8), "60 days left"),
    ],
)
def test_days_left_are_shown_with_caution_within_sixty(
    house: House, manager: FlaskClient, ends: date, shown: str
) -> None:
    held(house, "ana", "driver", ends)
    page = manager.get(PAPERS).get_data(as_text=True)
    assert f'<span class="tag c">{shown}</span>' in page


def test_sixty_one_days_are_told_without_caution(house: House, manager: FlaskClient) -> None:
    held(house, "ana", "driver", date(2027, 1, 9))
    page = manager.get(PAPERS).get_data(as_text=True)
    assert "61 days left" in page and '<span class="tag c">61' not in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": ""}, "Choose what it is."),
        ({"kind": "pilot"}, "Choose what it is."),
        ({"kind": "license"}, "A license counts in one state."),
        ({"kind": "license", "state": "ZZ"}, "Choose one from the list."),
        ({"starts_on": "yesterday"}, "Write a date as 2026-11-21."),
        ({"starts_on": "1949-12-31"}, "Write a date from 1950-01-01"),
        ({"ends_on": "2100-01-01"}, "to 2099-12-31."),
        ({"ends_on": "2023-12-31"}, "The last day is before the first."),
        ({"title": "x" * 41}, "Write at most 40 characters."),
    ],
)
def test_a_credential_that_makes_no_sense_is_refused_at_its_field(
    house: House, manager: FlaskClient, change: dict[str, str], sentence: str
) -> None:
    answer = post(manager, PAPERS, **{**DRIVER, **change})
    assert answer.status_code == 422 and sentence in text(answer)
    assert count(house, credentials) == 0


def test_training_is_summed_against_the_law_of_the_state(house: House, manager: FlaskClient) -> None:
    terms(house, "MN")
    assert post(manager, f"{PAPERS}/training", **COURSE).status_code == 302
    page = text(manager.get(PAPERS))
    assert "Crisis training: 1 h 30 min of 30 h since Sun 10 Nov 2024" in page and "Not met" in page
    assert "1 h 30 min" in page and "Listening" in page
    row = only(house, training, "id")
    assert post(manager, f"/admin/credentials/training/{row}/withdraw").status_code == 302
    assert "0 min of 30 h" in text(manager.get(PAPERS))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"training": "juggling"}, "Choose which training."),
        ({"hours": "", "minutes": ""}, "Write how long it was."),
        ({"hours": "0", "minutes": "0"}, "Write how long it was."),
        ({"hours": "-1"}, "Write a whole number from 0 to 100."),
        ({"minutes": "60"}, "Write a whole number from 0 to 59."),
        ({"done_on": ""}, "Write the day"),
        ({"done_on": "31.12.2025"}, "Write a date as 2026-11-21."),
        ({"course": "x" * 81}, "Write at most 80 characters."),
    ],
)
def test_training_that_makes_no_sense_is_refused_at_its_field(
    house: House, manager: FlaskClient, change: dict[str, str], sentence: str
) -> None:
    answer = post(manager, f"{PAPERS}/training", **{**COURSE, **change})
    assert answer.status_code == 422 and sentence in text(answer)
    assert count(house, training) == 0


def test_training_that_is_still_to_come_is_refused(house: House, manager: FlaskClient) -> None:
    answer = post(manager, f"{PAPERS}/training", **{**COURSE, "done_on": "2026-11-11"})
    assert answer.status_code == 409 and "has not come yet" in text(answer)


def test_the_day_of_hiring_and_the_hours_of_a_week_are_kept_and_can_be_emptied(
    house: House, manager: FlaskClient
) -> None:
    url = f"{PAPERS}/work"
    assert post(manager, url, hired_on="2020-02-29", week_hours="24").status_code == 302
    with house.shell.store.read() as connection:
        row = connection.execute(select(people).where(people.c.id == "ana")).one()
    assert (row.hired_on, row.week_hours) == ("2020-02-29", 24)
    assert 'value="2020-02-29"' in manager.get(PAPERS).get_data(as_text=True)
    assert post(manager, url, hired_on="", week_hours="0").status_code == 422
    assert post(manager, url, hired_on="", week_hours="169").status_code == 422
    assert post(manager, url, hired_on="", week_hours="").status_code == 302


def test_nobody_sees_a_button_to_verify_their_own(house: House, manager: FlaskClient) -> None:
    held(house, "brandvold", "driver")
    assert "I have seen it" not in text(manager.get("/admin/people/brandvold/credentials"))
    assert "I have seen it" in text(house.client("okonjo").get("/admin/people/brandvold/credentials"))


def test_everybody_reads_their_own_and_changes_nothing(house: House) -> None:
    held(house, "ana", "license", date(2026, 12, 1), state="MN")
    page = house.client("ana").get("/account/credentials").get_data(as_text=True)
    assert "2026-12-01" in page and "Withdraw" not in page
    assert house.client("ana").get(PAPERS).status_code == 403


def test_the_list_says_what_lapses_and_who_is_off(house: House, manager: FlaskClient) -> None:
    held(house, "ana", "driver", date(2026, 11, 30))
    terms(house, required={"primary": ("license",)})
    page = text(manager.get("/rota/people"))
    assert "Driver's license ends on Mon 30 Nov 2026, 21 days left." in page
    assert "Off primary now." in page and "A. Ruiz" not in page
    assert "Off primary since Tue 10 Nov 03:00" in text(manager.get(PAPERS))


# --- rules set aside ----------------------------------------------------------------------------------------


def test_a_rule_is_set_aside_on_the_page_and_taken_back(house: House, manager: FlaskClient) -> None:
    assert post(manager, "/rota/exceptions", **ASIDE).status_code == 302
    page = text(manager.get("/rota/exceptions"))
    assert "Nobody else until Monday." in page and "Rest between shifts" in page and "H. Brandvold" in page
    row = only(house, rota_exceptions, "id")
    assert only(house, rota_exceptions, "starts_at") == NIGHT + timedelta(hours=16)
    assert post(manager, f"/rota/exceptions/{row}/withdraw").status_code == 302
    assert "Withdrawn Tue 10 Nov 03:00" in text(manager.get("/rota/exceptions"))
    assert post(manager, f"/rota/exceptions/{row}/withdraw").status_code == 409


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"person": ""}, 422, "Choose for whom."),
        ({"person": "fay"}, 409, "not on the staff list"),
        ({"person": "brandvold"}, 409, "for themselves"),
        ({"rule": "people_at_once"}, 422, "Choose which rule."),
        ({"starts_at": "soon"}, 422, "Write a date and a time"),
        ({"ends_at": "2026-11-10T19:00"}, 409, "not after the start"),
        ({"ends_at": "2027-03-14T02:30"}, 422, "The clocks skip that time"),
        ({"why": "  "}, 422, "Write why"),
        ({"why": "x" * 501}, 422, "at most 500 characters"),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(
    house: House, manager: FlaskClient, change: dict[str, str], status: int, sentence: str
) -> None:
    answer = post(manager, "/rota/exceptions", **{**ASIDE, **change})
    assert answer.status_code == status and sentence in text(answer)
    assert count(house, rota_exceptions) == 0


def test_the_reason_is_nowhere_but_in_its_sealed_field(house: House, manager: FlaskClient) -> None:
    post(manager, "/rota/exceptions", **ASIDE)
    with house.shell.store.read() as connection:
        facts = " ".join(connection.scalars(select(journal.c.fact)))
        assert "Monday" not in facts
        assert b"Monday" not in connection.scalars(select(rota_exceptions.c.why_sealed)).one()


# --- the terms ----------------------------------------------------------------------------------------------


def form_of(manager: FlaskClient) -> dict[str, object]:
    """The terms' form as a browser would send it unchanged."""
    page = manager.get("/admin/rota-terms").get_data(as_text=True)
    fields: dict[str, object] = {}
    for name, value in re.findall(r'<input class="in"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page):
        fields[name] = value
    for name, value in re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)" checked>', page):
        fields[name] = value
    for name, body in re.findall(r'<select class="in"[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]+)" checked>', page):
        fields.setdefault(name, [])
        assert isinstance(fields[name], list)
        fields[name].append(value)  # type: ignore[attr-defined]
    return fields


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def test_the_effect_is_said_before_it_counts(house: House, manager: FlaskClient) -> None:
    form = {**form_of(manager), "state": "MN", "required_primary": ["license"], "people_primary": "2"}
    looked = post(manager, "/admin/rota-terms", **form)
    page = looked.get_data(as_text=True)
    assert looked.status_code == 200 and "2 people would be off call: Ana Vela (primary" in text(looked)
    assert count(house, rota_bars) == 0 and only(house, programs, "state") is None
    done = post(manager, "/admin/rota-terms", **form, seen=seen(page))
    assert done.status_code == 302
    assert only(house, programs, "state") == "MN" and count(house, rota_bars) > 0


def test_other_terms_than_those_that_were_shown_are_shown_again(house: House, manager: FlaskClient) -> None:
    form = {**form_of(manager), "rest": "12"}
    word = seen(post(manager, "/admin/rota-terms", **form).get_data(as_text=True))
    again = post(manager, "/admin/rota-terms", **{**form, "rest": "13"}, seen=word)
    assert again.status_code == 200 and "Nothing is set yet" in text(again)
    assert only(house, programs, "rota") is None


def test_the_form_sent_unchanged_changes_nothing(house: House, manager: FlaskClient) -> None:
    from_house = {
        "required": {"backup": ("driver", "idd")},
        "titles": {"CM": "aide", "gone": "peer"},
        "approve_swap": True,
    }
    terms(house, "WI", **from_house)
    with house.shell.store.read() as connection:
        before = standing_terms(connection, PROGRAM)
    form = form_of(manager)
    word = seen(post(manager, "/admin/rota-terms", **form).get_data(as_text=True))
    assert post(manager, "/admin/rota-terms", **form, seen=word).status_code == 302
    with house.shell.store.read() as connection:
        assert standing_terms(connection, PROGRAM) == before


def test_what_a_tier_must_bring_is_kept_also_where_the_list_does_not_offer_it(
    house: House, manager: FlaskClient
) -> None:
    bring = (Bring("sign_language"), Bring("licensed", 5), Bring("spanish", 1, False))
    terms(house, tiers=(TierNeed("primary", 2, bring),))
    form = {**form_of(manager), "bring_primary_child": "1h", "bring_primary_spanish": ""}
    word = seen(post(manager, "/admin/rota-terms", **form).get_data(as_text=True))
    assert post(manager, "/admin/rota-terms", **form, seen=word).status_code == 302
    with house.shell.store.read() as connection:
        (need,) = standing_terms(connection, PROGRAM).needs
    assert set(need.bring) == {Bring("sign_language"), Bring("licensed", 5), Bring("child", 1)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rest": "25"}, "Rest between shifts, hours: write 0 to 24."),
        ({"rest": ""}, "Rest between shifts, hours: write 0 to 24."),
        ({"nights_running": "0"}, "write 1 to 7"),
        ({"week_hours": "sixty"}, "write 8 to 168"),
        ({"night_ends": "19"}, "A night that ends when it begins is none."),
        ({"weight_rest": "medium"}, "Choose hard, soft or off."),
        ({"approve_cover": ""}, "Choose yes or no."),
        ({"state": "ZZ"}, "Choose one from the list."),
        ({"required_primary": ["license", "pilot"]}, "Choose from the list."),
        ({"people_primary": "21"}, "Write a whole number from 0 to 20."),
        ({"bring_primary_spanish": "9h"}, "Choose one from the list."),
        ({"people_primary": "", "bring_primary_spanish": "1h"}, "Write how many people at once"),
        ({"counts_Peer": "wizard"}, "Choose one from the list."),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(
    house: House, manager: FlaskClient, change: dict[str, object], sentence: str
) -> None:
    answer = post(manager, "/admin/rota-terms", **{**form_of(manager), **change})
    assert answer.status_code == 422 and sentence in text(answer)
    assert only(house, programs, "rota") is None


def test_the_law_of_the_state_is_told_with_its_source_and_what_is_not_verified(
    house: House, manager: FlaskClient
) -> None:
    terms(house, "MN")
    page = text(manager.get("/admin/rota-terms"))
    assert "256B.0624" in page and "Not verified" in page and "Text seen." in page
    terms(house, "NY")
    assert "No staffing rule of New York is known to us." in text(manager.get("/admin/rota-terms"))


def test_the_terms_are_a_managers_and_an_admins(house: House) -> None:
    assert house.client("root").get("/admin/rota-terms").status_code == 200
    assert house.client("okonjo").get("/admin/rota-terms").status_code == 403


def test_a_shift_that_would_break_is_named_in_the_effect(house: House, manager: FlaskClient) -> None:
    give(house, "ana", NIGHT + timedelta(hours=28), 8)
    answer = post(manager, "/admin/rota-terms", **{**form_of(manager), "rest": "13"})
    assert "Ana Vela would have 12 h rest" in text(answer)
