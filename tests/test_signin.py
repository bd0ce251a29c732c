"""The door: who gets in, who does not and learns nothing from it, and when a session ends."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.clock import VirtualClock
from app.factory import create_app
from app.outside import Outside, Twilio
from app.shell import digest
from app.tables import people, sessions
from app.tries import TRIES, WINDOW
from app.web.signin import spend
from app.wiring import shell_for
from tests.house import NIGHT, PASSWORD, House, create_schema, furnish, settings_for
from tests.walk import post, text

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enter(client: FlaskClient, person: str = "ana", password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": f"{person}@alder.example", "password": password, **more})


def with_code_app(house: House, person: str) -> None:
    sealed = house.shell.keyring.seal("people.totp", person, SECRET)
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == person).values(totp_sealed=sealed))


def inside(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_each_role_lands_where_its_work_is(house: House) -> None:
    landed = {
        person: enter(house.app.test_client(), person).headers["Location"]
        for person in ("ruiz", "ana", "root")
    }
    assert landed == {"ruiz": "/board", "ana": "/tasks", "root": "/admin"}


def test_a_wrong_password_and_an_unknown_account_read_the_same(house: House) -> None:
    wrong = enter(house.app.test_client(), "ana", "not this one at all")
    unknown = enter(house.app.test_client(), "nobody", "not this one at all")
    assert wrong.status_code == unknown.status_code == 422
    assert text(wrong) == text(unknown)
    assert "That password does not fit this e-mail." in text(wrong)


def test_no_session_is_made_before_the_password_fits(house: House) -> None:
    answer = enter(house.app.test_client(), "ana", "not this one at all")
    assert "Set-Cookie" not in answer.headers
    with house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(sessions)) == 0


@pytest.mark.parametrize("person", ["ana", "nobody"])
def test_guessing_is_slowed_by_account_whether_it_exists_or_not(house: House, person: str) -> None:
    for _ in range(TRIES):
        assert enter(house.app.test_client(), person, "a guess of mine").status_code == 422
    late = enter(house.app.test_client(), person)
    assert late.status_code == 429 and "Too many wrong tries. Wait 15 minutes" in text(late)
    assert enter(house.app.test_client(), "ben").status_code == 302, "another account is not slowed"
    house.clock.move(WINDOW)
    assert enter(house.app.test_client(), person).status_code == (302 if person == "ana" else 422)


def test_case_and_blanks_in_an_email_make_no_new_account_to_guess_at(house: House) -> None:
    for number in range(TRIES):
        email = (" ANA@alder.example ", "ana@ALDER.example")[number % 2]
        house.app.test_client().post("/sign-in", data={"email": email, "password": "a guess"})
    assert enter(house.app.test_client()).status_code == 429


def test_with_a_code_app_the_password_alone_opens_nothing(house: House) -> None:
    with_code_app(house, "ana")
    client = house.app.test_client()
    asked = enter(client)
    assert asked.status_code == 200 and 'name="code"' in asked.get_data(as_text=True)
    assert not inside(client)
    wrong = enter(client, code="000000")
    assert wrong.status_code == 422 and "That code does not fit." in text(wrong)
    assert enter(client, code=pyotp.TOTP(SECRET).at(house.clock.now())).status_code == 302
    assert inside(client)


@pytest.mark.parametrize(("away", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_may_be_half_a_minute_off(house: House, away: int, opens: bool) -> None:
    with_code_app(house, "ana")
    code = pyotp.TOTP(SECRET).at(house.clock.now() + timedelta(seconds=away))
    assert (enter(house.app.test_client(), code=code).status_code == 302) is opens


def test_codes_are_guessed_as_slowly_as_passwords(house: House) -> None:
    with_code_app(house, "ana")
    for _ in range(TRIES):
        enter(house.app.test_client(), code="123456")
    right = pyotp.TOTP(SECRET).at(house.clock.now())
    assert enter(house.app.test_client(), code=right).status_code == 429


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,hi",
        "evil.example",
        "@evil.example",
        " //evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "/..//evil.example",
        "/x?//evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(house: House, onward: str) -> None:
    answer = enter(house.app.test_client(), next=onward)
    where = answer.headers["Location"]
    assert where.startswith("/") and not where.startswith(("//", "/\\", "/\t", "/\n")), where
    assert "\r" not in where and "\n" not in where


def test_signing_in_leads_on_to_where_one_wanted_to_go(house: House) -> None:
    away = house.app.test_client().get("/account?x=1")
    assert away.headers["Location"] == "/sign-in?next=/account?x%3D1"
    assert enter(house.app.test_client(), next="/account?x=1").headers["Location"] == "/account?x=1"


def cookie_of(answer: TestResponse) -> str:
    return next(value for value in answer.headers.getlist("Set-Cookie") if "standby" in value)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    cookie = cookie_of(enter(house.app.test_client()))
    assert cookie.startswith("standby=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Path=/" in cookie and "Domain" not in cookie and "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_its_host(tmp_path: Path) -> None:
    twilio = Twilio("AC1", "t", None, "+15555550000", None)
    settings = settings_for(
        f"sqlite:///{tmp_path / 'secure.db'}",
        base_url="https://standby.example",
        demo=False,
        outside=Outside(twilio),
    )
    shell = shell_for(settings, VirtualClock(NIGHT))
    create_schema(shell)
    furnish(shell)
    client = create_app(shell).test_client()
    answer = client.post(
        "/sign-in",
        data={"email": "ana@alder.example", "password": PASSWORD},
        base_url="https://standby.example",
    )
    cookie = cookie_of(answer)
    assert cookie.startswith("__Host-standby=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    shell.store.close()


def test_the_table_keeps_no_token_that_could_be_used(house: House) -> None:
    client = house.client("ana")
    cookie = client.get_cookie("standby")
    assert cookie and len(cookie.value) >= 40
    with house.shell.store.read() as connection:
        kept = connection.scalars(select(sessions.c.digest)).all()
    assert kept == [digest(cookie.value)]


def test_every_sign_in_makes_a_new_session(house: House) -> None:
    client = house.client("ana")
    first = client.get_cookie("standby")
    enter(client)
    second = client.get_cookie("standby")
    assert first and second and first.value != second.value


def test_a_session_that_somebody_made_up_opens_nothing(house: House) -> None:
    client = house.app.test_client()
    client.set_cookie("standby", "a" * 43)
    assert not inside(client)
    enter(client)
    cookie = client.get_cookie("standby")
    assert cookie and cookie.value != "a" * 43


def test_a_silent_session_ends_and_a_used_one_goes_on(house: House) -> None:
    idle = timedelta(minutes=house.shell.settings.idle_minutes)
    client = house.client("ana")
    for _ in range(4):
        house.clock.move(idle - timedelta(minutes=1))
        assert inside(client)
    house.clock.move(idle + timedelta(seconds=1))
    assert not inside(client)


def test_no_session_outlives_the_shift(house: House) -> None:
    client = house.client("ana")
    step = timedelta(minutes=10)
    for _ in range(house.shell.settings.session_hours * 6 - 1):
        house.clock.move(step)
        assert inside(client)
    house.clock.move(step)
    assert not inside(client)


def test_a_desk_does_not_sign_itself_out_in_the_middle_of_a_quiet_night(house: House) -> None:
    client = house.client("ruiz")
    house.clock.move(timedelta(hours=house.shell.settings.session_hours) - timedelta(seconds=1))
    assert inside(client)
    house.clock.move(timedelta(seconds=1))
    assert not inside(client)


def test_a_page_that_asks_by_itself_keeps_no_session_alive(house: House) -> None:
    polls = [
        rule.rule
        for rule in house.app.url_map.iter_rules()
        if getattr(house.app.view_functions[rule.endpoint], "access", None)
        and house.app.view_functions[rule.endpoint].access.poll  # type: ignore[attr-defined]
        and not rule.arguments
        and "GET" in (rule.methods or ())
    ]
    idle = timedelta(minutes=house.shell.settings.idle_minutes)
    for person in ("okonjo", "ana"):
        client = house.client(person)
        for _ in range(3):
            house.clock.move(idle / 3)
            for path in polls:
                client.get(path, headers={"X-Standby": "1"})
        house.clock.move(timedelta(minutes=1))
        assert not inside(client), f"one of {polls} kept the session of {person} alive"


def test_signing_out_ends_the_session_itself(house: House) -> None:
    client, copy = house.client("ana"), house.app.test_client()
    cookie = client.get_cookie("standby")
    assert cookie
    copy.set_cookie("standby", cookie.value)
    assert inside(copy)
    answer = post(client, "/sign-out")
    assert answer.status_code == 302 and "storage" in answer.headers["Clear-Site-Data"]
    assert not inside(client) and not inside(copy)


def test_signing_out_is_no_link(house: House) -> None:
    client = house.client("ana")
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 403
    assert inside(client)


def test_who_is_switched_off_loses_access_with_the_next_request(house: House) -> None:
    client = house.client("ana")
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ana").values(active=False))
    assert not inside(client)
    assert enter(house.app.test_client()).status_code == 422


def test_the_password_of_a_failed_try_is_not_sent_back(house: House) -> None:
    answer = enter(house.app.test_client(), "ana", "my secret of another site")
    assert "my secret of another site" not in answer.get_data(as_text=True)


def test_signed_in_people_are_not_asked_again(house: House) -> None:
    assert house.client("ana").get("/sign-in").headers["Location"] == "/"


def test_of_two_sign_ins_with_one_code_at_one_moment_only_one_comes_in(house: House) -> None:
    with house.shell.store.write() as connection:
        assert [spend(connection, "ana", step) for step in (7, 7, 6, 8)] == [True, False, False, True]
