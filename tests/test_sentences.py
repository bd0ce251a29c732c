"""Every fact of the journal can be said in a plain sentence; no sentence holds a code or a patient's word."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.codec import FACTS
from app.sentences import WORDS, entered_late, sentence
from app.spoken import ALARMS, DUES, SHORT, family_names, length
from dispatch import facts as f
from dispatch.alarms import CAUSES
from dispatch.commands import RULE
from dispatch.dues import ALARM_OF, REMINDER_OF
from dispatch.incident import Suggestion
from dispatch.stages import Seat, Step

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
NAMES = {"ana": "Vela", "ben": "Whitcomb", "ruiz": "Ruiz", "oko": "Okonjo"}
SOON = AT + timedelta(minutes=12)
RISE = Suggestion(2, "C4", False)
SAID: list[tuple[f.Fact, str]] = [
    (
        f.Received(AT, "ruiz", "i1", 2291, "p", "988", (), (), RISE),
        "Call received from 988. Ruiz takes it down.",
    ),
    (f.Received(AT, "token", "i1", 2291, "p", "911", (), (), RISE), "Call received from 911."),
    (
        f.Described(AT, "ruiz", (("weapon", "yes"),), ("spanish",), ("place",), RISE),
        "Ruiz wrote down place, weapon in reach: yes, needs Spanish.",
    ),
    (f.Described(AT, RULE, (), None, ("place",), RISE), "The 911 center wrote down place."),
    (f.Triaged(AT, "ruiz", 2, 2, "C4", None), "Ruiz set priority 2, as rule C4 suggests."),
    (
        f.Triaged(AT, "ruiz", 3, 1, "B1", "help_there"),
        "Ruiz set priority 3. Rule B1 suggests 1. Reason: help is already with the person.",
    ),
    (f.Held(AT, "ruiz", "no_team", SOON), "Ruiz held it: no team is free. Look again in 12 min."),
    (f.EmergencyCalled(AT, "ruiz"), "Ruiz called 911."),
    (f.ClientLinked(AT, "ruiz", "c1"), "Ruiz linked a client's record."),
    (f.ClientLinked(AT, "ruiz", None), "Ruiz took the link to a client's record away."),
    (f.Dispatched(AT, "ruiz", None), "Ruiz sends two."),
    (
        f.Dispatched(AT, "ruiz", "police_meet"),
        "Ruiz sends one person alone: police meet the responder there.",
    ),
    (f.Asked(AT, RULE, "i1-1", "ben", Seat.LEAD, 0, SOON), "Whitcomb paged as lead. 12 min to answer."),
    (
        f.Asked(AT, "ruiz", "i1-1", "ben", Seat.SECOND, 0, SOON),
        "Whitcomb paged as second, chosen by Ruiz. 12 min to answer.",
    ),
    (f.Accepted(AT, "ana", "i1-1", "ana", Seat.LEAD, SOON, False), "Vela said yes, ETA 12 min."),
    (
        f.Accepted(AT, "ruiz", "i1-1", "ana", Seat.LEAD, None, True),
        "Vela said yes. Ruiz heard it by voice.",
    ),
    (
        f.TakenOver(AT, "ben", "ben", "ana", Seat.LEAD, "i1-3", 0, None, False),
        "Whitcomb took it over from Vela.",
    ),
    (
        f.TakenOver(AT, "ruiz", "ben", "ana", Seat.LEAD, "i1-3", 0, SOON, True),
        "Whitcomb took it over from Vela at the place. Ruiz heard it by voice.",
    ),
    (f.EtaGiven(AT, "ana", "ana", SOON), "Vela: ETA 12 min."),
    (f.Declined(AT, "ben", "i1-1", "ben", "too_far", False), "Whitcomb declined: too far, or no car."),
    (
        f.GaveBack(AT, "ruiz", "i1-1", "ben", Seat.LEAD, "unfit"),
        "Whitcomb said yes before and cannot go: not fit to drive or work. Entered by Ruiz.",
    ),
    (f.Lapsed(AT, RULE, "i1-1", "ben"), "Whitcomb did not answer in time."),
    (
        f.AskedAnew(AT, RULE, "i1-1", "ben", AT),
        "Whitcomb is asked now: Standby had stood still before the page went out.",
    ),
    (
        f.Unreachable(AT, RULE, "i1-1", "ben", "21610"),
        "The page cannot reach Whitcomb: texts are stopped on that phone, code 21610.",
    ),
    (
        f.Withdrawn(AT, "ana", "i1-2", "ben", "someone_else"),
        "The page to Whitcomb was taken back: someone else goes.",
    ),
    (
        f.LadderExhausted(AT, RULE, (Seat.LEAD, Seat.SECOND), SOON),
        "Nobody is left to ask for lead and second. Everyone is asked again in 12 min.",
    ),
    (
        f.LadderExhausted(AT, RULE, (Seat.LEAD,), None),
        "Nobody is left to ask for lead. The desk decides what now.",
    ),
    (f.RoundBegun(AT, RULE, 2), "Round 2: the asking starts again."),
    (
        f.WentAlone(AT, "ruiz", "no_second"),
        "Ruiz lets one person go alone: nobody else can come, and waiting is worse.",
    ),
    (f.SecondWanted(AT, "ruiz"), "Ruiz wants two to go after all."),
    (f.StepTaken(AT, "ana", "ana", Step.EN_ROUTE, SOON, None), "Vela is on the way, ETA 12 min."),
    (
        f.StepTaken(AT, "ruiz", "ana", Step.ON_SCENE, None, SOON),
        "Vela is on scene. Check-in within 12 min. Entered by Ruiz.",
    ),
    (f.CheckedIn(AT, "ana", "ana", SOON), "Vela is OK. Next check-in within 12 min."),
    (f.CheckAsked(AT, RULE, "ana", SOON), "Vela was asked: are you OK? 12 min to answer."),
    (f.CheckMissed(AT, RULE, "ana"), "Vela missed the check-in."),
    (f.MetPerson(AT, "ana", "ana"), "Vela is with the person."),
    (f.TransportBegun(AT, "ana", "ana"), "Vela leaves with the person."),
    (f.Cleared(AT, "ana", "ana"), "Vela cleared the scene."),
    (f.NotFound(AT, "ana", "ana"), "Vela could not find the person."),
    (f.CareRefused(AT, "ana", "ana"), "Vela reports that the person did not want help."),
    (f.Recalled(AT, "ruiz", "more_urgent"), "Ruiz called the team back: needed elsewhere."),
    (f.Cancelled(AT, "ruiz", "by_phone"), "Ruiz ended it: settled by phone."),
    (f.MarkedDuplicate(AT, "ruiz", 2290), "Ruiz marked it a duplicate of 2290."),
    (f.HandedOver(AT, "ruiz", "911"), "Ruiz handed it over: 911 has it."),
    (f.DueSet(AT, RULE, "arrive", SOON, "ana"), "Next due by Vela: arrive, in 12 min."),
    (f.DueSet(AT, RULE, None, None), "Nothing more is due."),
    (f.Reminded(AT, RULE, "go_again", SOON, "ana"), "Vela was asked: are you on the way?"),
    (f.Reminded(AT, RULE, "notes_again", SOON), "The team was told that notes are due."),
    (f.AlarmRaised(AT, RULE, "nobody_answered", None), "Alarm: nobody is left to ask."),
    (f.AlarmRaised(AT, RULE, "no_progress", "ben"), "Alarm: Whitcomb has not set off."),
    (f.AlarmEnded(AT, RULE, "send_late", None), "Alarm over: nobody sent in time."),
    (f.AlarmTaken(AT, "ruiz", "nobody_answered", SOON), "Ruiz has the alarm: nobody is left to ask."),
    (f.NotesBegun(AT, "ana"), "Vela began the notes."),
    (
        f.Signed(AT, "ana", "d", "community", "community"),
        "Vela signed the notes. It ended: stayed in the community, safety plan.",
    ),
    (f.Addended(AT, "ana", "d"), "Vela added to the signed notes."),
    (f.AuthorAsked(AT, "oko", "ana"), "Okonjo asked Vela a question about it."),
    (f.QuestionAnswered(AT, "ana"), "Vela answered the question."),
    (
        f.SignedOff(AT, "oko", "learn", True),
        "Okonjo reviewed it: sound, with something to learn. A follow-up is owed.",
    ),
]


@pytest.mark.parametrize(("fact", "said"), SAID, ids=[type(fact).__name__ for fact, _ in SAID])
def test_a_fact_is_said_in_a_sentence(fact: f.Fact, said: str) -> None:
    assert sentence(fact, NAMES) == said


def test_no_fact_goes_without_words() -> None:
    every = {kind for kind in FACTS.values() if kind is not f.Fact}
    assert every == set(WORDS)
    assert every == {type(fact) for fact, _ in SAID}


def test_no_sentence_shows_a_code() -> None:
    shown = [said for _, said in SAID]
    assert [said for said in shown if re.search(r"[a-z]_[a-z]", said)] == []
    assert [said for said in shown if not said.endswith((".", "?"))] == []


def test_every_alarm_and_everything_owed_has_words() -> None:
    assert set(ALARMS) == set(SHORT) == set(CAUSES)
    assert set(DUES) >= {*ALARM_OF, *REMINDER_OF, *REMINDER_OF.values()}


def test_somebody_without_a_name_is_still_someone() -> None:
    assert sentence(f.Lapsed(AT, RULE, "i1-1", "gone"), NAMES) == "Someone did not answer in time."


def test_a_late_entry_shows_its_true_time() -> None:
    said = entered_late(AT - timedelta(minutes=14), AT, ZONE)
    assert said == "Entered 14 min late, true time 02:46."


def test_an_entry_in_time_says_nothing_of_it() -> None:
    assert entered_late(AT - timedelta(seconds=30), AT, ZONE) == ""


def test_two_people_of_one_family_name_keep_their_whole_names() -> None:
    names = {"a": "Ana Vela", "b": "Ben Vela", "c": "Cyd Raman"}
    assert family_names(names) == {"a": "Ana Vela", "b": "Ben Vela", "c": "Raman"}


@pytest.mark.parametrize(
    ("seconds", "said"), [(40, "40 s"), (720, "12 min"), (7500, "2 h 5 min"), (7200, "2 h"), (260000, "3 d")]
)
def test_a_length_of_time_is_rounded_to_what_one_says(seconds: int, said: str) -> None:
    assert length(timedelta(seconds=seconds)) == said
