"""Section D of the fault catalogue, people: what they text back, what they stop, and what they never see."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.codec import load_message
from app.delivered import report
from app.house_alarms import standing
from app.queries.handover import due_handovers
from app.replies import hear
from app.rota.cannot_reach import KIND
from app.rota.ways import CODES_AT_MOST
from app.shell import new_id
from app.tables import inbox, journal, outbox, people, shifts, ways
from app.ways_health import is_stopped
from dispatch import commands as c
from dispatch.messages import HasIt, HowToReply, Message, PageResponder
from dispatch.stages import Stage, Step
from notify.gsm7 import is_gsm7, septets
from notify.marks import mark_of
from notify.wording import words
from tests.house import NIGHT, PHONES, PROGRAM, House, a_house
from tests.loopback.twilio_faults import refusing
from tests.test_sms_replies import two_say_yes
from tests.test_wording import CHICAGO, any_message, links
from tests.walk import post
from tests.wired import Wired, a_call, a_wired_house, ask, incident_at

TWILIO_STOPS = ("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL")
TWILIO_STARTS = ("START", "UNSTOP", "YES")


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        yield house


@pytest.fixture
def wired(tmp_path: Path, database_url: str | None) -> Iterator[Wired]:
    """One provider, and calls."""
    with a_wired_house(tmp_path, calls=True, database_url=database_url) as house:
        yield house


def text(house: House, person: str, body: str) -> str:
    """This person's phone texts us; what it shows last."""
    hear(house.shell, PHONES[person], body, new_id())
    house.worker.tick()
    return house.texts(person)[-1] if house.texts(person) else ""


def share(house: House, owner: str, other: str) -> None:
    """The other one answers on the owner's phone too."""
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == other).values(phone=PHONES[owner]))


def owed(house: House | Wired) -> list[Message]:
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(outbox.c.kind, outbox.c.message).where(outbox.c.step == 0).order_by(outbox.c.id)
        )
        return [load_message(row.kind, row.message) for row in rows]


def alarmed(house: House | Wired) -> dict[str, str]:
    """Who cannot be reached, as every board says it."""
    with house.shell.store.read() as connection:
        return {one.about: one.sentence for one in standing(connection, PROGRAM) if one.kind == KIND}


def count(house: House, table: object) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


# --- F55: a receipt is no answer -------------------------------------------------------------------------
def test_f55_a_text_that_is_said_to_be_delivered_and_read_stops_no_ladder(house: House) -> None:
    incident = a_call(house.shell)
    house.worker.tick()
    with house.shell.store.read() as connection:
        mine = [row.id for row in connection.execute(select(outbox.c.id).where(outbox.c.person == "ana"))]
    for status in ("sent", "delivered", "read"):
        assert all(report(house.shell, one, status, None) for one in mine)
    house.pass_time(minutes=3)
    found = incident_at(house.shell, incident)
    assert next(page.state for page in found.pages if page.person == "ana") == "lapsed"
    assert any("Crisis page 2001" in one for one in house.texts("cyd"))


# --- F56: a number that has opted out --------------------------------------------------------------------
def test_f56_a_send_refused_for_a_stop_takes_the_text_out_rings_and_alarms(wired: Wired) -> None:
    wired.twilio.fault(refusing(21610), number=PHONES["ana"])
    wired.called()
    for _ in range(4):
        wired.worker.tick()
    assert [one for one in wired.twilio.calls.values() if one.to == PHONES["ana"]], "rung in the same second"
    with wired.shell.store.read() as connection:
        assert is_stopped(connection, PHONES["ana"])
    assert alarmed(wired) == {
        "ana": "Ana Vela is on call now and has stopped our texts. They text START to our number; "
        "until then their other ways are used."
    }
    assert any("Ana Vela is on call now and has stopped our texts." in one for one in wired.texts("okonjo"))
    assert not any(PHONES["ana"][-4:] in one for one in wired.texts("okonjo"))
    before = len(wired.texts("ana"))
    wired.called(lead="dov", second="cyd")
    wired.pass_time(minutes=1)
    assert len(wired.texts("ana")) == before, "a number that has stopped us is not texted"


def test_f56_a_text_that_arrives_after_it_ends_the_alarm(house: House) -> None:
    text(house, "ana", "STOP")
    assert "ana" in alarmed(house)
    a_call(house.shell)
    house.pass_time(seconds=1)
    with house.shell.store.read() as connection:
        sent = connection.execute(select(outbox.c.id, outbox.c.wire_at).where(outbox.c.person == "ana")).all()
    assert sent and all(row.wire_at for row in sent), "with no other way, a try that may fail beats none"
    report(house.shell, sent[-1].id, "delivered", None)
    assert alarmed(house) == {}
    with house.shell.store.read() as connection:
        assert not is_stopped(connection, PHONES["ana"])


def test_f56_a_report_of_what_went_out_before_the_stop_is_no_start(house: House) -> None:
    a_call(house.shell)
    house.worker.tick()
    with house.shell.store.read() as connection:
        sent = connection.scalar(select(outbox.c.id).where(outbox.c.person == "ana").order_by(outbox.c.id))
    house.clock.move(timedelta(seconds=5))
    text(house, "ana", "STOP")
    house.clock.move(timedelta(seconds=5))
    assert sent is not None and report(house.shell, sent, "delivered", None)
    with house.shell.store.read() as connection:
        assert is_stopped(connection, PHONES["ana"])


def test_f56_somebody_who_is_on_call_within_a_day_counts_and_somebody_off_does_not(house: House) -> None:
    with house.shell.store.write() as connection:
        later = {"program": PROGRAM, "tier": "backup", "ends_at": NIGHT + timedelta(hours=40)}
        for person, hours in (("haddad", 23), ("brandvold", 25)):
            row = {**later, "id": f"next-{person}", "person": person}
            connection.execute(shifts.insert().values(**row, starts_at=NIGHT + timedelta(hours=hours)))
    for person in ("haddad", "brandvold", "root"):
        text(house, person, "STOP")
    assert list(alarmed(house)) == ["haddad"]
    assert "is on call from Wed 11 Nov 02:00 and" in alarmed(house)["haddad"]


def test_f56_the_only_supervisor_on_call_is_told_of_by_all_the_others(house: House) -> None:
    text(house, "okonjo", "STOP")
    assert any("M. Okonjo is on call now" in one for one in house.texts("haddad"))


# --- F57: STOP by mistake, and START ---------------------------------------------------------------------
@pytest.mark.parametrize("word", TWILIO_STOPS)
@pytest.mark.parametrize("typed", ["{}", " {} ", "{}.", "{} please", "{}\n"])
def test_f57_each_word_that_stops_is_mirrored_for_the_number_that_it_came_from(
    house: House, word: str, typed: str
) -> None:
    if not house.shell.store.is_sqlite and typed != "{} please":
        pytest.skip("the words are the same there")
    second = "+12185550177"
    with house.shell.store.write() as connection:
        more = {"id": "w2", "person": "ana", "kind": "text", "address": second, "added_at": NIGHT}
        connection.execute(ways.insert().values(**more, verified_at=NIGHT))
    hear(house.shell, second, typed.format(word.title()), new_id())
    with house.shell.store.read() as connection:
        assert is_stopped(connection, second) and not is_stopped(connection, PHONES["ana"])
        stopped = connection.scalars(select(journal.c.stream).where(journal.c.kind == "TextsStopped")).all()
    assert stopped == ["ana"]
    before = len(house.recorder.texts_to(second))
    a_call(house.shell)
    house.worker.tick()
    assert house.texts("ana") and len(house.recorder.texts_to(second)) == before


@pytest.mark.parametrize("word", TWILIO_STARTS)
def test_f57_each_word_that_starts_again_is_mirrored_and_ends_the_alarm(house: House, word: str) -> None:
    text(house, "ana", "STOP")
    assert "ana" in alarmed(house)
    text(house, "ana", f" {word.lower()} ")
    with house.shell.store.read() as connection:
        assert not is_stopped(connection, PHONES["ana"])
    assert alarmed(house) == {}


def test_f57_a_yes_with_a_code_is_no_start_for_the_carrier_and_so_none_for_us(house: House) -> None:
    incident = a_call(house.shell)
    text(house, "ana", "STOP")
    text(house, "ana", "2001 yes")
    assert incident_at(house.shell, incident).member("ana") is not None
    with house.shell.store.read() as connection:
        assert is_stopped(connection, PHONES["ana"])


def test_f57_a_spanish_word_for_stop_is_asked_back_for_no_carrier_knows_it(house: House) -> None:
    assert "The word STOP, alone and in English, ends all our texts" in text(house, "ana", "Alto")
    with house.shell.store.read() as connection:
        assert not is_stopped(connection, PHONES["ana"])


# --- F63: nobody's number --------------------------------------------------------------------------------
def test_f63_a_number_of_nobody_changes_nothing_hears_nothing_and_leaves_no_word(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_call(house.shell)
    house.worker.tick()
    before = [count(house, table) for table in (journal, outbox, inbox, ways)]
    for body in ("2001 Y my neighbor Lars is screaming", "STOP", "START", "HELP", "2001C Y"):
        hear(house.shell, "+12185559999", body, new_id())
        house.worker.tick()
    assert [count(house, table) for table in (journal, outbox, inbox, ways)] == before
    assert house.recorder.texts_to("+12185559999") == ()
    assert caplog.text.count("number that none of our people has") == 5
    assert "Lars" not in caplog.text and "2185559999" not in caplog.text


# --- F64: one phone, two people --------------------------------------------------------------------------
def test_f64_on_a_shared_phone_each_page_has_its_owners_letter_and_only_that_is_an_answer(
    house: House,
) -> None:
    share(house, "ana", "ben")
    incident = a_call(house.shell)
    house.worker.tick()
    ana, ben = mark_of("ana", ["ana", "ben"]), mark_of("ben", ["ana", "ben"])
    assert any(f"reply 2001{ana} Y 15" in one for one in house.texts("ana"))
    assert any(f"reply 2001{ben} Y 15" in one for one in house.texts("ana"))
    both = f"Reply 2001{ana} Y for Ana Vela, 2001{ben} Y for Ben Whitcomb."
    for body in ("2001 Y", "Y", "2001W Y"):
        assert both in text(house, "ana", body)
        assert incident_at(house.shell, incident).members == ()
    assert f"2001{ben}: you said yes." in text(house, "ana", f"2001{ben.lower()} y 15")
    assert [one.person for one in incident_at(house.shell, incident).members] == ["ben"]
    assert "you said no" in text(house, "ana", f"2001 {ana} N")


def test_f64_a_step_of_the_one_who_is_on_it_needs_no_letter(house: House) -> None:
    share(house, "ana", "ben")
    incident = a_call(house.shell)
    text(house, "ana", f"2001{mark_of('ben', ['ana', 'ben'])} Y")
    text(house, "ana", "2001 GO")
    member = incident_at(house.shell, incident).member("ben")
    assert member is not None and member.step is Step.EN_ROUTE


def test_f64_a_letter_that_is_not_theirs_is_refused_on_a_phone_of_ones_own_too(house: House) -> None:
    incident = a_call(house.shell)
    wrong = next(letter for letter in "CFJPRTVWX" if letter != mark_of("ana", ["ana", "ben"])[0])
    assert f"No page 2001{wrong} is yours. You have 2001. Reply 2001 Y." in text(
        house, "ana", f"2001{wrong} Y"
    )
    assert incident_at(house.shell, incident).members == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f64_whatever_is_typed_on_a_shared_phone_nobody_is_ever_taken_for_the_other(house: House) -> None:
    share(house, "ana", "ben")
    incident = a_call(house.shell)
    ana, ben = mark_of("ana", ["ana", "ben"]), mark_of("ben", ["ana", "ben"])
    pieces = st.sampled_from(
        ["2001", f"2001{ana}", f"2001{ben}", ana, ben, "Y", "n", "ok", "sí", "15", "2002", "👍"]
    )
    answered = 0

    @given(st.lists(pieces, max_size=5).map(" ".join))
    @example(f"Y 2001 👍 {ana}")
    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def any_text(body: str) -> None:
        nonlocal answered
        hear(house.shell, PHONES["ana"], body, new_id())
        for person, mark in (("ana", ana), ("ben", ben)):
            member = incident_at(house.shell, incident).member(person)
            if member is None:
                continue
            answered += 1
            said = " ".join(body.replace("👍", " ").split())  # a picture parts no code from its letter
            assert f"2001{mark}" in said or f"2001 {mark}" in said, body
            ask(house.shell, incident, c.Decline(person, member.page))
            ask(house.shell, incident, c.AskPerson("ruiz", person, member.seat))

    any_text()
    assert answered > 0


# --- F65: a bare word with two pages ---------------------------------------------------------------------
def test_f65_a_bare_word_with_two_pages_open_lists_their_codes_and_changes_nothing(house: House) -> None:
    first, second = a_call(house.shell), a_call(house.shell, lead="ana", second="cyd")
    for body in ("Y", "accept", "A", "acepto", "No"):
        told = text(house, "ana", body)
        assert "2001" in told and ("2002" in told or body == "A")
    assert all(incident_at(house.shell, one).member("ana") is None for one in (first, second))
    assert all(
        page.state == "asked" for one in (first, second) for page in incident_at(house.shell, one).pages
    )
    text(house, "ana", "2002 Y")
    assert incident_at(house.shell, second).member("ana") is not None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("2010 Y", "No page 2010 is yours. Did you mean 2001? Reply 2001 Y."),
        ("2091 Y 20", "No page 2091 is yours. Did you mean 2001? Reply 2001 Y 20."),
        ("20001 N", "No page 20001 is yours. Did you mean 2001? Reply 2001 N."),
        ("9876 Y", "No page 9876 is yours. You have 2001. Reply 2001 Y."),
        ("yess", "Not understood. Did you mean yes? Reply 2001 Y."),
        ("yy 15", "Not understood. Did you mean yes? Reply 2001 Y 15."),
        ("acept", "Not understood. Did you mean yes? Reply 2001 Y."),
        ("👍", "A picture is not an answer. Reply 2001 Y or 2001 N."),
        (
            "Liked “Crisis page 2001. Answer by 03:03: reply 2001 Y 15”",
            "A reaction to a text is not an answer.",
        ),
    ],
)
def test_f65_a_slip_is_explained_with_the_exact_words_and_never_guessed(
    house: House, body: str, told: str
) -> None:
    incident = a_call(house.shell)
    assert told in text(house, "ana", body)
    assert incident_at(house.shell, incident).members == ()
    assert all(page.state == "asked" for page in incident_at(house.shell, incident).pages)


def test_f65_two_pages_a_slip_away_from_a_number_are_both_named(house: House) -> None:
    for lead, second in (("ana", "ben"), ("ana", "cyd")):
        a_call(house.shell, lead=lead, second=second)
    assert "No page 2003 is yours. You have 2001, 2002. Reply 2001 Y." in text(house, "ana", "2003 Y")


def test_f65_a_reaction_to_a_check_in_is_no_sign_of_life(house: House) -> None:
    incident = a_call(house.shell)
    for person, body in (("ana", "y"), ("ben", "y"), ("ana", "here"), ("ben", "here"), ("ana", "with")):
        text(house, person, body)
    member = incident_at(house.shell, incident).member("ana")
    assert member is not None and member.check_by is not None
    house.clock.move(timedelta(minutes=10))
    told = text(house, "ana", "Liked “2001: are you OK? Answer by 03:24: reply 2001 OK.”")
    assert "A reaction to a text is not an answer. Reply 2001 OK, or what you do." in told
    after = incident_at(house.shell, incident).member("ana")
    assert after is not None and after.check_by == member.check_by


def test_f65_a_picture_under_a_text_that_asked_nothing_is_not_answered(house: House) -> None:
    before = count(house, outbox)
    text(house, "ana", "👍")
    assert count(house, outbox) == before
    assert isinstance((text(house, "ana", "hello"), owed(house)[-1])[1], HowToReply)


# --- F66: late -------------------------------------------------------------------------------------------
def test_f66_a_late_answer_is_told_who_has_it_since_when_in_local_time(house: House) -> None:
    incident = a_call(house.shell)
    house.pass_time(minutes=3)
    house.clock.move(timedelta(minutes=1))
    text(house, "cyd", "2001 Y")
    text(house, "dov", "2001 Y")
    before = incident_at(house.shell, incident)
    house.clock.move(timedelta(minutes=7))
    for body in ("2001 Y", "y 10", "2001 N"):
        assert "2001: Cyd Raman has it since 03:04. You are not needed." in text(house, "ana", body)
    assert incident_at(house.shell, incident).members == before.members


def test_f66_an_answer_to_what_is_over_is_told_so_days_later(house: House) -> None:
    incident = a_call(house.shell)
    house.pass_time(minutes=3)
    for person, body in (("cyd", "y"), ("dov", "y"), ("cyd", "here"), ("dov", "here"), ("cyd", "done")):
        text(house, person, f"2001 {body}")
    assert incident_at(house.shell, incident).stage is Stage.CLEARED
    house.clock.move(timedelta(days=3))
    told = text(house, "ana", "2001 Y")
    assert "2001: Cyd Raman had it from 03:03. It is over. You are not needed." in told
    assert incident_at(house.shell, incident).member("ana") is None


def test_f66_a_code_that_was_called_off_is_told_that_it_needs_nobody(house: House) -> None:
    incident = a_call(house.shell)
    ask(house.shell, incident, c.Recall("ruiz", "wrong_team"))
    assert "2001 does not need you any more." in text(house, "ana", "2001 Y")


def test_f66_however_often_a_text_was_not_understood_who_has_it_is_told(house: House) -> None:
    a_call(house.shell)
    house.pass_time(minutes=3)
    for person in ("cyd", "dov"):
        text(house, person, "2001 Y")
    for _ in range(12):
        text(house, "ana", "what is this")
    assert "Cyd Raman has it since" in text(house, "ana", "2001 Y")
    assert isinstance(owed(house)[-1], HasIt)


# --- F67, F68: at the same instant -----------------------------------------------------------------------
def both(house: House, incident: str) -> list[str]:
    """What must never be: a seat that somebody has and that somebody is still asked for."""
    found = incident_at(house.shell, incident)
    held = {member.seat for member in found.members}
    return [page.person for page in found.open_pages if page.seat in held]


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.night)])
def test_f67_fifty_answers_of_two_people_at_once_leave_one_owner_and_each_is_told_the_truth(
    house: House, rounds: int
) -> None:
    two_say_yes(house, rounds)


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.night)])
def test_f68_a_yes_in_the_instant_of_the_time_out_is_owned_or_goes_on_and_never_both(
    house: House, rounds: int
) -> None:
    for _ in range(rounds):
        incident = a_call(house.shell)
        ref = incident_at(house.shell, incident).ref
        hear(house.shell, PHONES["ben"], f"{ref} Y", new_id())
        house.clock.move(timedelta(minutes=3))
        gate = threading.Barrier(2)

        def say_yes(gate: threading.Barrier = gate, ref: int = ref) -> None:
            gate.wait()
            hear(house.shell, PHONES["ana"], f"{ref} Y", new_id())

        def escalate(gate: threading.Barrier = gate) -> None:
            gate.wait()
            house.worker.tick()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(say_yes), pool.submit(escalate)]:
                done.result()
        house.worker.tick()
        assert both(house, incident) == []
        found = incident_at(house.shell, incident)
        assert found.member("ana") is not None, "a late yes counts while the seat is empty"
        ask(house.shell, incident, c.Recall("ruiz", "wrong_team"))
        house.clock.move(timedelta(minutes=11))


# --- F69: yes, and then silence --------------------------------------------------------------------------
def test_f69_a_yes_and_then_silence_is_asked_after_and_then_alarmed(house: House) -> None:
    incident = a_call(house.shell)
    for person in ("ana", "ben"):
        text(house, person, "2001 Y")
    for _ in range(30):
        house.pass_time(minutes=1)
    assert any("2001: are you on the way? Reply 2001 GO." in one for one in house.texts("ana"))
    kinds = {(alarm.kind, alarm.about) for alarm in incident_at(house.shell, incident).alarms}
    assert ("no_progress", "ana") in kinds
    assert any("Alarm on 2001: no progress" in one for one in house.texts("okonjo"))


# --- F70: who has it goes home, or leaves ----------------------------------------------------------------
def test_f70_whoever_has_it_when_the_shift_ends_keeps_it_until_a_name_takes_it(house: House) -> None:
    incident = a_call(house.shell)
    for person in ("ana", "ben"):
        text(house, person, "2001 Y")
    with house.shell.store.write() as connection:
        over = NIGHT + timedelta(minutes=30)
        connection.execute(shifts.update().where(shifts.c.person == "ana").values(ends_at=over))
    house.clock.move(timedelta(minutes=31))
    with house.shell.store.read() as connection:
        due = due_handovers(connection, PROGRAM, house.clock.now())
    assert {message.to for one in due for _, message in one.messages} >= {"ana"}
    assert incident_at(house.shell, incident).member("ana") is not None
    ask(house.shell, incident, c.TakeOver("cyd", "ana", "cyd"))
    found = incident_at(house.shell, incident)
    assert found.member("cyd") is not None and found.member("ana") is None
    assert "You have" not in text(house, "ana", "2001 Y")
    assert incident_at(house.shell, incident).member("ana") is None


def test_f70_an_account_is_not_switched_off_while_its_owner_has_a_call(house: House) -> None:
    incident = a_call(house.shell)
    for person in ("ana", "ben"):
        text(house, person, "2001 Y")
    answer = post(house.client("root"), "/admin/people/ana/off")
    assert answer.status_code == 409 and "Ana Vela is on 2001." in answer.get_data(as_text=True)
    with house.shell.store.read() as connection:
        assert connection.scalar(select(people.c.active).where(people.c.id == "ana")) is True
    assert incident_at(house.shell, incident).member("ana") is not None


# --- F72: one plain segment ------------------------------------------------------------------------------
@given(any_message, links, st.text(max_size=60), st.sampled_from(["", "C", "FT"]))
def test_f72_every_text_is_one_segment_of_the_plain_alphabet_whatever_a_name_holds(
    message: Message, link: str | None, org: str, mark: str
) -> None:
    body = words(message, link=link, org=org, demo=True, zone=CHICAGO, mark=mark)
    assert is_gsm7(body) and septets(body) <= 160


def test_f72_words_of_a_caller_have_no_slot_in_any_text(house: House) -> None:
    hostile = "=cmd|'/c calc'!A1 \u202e Y\nSTOP 2001 N"
    incident = a_call(house.shell, place=hostile, area=hostile)
    text(house, "ana", "2001 Y")
    every = [one for person in PHONES for one in house.texts(person)]
    assert every and not any("cmd" in one or "\u202e" in one or "\n" in one for one in every)
    assert incident_at(house.shell, incident).member("ana") is not None


# --- F73: nobody makes us text strangers -----------------------------------------------------------------
def test_f73_no_path_without_a_sign_in_makes_us_text_anybody(house: House) -> None:
    browser = house.client()
    before = count(house, outbox)
    tries = (
        ("/sign-in", {"email": "ana@alder.example", "password": "wrong"}),
        ("/sign-in", {"phone": "+12125550100"}),
        ("/account/ways", {"kind": "text", "number": "+12125550100"}),
        ("/account/ways/w1/code", {}),
        ("/rota/ready/people/ana/ring", {}),
        ("/hooks/twilio/sms", {"From": "+12125550100", "Body": "2001 Y", "MessageSid": "SM1"}),
        ("/hooks/twilio/status", {"To": "+12125550100", "MessageStatus": "sent"}),
        ("/p/AAAAAAAAAAAAAAAAAAAAAA/yes", {"own": "1"}),
    )
    for path, form in tries:
        for _ in range(5):
            assert browser.post(path, data=form).status_code >= 300
    house.worker.tick()
    assert count(house, outbox) == before
    assert house.recorder.texts_to("+12125550100") == ()


@pytest.mark.parametrize(
    "number",
    ["+442071838750", "+18765551234", "+18095551234", "+19005551234", "+12125550100;+12125550101", "900"],
)
def test_f73_even_signed_in_a_code_goes_to_no_number_outside_of_here(house: House, number: str) -> None:
    before = count(house, outbox)
    ana = house.client("ana")
    answer = post(ana, "/account/ways", kind="text", number=number)
    assert answer.status_code in (400, 409) and count(house, outbox) == before
    assert post(ana, "/account/ways", kind="text", number="+12125550100").status_code == 302
    assert count(house, outbox) == before + 1, "one of here gets its code"


def test_f73_codes_to_new_numbers_are_few_and_pages_are_never_counted(house: House) -> None:
    ana = house.client("ana")
    answers = [
        post(ana, "/account/ways", kind="text", number=f"+12125550{number:03d}").status_code
        for number in range(100, 100 + CODES_AT_MOST + 4)
    ]
    assert answers == [302] * CODES_AT_MOST + [409] * 4
    codes = [one for one in owed(house) if type(one).__name__ == "NumberCode"]
    assert len(codes) == CODES_AT_MOST
    for _ in range(30):
        incident = a_call(house.shell)
        ask(house.shell, incident, c.Recall("ruiz", "wrong_team"))
    pages = [one for one in owed(house) if isinstance(one, PageResponder) and one.to == "ana"]
    assert len(pages) == 30
