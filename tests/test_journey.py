"""One call, from ring to review: the story that the product exists for, over HTTP, nothing faked but the network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.auditor.audit import audit
from app.auditor.laws.every import EVERY
from app.journal import verify
from app.outside import Outside, Twilio
from app.tables import incidents, reads
from tests.house import PHONES, House, a_house
from tests.loopback.twilio_signing import sign
from tests.walk import hidden, post, text

TWILIO = Twilio("AC" + "0" * 32, "a token only we know", None, "+15555550100", None)
CALL = {
    "channel": "phone",
    "callback": "218-555-0162",
    "caller_name": "Rosa",
    "place": "77 Kestrel Ln",
    "area": "Nyberg Township",
    "person_name": "Ines",
    "age_band": "child",
    "words": "She says she cannot stay safe tonight.",
}
NOTES = {
    "cssrs_q1": "yes",
    "cssrs_q2": "yes",
    "cssrs_q3": "yes",
    "cssrs_q4": "no",
    "cssrs_q5": "no",
    "cssrs_q6": "no",
    "substances_now": "no",
    "narrative": "Met her and her mother. She agreed a plan for tonight.",
    "disposition": "community",
}
DECISION = {
    "recommendation": "community",
    "dependents": "None.",
    "guardian": "told",
    "guardian_words": "Mother was there the whole time.",
    "facts.0.time": "03:50",
    "facts.0.fact": "Sat on the floor, spoke of the horse.",
    "facts.0.source": "Vela, heard it",
}


class Night:
    """One night at the desk, told in what people do and see."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = house.client("ruiz")
        self.ref = 0
        self._texts = 0

    def texts_back(self, person: str, body: str, event: str | None = None) -> TestResponse:
        """A responder's phone answers through the provider's signed webhook."""
        self._texts += 1
        form = [
            ("MessageSid", event or f"SM{self._texts:032d}"),
            ("AccountSid", TWILIO.account_sid),
            ("From", PHONES[person]),
            ("To", TWILIO.sender),
            ("Body", body),
        ]
        url = "/hooks/twilio/sms"
        signature = sign(TWILIO.auth_token, self.house.shell.settings.base_url + url, form)
        answer = self.house.app.test_client().post(
            url, data=dict(form), headers={"X-Twilio-Signature": signature}
        )
        self.house.worker.tick()
        return answer

    def last_text(self, person: str) -> str:
        """The newest text on this person's phone."""
        return self.house.texts(person)[-1]

    def asks(self, path: str, **fields: object) -> TestResponse:
        """The desk presses a button of this incident."""
        answer = post(self.desk, f"/incidents/{self.ref}/{path}", **fields)
        assert answer.status_code in (302, 303), (path, answer.status_code, text(answer)[:400])
        self.house.worker.tick()
        return answer

    def sees(self, client: FlaskClient, path: str) -> str:
        """A page as its reader reads it."""
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, text(answer)[:400])
        return text(answer)

    def stage(self) -> str:
        """Where the incident stands."""
        with self.house.shell.store.read() as connection:
            return str(connection.scalar(select(incidents.c.stage).where(incidents.c.ref == self.ref)))


@pytest.fixture
def night(tmp_path: Path, database_url: str | None) -> Iterator[Night]:
    with a_house(tmp_path, database_url=database_url, outside=Outside(TWILIO), demo=False) as house:
        yield Night(house)


def test_one_call_from_ring_to_review(night: Night) -> None:
    a_call_is_taken_down_and_triaged(night)
    two_people_are_paged_and_one_cannot_come(night)
    the_team_goes_arrives_and_is_safe(night)
    the_notes_are_written_and_signed(night)
    a_supervisor_who_had_no_part_in_it_reviews(night)
    and_everything_is_in_the_journal(night)


def a_call_is_taken_down_and_triaged(night: Night) -> None:
    # A number and a place are enough to be on the board.
    created = post(night.desk, "/incidents/new", **{k: CALL[k] for k in ("channel", "callback", "place")})
    assert created.status_code in (302, 303), text(created)
    night.ref = int(re.search(r"/incidents/(\d+)", created.headers["Location"]).group(1))  # type: ignore[union-attr]
    assert "77 Kestrel Ln" in night.sees(night.desk, "/board")
    # The rest is taken down while the caller speaks; the rule that fires is shown.
    night.asks(
        "intake", **CALL, **{"q_danger": "no", "q_weapon": "no", "q_violence": "no", "q_minors": "yes"}
    )
    page = night.sees(night.desk, f"/incidents/{night.ref}/intake")
    assert "A child is the person, or is there." in page
    # A human decides.
    night.asks("triage", acuity=2)
    assert night.stage() == "triaged"


def two_people_are_paged_and_one_cannot_come(night: Night) -> None:
    night.asks("dispatch", lead="ana", second="ben")
    page = night.last_text("ana")
    assert f"Crisis page {night.ref}" in page and "Kestrel" not in page and "Ines" not in page
    # One says yes by text, with minutes; the truth comes back to her.
    night.texts_back("ana", f"{night.ref} Y 15")
    assert "you said yes" in night.last_text("ana")
    # The other cannot, and the next person is asked at once.
    night.texts_back("ben", f"{night.ref} N far")
    assert f"Crisis page {night.ref}" in night.last_text("cyd")
    # Nobody answers there in time: the ladder goes on by itself.
    night.house.pass_time(minutes=3, seconds=1)
    link = re.search(r"http\S+", night.last_text("dov"))
    assert link is not None
    # The link alone is enough to say yes, and looking at it changes nothing.
    path = link.group(0).removeprefix(night.house.shell.settings.base_url)
    phone = night.house.app.test_client()
    assert "Can you go?" in text(phone.get(path)) and night.stage() == "paging"
    assert phone.post(f"{path}/yes", data={"minutes": "20"}).status_code in (302, 303)
    night.house.worker.tick()
    assert night.stage() == "accepted"
    assert "Osei" in night.last_text("ana")
    # A yes that comes too late is told who has it.
    night.texts_back("cyd", f"{night.ref} Y")
    assert "Osei has it" in night.last_text("cyd")


def the_team_goes_arrives_and_is_safe(night: Night) -> None:
    ana = night.house.client("ana")
    night.texts_back("ana", f"{night.ref} GO")
    night.texts_back("dov", "GO")
    assert night.stage() == "en_route"
    # The address needs a sign-in, and the look leaves a trace.
    assert "77 Kestrel Ln" in night.sees(ana, f"/incidents/{night.ref}/task")
    assert night.house.client("ben").get(f"/incidents/{night.ref}/task").status_code == 404
    night.house.pass_time(minutes=14)
    night.texts_back("ana", "HERE")
    night.texts_back("dov", "HERE")
    night.texts_back("ana", "WITH")
    assert night.stage() == "with_person"
    # The check-in is asked for, and answered.
    night.house.pass_time(minutes=20, seconds=1)
    assert "OK" in night.last_text("dov")
    night.texts_back("dov", "OK")
    night.texts_back("ana", "OK", event="SM" + "9" * 32)
    night.texts_back("ana", "OK", event="SM" + "9" * 32)  # the provider sends it twice
    night.house.pass_time(minutes=10)
    night.texts_back("ana", "DONE")
    assert night.stage() == "cleared"


def the_notes_are_written_and_signed(night: Night) -> None:
    ana = night.house.client("ana")
    # Signing is refused with what is missing.
    assert "Write what happened, in order." in night.sees(ana, f"/incidents/{night.ref}/sign")
    for page, said in (("chart", NOTES), ("decision", DECISION)):
        form = hidden(ana, f"/incidents/{night.ref}/{page}")
        saved = post(ana, f"/incidents/{night.ref}/{page}", **{**form, **said})
        assert saved.status_code in (302, 303), text(saved)[:600]
    assert "moderate" in night.sees(ana, f"/incidents/{night.ref}/chart").lower()
    assert "As Ana Vela" in night.sees(ana, f"/incidents/{night.ref}/sign")
    form = hidden(ana, f"/incidents/{night.ref}/sign")
    signed = post(ana, f"/incidents/{night.ref}/sign", **form)
    assert signed.status_code in (302, 303), text(signed)[:600]
    assert night.stage() == "waiting_review"
    # Signed is frozen: the words stay, an addendum may follow.
    again = post(
        ana, f"/incidents/{night.ref}/chart", **{**form, "window": "w", "narrative": "Something else."}
    )
    assert again.status_code == 409, text(again)
    added = post(ana, f"/incidents/{night.ref}/addenda", addendum="The dogs were loose in the yard.")
    assert added.status_code in (302, 303), text(added)[:400]


def a_supervisor_who_had_no_part_in_it_reviews(night: Night) -> None:
    okonjo = night.house.client("okonjo")
    assert str(night.ref) in night.sees(okonjo, "/review")
    story = night.sees(okonjo, f"/review/{night.ref}")
    assert "agreed a plan for tonight" in story and "The dogs were loose" in story
    asked = post(okonjo, f"/review/{night.ref}/ask", to="ana", question="Was the guardian told in Spanish?")
    assert asked.status_code in (302, 303), text(asked)[:400]
    night.house.worker.tick()
    assert str(night.ref) in night.last_text("ana") and "guardian" not in night.last_text("ana")
    ana = night.house.client("ana")
    assert "A question about this call waits" in night.sees(ana, "/tasks")
    answered = post(ana, f"/incidents/{night.ref}/question", answer="Yes, by me.")
    assert answered.status_code in (302, 303), text(answered)[:400]
    done = post(okonjo, f"/review/{night.ref}/sign-off", finding="sound", follow_up="no", found="Good care.")
    assert done.status_code in (302, 303), text(done)[:400]
    assert night.stage() == "reviewed"


def and_everything_is_in_the_journal(night: Night) -> None:
    with night.house.shell.store.read() as connection:
        verdict = verify(connection, night.house.shell.settings.journal_key)
        looked = set(connection.scalars(select(reads.c.person)))
    assert verdict.reason is None and verdict.rows > 30
    assert {"ana", "okonjo", "ruiz"} <= looked
    log = night.sees(night.house.client("okonjo"), "/log")
    assert str(night.ref) in log
    shell = night.house.shell
    assert [one.sentence for one in audit(shell, EVERY) if one.sentence] == [], (
        "the auditor finds no law broken"
    )
