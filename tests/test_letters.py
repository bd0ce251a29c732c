"""Letters through the whole house: an address is proved by its code, a page is written last, and no subject tells."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.house import NIGHT, on_both
from tests.loopback.mail_server import Bad
from tests.pushed import Pushed, a_pushed_house
from tests.test_canary import BIRDS
from tests.test_canary import seen as birds_in
from tests.walk import post, text
from tests.wired import a_call

MAILBOX = "ana.vela@home.example"

pushed = on_both(a_pushed_house)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Pushed]:
    with a_pushed_house(tmp_path) as house:
        yield house


def added(pushed: Pushed, address: str = MAILBOX) -> str:
    """An address of Ana's that waits for its code; the way's id."""
    answer = post(pushed.house.client("ana"), "/account/ways", kind="email", number=address)
    assert answer.status_code == 302, text(answer)
    pushed.worker.tick()
    return str(pushed.ways("ana")[-1].id)


def code_in(pushed: Pushed) -> str:
    (code,) = re.findall(r"\b\d{6}\b", pushed.mail.letters[-1].get_content())
    return str(code)


def proved(pushed: Pushed) -> None:
    way = added(pushed)
    typed = {f"code-{way}": code_in(pushed)}
    assert post(pushed.house.client("ana"), f"/account/ways/{way}/prove", **typed).status_code == 302
    assert pushed.ways("ana")[-1].verified_at == NIGHT


def test_an_address_counts_when_the_code_of_its_letter_was_typed(pushed: Pushed) -> None:
    way = added(pushed)
    assert pushed.mail.letters[-1]["To"] == MAILBOX and pushed.ways("ana")[-1].verified_at is None
    right = code_in(pushed)
    wrong = {f"code-{way}": "000000" if right != "000000" else "111111"}
    assert post(pushed.house.client("ana"), f"/account/ways/{way}/prove", **wrong).status_code == 422
    assert pushed.ways("ana")[-1].verified_at is None
    assert (
        post(pushed.house.client("ana"), f"/account/ways/{way}/prove", **{f"code-{way}": right}).status_code
        == 302
    )
    assert pushed.ways("ana")[-1].verified_at == NIGHT


def test_the_code_stands_in_the_letter_and_not_on_a_lock_screen(sqlite: Pushed) -> None:
    added(sqlite)
    assert code_in(sqlite) not in sqlite.mail.letters[-1]["Subject"]


@pytest.mark.parametrize(
    "address",
    [
        "ana",
        "ana@",
        "a@b@c.example",
        "ana@home.example\r\nBcc: x@y.example",
        "änä@home.example",
        "a" * 300 + "@home.example",
    ],
)
def test_what_no_letter_can_go_to_is_refused_in_a_sentence(sqlite: Pushed, address: str) -> None:
    answer = post(sqlite.house.client("ana"), "/account/ways", kind="email", number=address)
    assert answer.status_code in (409, 422) and sqlite.ways("ana") == [] and sqlite.rows("email") == []


def test_a_page_is_written_too_when_the_phones_are_silent(pushed: Pushed) -> None:
    proved(pushed)
    a_call(pushed.house.shell)
    for _ in range(12):
        pushed.pass_time(seconds=20)
    letters = [one for one in pushed.mail.letters if "waits for you" in one["Subject"]]
    assert len(letters) == 1
    said = letters[0].get_content()
    link = re.search(r"http://127\.0\.0\.1(/p/\S+)", said)
    assert link is not None and pushed.house.app.test_client().get(link[1]).status_code == 200
    assert "Nobody reads an answer to this letter" in said and "555-0100" in said


def test_no_patient_word_stands_in_a_letter_and_no_acuity_in_its_subject(sqlite: Pushed) -> None:
    proved(sqlite)
    a_call(sqlite.house.shell, **BIRDS)
    for _ in range(12):
        sqlite.pass_time(seconds=20)
    whole = b"".join(sqlite.mail.raw).decode()
    assert birds_in(whole) == [] and not any("Priority" in one["Subject"] for one in sqlite.mail.letters)


def test_an_address_that_nobody_has_is_given_up(pushed: Pushed) -> None:
    proved(pushed)
    pushed.mail.bad(Bad("RCPT", "550 5.1.1 no such mailbox"))
    a_call(pushed.house.shell)
    for _ in range(12):
        pushed.pass_time(seconds=20)
    (way,) = pushed.ways("ana")
    assert way.broken_at is not None and way.broken_code == "smtp-5.1.1"


def test_a_letter_that_is_turned_away_for_now_goes_out_later(pushed: Pushed) -> None:
    pushed.mail.bad(Bad("RCPT", "450 4.2.0 greylisted"))
    added(pushed)
    assert pushed.mail.letters == [] and pushed.rows("email")[-1].state == "owed"
    pushed.pass_time(seconds=5)
    assert len(pushed.mail.letters) == 1 and pushed.rows("email")[-1].state == "sent"


def test_a_letter_that_nobody_knows_of_is_sent_again_as_the_same_letter(pushed: Pushed) -> None:
    pushed.mail.bad(Bad("DONE", cut=True))
    added(pushed)
    assert pushed.rows("email")[-1].state == "ambiguous"
    pushed.house.clock.move(timedelta(seconds=5))
    pushed.worker.tick()
    assert pushed.rows("email")[-1].state == "sent"
    assert pushed.mail.letters[-1]["Message-ID"].startswith(f"<{pushed.rows('email')[-1].id}.")


def test_a_broken_server_is_the_houses_trouble_and_no_ones_address(pushed: Pushed) -> None:
    way = added(pushed)
    pushed.mail.bad(Bad("MAIL", "530 sign in first"))
    pushed.house.clock.move(timedelta(minutes=1))
    post(pushed.house.client("ana"), f"/account/ways/{way}/code")
    pushed.worker.tick()
    assert pushed.ways("ana")[-1].broken_at is None


def test_the_letter_names_the_house_and_is_the_same_each_time(sqlite: Pushed) -> None:
    added(sqlite)
    first, again = (letter["Subject"] for letter in (sqlite.mail.letters * 2)[:2])
    assert first == again and first.startswith("DEMO Alder County Mobile Crisis: ")
