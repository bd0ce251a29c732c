"""Everybody keeps their own account: password, code app, sessions, and a break when they need one."""

import html
import re
from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.oncall import on_duty, who_is_asked
from app.tables import duties, journal, people
from tests.house import PASSWORD, House
from tests.walk import post, text

NEW = "the moon is over the barn"


def enter(house: House, person: str, password: str, code: str = "") -> TestResponse:
    form = {"email": f"{person}@alder.example", "password": password, "code": code}
    return house.app.test_client().post("/sign-in", data=form)


def kinds(house: House, person: str) -> list[str]:
    with house.shell.store.read() as connection:
        return list(connection.scalars(select(journal.c.kind).where(journal.c.stream == person)))


@pytest.mark.parametrize("person", ["ruiz", "ana", "okonjo", "root"])
def test_every_role_has_a_page_of_its_own(house: House, person: str) -> None:
    page = house.client(person).get("/account")
    assert page.status_code == 200 and f"{person}@alder.example" in text(page)
    duty = 'action="/account/duty"' in page.get_data(as_text=True)
    assert duty == (person in ("ana", "okonjo"))


def test_a_new_password_counts_at_once_and_signs_out_everywhere_else(house: House) -> None:
    here, elsewhere = house.client("ana"), house.client("ana")
    assert post(here, "/account/password", old=PASSWORD, new=NEW).status_code == 302
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert enter(house, "ana", PASSWORD).status_code == 422
    assert enter(house, "ana", NEW).status_code == 302
    assert "PasswordChanged" in kinds(house, "ana")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wrong", NEW, "That is not your password now."),
        ("", NEW, "That is not your password now."),
        (PASSWORD, "short", "Use a password of 12 to 128 characters."),
        (PASSWORD, "x" * 129, "Use a password of 12 to 128 characters."),
        (PASSWORD, PASSWORD, "That is the old password."),
    ],
)
def test_a_password_that_cannot_be_taken_changes_nothing(
    house: House, old: str, new: str, sentence: str
) -> None:
    ana = house.client("ana")
    answer = post(ana, "/account/password", old=old, new=new)
    assert answer.status_code == 422 and sentence in text(answer)
    assert enter(house, "ana", PASSWORD).status_code == 302


def test_guessing_the_old_password_is_as_slow_as_at_the_door(house: House) -> None:
    ana = house.client("ana")
    for _ in range(10):
        post(ana, "/account/password", old="a guess", new=NEW)
    late = post(ana, "/account/password", old=PASSWORD, new=NEW)
    assert late.status_code == 422 and "Too many wrong tries." in text(late)


def offered(answer: TestResponse) -> tuple[str, str]:
    page = answer.get_data(as_text=True)
    secret = re.search(r'id="secret">([A-Z2-7]+)<', page)
    offer = re.search(r'name="offer" value="([^"]+)"', page)
    assert secret and offer, text(answer)
    link = re.search(r'href="(otpauth://[^"]+)"', page)
    assert link and f"secret={secret[1]}" in html.unescape(link[1])
    return secret[1], offer[1]


def code(house: House, secret: str) -> str:
    return pyotp.TOTP(secret).at(house.clock.now())


def switch_on(house: House, client: FlaskClient) -> str:
    secret, offer = offered(post(client, "/account/code/new", password_for_code=PASSWORD))
    answer = post(client, "/account/code", offer=offer, code=code(house, secret))
    assert answer.status_code == 302, text(answer)
    return secret


def test_a_code_app_is_on_when_its_first_code_proves_it(house: House) -> None:
    ana = house.client("ana")
    secret, offer = offered(post(ana, "/account/code/new", password_for_code=PASSWORD))
    wrong = post(ana, "/account/code", offer=offer, code="000000")
    assert wrong.status_code == 422 and "does not fit" in text(wrong)
    assert enter(house, "ana", PASSWORD).status_code == 302, "not on before it is proved"
    assert post(ana, "/account/code", offer=offer, code=code(house, secret)).status_code == 302
    assert enter(house, "ana", PASSWORD).status_code == 200, "the code is asked for"
    house.clock.move(timedelta(seconds=30))
    assert enter(house, "ana", PASSWORD, code(house, secret)).status_code == 302
    assert secret not in house.client("ruiz").get("/account").get_data(as_text=True)


def test_a_code_counts_once(house: House) -> None:
    secret = switch_on(house, house.client("ana"))
    assert enter(house, "ana", PASSWORD, code(house, secret)).status_code == 422, "it switched the app on"
    house.clock.move(timedelta(seconds=30))
    shoulder = code(house, secret)
    assert enter(house, "ana", PASSWORD, shoulder).status_code == 302
    assert enter(house, "ana", PASSWORD, shoulder).status_code == 422


def test_an_offer_is_for_one_person_and_for_a_quarter_of_an_hour(house: House) -> None:
    ana, ben = house.client("ana"), house.client("ben")
    secret, offer = offered(post(ana, "/account/code/new", password_for_code=PASSWORD))
    stolen = post(ben, "/account/code", offer=offer, code=code(house, secret))
    assert stolen.status_code == 409 and "Begin again with a new secret." in text(stolen)
    for broken in ("", "AAAA", "é", offer[:-8]):
        assert post(ana, "/account/code", offer=broken, code=code(house, secret)).status_code == 409
    house.clock.move(timedelta(minutes=14))
    ana.get("/account")
    house.clock.move(timedelta(minutes=1))
    assert post(ana, "/account/code", offer=offer, code=code(house, secret)).status_code == 409


def test_switching_the_code_on_or_off_needs_the_password(house: House) -> None:
    ana = house.client("ana")
    assert post(ana, "/account/code/new", password_for_code="wrong").status_code == 422
    switch_on(house, ana)
    assert post(ana, "/account/code/off", password_for_code="wrong").status_code == 422
    assert post(ana, "/account/code/off", password_for_code=PASSWORD).status_code == 302
    assert enter(house, "ana", PASSWORD).status_code == 302
    assert [kind for kind in kinds(house, "ana") if kind.startswith("Code")] == ["CodeAppOn", "CodeAppOff"]


def test_the_secret_is_kept_sealed(house: House) -> None:
    secret = switch_on(house, house.client("ana"))
    with house.shell.store.read() as connection:
        sealed = connection.scalar(select(people.c.totp_sealed).where(people.c.id == "ana"))
    assert sealed and secret.encode() not in sealed


def test_other_sessions_are_listed_and_ended(house: House) -> None:
    here, elsewhere = house.client("ana"), house.client("ana")
    said = text(here.get("/account"))
    assert said.count("Elsewhere, since") == 1 and said.count("Here, since") == 1
    assert post(here, "/account/sessions/end").status_code == 302
    assert elsewhere.get("/account").status_code == 302
    assert "Elsewhere" not in text(here.get("/account"))


def asked(house: House) -> set[str]:
    with house.shell.store.read() as connection:
        return {one.person for one in who_is_asked(on_duty(connection, "alder", house.clock.now()))}


def test_a_break_ends_by_itself(house: House) -> None:
    ana = house.client("ana")
    assert post(ana, "/account/duty", duty="break", until="03:30").status_code == 302
    assert "ana" not in asked(house)
    assert "On a break until Tue 10 Nov 03:30 . No new page goes to you." in text(ana.get("/account"))
    house.clock.move(timedelta(minutes=30))
    assert "ana" in asked(house)


def test_unfit_stays_until_it_is_taken_back(house: House) -> None:
    ana = house.client("ana")
    post(ana, "/account/duty", duty="unfit", reason="after_call")
    house.clock.move(timedelta(days=1))
    with house.shell.store.read() as connection:
        assert connection.scalar(select(duties.c.duty).where(duties.c.person == "ana")) == "unfit"
    post(house.client("ana"), "/account/duty", duty="on_call")
    with house.shell.store.read() as connection:
        assert connection.scalar(select(duties.c.duty).where(duties.c.person == "ana")) is None


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Choose ready, on a break, or not fit."),
        ({"duty": "holiday"}, "Choose ready, on a break, or not fit."),
        ({"duty": "break"}, "Say when the break ends, within 4 hours."),
        ({"duty": "break", "until": "09:00"}, "Say when the break ends, within 4 hours."),
        ({"duty": "break", "until": "02:00"}, "Write a time that is still ahead."),
        ({"duty": "break", "until": "late"}, "Write a time as 03:30."),
        ({"duty": "unfit"}, "Choose why they are not fit."),
        ({"duty": "unfit", "reason": "ill", "until": "2027-03-01T07:00"}, "within 60 days"),
    ],
)
def test_a_duty_that_cannot_be_meant_is_refused(house: House, form: dict[str, str], sentence: str) -> None:
    answer = post(house.client("ana"), "/account/duty", **form)
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert "ana" in asked(house)
