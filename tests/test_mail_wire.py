"""Letters over a real mail server: what is taken, what is refused, what nobody knows, and who hears our password."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notify.mail import MailTransport, is_address, written
from notify.transport import Letter, Outcome
from tests.loopback.certificate import a_certificate
from tests.loopback.mail_server import ELSEWHERE, Bad, LoopbackMail

SENDER = "standby@alder.example"
LETTER = Letter("ana@alder.example", "Alder: page 2001", "Page 2001.\nOpen it.\n.\n..end", "17")


def transport(mail: LoopbackMail, **more: object) -> MailTransport:
    given: dict[str, object] = {"user": "", "password": "", "tls": False, "sender": SENDER, **more}
    return MailTransport(mail.host, mail.port, **given)  # type: ignore[arg-type]


@pytest.fixture
def mail() -> Iterator[LoopbackMail]:
    with LoopbackMail() as server:
        yield server


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that this machine trusts, as a county's own would be."""
    trusted, context = a_certificate(tmp_path, ELSEWHERE)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


def test_a_letter_arrives_word_for_word(mail: LoopbackMail) -> None:
    assert transport(mail).send(LETTER) == Outcome("sent")
    (letter,) = mail.letters
    assert letter["To"] == LETTER.to and letter["From"] == SENDER and letter["Subject"] == LETTER.subject
    assert letter.get_content().splitlines() == LETTER.body.splitlines()
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Date"]


def test_a_letter_that_is_sent_again_has_the_same_id_and_another_has_its_own(mail: LoopbackMail) -> None:
    wire = transport(mail)
    for letter in (LETTER, LETTER, Letter(LETTER.to, LETTER.subject, LETTER.body, "18")):
        wire.send(letter)
    first, again, other = (letter["Message-ID"] for letter in mail.letters)
    assert first == again != other and first.startswith("<17.") and first.endswith("@alder.example>")
    assert {written(Letter("a@b.example", "x", "y"), SENDER).count(b"Message-ID") for _ in range(2)} == {1}


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [
        (Bad("RCPT", "550 5.1.1 no such mailbox"), Outcome("refused", code="smtp-5.1.1", permanent=True)),
        (Bad("RCPT", "550 nobody here"), Outcome("refused", code="smtp-550", permanent=True)),
        (Bad("RCPT", "552 5.2.2 mailbox full"), Outcome("refused", code="smtp-5.2.2")),
        (Bad("RCPT", "550 5.7.1 not wanted"), Outcome("refused", code="policy")),
        (Bad("RCPT", "450 4.2.0 greylisted"), Outcome("refused", code="smtp-450")),
        (Bad("RCPT", "421 too many connections"), Outcome("refused", code="smtp-421")),
        (Bad("MAIL", "550 5.7.1 not our sender"), Outcome("refused", code="sender", account_wide=True)),
        (Bad("MAIL", "530 sign in first"), Outcome("refused", code="smtp-530", account_wide=True)),
        (Bad("MAIL", "451 try later"), Outcome("refused", code="smtp-451")),
        (Bad("DATA", "554 no"), Outcome("refused", code="smtp-554")),
        (Bad("DONE", "554 5.6.0 no"), Outcome("refused", code="smtp-5.6.0")),
        (Bad("DONE", "451 4.3.0 disk full"), Outcome("refused", code="smtp-451")),
        (Bad("MAIL", cut=True), Outcome("refused", code="unreachable")),
        (Bad("RCPT", cut=True), Outcome("refused", code="unreachable")),
        (Bad("DATA", cut=True), Outcome("refused", code="unreachable")),
        (Bad("DONE", cut=True), Outcome("ambiguous", code="no_answer")),
    ],
    ids=lambda value: f"{value.at} {value.answer or 'cut'}" if isinstance(value, Bad) else value.code,
)
def test_each_no_of_the_server_is_what_it_is(mail: LoopbackMail, bad: Bad, outcome: Outcome) -> None:
    mail.bad(bad)
    wire = transport(mail)
    assert wire.send(LETTER) == outcome and mail.letters == []
    assert wire.send(LETTER).kind == "sent"


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (Bad("RCPT", held=True), "refused"),
        (Bad("RCPT", drip=True), "refused"),
        (Bad("DONE", held=True), "ambiguous"),
        (Bad("DONE", drip=True), "ambiguous"),
    ],
    ids=lambda value: f"{value.at} {'drip' if value.drip else 'held'}" if isinstance(value, Bad) else value,
)
def test_a_server_that_never_ends_its_answer_is_left_in_time(mail: LoopbackMail, bad: Bad, kind: str) -> None:
    mail.bad(bad)
    began = time.monotonic()
    assert transport(mail, total_seconds=0.6).send(LETTER).kind == kind
    assert 0.4 < time.monotonic() - began < 2.0


def test_half_an_answer_is_no_yes(mail: LoopbackMail) -> None:
    mail.bad(Bad("DONE", "250 OK", torn=True))
    assert transport(mail).send(LETTER) == Outcome("ambiguous", code="no_answer")


def test_where_nobody_listens_nothing_has_gone_out() -> None:
    with LoopbackMail() as server:
        wire = transport(server)
    assert wire.send(LETTER) == Outcome("refused", code="unreachable")


def test_the_password_goes_over_verified_tls(certified: ssl.SSLContext) -> None:
    with LoopbackMail(ELSEWHERE, certified, user="us", password="open sesame") as server:
        assert transport(server, user="us", password="open sesame").send(LETTER).kind == "sent"
        assert server.signed_in == ["us"] and server.in_tls == [True]


def test_a_wrong_password_is_the_whole_accounts_trouble(certified: ssl.SSLContext) -> None:
    with LoopbackMail(ELSEWHERE, certified, user="us", password="open sesame") as server:
        outcome = transport(server, user="us", password="wrong").send(LETTER)
        assert outcome == Outcome("refused", code="smtp-535", account_wide=True) and server.letters == []


def test_a_password_that_the_dialogue_has_no_letters_for_is_the_accounts_trouble(
    certified: ssl.SSLContext,
) -> None:
    with LoopbackMail(ELSEWHERE, certified, user="us", password="open sesame") as server:
        outcome = transport(server, user="us", password="öffne dich").send(LETTER)
        assert outcome == Outcome("refused", code="smtp-538", account_wide=True) and server.letters == []


def test_words_of_any_script_arrive(mail: LoopbackMail) -> None:
    letter = Letter(LETTER.to, "Ałder — 危機", "Größe 危機 🚑\n", "19")
    assert transport(mail).send(letter) == Outcome("sent")
    assert (
        mail.letters[0]["Subject"] == letter.subject
        and mail.letters[0].get_content().split() == letter.body.split()
    )


def test_tls_from_the_first_byte(certified: ssl.SSLContext) -> None:
    with LoopbackMail(ELSEWHERE, certified, at_once=True) as server:
        assert transport(server, tls=True).send(LETTER).kind == "sent" and server.in_tls == [True]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_certificate_that_nobody_vouches_for_gets_neither_letter_nor_password(
    tmp_path: Path, at_once: bool
) -> None:
    _, context = a_certificate(tmp_path, ELSEWHERE)
    with LoopbackMail(ELSEWHERE, context, at_once, user="us", password="open sesame") as server:
        outcome = transport(server, user="us", password="open sesame", tls=at_once).send(LETTER)
        assert outcome == Outcome("refused", code="bad_certificate", account_wide=True)
        assert server.signed_in == [] and server.letters == []


def test_a_certificate_for_another_server_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, context = a_certificate(tmp_path, "127.0.0.3")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with LoopbackMail(ELSEWHERE, context) as server:
        assert transport(server).send(LETTER).code == "bad_certificate" and server.letters == []


def test_a_server_elsewhere_that_offers_no_tls_does_not_hear_our_password() -> None:
    with LoopbackMail(ELSEWHERE, user="us", password="open sesame") as server:
        outcome = transport(server, user="us", password="open sesame").send(LETTER)
        assert outcome == Outcome("refused", code="no_tls", account_wide=True) and server.signed_in == []


@pytest.mark.parametrize(
    "line", ["\r\nBcc: all@alder.example", "\nX: y", "\r\n\r\nAnother body", "\u2028X: y", "\x00"]
)
def test_a_subject_is_one_line_whatever_is_in_it(mail: LoopbackMail, line: str) -> None:
    assert transport(mail).send(Letter(LETTER.to, f"Alder{line}", "Words.", "1")).kind == "sent"
    (letter,) = mail.letters
    assert letter["Bcc"] is None and letter["X"] is None and letter["Subject"].startswith("Alder")
    assert letter.get_content().strip() == "Words."


@pytest.mark.parametrize(
    "address",
    [
        "ana@alder.example\r\nRCPT TO:<all@alder.example>",
        "ana@alder.example>,<all@alder.example",
        "ana",
        "@alder.example",
        "ana@alder",
        "ana vela@alder.example",
        "ana@alder.example ",
        f"{'a' * 65}@alder.example",
        f"ana@{'a.' * 130}example",
        "",
    ],
)
def test_what_is_no_address_is_not_said_to_the_server(mail: LoopbackMail, address: str) -> None:
    outcome = transport(mail).send(Letter(address, "x", "y", "1"))
    assert outcome == Outcome("refused", code="not_an_address", permanent=True) and not is_address(address)
    assert mail.letters == []


def test_a_mail_server_cannot_be_asked(mail: LoopbackMail) -> None:
    wire = transport(mail)
    assert wire.fetch("email", "17") is None and wire.name == "smtp"
