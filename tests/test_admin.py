"""An admin keeps the house: staff, shifts, ladder, clocks, tokens, and the proof of who saw what."""

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select

from app.audit import trace
from app.journal import verify
from app.passwords import new_totp_secret
from app.shell import digest
from app.spoken import failure
from app.tables import duties, journal, pages, people, programs, sessions, shifts, tokens
from app.terms import SEND, TERMS
from app.world import MINUTES, policy_of
from dispatch import commands as c
from tests.crisis import Crisis
from tests.house import House
from tests.walk import post, text

SECRET = re.compile(r'<code class="code-box" id="secret">([^<]+)</code>')
ZED = {"name": "Zed Moss", "email": "z.moss@alder.example", "roles": ["responder"], "phone": "218 555 0177"}


@pytest.fixture
def admin(house: House) -> FlaskClient:
    return house.client("root")


def value(house: House, table: Table, column: str, row: str) -> object:
    with house.shell.store.read() as connection:
        return connection.scalar(select(table.c[column]).where(table.c.id == row))


def count(house: House, table: Table) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def last_entry(house: House) -> tuple[str, str, dict[str, object]]:
    with house.shell.store.read() as connection:
        row = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).one()
    return row.kind, row.by, json.loads(row.fact)


def ana_with(**changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "name": "Ana Vela",
        "credential": "Peer",
        "email": "ana@alder.example",
        "phone": "218 555 0101",
        "roles": ["responder"],
    }
    return {**given, **changes}


# --- people -----------------------------------------------------------------------------------------------


def test_a_new_person_comes_in_with_a_password_that_nobody_chose(house: House, admin: FlaskClient) -> None:
    answer = post(admin, "/admin/people", **ZED, password="chosen by the admin")
    shown = SECRET.search(answer.get_data(as_text=True))
    assert answer.status_code == 200 and shown and len(shown[1]) >= 16
    visitor = house.app.test_client()
    entered = visitor.post("/sign-in", data={"email": ZED["email"], "password": shown[1]})
    assert entered.status_code == 302
    refused = house.app.test_client().post(
        "/sign-in", data={"email": ZED["email"], "password": "chosen by the admin"}
    )
    assert refused.status_code == 422
    kind, by, fact = last_entry(house)
    assert (kind, by) == ("SignedIn", people_id(house, "z.moss@alder.example"))


def people_id(house: House, email: str) -> str:
    with house.shell.store.read() as connection:
        return str(connection.scalar(select(people.c.id).where(people.c.email == email)))


def test_a_one_time_password_opens_only_the_page_where_they_choose_their_own(
    house: House, admin: FlaskClient
) -> None:
    shown = SECRET.search(post(admin, "/admin/people/haddad/password").get_data(as_text=True))
    assert shown
    visitor = house.app.test_client()
    visitor.post("/sign-in", data={"email": "haddad@alder.example", "password": shown[1]})
    led = visitor.get("/on-call")
    assert led.status_code == 302 and led.headers["Location"] == "/account"
    assert "Choose your own password first" in text(visitor.get("/account"))
    assert post(visitor, "/account/duty", duty="break", until="03:30").status_code == 403
    changed = post(visitor, "/account/password", old=shown[1], new="the moon is over the barn")
    assert changed.status_code == 302
    assert visitor.get("/on-call").status_code == 200


def test_a_one_time_password_runs_out(house: House, admin: FlaskClient) -> None:
    shown = SECRET.search(post(admin, "/admin/people/haddad/password").get_data(as_text=True))
    house.clock.move(timedelta(hours=72))
    answer = house.app.test_client().post(
        "/sign-in", data={"email": "haddad@alder.example", "password": shown and shown[1]}
    )
    assert answer.status_code == 422 and "has run out" in text(answer)


def test_a_password_reset_is_shown_once_and_leaves_no_trace_of_itself(
    house: House, admin: FlaskClient
) -> None:
    page = post(admin, "/admin/people/haddad/password").get_data(as_text=True)
    shown = SECRET.search(page)
    assert shown and shown[1] not in admin.get("/admin/people/haddad").get_data(as_text=True)
    with house.shell.store.read() as connection:
        facts = [
            *connection.scalars(select(journal.c.fact)),
            *connection.scalars(select(people.c.password_hash)),
        ]
    assert not any(shown[1] in (fact or "") for fact in facts)


def test_the_second_press_of_a_button_makes_no_second_password(house: House, admin: FlaskClient) -> None:
    post(admin, "/admin/people/haddad/password", key="once")
    before = value(house, people, "password_hash", "haddad")
    again = post(admin, "/admin/people/haddad/password", key="once")
    assert again.status_code == 409 and "done already" in text(again)
    assert value(house, people, "password_hash", "haddad") == before


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "Write the name as the desk says it."),
        ("name", "x" * 81, "Write at most 80 characters."),
        ("email", "ana", "Write a work e-mail"),
        ("email", "a b@alder.example", "Write a work e-mail"),
        ("email", "ANA@alder.example", "That e-mail has an account already."),
        ("phone", "555 0134", "That number is too short."),
        ("phone", "218 555 0134 0134", "That number is too long."),
        ("phone", "118 555 0134", "No phone has that number."),
        ("phone", "ring me", "Write the number in digits."),
        ("phone", "218 555 0134 x12", "A text cannot reach an extension."),
        ("phone", "+999 12 34 56", "That is not a phone number."),
        ("phone", "", "Write a mobile number: without one no page can reach them."),
        ("phone", "+15555550102", "Another person has that number."),
        ("roles", [], "Choose at least one role."),
        ("roles", ["owner"], "Choose from the list."),
        ("skills", ["<b>flying</b>"], "Choose from the list."),
    ],
)
def test_what_cannot_be_written_down_of_a_person_is_said_in_a_sentence(
    house: House, admin: FlaskClient, field: str, typed: object, sentence: str
) -> None:
    before = count(house, people), count(house, journal)
    answer = post(admin, "/admin/people", **{**ZED, field: typed})
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert (count(house, people), count(house, journal)) == before


def test_a_phone_number_is_kept_as_the_carrier_wants_it(house: House, admin: FlaskClient) -> None:
    post(admin, "/admin/people/ana", **ana_with(phone="(218) 555-0133"))
    assert value(house, people, "phone", "ana") == "+12185550133"


def test_changed_roles_end_every_session_and_a_changed_name_ends_none(
    house: House, admin: FlaskClient
) -> None:
    ana = house.client("ana")
    post(admin, "/admin/people/ana", **ana_with(name="Ana Vela-Ruiz"))
    assert ana.get("/account").status_code == 200
    post(admin, "/admin/people/ana", **ana_with(roles=["responder", "supervisor"]))
    assert ana.get("/account").status_code == 302
    assert last_entry(house)[0] == "PersonChanged"


def test_who_is_switched_off_is_out_at_once(house: House, admin: FlaskClient) -> None:
    ana = house.client("ana")
    assert post(admin, "/admin/people/ana/off").status_code == 302
    assert ana.get("/account").status_code == 302
    assert count_sessions(house, "ana") == 0
    again = house.app.test_client().post(
        "/sign-in", data={"email": "ana@alder.example", "password": "a long enough password"}
    )
    assert again.status_code == 422
    assert last_entry(house) == ("PersonSwitchedOff", "root", {})


def count_sessions(house: House, person: str) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).where(sessions.c.person == person)) or 0


def test_who_holds_a_seat_cannot_be_switched_off(house: House, admin: FlaskClient) -> None:
    crisis = Crisis(house).received().sent()
    answer = post(admin, "/admin/people/ana/off")
    assert answer.status_code == 409
    assert f"Ana Vela is on {crisis.ref}. Have the seat given back first" in text(answer)
    assert value(house, people, "active", "ana")
    losing = post(admin, "/admin/people/ana", **ana_with(roles=["dispatcher"], phone="218 555 0101"))
    assert losing.status_code == 409 and f"is on {crisis.ref}" in text(losing)


def test_a_page_that_waits_for_someone_switched_off_goes_to_the_next_person_at_once(
    house: House, admin: FlaskClient
) -> None:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz"))
    asked = {page.person: page.seat for page in crisis.incident().open_pages}
    assert "ana" in asked
    post(admin, "/admin/people/ana/off")
    after = crisis.incident()
    assert "ana" not in {page.person for page in after.open_pages}
    assert asked["ana"] in {page.seat for page in after.open_pages}, "somebody else is asked for her seat"
    with house.shell.store.read() as connection:
        state = connection.scalar(select(pages.c.state).where(pages.c.person == "ana"))
        assert verify(connection, house.shell.settings.journal_key).reason is None
    assert state == "unreachable"
    assert failure("switched_off") == "they no longer work here"


def test_the_last_admin_and_oneself_stay(house: House, admin: FlaskClient) -> None:
    assert "You cannot switch yourself off" in text(post(admin, "/admin/people/root/off"))
    losing = post(
        admin, "/admin/people/root", name="A. Keeper", email="root@alder.example", roles=["dispatcher"]
    )
    assert losing.status_code == 409 and "your own admin role" in text(losing)


def test_the_last_supervisor_stays(house: House, admin: FlaskClient) -> None:
    """F71: alarms that nobody takes go to the supervisors, so there is always one."""
    assert post(admin, "/admin/people/haddad/off").status_code == 302
    demoted = {"name": "M. Okonjo", "email": "okonjo@alder.example", "roles": ["dispatcher"]}
    for refused in (
        post(admin, "/admin/people/okonjo/off"),
        post(admin, "/admin/people/okonjo", **demoted),
    ):
        assert refused.status_code == 409 and "is the last supervisor" in text(refused)
    with house.shell.store.read() as connection:
        row = connection.execute(select(people).where(people.c.id == "okonjo")).one()
    assert row.active and row.roles == ["supervisor"]


def test_whoever_comes_back_gets_a_new_password_and_not_the_old_one(house: House, admin: FlaskClient) -> None:
    post(admin, "/admin/people/cyd/off")
    page = post(admin, "/admin/people/cyd/on")
    shown = SECRET.search(page.get_data(as_text=True))
    assert shown
    old = house.app.test_client().post(
        "/sign-in", data={"email": "cyd@alder.example", "password": "a long enough password"}
    )
    assert old.status_code == 422


def test_a_lost_phone_is_answered_by_signing_out_everywhere_and_taking_the_code_app_away(
    house: House, admin: FlaskClient
) -> None:
    ben = house.client("ben")
    sealed = house.shell.keyring.seal("people.totp", "ben", new_totp_secret())
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ben").values(totp_sealed=sealed))
    post(admin, "/admin/people/ben/sign-out")
    assert ben.get("/account").status_code == 302
    post(admin, "/admin/people/ben/password")
    assert value(house, people, "totp_sealed", "ben") is not None, "a reset never skips the code"
    post(admin, "/admin/people/ben/code-off")
    assert value(house, people, "totp_sealed", "ben") is None


def test_an_admin_writes_down_that_somebody_is_not_fit(house: House, admin: FlaskClient) -> None:
    assert post(admin, "/admin/people/ana/duty", duty="unfit", reason="ill").status_code == 302
    with house.shell.store.read() as connection:
        row = connection.execute(select(duties).where(duties.c.person == "ana")).one()
    assert (row.duty, row.until, row.reason) == ("unfit", None, "ill")
    assert "reason" not in last_entry(house)[2], "the reason is nobody's business"
    refused = post(admin, "/admin/people/ana/duty", duty="unfit")
    assert refused.status_code == 409 and "Choose why" in text(refused)


# --- program, ladder, clocks ------------------------------------------------------------------------------


def test_a_program_keeps_its_name_zone_and_areas(house: House, admin: FlaskClient) -> None:
    answer = post(
        admin,
        "/admin/program",
        name="Alder",
        zone="America/Denver",
        areas="Mill Road\n\n Riverside \nMill Road",
    )
    assert answer.status_code == 302
    assert value(house, programs, "areas", "alder") == ["Mill Road", "Riverside"]
    refused = post(admin, "/admin/program", name="Alder", zone="Mars/Olympus", areas="")
    assert refused.status_code == 422 and "Write a zone such as America/Chicago." in text(refused)
    assert value(house, programs, "zone", "alder") == "America/Denver"


def ladder_of(house: House) -> list[tuple[str, float]]:
    with house.shell.store.read() as connection:
        rungs = policy_of(connection, "alder").ladder
    return [(rung.tier, rung.answer_within.total_seconds() / 60) for rung in rungs]


def test_the_ladder_is_what_the_admin_set(house: House, admin: FlaskClient) -> None:
    post(
        admin, "/admin/ladder", tier_1="backup", minutes_1="4", tier_2="", tier_3="supervisor", minutes_3="6"
    )
    assert ladder_of(house) == [("backup", 4), ("supervisor", 6)]
    assert last_entry(house)[0] == "LadderChanged"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "The ladder needs at least one rung."),
        ({"tier_1": "primary", "minutes_1": "0"}, "Write how many minutes each has to answer, 1 to 15."),
        ({"tier_1": "primary", "minutes_1": "1440"}, "Write how many minutes each has to answer, 1 to 15."),
        ({"tier_1": "primary", "minutes_1": ""}, "Write how many minutes each has to answer, 1 to 15."),
        ({"tier_1": "neighbors", "minutes_1": "3"}, "Choose one from the list."),
        (
            {"tier_1": "primary", "minutes_1": "3", "tier_2": "primary", "minutes_2": "3"},
            "The primary tier stands on the ladder twice.",
        ),
    ],
)
def test_a_ladder_that_would_ask_nobody_or_never_end_is_refused(
    house: House, admin: FlaskClient, form: dict[str, str], sentence: str
) -> None:
    before = ladder_of(house)
    answer = post(admin, "/admin/ladder", **form)
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert ladder_of(house) == before


def test_a_ladder_does_not_end_on_a_tier_where_nobody_stands(house: House, admin: FlaskClient) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "okonjo").values(active=False))
    answer = post(admin, "/admin/ladder", tier_1="primary", minutes_1="3", tier_2="supervisor", minutes_2="5")
    assert answer.status_code == 409
    assert "Nobody is on supervisor now or later, and the last rung must not be empty." in text(answer)


def terms(**changes: str) -> dict[str, str]:
    given = {term.code: str(term.low) for term in TERMS} | {"check_minutes": "20", "check_grace_minutes": "3"}
    given |= {f"send_{place}": str(high) for place, (_, high) in enumerate(SEND, start=1)}
    return {**given, "rounds_at_most": "4", "alone_allowed": "true", **changes}


def test_every_clock_of_a_policy_can_be_set_within_bounds(house: House, admin: FlaskClient) -> None:
    assert {term.code for term in TERMS} == set(MINUTES)
    assert post(admin, "/admin/terms", **terms(triage_minutes="7")).status_code == 302
    with house.shell.store.read() as connection:
        policy = policy_of(connection, "alder")
    assert policy.triage_within == timedelta(minutes=7)
    assert (policy.alone_allowed, policy.rounds_at_most) == (True, 4)
    assert policy.send_within == tuple(timedelta(minutes=high) for _, high in SEND)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.code)
def test_a_clock_beyond_its_bounds_is_refused(house: House, admin: FlaskClient, term: object) -> None:
    code, low, high = term.code, term.low, term.high  # type: ignore[attr-defined]
    for typed in (str(low - 1), str(high + 1), "", "soon", "1e3", "-5", "٣"):
        answer = post(admin, "/admin/terms", **terms(**{code: typed}))
        assert answer.status_code == 422 and f"write {low} to {high} minutes" in text(answer), typed


def test_clocks_that_contradict_each_other_are_refused(admin: FlaskClient) -> None:
    late = post(admin, "/admin/terms", **terms(check_minutes="5", check_grace_minutes="5"))
    assert late.status_code == 409 and "must come sooner" in text(late)
    order = post(admin, "/admin/terms", **terms(send_1="30", send_2="5"))
    assert order.status_code == 409 and "cannot be sent sooner" in text(order)


def test_a_page_that_is_out_keeps_its_terms(house: House, admin: FlaskClient) -> None:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz"))
    before = {page.id: page.answer_by for page in crisis.incident().open_pages}
    assert "A page that is out keeps its terms." in text(admin.get("/admin/ladder"))
    post(admin, "/admin/ladder", tier_1="primary", minutes_1="9", tier_2="supervisor", minutes_2="9")
    assert {page.id: page.answer_by for page in crisis.incident().open_pages} == before


# --- shifts -----------------------------------------------------------------------------------------------


def shift(**changes: str) -> dict[str, str]:
    given = {
        "person": "cyd",
        "tier": "primary",
        "starts_at": "2026-11-12T19:00",
        "ends_at": "2026-11-13T07:00",
    }
    return {**given, **changes}


def spans(house: House, person: str) -> list[tuple[str, str]]:
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(shifts).where(shifts.c.person == person).order_by(shifts.c.starts_at)
        )
        return [(f"{r.starts_at:%m-%d %H:%M}", f"{r.ends_at:%m-%d %H:%M}") for r in rows]


def test_a_shift_is_written_on_the_walls_clock_and_kept_as_instants(house: House, admin: FlaskClient) -> None:
    assert post(admin, "/rota/edit/shifts", **shift()).status_code == 302
    assert spans(house, "cyd")[-1] == ("11-13 01:00", "11-13 13:00")
    assert last_entry(house)[0] == "ShiftAdded"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_at": "2026-11-12T19:00"}, "Start and end are the same time."),
        ({"ends_at": "2026-11-12T07:00"}, "The end is before the start. A night ends on the next day."),
        ({"ends_at": "2026-11-19T19:01"}, "A shift is at most 7 days."),
        ({"starts_at": "2026-11-09T01:00", "ends_at": "2026-11-09T02:00"}, "That shift is over already."),
        ({"starts_at": "2026-11-08T02:59", "ends_at": "2026-11-11T02:00"}, "at most 24 hours ago"),
        ({"starts_at": "2028-01-01T07:00", "ends_at": "2028-01-01T19:00"}, "at most 400 days ahead"),
        ({"starts_at": "tonight"}, "Write a date and a time"),
        ({"starts_at": "9999-12-31T23:59"}, "Write a date between 2000 and 2099."),
        ({"starts_at": "2027-03-14T02:30", "ends_at": "2027-03-14T08:00"}, "The clocks skip that time"),
        ({"person": "ruiz"}, "A. Ruiz is not a responder."),
        ({"person": "nobody"}, "That person is not on the staff list."),
        ({"tier": "supervisor"}, "Cyd Raman is not a supervisor."),
        ({"tier": "reserve"}, "Choose the tier."),
        ({"team": "C4<b>"}, "Write a call sign of letters and digits"),
        ({"starts_at": "2026-11-10T12:00", "ends_at": "2026-11-11T07:00"}, "Cyd Raman is on backup from"),
    ],
)
def test_a_shift_that_cannot_be_meant_is_refused(
    house: House, admin: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    before = count(house, shifts), count(house, journal)
    answer = post(admin, "/rota/edit/shifts", **shift(**changes))
    assert answer.status_code in (409, 422) and sentence in text(answer)
    assert (count(house, shifts), count(house, journal)) == before


def test_the_hour_that_comes_twice_is_covered_both_times(house: House, admin: FlaskClient) -> None:
    house.clock.move(timedelta(days=350))  # 2027-10-26; the clocks go back on 7 November 2027
    admin = house.client("root")
    post(admin, "/rota/edit/shifts", **shift(starts_at="2027-11-06T19:00", ends_at="2027-11-07T01:30"))
    post(
        admin,
        "/rota/edit/shifts",
        **shift(person="dov", starts_at="2027-11-07T01:30", ends_at="2027-11-07T09:00"),
    )
    assert spans(house, "cyd")[-1] == ("11-07 00:00", "11-07 07:30")
    assert spans(house, "dov")[-1] == ("11-07 06:30", "11-07 15:00")


def test_a_team_is_two(house: House, admin: FlaskClient) -> None:
    for person in ("cyd", "dov"):
        assert post(admin, "/rota/edit/shifts", **shift(person=person, team="C9")).status_code == 302
    third = post(admin, "/rota/edit/shifts", **shift(person="ana", team="C9"))
    assert third.status_code == 409 and "C9 has two people then." in text(third)


def test_a_running_shift_is_ended_and_a_coming_one_removed(house: House, admin: FlaskClient) -> None:
    assert "has begun. End it instead." in text(post(admin, "/rota/edit/shifts/s-cyd/remove"))
    assert post(admin, "/rota/edit/shifts/s-cyd/end").status_code == 302
    assert spans(house, "cyd") == [("11-10 01:00", "11-10 09:00")]
    assert "That shift is not running." in text(post(admin, "/rota/edit/shifts/s-cyd/end"))
    post(admin, "/rota/edit/shifts", **shift())
    with house.shell.store.read() as connection:
        coming = connection.scalar(select(shifts.c.id).where(shifts.c.starts_at > house.clock.now()))
    assert post(admin, f"/rota/edit/shifts/{coming}/remove").status_code == 302
    assert len(spans(house, "cyd")) == 1
    assert post(admin, f"/rota/edit/shifts/{coming}/remove").status_code == 404


# --- tokens and the audit rows ----------------------------------------------------------------------------


def test_a_token_is_shown_once_kept_as_a_digest_and_dead_once_revoked(
    house: House, admin: FlaskClient
) -> None:
    shown = SECRET.search(post(admin, "/admin/tokens", name="Monitor", scope="read").get_data(as_text=True))
    assert shown
    token, row = shown[1], digest(shown[1])
    assert token not in admin.get("/admin/tokens").get_data(as_text=True)
    reader = house.app.test_client()
    with_token = {"Authorization": f"Bearer {token}"}
    assert reader.get("/api/v1/on-call", headers=with_token).status_code == 200
    with house.shell.store.read() as connection:
        token_id = connection.scalar(select(tokens.c.id).where(tokens.c.digest == row))
    assert post(admin, f"/admin/tokens/{token_id}/revoke").status_code == 302
    assert reader.get("/api/v1/on-call", headers=with_token).status_code == 401
    assert "revoked already" in text(post(admin, f"/admin/tokens/{token_id}/revoke"))


def test_a_token_needs_a_name_and_a_scope(house: House, admin: FlaskClient) -> None:
    answer = post(admin, "/admin/tokens", name="", scope="everything")
    assert (
        answer.status_code == 422
        and "Write who uses it" in text(answer)
        and "Choose what it may do." in text(answer)
    )
    assert count(house, tokens) == 0


def test_who_saw_what_is_read_page_by_page_newest_first(house: House, admin: FlaskClient) -> None:
    crisis = Crisis(house).received()
    with house.shell.store.write() as connection:
        for number in range(150):
            who = "ana" if number % 2 else "ben"
            trace(connection, house.shell, who, f"look {number:03}", "record", [crisis.id])
        trace(connection, house.shell, "ana", "other", "record", ["someone-else"])
    newest = admin.get("/admin/reads")
    assert "look 149" in text(newest) and "look 050" not in text(newest)
    older = re.search(r'href="([^"]*before=[^"]*)"', newest.get_data(as_text=True))
    assert older
    rest = text(admin.get(older[1].replace("&amp;", "&")))
    assert "look 050" in rest and "look 000" in rest and "look 051" not in rest
    of_ana = text(admin.get("/admin/reads?person=ana"))
    assert "look 149" in of_ana and "look 148" not in of_ana
    of_it = text(admin.get(f"/admin/reads?subject={crisis.ref}"))
    assert "look 149" in of_it and "other" not in of_it
    assert "Nothing was shown" in text(admin.get("/admin/reads?subject=9999"))
    assert admin.get("/admin/reads?before=zero").status_code == 422


def test_every_change_stands_in_the_journal_and_the_chain_holds(house: House, admin: FlaskClient) -> None:
    before = count(house, journal)
    post(admin, "/admin/people", **ZED)
    post(admin, "/admin/people/ana", **ana_with(name="Ana V"))
    post(admin, "/admin/people/ben/password")
    post(admin, "/admin/people/ben/sign-out")
    post(admin, "/admin/people/dov/off")
    post(admin, "/admin/people/dov/on")
    post(admin, "/admin/people/ana/duty", duty="break", until="04:00")
    post(admin, "/admin/program", name="Alder", zone="America/Chicago", areas="")
    post(admin, "/admin/ladder", tier_1="primary", minutes_1="4", tier_2="supervisor", minutes_2="5")
    post(admin, "/admin/terms", **terms())
    post(admin, "/rota/edit/shifts", **shift())
    post(admin, "/rota/edit/shifts/s-ana/end")
    post(admin, "/admin/tokens", name="Monitor", scope="read")
    with house.shell.store.read() as connection:
        rows = connection.execute(select(journal.c.by, journal.c.chain).where(journal.c.seq > before)).all()
        assert verify(connection, house.shell.settings.journal_key).reason is None
    assert {row.by for row in rows} == {"root"} and {row.chain for row in rows} == {"alder"}
    assert len(rows) == 13
