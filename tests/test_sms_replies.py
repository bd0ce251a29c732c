"""A responder answers by text, over the real wire: heard once, never guessed, told what was stored."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.outbox import load_message
from app.replies import hear
from app.shell import new_id
from app.tables import journal, outbox, people, ways
from app.told_back import ANSWERS_AT_MOST
from app.ways_health import is_stopped
from dispatch import commands as c
from dispatch.messages import HasIt, Message, Refusal, YesHeard
from dispatch.stages import Seat, Stage, Step
from tests.house import PHONES, House, a_house, on_both
from tests.loopback.twilio_signing import sign
from tests.wired import BASE, Wired, a_call, a_wired_house, ask, incident_at

SMS = "/hooks/twilio/sms"


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    with a_wired_house(tmp_path) as house:
        yield house


house = on_both(a_house)


def inbound(wired: Wired, body: str, account: str | None = None) -> list[tuple[str, str]]:
    return [
        ("MessageSid", "SM" + "9" * 32),
        ("AccountSid", account or wired.twilio.account_sid),
        ("From", PHONES["ana"]),
        ("To", wired.twilio.sender),
        ("Body", body),
    ]


def share(house: House | Wired, owner: str, other: str) -> None:
    """The other one answers on the owner's phone too."""
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == other).values(phone=PHONES[owner]))


def owed(house: House | Wired) -> list[Message]:
    """Every message that was ever owed, oldest first."""
    with house.shell.store.read() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.message).order_by(outbox.c.id))
        return [load_message(row.kind, row.message) for row in rows]


# --- the whole loop ------------------------------------------------------------------------------------
def test_a_page_goes_out_is_answered_by_text_and_the_answer_is_told_back(wired: Wired) -> None:
    wired.twilio.callbacks = ("sent", "delivered")
    incident = wired.called()
    wired.worker.tick()
    assert "Crisis page 2001." in wired.texts("ana")[0]
    assert wired.text("ana", "2001 Y 15") == 200
    member = wired.incident(incident).member("ana")
    assert member is not None and member.eta == wired.clock.now() + timedelta(minutes=15)
    assert "2001: you said yes." in wired.texts("ana")[-1]
    wired.text("ben", "2001 y")
    assert "You go with Ana Vela." in wired.texts("ben")[-1]
    assert "Ben Whitcomb goes with you" in wired.texts("ana")[-1]


def test_a_task_can_be_walked_to_its_end_by_text_alone(wired: Wired) -> None:
    incident = wired.called()
    for person, body in (
        ("ana", "y 10"),
        ("ben", "y"),
        ("ana", "go"),
        ("ben", "2001 go 20"),
        ("ana", "here"),
    ):
        wired.text(person, body)
    wired.text("ben", "here")
    for body, stage in (("with", Stage.WITH_PERSON), ("ok", Stage.WITH_PERSON), ("done", Stage.CLEARED)):
        wired.text("ana", body)
        assert wired.incident(incident).stage is stage
    assert [text.split("2001: ")[1].split(".")[0] for text in wired.texts("ana")[-3:]] == [
        "with the person",
        "checked in",
        "clear",
    ]


def test_a_no_asks_the_next_person_and_is_told_back(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ana", "2001 N too far")
    found = wired.incident(incident)
    page = next(page for page in found.pages if page.person == "ana")
    assert (page.state, page.reason) == ("declined", "too_far")
    assert "you said no" in wired.texts("ana")[-1]
    assert any("Crisis page 2001" in text for text in wired.texts("cyd"))


# --- once, and only from the provider ------------------------------------------------------------------
def test_the_same_text_delivered_twice_is_heard_once(wired: Wired) -> None:
    wired.called()
    assert wired.text("ana", "2001 Y 15", sid="SM" + "a" * 32) == 200
    before = wired.everything()
    assert wired.text("ana", "2001 Y 15", sid="SM" + "a" * 32) == 200
    assert wired.everything() == before


def test_a_text_is_noted_as_heard_only_with_its_effect(house: House) -> None:
    incident = a_call(house.shell)
    with house.shell.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO gone")
    with pytest.raises(DBAPIError):
        hear(house.shell, PHONES["ana"], "2001 Y", "e1")
    assert incident_at(house.shell, incident).member("ana") is None
    with house.shell.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO outbox")
    hear(house.shell, PHONES["ana"], "2001 Y", "e1")
    assert incident_at(house.shell, incident).member("ana") is not None


@pytest.mark.parametrize("given", [None, "", "Zm9yZ2Vk", "näh"])
def test_an_unsigned_or_forged_text_changes_nothing(wired: Wired, given: str | None) -> None:
    wired.called()
    before = wired.everything()
    headers = {} if given is None else {"X-Twilio-Signature": given.encode("utf-8").decode("latin-1")}
    assert wired.post(SMS, inbound(wired, "2001 Y"), headers) == 403
    assert wired.everything() == before


def test_a_text_changed_after_signing_changes_nothing(wired: Wired) -> None:
    wired.called()
    before = wired.everything()
    signed = sign(wired.twilio.auth_token, BASE + SMS, inbound(wired, "2001 N"))
    assert wired.post(SMS, inbound(wired, "2001 Y"), {"X-Twilio-Signature": signed}) == 403
    assert wired.everything() == before


def test_a_text_of_another_account_changes_nothing_though_it_is_signed(wired: Wired) -> None:
    wired.called()
    before = wired.everything()
    pairs = inbound(wired, "2001 Y", account="AC" + "7" * 32)
    signed = sign(wired.twilio.auth_token, BASE + SMS, pairs)
    assert wired.post(SMS, pairs, {"X-Twilio-Signature": signed}) == 403
    assert wired.everything() == before


def test_a_signed_text_is_taken_so_that_the_refusals_above_mean_something(wired: Wired) -> None:
    incident = wired.called()
    pairs = inbound(wired, "2001 Y")
    signed = sign(wired.twilio.auth_token, BASE + SMS, pairs)
    assert wired.post(SMS, pairs, {"X-Twilio-Signature": signed}) == 200
    assert wired.incident(incident).member("ana") is not None


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_signed_text_without_an_id_or_a_number_does_nothing(wired: Wired, missing: str) -> None:
    wired.called()
    before = wired.everything()
    pairs = [pair for pair in inbound(wired, "2001 Y") if pair[0] != missing]
    signed = sign(wired.twilio.auth_token, BASE + SMS, pairs)
    assert wired.post(SMS, pairs, {"X-Twilio-Signature": signed}) == 200
    assert wired.everything() == before


def test_a_number_that_nobody_has_changes_nothing_and_gets_no_answer(
    wired: Wired, caplog: pytest.LogCaptureFixture
) -> None:
    wired.called()
    before, sent = wired.everything(), len(wired.twilio.sends())
    assert wired.twilio.receive("+15005559999", "2001 Y my neighbor Lars is screaming") == 200
    assert wired.everything() == before
    assert len(wired.twilio.sends("+15005559999")) == 0 and len(wired.twilio.sends()) == sent
    assert "number that none of our people has" in caplog.text
    assert "Lars" not in caplog.text and "+15005559999" not in caplog.text


def test_what_a_text_said_is_kept_nowhere(wired: Wired, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    wired.called()
    wired.text("ana", "2001 Y 15 tell Lars Zetterquist I come")
    wired.text("ana", "Zetterquist is asleep")
    stored = b"".join(
        path.read_bytes() for path in Path(wired.shell.store.engine.url.database or "").parent.iterdir()
    )
    assert b"Zetterquist" not in stored
    assert "Zetterquist" not in caplog.text


# --- never guessed -------------------------------------------------------------------------------------
def test_a_bare_word_counts_when_one_page_waits(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ana", "yes")
    assert wired.incident(incident).member("ana") is not None


def test_a_bare_word_is_asked_back_when_two_pages_wait(wired: Wired) -> None:
    first, second = wired.called(), wired.called(lead="ana", second="cyd")
    wired.text("ana", "Y")
    assert "Which page? You have 2001, 2002." in wired.texts("ana")[-1]
    assert all(wired.incident(one).member("ana") is None for one in (first, second))
    wired.text("ana", "2002 Y")
    assert wired.incident(second).member("ana") is not None


def test_a_bare_yes_just_after_one_page_lapsed_is_not_taken_for_the_next_one(wired: Wired) -> None:
    wired.called()
    wired.pass_time(minutes=3)
    second = wired.called(lead="ana", second="dov")
    wired.text("ana", "Y")
    assert "Which page?" in wired.texts("ana")[-1]
    assert wired.incident(second).member("ana") is None


def test_a_bare_step_is_about_the_task_and_not_about_a_page_that_waits(wired: Wired) -> None:
    first, second = wired.called(), wired.called(lead="ana", second="cyd")
    wired.text("ana", "2001 Y")
    wired.text("ana", "go")
    member = wired.incident(first).member("ana")
    assert member is not None and member.step is Step.EN_ROUTE
    assert wired.incident(second).member("ana") is None


def test_a_word_that_is_not_understood_is_answered_with_how_to_say_it(wired: Wired) -> None:
    wired.called()
    wired.text("ana", "who is this")
    assert "That was not understood. Reply 2001 Y 15 (minutes) or 2001 N." in wired.texts("ana")[-1]


def test_a_word_from_somebody_who_was_not_asked_is_answered_and_changes_nothing(wired: Wired) -> None:
    incident = wired.called()
    wired.text("dov", "2001 Y")
    assert wired.incident(incident).members == ()
    assert "no page is open for you" in wired.texts("dov")[-1]


def test_a_step_before_the_yes_is_refused_with_what_to_do(wired: Wired) -> None:
    wired.called()
    wired.text("ana", "ok")
    assert "Say yes to a page first" in wired.texts("ana")[-1]


def test_two_people_on_one_phone_answer_by_the_code_with_its_letter_alone(wired: Wired) -> None:
    incident = wired.called(lead="ana", second="cyd")
    share(wired, "ana", "ben")
    for body in ("Y", "2001 Y"):
        wired.text("ana", body)
        assert "Reply 2001F Y for Ana Vela." in wired.texts("ana")[-1]
        assert wired.incident(incident).members == ()
    wired.text("ana", "2001F Y")
    assert wired.incident(incident).member("ana") is not None


def test_two_people_on_one_phone_who_were_both_asked_are_never_guessed_apart(wired: Wired) -> None:
    incident = wired.called()
    share(wired, "ana", "ben")
    for body in ("2001 Y 15", "2001 N", "Y", "go"):
        wired.text("ana", body)
    assert wired.incident(incident).members == ()
    assert {page.state for page in wired.incident(incident).pages} == {"asked"}
    asked_back = "More than one of you has this phone. Reply 2001F Y for Ana Vela, 2001C Y for Ben Whitcomb."
    assert any(asked_back in text for text in wired.texts("ana"))


def test_a_stranger_machine_that_answers_every_text_is_not_answered_for_ever(wired: Wired) -> None:
    wired.called()
    wired.worker.tick()
    for _ in range(ANSWERS_AT_MOST + 5):
        wired.text("ana", "This phone answers by itself")
    assert len(wired.texts("ana")) == 1 + ANSWERS_AT_MOST
    wired.pass_time(minutes=11)
    wired.text("ana", "hello")
    assert "not understood" in wired.texts("ana")[-1]


# --- the truth, late or not ----------------------------------------------------------------------------
def test_a_late_yes_while_the_seat_is_empty_still_counts(wired: Wired) -> None:
    incident = wired.called()
    wired.pass_time(minutes=4)
    wired.text("ana", "y")
    assert wired.incident(incident).member("ana") is not None


def test_a_late_yes_is_told_who_has_it(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ben", "2001 Y")
    ask(wired.shell, incident, c.AskPerson("ruiz", "dov", Seat.LEAD))
    wired.text("dov", "2001 Y")
    wired.text("ana", "2001 Y")
    assert "2001: Dov Osei has it since 03:00. You are not needed." in wired.texts("ana")[-1]
    assert wired.incident(incident).member("ana") is None


def test_a_step_after_the_end_is_told_that_the_team_has_left(wired: Wired) -> None:
    incident = wired.called()
    for person, body in (("ana", "y"), ("ben", "y"), ("ana", "here"), ("ben", "here"), ("ana", "done")):
        wired.text(person, body)
    assert wired.incident(incident).stage is Stage.CLEARED
    wired.text("ben", "2001 done")
    assert "The team has left already." in wired.texts("ben")[-1]


def test_a_yes_given_back_by_text_opens_the_seat(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ana", "2001 Y")
    wired.text("ana", "2001 N sick")
    found = wired.incident(incident)
    assert found.member("ana") is None and found.stage is Stage.PAGING
    assert "you said no" in wired.texts("ana")[-1]


def test_a_new_time_of_arrival_is_taken_and_told_back(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ana", "2001 Y 15")
    wired.text("ana", "2001 Y 40")
    member = wired.incident(incident).member("ana")
    assert member is not None and member.eta == wired.clock.now() + timedelta(minutes=40)


@pytest.mark.parametrize("minutes", ["181", "999", "20 h"])
def test_minutes_that_nobody_can_mean_lose_neither_the_yes_nor_the_go(wired: Wired, minutes: str) -> None:
    incident = wired.called()
    wired.worker.tick()
    left_out = "2001: Minutes go from 0 to 180, so yours were left out. Send them again."
    for word, step in (("Y", Step.ACCEPTED), ("GO", Step.EN_ROUTE)):
        before = len(wired.texts("ana"))
        wired.text("ana", f"2001 {word} {minutes}")
        member = wired.incident(incident).member("ana")
        assert member is not None and member.step is step and member.eta is None
        assert len(wired.texts("ana")) == before + 2 and left_out in wired.texts("ana")[-1]
    wired.text("ana", "2001 GO 20")
    member = wired.incident(incident).member("ana")
    assert member is not None and member.eta == wired.clock.now() + timedelta(minutes=20)


@pytest.mark.parametrize("body", ["2001 Y", "2001 GO", "2001 what", "2219 Y", "SOS"])
def test_an_answer_goes_to_the_phone_that_asked(house: House, body: str) -> None:
    """Ana proved a second number, and has that one in her hand."""
    second = "+12185550177"
    row = {"id": "w-2", "person": "ana", "kind": "text", "address": second, "added_at": house.clock.now()}
    with house.shell.store.write() as connection:
        connection.execute(ways.insert().values(**row, verified_at=house.clock.now()))
    a_call(house.shell)
    newest = select(outbox.c.address).where(outbox.c.person == "ana").order_by(outbox.c.id.desc()).limit(1)
    for number in (second, PHONES["ana"]):
        hear(house.shell, number, body, new_id())
        with house.shell.store.read() as connection:
            assert connection.scalar(newest) == number


# --- words that are the carrier's ----------------------------------------------------------------------
@pytest.mark.parametrize("body", ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "stop please"])
def test_an_opt_out_is_noted_on_the_person_and_not_answered(wired: Wired, body: str) -> None:
    incident = wired.called()
    wired.worker.tick()
    sent = len(wired.texts("ana"))
    wired.text("ana", body)
    with wired.shell.store.read() as connection:
        assert is_stopped(connection, PHONES["ana"])
        kinds = set(connection.scalars(select(journal.c.kind).where(journal.c.stream == "ana")))
    assert "TextsStopped" in kinds
    assert len(wired.texts("ana")) == sent
    assert wired.incident(incident).members == ()


def test_opting_in_again_takes_the_note_away(wired: Wired) -> None:
    wired.text("ana", "STOP")
    wired.text("ana", "START")
    with wired.shell.store.read() as connection:
        assert not is_stopped(connection, PHONES["ana"])


def test_a_number_that_the_provider_stops_or_starts_by_words_of_its_own_is_mirrored(wired: Wired) -> None:
    """A county may choose such words (Advanced Opt-Out); Twilio says what it did."""
    incident = wired.called()
    wired.worker.tick()
    sent = len(wired.texts("ana"))
    for event, body, did, stopped in (("1", "ALTO", "STOP", True), ("2", "2001 Y", "START", False)):
        pairs = [*inbound(wired, body)[1:], ("MessageSid", "SM" + event * 32), ("OptOutType", did)]
        wired.post(SMS, pairs, {"X-Twilio-Signature": sign(wired.twilio.auth_token, BASE + SMS, pairs)})
        wired.worker.tick()
        with wired.shell.store.read() as connection:
            assert is_stopped(connection, PHONES["ana"]) is stopped
        assert (wired.incident(incident).member("ana") is None) is stopped, "a yes that starts it is a yes"
        assert (len(wired.texts("ana")) == sent) is stopped


NO_ALARM = "A text does not raise an alarm. In danger call 911, then the desk at 555-0100."


@pytest.mark.parametrize("body", ["HELP", "y help", "2001 no help needed", "SOS", "mayday"])
def test_a_cry_for_help_answers_no_page_and_says_what_to_do_and_how_to_answer(
    wired: Wired, body: str
) -> None:
    incident = wired.called()
    wired.text("ana", body)
    assert wired.incident(incident).members == ()
    assert {page.state for page in wired.incident(incident).pages} == {"asked"}
    assert wired.texts("ana")[-1].endswith(f"{NO_ALARM} The page waits: reply 2001 Y or 2001 N.")
    assert len(wired.texts("ana")[-1]) <= 160


def test_on_a_shared_phone_a_cry_is_told_the_code_of_whoever_has_the_page(wired: Wired) -> None:
    wired.called(lead="ben", second="cyd")
    share(wired, "ana", "ben")
    wired.text("ana", "help")
    assert "The page waits: reply 2001C Y or 2001C N." in wired.texts("ana")[-1]


@pytest.mark.parametrize(
    ("body", "state", "heard"),
    [
        ("2001 N can't help tonight", "declined", "2001: you said no."),
        ("2001 N help he has a knife", "declined", "2001: you said no."),
        ("2001 Y help", "accepted", "2001: you said yes."),
    ],
)
def test_a_clear_answer_with_a_cry_behind_it_is_taken_and_both_are_told(
    wired: Wired, body: str, state: str, heard: str
) -> None:
    incident = wired.called()
    wired.worker.tick()
    before = len(wired.texts("ana"))
    wired.text("ana", body)
    page = next(page for page in wired.incident(incident).pages if page.person == "ana")
    assert page.state == state
    told, cry = wired.texts("ana")[before:]
    assert heard in told
    assert cry.endswith(NO_ALARM), "the page waits no more"


def test_whoever_is_on_a_task_and_cries_for_help_is_not_asked_for_an_ok(wired: Wired) -> None:
    wired.called()
    for body in ("y", "go", "here", "help"):
        wired.text("ana", body)
    assert wired.texts("ana")[-1].endswith(NO_ALARM)


def test_help_is_answered_after_texts_that_were_not_understood_and_not_for_ever(wired: Wired) -> None:
    wired.called()
    for _ in range(ANSWERS_AT_MOST + 1):
        wired.text("ana", "blah")
    for _ in range(ANSWERS_AT_MOST + 5):
        wired.text("ana", "HELP")
    told = [text for text in wired.texts("ana") if NO_ALARM in text]
    assert len(told) == ANSWERS_AT_MOST
    wired.pass_time(minutes=11)
    wired.text("ana", "HELP")
    assert NO_ALARM in wired.texts("ana")[-1]


# --- any text, any race --------------------------------------------------------------------------------
YES = {"y", "yes", "yep", "yeah", "yup", "si", "accept", "accepted"}
PIECES = st.one_of(
    st.sampled_from(
        sorted(YES) + ["n", "no", "not", "go", "here", "ok", "2001", "2002", "9999", "15", "stop", "help"]
    ),
    st.text(max_size=12),
    st.integers(0, 10**7).map(str),
)


def said_yes(body: str) -> bool:
    """Does a yes-word stand in it? Read apart from the product: a mistake cannot agree with itself."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", body.casefold()).casefold()
        if not unicodedata.combining(letter)
    )
    return bool(YES & set(re.findall(r"[^\W\d_]+", plain)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_text_raises_and_only_a_yes_is_taken_for_a_yes(house: House) -> None:
    first = a_call(house.shell)
    second = a_call(house.shell, lead="ana", second="cyd")
    accepted = 0

    @given(st.lists(PIECES, max_size=6).map(" ".join))
    @example("2001 Y")
    @settings(max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def any_text(body: str) -> None:
        hear(house.shell, PHONES["ana"], body, new_id())
        taken = [one for one in (first, second) if incident_at(house.shell, one).member("ana")]
        nonlocal accepted
        accepted += len(taken)
        assert len(taken) <= 1
        assert not taken or said_yes(body), body
        others = [
            incident_at(house.shell, one).member(who) for one in (first, second) for who in ("ben", "cyd")
        ]
        assert others == [None] * 4
        for one in taken:
            page = incident_at(house.shell, one).member("ana")
            assert page is not None
            ask(house.shell, one, c.Decline("ana", page.page))

    any_text()
    assert accepted > 0


ROUNDS, THREADS = 20, 50


def test_when_two_say_yes_to_one_seat_at_once_one_has_it_and_each_is_told_the_truth(house: House) -> None:
    two_say_yes(house, ROUNDS if house.shell.store.is_sqlite else ROUNDS // 5)


def two_say_yes(house: House, rounds: int) -> None:
    """In each round one owner, and each of the two was told the truth on whatever they answered by."""
    for number in range(rounds):
        incident = a_call(house.shell)
        ref = 2001 + number
        hear(house.shell, PHONES["ben"], f"{ref} Y", new_id())
        ask(house.shell, incident, c.AskPerson("ruiz", "cyd", Seat.LEAD))
        before = len(owed(house))
        seen = at_once(house, incident, ref)
        (owner,) = [
            member.person for member in incident_at(house.shell, incident).members if member.person != "ben"
        ]
        loser = "cyd" if owner == "ana" else "ana"
        name = {"ana": "Ana Vela", "cyd": "Cyd Raman"}[owner]
        told = owed(house)[before:]
        assert {message.to for message in told if isinstance(message, YesHeard)} <= {owner}
        late = {(m.ref, m.holder) for m in told if isinstance(m, HasIt) and m.to == loser}
        assert late == {(ref, name)}
        assert not any(isinstance(m, Refusal) and m.to == loser for m in told)
        assert {person for person, page in seen if "You said yes" in page} == {owner}
        assert all(f"{name} has it." in page for person, page in seen if person == loser)
        ask(house.shell, incident, c.Recall("ruiz", "wrong_team"))
        house.clock.move(timedelta(minutes=11))


def at_once(house: House, incident: str, ref: int) -> list[tuple[str, str]]:
    """Half of the threads say yes by text, half by the link; what each of the links' pages said then."""
    gate = threading.Barrier(THREADS)
    pages = {page.person: page.id for page in incident_at(house.shell, incident).open_pages}

    def say_yes(number: int) -> list[tuple[str, str]]:
        person = ("ana", "cyd")[number % 2]
        browser = house.app.test_client()
        address = f"/p/{house.shell.page_link_token(pages[person])}"
        gate.wait()
        if number % 4 < 2:
            hear(house.shell, PHONES[person], f"{ref} Y {5 + number}", new_id())
            return []
        answer = browser.post(f"{address}/yes", data={"own": str(number)}, follow_redirects=True)
        return [(person, answer.get_data(as_text=True))]

    with ThreadPoolExecutor(THREADS) as pool:
        return [seen for each in pool.map(say_yes, range(THREADS)) for seen in each]
