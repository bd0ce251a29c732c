"""Who is told what: every change that matters to a person on the road reaches them."""

from dataclasses import fields, replace

import pytest

from dispatch import commands as c
from dispatch import messages as m
from dispatch.alarms import CAUSES, TEXTED
from dispatch.announce import in_charge
from dispatch.incident import Incident
from dispatch.stages import Stage
from tests.builders import REF, a_board, after_asking, an_incident, minute, played, told, woken


def test_a_page_says_how_urgent_how_many_go_and_by_when_to_answer():
    assert told(an_incident(), c.Dispatch("dee", "ana", "ben"), a_board()) == [
        m.PageResponder("ana", REF, "i1-1", 2, 2, minute(3)),
        m.PageResponder("ben", REF, "i1-2", 2, 2, minute(3)),
    ]


def test_a_page_to_someone_who_goes_alone_says_one():
    command = c.Dispatch("dee", "ana", alone="no_second")
    (page,) = told(an_incident(), command, a_board(alone_allowed=True))
    assert isinstance(page, m.PageResponder) and page.people == 1


def test_the_first_yes_hears_of_the_second():
    incident = an_incident(Stage.PAGING, yes=("ana",))
    assert told(incident, c.Accept("ben", "i1-2"), a_board(1)) == [m.PartnerFound("ana", REF, "Ben")]


def test_who_is_not_needed_any_more_is_stood_down():
    incident = woken(an_incident(Stage.PAGING), 3)
    messages = told(incident, c.Accept("ana", "i1-1"), a_board(4))
    assert m.StandDown("cy", REF, "someone_else_goes") in messages


def test_a_partner_who_gives_back_is_not_waited_for():
    messages = told(an_incident(Stage.EN_ROUTE), c.Decline("ben", "i1-2", "other"), a_board(5))
    assert m.YesHeard("ana", REF, None) in messages


@pytest.mark.parametrize("command", [c.Clear, c.ReportRefused, c.ReportNotFound])
def test_who_is_still_on_the_road_hears_that_it_is_over(command: type[c.Progress]):
    incident = played(an_incident(Stage.EN_ROUTE), (5, c.Arrive("ana", "ana")))
    assert told(incident, command("ana", "ana"), a_board(6)) == [m.StandDown("ben", REF, "closed")]


def test_only_who_has_not_left_is_asked_whether_they_are_on_the_way():
    incident = played(an_incident(Stage.ACCEPTED), (5, c.GoEnRoute("ana", "ana", 30)))
    assert told(incident, c.Wake(), a_board(10)) == [m.AreYouOnTheWay("ben", REF)]


def test_a_check_in_that_is_due_is_asked_for():
    incident = played(an_incident(Stage.ON_SCENE), (15, c.CheckIn("ben", "ben")))
    assert told(incident, c.Wake(), a_board(20)) == [m.AreYouOk("ana", REF, minute(23))]


def test_notes_that_are_due_are_asked_for_from_the_team():
    messages = told(an_incident(Stage.CLEARED), c.Wake(), a_board(60))
    assert messages == [m.NotesDue("ana", REF, minute(65)), m.NotesDue("ben", REF, minute(65))]


def test_an_exhausted_ladder_is_texted_to_the_supervisor_on_call():
    incident = woken(after_asking(an_incident(), c.Dispatch("dee"), a_board()), 5)
    assert m.AlarmStands("sue", REF, "nobody_answered") in told(incident, c.Wake(), a_board(6))


def test_with_no_supervisor_on_call_all_of_them_are_told():
    messages = told(an_incident(), c.Dispatch("dee"), a_board(on_call=[]))
    assert messages == [
        m.AlarmStands("max", REF, "nobody_answered"),
        m.AlarmStands("sue", REF, "nobody_answered"),
    ]


def alarmed(incident: Incident, at: float) -> list[str]:
    """Who is told of an alarm when the clock wakes the incident."""
    messages = told(woken(incident, at - 0.5), c.Wake(), a_board(at))
    return [message.to for message in messages if isinstance(message, m.AlarmStands)]


def test_an_alarm_that_nobody_took_is_told_to_every_supervisor_the_next_time():
    incident = after_asking(an_incident(), c.Dispatch("dee"), a_board())
    assert alarmed(incident, 6) == ["sue"]
    assert alarmed(incident, 17) == ["sue", "max"], "after a second round"


def test_an_alarm_that_somebody_took_comes_back_to_the_supervisor_on_call_alone():
    incident = woken(after_asking(an_incident(), c.Dispatch("dee"), a_board()), 33)
    taken = after_asking(incident, c.TakeAlarm("dee", "nobody_answered"), a_board(34))
    assert alarmed(taken, 39) == ["sue"]


def test_where_there_is_no_supervisor_whoever_is_on_call_is_told():
    board = replace(a_board(on_call=[("cy", "backup"), ("ana", "primary")]), supervisors=frozenset())
    assert in_charge(board) == in_charge(board, again=True) == ["ana", "cy"]


def test_an_alarm_of_the_desk_is_texted_to_nobody():
    assert told(an_incident(), c.Wake(), a_board(15)) == []


def test_every_texted_alarm_is_an_alarm():
    assert set(CAUSES) >= TEXTED


def test_the_first_fact_of_a_call_is_told_to_nobody():
    assert told(None, c.Receive("dee", "i1", REF, "clay", "phone"), a_board()) == []


def test_no_message_has_a_slot_for_free_text():
    # Every string in a message is an id, a code, a staff name, or a sentence of our own.
    strings = {
        (kind.__name__, field.name)
        for kind in vars(m).values()
        if isinstance(kind, type) and issubclass(kind, m.Message)
        for field in fields(kind)
        if "str" in str(field.type) and "Literal" not in str(field.type)
    }
    assert strings == {
        *((kind.__name__, "to") for kind in [m.Message, *m.Message.__subclasses__()]),
        ("PageResponder", "page"),
        ("YesHeard", "partner"),
        ("PartnerFound", "partner"),
        ("AlarmStands", "kind"),
        ("HasIt", "holder"),
        ("CannotReach", "name"),
        ("NoAlarm", "desk"),
        ("CoverAsked", "holder"),
        ("CoverAsked", "tier"),
        ("SwapAsked", "holder"),
        ("CoverYours", "tier"),
        ("CoverFound", "taker"),
        ("CoverOpen", "holder"),
        ("CoverOpen", "tier"),
        ("ShiftSoon", "tier"),
        ("ShiftSoon", "partner"),
        ("NumberCode", "code"),
        ("HandOverWaits", "outgoing"),
        ("SeatYours", "outgoing"),
        ("SeatYours", "partner"),
        ("SeatGone", "taker"),
        ("PartnerChanged", "partner"),
        ("PartnerChanged", "outgoing"),
        ("RotaNotice", "sentence"),
        ("Refusal", "sentence"),
    }
