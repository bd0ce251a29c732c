"""A page rings the phone, over the real wire: a person types the code and answers; nothing else is an answer."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivered import report
from app.house_alarms import standing
from app.journal import newest
from app.outbox import owe
from app.ringing import code_of
from app.tables import journal, outbox, people, ways
from dispatch import commands as c
from dispatch.incident import Page
from dispatch.messages import NumberCode, RingTest
from dispatch.stages import Step
from tests.house import PHONES, on_both
from tests.loopback.phone import BUSY, CODE, NOBODY, NOTHING, VOICEMAIL, Heard, Phone, a_person
from tests.loopback.twilio_calls import HeldCall
from tests.loopback.twilio_faults import breaking_down
from tests.loopback.twilio_signing import sign
from tests.wired import BASE, Wired, a_call, a_wired_house, ask

VOICE = "/hooks/twilio/voice"
ROUTES = (VOICE, "/hooks/twilio/call", "/hooks/twilio/machine")

wired = on_both(a_wired_house, calls=True)


def called(wired: Wired, *persons: str) -> str:
    """A call for which Ana and Ben are asked by text, and whose phones ring, for nobody answered the text."""
    incident = wired.called()
    wired.worker.tick()
    wired.pass_time(seconds=21)
    wired.worker.tick()
    assert all(calls_to(wired, person) for person in persons)
    return incident


def calls_to(wired: Wired, person: str) -> list[HeldCall]:
    return [call for call in wired.twilio.calls.values() if call.to == PHONES[person]]


def ring(wired: Wired, person: str, phone: Phone) -> Heard:
    """The newest call to this person is picked up, or not; and the worker sees what came of it."""
    heard = wired.twilio.ring(PHONES[person], phone)
    wired.worker.tick()
    return heard


def page(wired: Wired, incident: str, person: str) -> Page:
    return next(page for page in wired.incident(incident).pages if page.person == person)


def tries(wired: Wired, person: str) -> list[Any]:
    """The rows of what this person was sent, oldest first."""
    with wired.shell.store.read() as connection:
        mine = select(outbox).where(outbox.c.person == person).order_by(outbox.c.id)
        return list(connection.execute(mine))


def the_call(wired: Wired, person: str) -> Any:
    """The row of the first call to this person that went out."""
    return next(row for row in tries(wired, person) if row.channel == "call" and row.provider_id)


def post(wired: Wired, query: str, fields: dict[str, str], path: str = VOICE) -> tuple[int, str]:
    """What the provider would post, signed as it signs."""
    return wired.twilio._exchange(
        f"{BASE}{path}{query}", [("AccountSid", wired.twilio.account_sid), *fields.items()]
    )


# --- a person answers ------------------------------------------------------------------------------------


def test_a_page_that_nobody_answered_rings_the_phone_and_is_accepted_by_its_keys(wired: Wired) -> None:
    incident = called(wired, "ana")
    heard = ring(wired, "ana", a_person(CODE, "1"))
    assert "for Ana Vela. Crisis page two, zero, zero, one. Priority two. Two people go." in heard.words[0]
    assert heard.words[1].startswith("Thank you. To accept, press one.")
    assert heard.last == (
        "You have it: two, zero, zero, one. The other seat is still being asked. We text you when it is taken."
    )
    member = wired.incident(incident).member("ana")
    assert member is not None and member.step is Step.ACCEPTED
    row = the_call(wired, "ana")
    assert (row.reached, row.evidence) == (5, "human")
    assert "2001: you said yes." in wired.texts("ana")[-1]


def test_the_answer_by_voice_stands_in_the_journal_as_one(wired: Wired) -> None:
    called(wired, "ana")
    ring(wired, "ana", a_person(CODE, "1"))
    with wired.shell.store.read() as connection:
        rows = connection.execute(select(journal.c.by, journal.c.via).where(journal.c.kind == "Accepted"))
        assert list(rows) == [("ana", "voice")]


def test_who_goes_with_them_is_told_in_the_call(wired: Wired) -> None:
    called(wired, "ana")
    wired.text("ben", "2001 Y 10")
    assert ring(wired, "ana", a_person(CODE, "1")).last.endswith("You go with Ben Whitcomb.")


def test_a_no_by_key_asks_the_next_person_at_once(wired: Wired) -> None:
    incident = called(wired, "ana")
    assert ring(wired, "ana", a_person(CODE, "2")).last.startswith("You said no to two, zero, zero, one.")
    assert page(wired, incident, "ana").state == "declined"
    assert any("Crisis page 2001" in text for text in wired.texts("cyd"))


def test_it_can_be_heard_again_and_a_wrong_key_does_nothing(wired: Wired) -> None:
    incident = called(wired, "ana")
    heard = ring(wired, "ana", a_person(CODE, "9", "5", "1"))
    assert "Crisis page two, zero, zero, one." in heard.words[2]
    assert heard.words[3].startswith("That key does nothing here.")
    assert wired.incident(incident).member("ana") is not None


def test_the_words_can_be_heard_to_their_end_before_the_code_is_typed(wired: Wired) -> None:
    incident = called(wired, "ana")
    ring(wired, "ana", a_person(NOTHING, NOTHING, CODE, NOTHING, "1"))
    assert wired.incident(incident).member("ana") is not None


def test_no_menu_goes_on_for_ever(wired: Wired) -> None:
    incident = called(wired, "ana")
    heard = ring(wired, "ana", a_person(CODE, *("9" * 30)))
    assert len(heard.posts) < 10
    assert "two, zero, zero, one still waits for you" in heard.last
    assert page(wired, incident, "ana").state == "asked"


def test_a_check_in_is_answered_by_call(wired: Wired) -> None:
    incident = wired.called()
    for person in ("ana", "ben"):
        page_id = page(wired, incident, person).id
        ask(wired.shell, incident, c.Accept(person, page_id), c.Arrive(person, person))
    wired.worker.tick()
    wired.pass_time(minutes=20, seconds=1)
    wired.worker.tick()
    wired.pass_time(seconds=21)
    wired.worker.tick()
    heard = ring(wired, "ana", a_person(CODE, "1"))
    assert "Are you OK, on two, zero, zero, one?" in heard.words[0]
    assert "hang up and call nine, one, one" in heard.words[0] and "hang up" in heard.words[1]
    assert heard.last.startswith("You are checked in on two, zero, zero, one. Check in again by ")
    ana, ben = (wired.incident(incident).member(person) for person in ("ana", "ben"))
    assert ana is not None and ben is not None and ana.check_by is not None and ben.check_by is not None
    assert ana.check_by > wired.clock.now() + timedelta(minutes=19) and ben.check_asked


def test_an_alarm_is_heard_by_call_and_stands_until_somebody_takes_it(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    for person in ("ana", "ben", "cyd", "dov", "okonjo"):
        wired.text(person, "2001 N")
    assert any("Alarm on 2001" in text for text in wired.texts("okonjo"))
    wired.pass_time(seconds=21)
    wired.worker.tick()
    heard = ring(wired, "okonjo", a_person(CODE, "1"))
    assert "An alarm stands on two, zero, zero, one: nobody answered." in heard.words[0]
    assert heard.words[1] == "Thank you. That you have heard this, press one. To hear it again, press nine."
    assert heard.last == (
        "You have heard it. The alarm on two, zero, zero, one stands until somebody takes it on the board."
    )
    assert the_call(wired, "okonjo").reached == 5
    assert [alarm.kind for alarm in wired.incident(incident).standing] == ["nobody_answered"]


def test_a_test_of_a_phone_is_answered_by_its_code_alone(wired: Wired) -> None:
    now = wired.clock.now()
    with wired.shell.store.write() as connection:
        owe(
            connection,
            None,
            [RingTest("ana", 31)],
            now,
            newest(connection),
            address=PHONES["ana"],
            channel="call",
        )
    wired.worker.tick()
    heard = ring(wired, "ana", a_person(CODE))
    assert "This is a test of your phone. Nothing has happened." in heard.words[0]
    assert heard.last == "Your test was heard. This phone works."
    with wired.shell.store.read() as connection:
        kinds = connection.scalars(select(journal.c.kind).where(journal.c.stream == "ana")).all()
    assert "PhoneAnswered" in kinds


def test_a_code_for_a_number_is_said_and_asks_for_no_key(wired: Wired) -> None:
    now = wired.clock.now()
    with wired.shell.store.write() as connection:
        code = NumberCode("ana", 0, "470913")
        owe(connection, None, [code], now, newest(connection), address="+15005550077", channel="call")
    wired.worker.tick()
    heard = wired.twilio.ring("+15005550077", a_person("4"))
    assert not heard.posts
    assert sum("four, seven, zero, nine, one, three" in words for words in heard.words) == 3


# --- and nothing else is an answer (F61) -------------------------------------------------------------------


def test_a_voicemail_answers_nothing_and_the_next_way_begins_at_once(wired: Wired) -> None:
    incident = called(wired, "ana")
    assert len(calls_to(wired, "ana")) == 1
    heard = ring(wired, "ana", VOICEMAIL)
    assert not heard.posts and "nothing was answered" in heard.last
    assert page(wired, incident, "ana").state != "accepted"
    row = the_call(wired, "ana")
    assert (row.evidence, row.failed) == ("machine_start", "machine")
    assert row.reached < 5
    assert len(calls_to(wired, "ana")) == 2, "the next try begins, and no time has passed"


@pytest.mark.parametrize("answer", ["403", "404", "408", "429"])
def test_a_carriers_no_to_two_calls_blames_neither_the_account_nor_a_number(
    wired: Wired, answer: str
) -> None:
    called(wired, "ana", "ben")
    fields = {"CallSid": "CA1", "CallStatus": "failed", "SipResponseCode": answer}
    for person in ("ana", "ben"):
        assert post(wired, f"?m={the_call(wired, person).id}", fields, "/hooks/twilio/call")[0] == 204
        assert (the_call(wired, person).failed, the_call(wired, person).code) == ("failed", f"sip-{answer}")
    wired.worker.tick()
    assert len(calls_to(wired, "ana")) == 2, "the next try begins, and by the same provider"
    with wired.shell.store.read() as connection:
        assert standing(connection) == ()
        assert connection.scalars(select(ways.c.id).where(ways.c.broken_at.is_not(None))).all() == []
    assert wired.shell.health.standing("alder", "call", "twilio").account is False


def test_a_call_that_came_through_and_was_not_answered_has_no_code_of_its_line(wired: Wired) -> None:
    called(wired, "ana")
    ring(wired, "ana", a_person())
    assert (the_call(wired, "ana").failed, the_call(wired, "ana").code) == ("ended", None)


@pytest.mark.parametrize("guessed", ["human", "unknown", "machine_start", "fax"])
def test_whatever_the_provider_guesses_only_the_code_makes_an_answer(wired: Wired, guessed: str) -> None:
    incident = called(wired, "ana", "ben")
    ring(wired, "ana", a_person(guessed=guessed))
    assert the_call(wired, "ana").reached < 5
    assert the_call(wired, "ana").failed in ("ended", "machine")
    assert page(wired, incident, "ana").state != "accepted"
    ring(wired, "ben", a_person(CODE, "1", guessed=guessed))
    assert the_call(wired, "ben").reached == 5
    assert wired.incident(incident).member("ben") is not None


@pytest.mark.parametrize(
    ("phone", "failed", "code"),
    [(BUSY, "busy", "sip-486"), (NOBODY, "no-answer", None), (Phone("cancelled"), "canceled", None)],
)
def test_a_call_that_nobody_takes_is_lost_at_once(
    wired: Wired, phone: Phone, failed: str, code: str | None
) -> None:
    incident = called(wired, "ana")
    ring(wired, "ana", phone)
    row = the_call(wired, "ana")
    assert (row.failed, row.code) == (failed, code)
    assert len(calls_to(wired, "ana")) == 2, "the next try begins, and no time has passed"
    assert page(wired, incident, "ana").state == "asked"


def test_three_wrong_codes_end_the_call_kindly_and_answer_nothing(wired: Wired) -> None:
    incident = called(wired, "ana")
    wrong = "10" if code_of(wired.shell, the_call(wired, "ana").delivery) != "10" else "11"
    heard = ring(wired, "ana", a_person(wrong, wrong, wrong, "1"))
    assert [said for said in heard.words if said.startswith("That was another code.")] == heard.words[1:3]
    assert "nothing was answered" in heard.last and len(heard.posts) == 3
    assert page(wired, incident, "ana").state == "asked"
    assert the_call(wired, "ana").failed == "ended"


def test_a_wrong_code_and_then_the_right_one_is_a_person(wired: Wired) -> None:
    incident = called(wired, "ana")
    wrong = "10" if code_of(wired.shell, the_call(wired, "ana").delivery) != "10" else "11"
    ring(wired, "ana", a_person(wrong, CODE, "1"))
    assert wired.incident(incident).member("ana") is not None


def test_the_menu_without_the_code_is_no_way_in(wired: Wired) -> None:
    incident = called(wired, "ana")
    row = the_call(wired, "ana")
    for stage in ("menu1", "menu9", "", "yes", "code0", "menu1;x"):
        status, script = post(wired, f"?m={row.id}&s={stage}", {"CallSid": "CA1", "Digits": "1"})
        assert status == 200 and "type this code on your phone" in script
    assert page(wired, incident, "ana").state == "asked"


def test_the_code_of_one_call_is_not_that_of_every_call(wired: Wired) -> None:
    codes = {code_of(wired.shell, f"delivery-{number}") for number in range(400)}
    assert len(codes) > 80 and all(len(code) == 2 and code.isdecimal() for code in codes)


# --- the truth is told --------------------------------------------------------------------------------------


def test_a_late_key_is_told_who_has_it_and_since_when(wired: Wired) -> None:
    incident = called(wired, "ana", "ben")
    wired.text("ben", "2001 Y 5")
    ask(wired.shell, incident, c.AskPerson("ruiz", "cyd", page(wired, incident, "ana").seat))
    wired.worker.tick()
    wired.text("cyd", "2001 Y 9")
    heard = ring(wired, "ana", a_person(CODE, "1"))
    assert heard.last == ("Cyd Raman has it since three A M. You are not needed on two, zero, zero, one.")
    assert len(heard.posts) == 1, "there is nothing left to choose, and no menu"
    assert wired.incident(incident).member("ana") is None


def test_the_seat_that_is_taken_while_the_menu_is_heard_is_told_as_taken(wired: Wired) -> None:
    incident = called(wired, "ana")
    row = the_call(wired, "ana")
    code = code_of(wired.shell, row.delivery)
    post(wired, f"?m={row.id}&s=code1", {"CallSid": "CA1", "Digits": code})
    wired.text("ben", "2001 Y 5")
    ask(wired.shell, incident, c.AskPerson("ruiz", "cyd", page(wired, incident, "ana").seat))
    wired.worker.tick()
    wired.text("cyd", "2001 Y 9")
    _, script = post(wired, f"?m={row.id}&s=menu1", {"CallSid": "CA1", "Digits": "1"})
    assert "Cyd Raman has it since three A M." in script
    assert wired.incident(incident).member("ana") is None


def test_who_may_not_take_the_open_seat_is_told_why_and_not_that_it_is_taken(wired: Wired) -> None:
    called(wired, "ana")
    other = a_call(wired.shell)
    wired.worker.tick()
    wired.text("ana", "2001 Y 5")
    wired.text("ben", "2001 Y 5")
    ask(wired.shell, other, c.AskPerson("ruiz", "cyd", page(wired, other, "ana").seat))
    wired.worker.tick()
    wired.text("cyd", "2002 Y 9")
    wired.pass_time(seconds=21)
    wired.worker.tick()
    row = next(row for row in tries(wired, "ana") if row.channel == "call" and row.incident == other)
    code = code_of(wired.shell, row.delivery)
    post(wired, f"?m={row.id}&s=code1", {"CallSid": "CA1", "Digits": code})
    _, script = post(wired, f"?m={row.id}&s=menu1", {"CallSid": "CA1", "Digits": "1"})
    assert "You are on two, zero, zero, one." in script and "Cyd Raman" not in script
    assert wired.incident(other).open_seats()


def test_a_page_that_was_taken_back_is_told_as_not_needed(wired: Wired) -> None:
    incident = called(wired, "ana")
    ask(wired.shell, incident, c.Cancel("ruiz", "by_phone"))
    assert ring(wired, "ana", a_person(CODE, "1")).last == (
        "two, zero, zero, one does not need you any more."
    )


def test_who_said_yes_by_text_while_the_phone_rang_hears_that_they_have_it(wired: Wired) -> None:
    called(wired, "ana")
    wired.text("ana", "2001 Y 5")
    assert ring(wired, "ana", a_person(CODE)).last.startswith("You have it: two, zero, zero, one.")


def test_two_on_one_phone_are_each_asked_by_name(wired: Wired) -> None:
    with wired.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ben").values(phone=PHONES["ana"]))
    incident = called(wired, "ana")
    asked = {"ana": the_call(wired, "ana")}
    for _ in range(3):  # one line: the other one's call waits until the first one's are over
        for row in tries(wired, "ana"):
            if row.channel == "call" and row.provider_id:
                report(wired.shell, row.id, "no-answer", None)
        wired.pass_time(seconds=3)
    asked["ben"] = the_call(wired, "ben")
    for person, name in (("ana", "Ana Vela"), ("ben", "Ben Whitcomb")):
        assert f"for {name}." in wired.twilio.calls[asked[person].provider_id].script
    code = code_of(wired.shell, asked["ben"].delivery)
    post(wired, f"?m={asked['ben'].id}&s=code1", {"CallSid": "CA1", "Digits": code})
    post(wired, f"?m={asked['ben'].id}&s=menu1", {"CallSid": "CA1", "Digits": "1"})
    assert [member.person for member in wired.incident(incident).members] == ["ben"]


# --- once, in any order --------------------------------------------------------------------------------------


def test_the_same_keys_delivered_again_change_nothing_and_hear_the_same(wired: Wired) -> None:
    incident = called(wired, "ana")
    row = the_call(wired, "ana")
    code = code_of(wired.shell, row.delivery)
    keys = [("code1", code), ("menu1", "1")]
    first = [post(wired, f"?m={row.id}&s={s}", {"CallSid": "CA1", "Digits": d}) for s, d in keys]
    before = wired.everything()
    again = [post(wired, f"?m={row.id}&s={s}", {"CallSid": "CA1", "Digits": d}) for s, d in keys[1:]]
    assert again == first[1:] and wired.everything() == before
    wired.text("ana", "2001 N sick")
    _, script = post(wired, f"?m={row.id}&s=menu1", {"CallSid": "CA1", "Digits": "1"})
    assert wired.incident(incident).member("ana") is None, "an old key does not take the seat again"
    assert "You have it" not in script


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("ringing", "in-progress", "the code", "completed")))
)
def test_what_is_told_of_a_call_ends_the_same_in_any_order(wired: Wired, order: tuple[str, ...]) -> None:
    called(wired, "ana")
    row = the_call(wired, "ana")
    code = code_of(wired.shell, row.delivery)
    for said in (*order, *reversed(order)):
        if said == "the code":
            assert post(wired, f"?m={row.id}&s=code1", {"CallSid": "CA1", "Digits": code})[0] == 200
        else:
            fields = {"CallSid": "CA1", "CallStatus": said}
            assert post(wired, f"?m={row.id}", fields, "/hooks/twilio/call")[0] == 204
    now = next(one for one in tries(wired, "ana") if one.id == row.id)
    assert (now.reached, now.failed) == (5, "ended")


# --- only from the provider ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("given", [None, "", "Zm9yZ2Vk"])
def test_an_unsigned_or_forged_word_about_a_call_changes_nothing(
    wired: Wired, path: str, given: str | None
) -> None:
    incident = called(wired, "ana")
    row = the_call(wired, "ana")
    before = (wired.everything(), the_call(wired, "ana"))
    pairs = fields_of(wired, row)
    headers = {} if given is None else {"X-Twilio-Signature": given}
    assert wired.post(f"{path}?m={row.id}&s=code1", pairs, headers) == 403
    assert (wired.everything(), the_call(wired, "ana")) == before
    assert page(wired, incident, "ana").state == "asked"


@pytest.mark.parametrize("path", ROUTES)
def test_another_account_and_another_address_are_refused_though_signed(wired: Wired, path: str) -> None:
    called(wired, "ana")
    row = the_call(wired, "ana")
    before = (wired.everything(), the_call(wired, "ana"))
    ours = fields_of(wired, row)
    theirs = [(name, "AC" + "7" * 32 if name == "AccountSid" else value) for name, value in ours]
    url = f"{BASE}{path}?m={row.id}&s=code1"
    for pairs, signed in (
        (theirs, url),
        (ours, f"{BASE}{path}?m={row.id + 1}&s=code1"),
        (ours, f"{BASE}{path}"),
    ):
        headers = {"X-Twilio-Signature": sign(wired.twilio.auth_token, signed, pairs)}
        assert wired.post(f"{path}?m={row.id}&s=code1", pairs, headers) == 403
    assert (wired.everything(), the_call(wired, "ana")) == before


def fields_of(wired: Wired, row: Any) -> list[tuple[str, str]]:
    return [
        ("AccountSid", wired.twilio.account_sid),
        ("CallSid", "CA1"),
        ("Digits", code_of(wired.shell, row.delivery)),
        ("CallStatus", "busy"),
        ("AnsweredBy", "machine_start"),
    ]


@pytest.mark.parametrize(
    "query", ["", "?m=", "?m=99999", "?m=-1", "?m=1;2", "?m=" + "9" * 40, "?m=999999999"]
)
@pytest.mark.parametrize("path", ROUTES)
def test_a_word_about_no_call_of_ours_changes_nothing_and_is_logged(
    wired: Wired, path: str, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    called(wired, "ana")
    before = wired.everything()
    fields = {"CallSid": "CA1", "Digits": "1", "CallStatus": "busy", "AnsweredBy": "machine_start"}
    status, answer = post(wired, query, fields, path)
    assert wired.everything() == before
    if path == VOICE:
        assert status == 200 and "This call is not known any more. Call the desk at " in answer
    else:
        assert status == 204 and "not ours" in caplog.text


def test_keys_are_not_taken_for_a_text(wired: Wired) -> None:
    incident = called(wired, "ana")
    text = next(row for row in tries(wired, "ana") if row.channel == "text")
    code = code_of(wired.shell, text.delivery)
    _, answer = post(wired, f"?m={text.id}&s=code1", {"CallSid": "CA1", "Digits": code})
    assert "This call is not known any more." in answer
    assert page(wired, incident, "ana").state == "asked"


# --- while we are away (F62) ----------------------------------------------------------------------------------


def test_a_caller_whose_key_finds_nobody_here_was_told_before_whom_to_call(wired: Wired) -> None:
    incident = called(wired, "ana")
    wired.twilio.post = lambda url, pairs, headers: 503
    heard = wired.twilio.ring(PHONES["ana"], a_person(CODE, "1"))
    assert "application error" in heard.last
    assert (
        "Should this call break off: Call the desk at five, five, five, zero, one, zero, zero."
        in heard.words[0]
    )
    assert page(wired, incident, "ana").state == "asked"


def test_a_phone_that_rings_while_we_are_away_is_not_silent(wired: Wired) -> None:
    called(wired, "ana")
    wired.twilio.post = lambda url, pairs, headers: 503
    heard = wired.twilio.ring(PHONES["ana"], a_person())
    assert sum("Crisis page two, zero, zero, one." in words for words in heard.words) == 3
    assert heard.last.endswith("Call the desk at five, five, five, zero, one, zero, zero.")


@pytest.mark.parametrize("first", [NOBODY, None])
def test_a_call_of_which_nobody_knows_is_not_taken_for_an_earlier_one_to_the_same_phone(
    wired: Wired, first: Phone | None
) -> None:
    """A call is known to its provider by number and time alone. The first was not picked up, or still rings."""
    called(wired, "ana")
    wired.twilio.fault(breaking_down(), number=PHONES["ana"])
    if first is not None:
        ring(wired, "ana", first)
    wired.pass_time(seconds=61)
    assert len(calls_to(wired, "ana")) == 1
    for _ in range(4):
        wired.pass_time(seconds=3)
    rung = [row for row in tries(wired, "ana") if row.channel == "call"]
    assert len(calls_to(wired, "ana")) == 2, "it was not taken, so it is made again"
    assert [row.state for row in rung] == ["sent", "sent"]
    assert len({row.provider_id for row in rung}) == 2
