"""The review: what waits and why, the whole story, a question and its answer, a finding that locks it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
from sqlalchemy import insert, select

from app.tables import clients, incidents, journal, reads, reviews
from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Policy
from dispatch.incident import Incident, Member, Suggestion
from dispatch.review_reasons import Case, due_at, minutes_between, reasons
from dispatch.stages import Seat, Stage, Step
from dispatch.value import replace
from tests.crisis import HOSTILE, Crisis, a_crisis
from tests.house import PROGRAM, House, a_house
from tests.walk import post

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def crisis(house: House) -> Crisis:
    return a_crisis(house).sent().on_scene().cleared().signed()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crisis]:
    """One crisis for all the asks that change nothing."""
    with a_house(tmp_path_factory.mktemp("still")) as house:
        yield a_crisis(house).sent().on_scene().cleared().signed()


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def an_incident(stage: Stage = Stage.WAITING_REVIEW, **more: object) -> Incident:
    incident = Incident("i1", 2291, "p", "phone", AT, stage, AT, suggestion=Suggestion(2, "C4", False))
    there = Member("ana", Seat.LEAD, "p1", AT, None, Step.ON_SCENE, AT)
    return replace(incident, signed_by="ana", members=(there,), **more)


def why(*facts: f.Fact, incident: Incident | None = None, **more: object) -> list[str]:
    case = Case(incident or an_incident(), Policy(), facts, **more)  # type: ignore[arg-type]
    return [reason.words for reason in reasons(case)]


ARRIVED = f.StepTaken(minute(20), "ana", "ana", Step.ON_SCENE, None, None)
NOTHING = ["Every incident is looked at. No rule fired"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([f.CheckMissed(AT, "rule", "ana")], "Missed check"),
        ([f.CheckMissed(AT, "rule", "ana")] * 2, "Missed check, 2 times"),
        ([f.Triaged(AT, "ruiz", 3, 1, "B1", "other")], "Priority 3 given, rule B1 suggested 1"),
        ([f.StepTaken(minute(60.5), "ana", "ana", Step.ON_SCENE, None, None)], "Response 61 min, target 60"),
        ([f.LadderExhausted(AT, "rule", (Seat.LEAD,), None)], "Nobody was left to ask"),
        (
            [f.Cleared(AT, "ana", "ana"), f.Signed(minute(61), "ana", "d", "community", "community")],
            "Notes signed after 61 min, due in 60",
        ),
    ],
)
def test_what_happened_puts_a_case_into_the_queue_with_its_reason(facts: list[f.Fact], said: str) -> None:
    assert why(*facts) == [said]


@pytest.mark.parametrize(
    "facts",
    [
        [ARRIVED],
        [f.StepTaken(minute(60), "ana", "ana", Step.ON_SCENE, None, None)],
        [f.StepTaken(minute(70), "ana", "ana", Step.EN_ROUTE, None, None)],
        [f.Triaged(AT, "ruiz", 1, 2, "C4", None)],
        [f.Cleared(AT, "ana", "ana"), f.Signed(minute(60), "ana", "d", "community", "community")],
    ],
)
def test_what_was_in_time_or_more_careful_is_no_reason(facts: list[f.Fact]) -> None:
    assert why(*facts) == NOTHING


@pytest.mark.parametrize(
    ("incident", "more", "said"),
    [
        (an_incident(level_of_care="hospital_involuntary"), {}, "Hospital on a hold"),
        (an_incident(disposition="hospital_involuntary"), {}, "Hospital on a hold"),
        (an_incident(alone="police_meet"), {}, "Went alone"),
        (an_incident(answers=(("minors", "yes"),)), {}, "A child was there, or is the person"),
        (an_incident(), {"child": True}, "Minor"),
        (an_incident(), {"crises": 3}, "Same person, 3rd time in 30 days"),
        (an_incident(), {"crises": 11}, "Same person, 11th time in 30 days"),
        (an_incident(Stage.NOT_FOUND), {}, "Could not find the person"),
        (an_incident(Stage.REFUSED), {}, "The person did not want help"),
        (an_incident(Stage.HANDED_OVER), {}, "Handed over"),
        (an_incident(Stage.DUPLICATE), {}, "Marked a duplicate"),
        (an_incident(Stage.CANCELLED), {}, "Ended before a team was there"),
    ],
)
def test_what_it_was_puts_a_case_into_the_queue_with_its_reason(
    incident: Incident, more: dict[str, object], said: str
) -> None:
    assert why(incident=incident, **more) == [said]


def test_two_in_thirty_days_are_not_three() -> None:
    assert why(crises=2) == NOTHING


def test_missing_notes_are_a_grave_reason() -> None:
    incident = replace(an_incident(Stage.NOT_FOUND), signed_by=None)
    found = reasons(Case(incident, Policy()))
    assert [(reason.words, reason.grave) for reason in found] == [
        ("Notes missing", True),
        ("Could not find the person", False),
    ]


def test_a_begun_minute_counts() -> None:
    assert minutes_between(AT, AT + timedelta(minutes=60, seconds=1)) == 61
    assert minutes_between(AT, AT + timedelta(minutes=60)) == 60


def test_what_is_late_keeps_the_time_that_was_promised() -> None:
    signed = f.Signed(minute(30), "ana", "d", "community", "community")
    assert due_at(Case(an_incident(), Policy(), [signed])) == minute(30) + timedelta(hours=24)


def page(house: House, path: str, who: str = "haddad") -> str:
    answer = house.client(who).get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return unescape(answer.get_data(as_text=True))


def order(text: str) -> list[int]:
    return [int(part.split('"')[0]) for part in text.split('<tr id="case-')[1:]]


def test_the_oldest_obligation_stands_first(house: House) -> None:
    signed_late = a_crisis(house).sent().on_scene().cleared().signed(after_minutes=30)
    cancelled = a_crisis(house)
    cancelled.ask(c.Cancel("ruiz", "by_phone"))
    house.clock.move(timedelta(hours=1))
    newest = a_crisis(house)
    newest.ask(c.Cancel("ruiz", "by_phone"))
    assert order(page(house, "/review")) == [signed_late.ref, cancelled.ref, newest.ref]


def test_the_queue_counts_what_is_late_and_how_old_it_is(house: House, crisis: Crisis) -> None:
    house.pass_time(hours=25)
    a_crisis(house).ask(c.Cancel("ruiz", "by_phone"))
    text = page(house, "/review")
    assert 'data-count="late">1<' in text and 'data-count="waiting">2<' in text
    assert "median 12 h" in text and "oldest 25 h" in text
    assert "1:00:00 late" in text


def test_the_queue_shows_one_state_and_says_what_it_leaves_out(house: House, crisis: Crisis) -> None:
    other = a_crisis(house)
    other.ask(c.Cancel("ruiz", "by_phone"))
    crisis.ask(c.AskAuthor("haddad", "ana"))
    text = page(house, "/review?state=asked")
    assert order(text) == [crisis.ref] and "Showing 1 of 2" in text
    assert order(page(house, "/review?state=new")) == [other.ref]
    assert len(order(page(house, "/review?state=%3Cscript%3E"))) == 2


def test_a_person_in_their_third_crisis_of_the_month_is_named_as_such(house: House, crisis: Crisis) -> None:
    with house.shell.store.write() as connection:
        connection.execute(insert(clients).values(id="c1", program=PROGRAM, created_at=house.clock.now()))
    for _ in range(2):
        other = a_crisis(house)
        other.ask(c.LinkClient("ruiz", "c1"))
        other.ask(c.Cancel("ruiz", "by_phone"))
    house.clock.move(timedelta(minutes=1))
    third = a_crisis(house)
    third.ask(c.LinkClient("ruiz", "c1"))
    third.ask(c.Cancel("ruiz", "by_phone"))
    text = page(house, "/review")
    assert text.count("Same person, 3rd time in 30 days") == 1


def test_an_empty_queue_says_what_comes_next(house: House) -> None:
    assert "Nothing waits for a look." in page(house, "/review")


def test_the_case_tells_the_whole_story(house: House) -> None:
    danger = (("danger", "yes"), ("weapon", "no"), ("violence", "no"))
    crisis = a_crisis(house, answers=danger).sent(acuity=3, reason="help_there").on_scene()
    with house.shell.store.write() as connection:
        row = {"at": house.clock.now(), "person": "ana", "purpose": "respond", "what": "hazards"}
        connection.execute(reads.insert().values(subject=crisis.id, shown=b"d" * 32, **row))
    house.pass_time(minutes=21)
    house.pass_time(minutes=4)
    late = house.clock.now() - timedelta(minutes=1)
    crisis.pass_time(13)
    crisis.ask(c.Clear("ana", "ana", at=late))
    crisis.signed()
    text = page(house, f"/review/{crisis.ref}")
    for words in (
        "Rule B1: Danger to self or others in the next hour.",
        "Less urgent than the rule.",
        "help is already with the person",
        "Vela missed the check-in.",
        "2 checks missed",
        "Entered 14 min late",
        "arrival target, met by 40 min",
        "not read",
        "Unchanged.",
        "You were not on this call, so you may review it.",
    ):
        assert words in text, words
    with house.shell.store.read() as connection:
        looked = connection.scalar(
            select(reads.c.id).where(reads.c.person == "haddad", reads.c.what == "record")
        )
    assert looked


def test_hazards_read_before_ones_own_arrival_were_read_in_time(house: House) -> None:
    crisis = a_crisis(house).sent()
    crisis.ask(c.GoEnRoute("ana", "ana"))
    crisis.ask(c.Arrive("ana", "ana"))
    crisis.pass_time(1)
    with house.shell.store.write() as connection:
        row = {"at": house.clock.now(), "person": "ben", "purpose": "respond", "what": "hazards"}
        connection.execute(reads.insert().values(subject=crisis.id, shown=b"d" * 32, **row))
    crisis.pass_time(1)
    crisis.ask(c.GoEnRoute("ben", "ben"))
    crisis.ask(c.Arrive("ben", "ben"))
    text = page(house, f"/review/{crisis.ref}")
    assert text.count(">not read<") == 1 and "after arrival" not in text


def test_words_above_the_strip_do_not_stand_on_each_other(house: House) -> None:
    crisis = a_crisis(house).sent().on_scene(after_minutes=2).cleared(after_minutes=3).signed()
    html = house.client("haddad").get(f"/review/{crisis.ref}").get_data(as_text=True)
    drawn = re.findall(r'<span class="mk([^"]*) at at-(\d+) att-(\d)">(.*?)</span>', html)
    above = [
        (int(whole) + int(tenth) / 10, re.sub("<[^>]+>", "", said))
        for look, whole, tenth, said in drawn
        if " b " not in look
    ]
    assert [said.split()[-1] for _, said in above] == ["call", "sent", "there", "clear"]
    for (place, said), (behind, _) in pairwise(above):
        assert behind >= place + len(said) * 0.8


def test_a_supervisor_signs_off_with_a_finding_and_words(house: House, crisis: Crisis) -> None:
    done = post(
        house.client("haddad"),
        f"/review/{crisis.ref}/sign-off",
        finding="learn",
        found="Phone left behind: " + HOSTILE,
        follow_up="yes",
    )
    assert done.status_code == 303
    assert crisis.incident().stage is Stage.REVIEWED
    text = page(house, f"/review/{crisis.ref}")
    assert "Reviewed by Haddad" in text and "This incident is reviewed already." in text
    raw = house.client("haddad").get(f"/review/{crisis.ref}").get_data(as_text=True)
    assert "<script>alert" not in raw
    assert order(page(house, "/review")) == []
    with house.shell.store.read() as connection:
        sealed = connection.scalar(select(reviews.c.words_sealed))
        fact = connection.scalar(select(journal.c.fact).where(journal.c.kind == "SignedOff"))
    assert (
        b"Phone" not in bytes(sealed or b"") and '"follow_up":true' in str(fact) and "Phone" not in str(fact)
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"follow_up": "no"}, "Choose what you found."),
        ({"finding": "guilty", "follow_up": "no"}, "Choose what you found."),
        ({"finding": "sound"}, "Say whether there is something to do."),
        ({"finding": "concern", "follow_up": "yes"}, "Write what the concern is"),
        ({"finding": "sound", "follow_up": "no", "found": "x" * 8_001}, "Write at most 8000"),
    ],
)
def test_a_finding_that_is_not_whole_is_not_taken_and_keeps_its_words(
    still: Crisis, fields: dict[str, str], sentence: str
) -> None:
    told = post(still.house.client("haddad"), f"/review/{still.ref}/sign-off", **{"found": "", **fields})
    assert told.status_code == 422 and sentence in unescape(told.get_data(as_text=True))
    assert fields.get("found", "") in told.get_data(as_text=True)
    assert still.incident().reviewed_by is None


def test_nobody_reviews_a_case_they_worked_on(house: House) -> None:
    crisis = a_crisis(house)
    crisis.ask(c.Triage("okonjo", 2))
    crisis.ask(c.Cancel("ruiz", "by_phone"))
    text = page(house, f"/review/{crisis.ref}", "okonjo")
    assert "You worked on this incident. Another supervisor must review it." in text
    assert f'action="/review/{crisis.ref}/sign-off"' not in text
    client = house.client("okonjo")
    for path, fields in (
        ("sign-off", {"finding": "sound", "follow_up": "no"}),
        ("ask", {"to": "ruiz", "question": "Why?"}),
    ):
        assert post(client, f"/review/{crisis.ref}/{path}", **fields).status_code == 409
    assert crisis.incident().stage is Stage.CANCELLED


def test_a_question_goes_to_its_author_and_the_answer_comes_back(house: House, crisis: Crisis) -> None:
    asked = post(
        house.client("haddad"), f"/review/{crisis.ref}/ask", to="ben", question="Where was the phone?"
    )
    assert asked.status_code == 303
    assert "Your question is not answered yet." in page(house, f"/review/{crisis.ref}")
    others = page(house, f"/incidents/{crisis.ref}/question", "ana")
    assert "Nothing waits for you" in others and "Where was the phone?" not in others
    told = page(house, f"/incidents/{crisis.ref}/question", "ben")
    assert "Where was the phone?" in told and "Send the answer" in told
    assert post(house.client("ana"), f"/incidents/{crisis.ref}/question", answer="Not me").status_code == 409
    done = post(house.client("ben"), f"/incidents/{crisis.ref}/question", answer="In the car.")
    assert done.status_code == 303
    assert "Your answer is stored." in page(house, f"/incidents/{crisis.ref}/question", "ben")
    story = page(house, f"/review/{crisis.ref}")
    assert "In the car." in story and "Answered" in page(house, "/review")
    assert house.recorder is not None and not any("phone" in text for text in house.texts("ben"))


def test_a_dispatcher_who_was_asked_answers_too(house: House, crisis: Crisis) -> None:
    post(house.client("haddad"), f"/review/{crisis.ref}/ask", to="ruiz", question="Why 3?")
    assert "Why 3?" in page(house, f"/incidents/{crisis.ref}/question", "ruiz")
    assert (
        post(house.client("ruiz"), f"/incidents/{crisis.ref}/question", answer="He was calm").status_code
        == 303
    )


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"to": "ana", "question": " "}, 422),
        ({"to": "", "question": "Why?"}, 422),
        ({"to": "cyd", "question": "Why?"}, 409),
        ({"to": "x" * 500, "question": "Why?"}, 422),
        ({"to": "ana", "question": "x" * 8_001}, 422),
    ],
)
def test_a_question_without_words_or_to_a_stranger_is_refused(
    still: Crisis, fields: dict[str, str], status: int
) -> None:
    assert post(still.house.client("haddad"), f"/review/{still.ref}/ask", **fields).status_code == status
    assert still.incident().question is None


def test_an_answer_that_is_too_long_stays_on_the_page(house: House, crisis: Crisis) -> None:
    crisis.ask(c.AskAuthor("haddad", "ana"))
    told = post(house.client("ana"), f"/incidents/{crisis.ref}/question", answer="y" * 8_001)
    assert told.status_code == 422 and "y" * 8_001 in told.get_data(as_text=True)


@pytest.mark.parametrize("who", ["ana", "ruiz", "root"])
def test_only_supervisors_review(still: Crisis, who: str) -> None:
    client = still.house.client(who)
    assert client.get("/review").status_code == 403
    assert client.get(f"/review/{still.ref}").status_code == 403
    assert post(client, f"/review/{still.ref}/sign-off", finding="sound", follow_up="no").status_code == 403


def test_what_is_not_there_is_not_there(house: House, crisis: Crisis) -> None:
    client = house.client("haddad")
    assert client.get("/review/99999").status_code == 404
    assert post(client, "/review/99999/ask", to="ana", question="x").status_code == 404
    assert house.client("cyd").get(f"/incidents/{crisis.ref}/question").status_code == 404
    with house.shell.store.write() as connection:
        connection.execute(incidents.update().values(program=PROGRAM))
    assert house.client().get("/review").status_code == 302


def test_an_open_incident_can_be_read_and_says_why_it_cannot_be_signed_off(house: House) -> None:
    crisis = a_crisis(house).sent().on_scene()
    assert "It is not ready for review: the notes are not signed yet." in page(house, f"/review/{crisis.ref}")


def test_the_queue_hears_what_changed_since_a_number(house: House, crisis: Crisis) -> None:
    client = house.client("haddad")
    first = client.get("/review/changes?after=0").get_json()
    assert list(first["rows"]) == first["order"] == [f"case-{crisis.ref}"]
    assert client.get(f"/review/changes?after={first['seq']}").get_json()["rows"] == {}
    crisis.ask(c.SignOff("haddad", "sound"))
    then = client.get(f"/review/changes?after={first['seq']}").get_json()
    assert then["gone"] == [f"case-{crisis.ref}"] and then["order"] == []
    assert client.get("/review/changes?after=%00x").status_code == 200
