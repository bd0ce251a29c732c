"""The whole table: each command in each stage gives facts, is refused, or has nothing to do."""

import pytest

from dispatch import commands as c
from dispatch.decide import RULE_OF, decide
from dispatch.incident import Incident
from dispatch.stages import Seat, Stage
from dispatch.value import Refused
from tests.builders import REF, a_board, an_incident, minute

# f facts, r refused, - nothing to do. The columns are the stages in the order of `Stage`:
#   received triaged held | paging accepted en_route staged | on_scene with transporting |
#   cleared documenting waiting_review reviewed | cancelled duplicate not_found refused handed_over
TABLE = """
                 RTH PAES OWT CDWR CDNRH
Receive          rrr rrrr rrr rrrr rrrrr
Describe         fff ffff fff fffr fffff
Triage           fff ffff fff rrrr rrrrr
Hold             rff rrrr rrr rrrr rrrrr
CallEmergency    fff ffff fff fffr fffff
LinkClient       fff ffff fff fffr fffff
Dispatch         rff rrrr rrr rrrr rrrrr
AskPerson        rrr frrr rrr rrrr rrrrr
Accept           rrr ffff rrr rrrr rrrrr
Decline          rrr ffff rrr rrrr rrrrr
MarkUnreachable  --- f--- --- ---- -----
TakeOver         rrr rfff fff rrrr rrrrr
GoAlone          rrr rrrr rrr rrrr rrrrr
GoEnRoute        rrr rfrr rrr rrrr rrrrr
WaitNearby       rrr rffr rrr rrrr rrrrr
Arrive           rrr rfff rrr rrrr rrrrr
CheckIn          rrr rrrr fff rrrr rrrrr
MeetPerson       rrr rrrr frr rrrr rrrrr
BeginTransport   rrr rrrr rfr rrrr rrrrr
Clear            rrr rrrr fff rrrr rrrrr
ReportNotFound   rrr rrrf ffr rrrr rrrrr
ReportRefused    rrr rrrr ffr rrrr rrrrr
Recall           rrr ffff rrr rrrr rrrrr
Cancel           fff ffff rrr rrrr rrrrr
MarkDuplicate    fff ffff rrr rrrr rrrrr
HandOver         rff ffff fff rrrr rrrrr
TakeAlarm        rrr rrrr rrr rrrr rrrrr
BeginNotes       rrr rrrr rrr frrr rrrrr
Sign             rrr rrrr rrr ffrr rrffr
Addend           rrr rrrr rrr rrff rrrrr
AskAuthor        rrr rrrr rrr rrfr fffff
AnswerQuestion   rrr rrrr rrr rrrr rrrrr
SignOff          rrr rrrr rrr rrfr ffrrf
Wake             --- ---- --- ---- -----
"""
STAGES = tuple(Stage)
ROWS = {
    row.split()[0]: dict(zip(STAGES, "".join(row.split()[1:]), strict=True)) for row in TABLE.splitlines()[2:]
}

# Ana leads and Ben is second; everyone who could be there is there. Each command is as sensible as it can be.
EXAMPLES: dict[type[c.Command], c.Command] = {
    c.Receive: c.Receive("dee", "i1", REF, "clay", "phone"),
    c.Describe: c.Describe("dee", (("animals", "yes"),)),
    c.Triage: c.Triage("dee", 1),
    c.Hold: c.Hold("dee", "no_team", minute(30)),
    c.CallEmergency: c.CallEmergency("dee"),
    c.LinkClient: c.LinkClient("dee", "client-7"),
    c.Dispatch: c.Dispatch("dee", "ana", "ben"),
    c.AskPerson: c.AskPerson("dee", "fay", Seat.SECOND),
    c.Accept: c.Accept("ana", "i1-1", 20),
    c.Decline: c.Decline("ana", "i1-1", "too_far"),
    c.MarkUnreachable: c.MarkUnreachable(c.RULE, "i1-1", "30005"),
    c.TakeOver: c.TakeOver("cy", "ana", "cy"),
    c.GoAlone: c.GoAlone("dee", "no_second"),
    c.GoEnRoute: c.GoEnRoute("ana", "ana"),
    c.WaitNearby: c.WaitNearby("ana", "ana"),
    c.Arrive: c.Arrive("ana", "ana"),
    c.CheckIn: c.CheckIn("ana", "ana"),
    c.MeetPerson: c.MeetPerson("ana", "ana"),
    c.BeginTransport: c.BeginTransport("ana", "ana"),
    c.Clear: c.Clear("ana", "ana"),
    c.ReportNotFound: c.ReportNotFound("ana", "ana"),
    c.ReportRefused: c.ReportRefused("ana", "ana"),
    c.Recall: c.Recall("dee", "wrong_team"),
    c.Cancel: c.Cancel("dee", "by_phone"),
    c.MarkDuplicate: c.MarkDuplicate("dee", 2290),
    c.HandOver: c.HandOver("dee", "hospital"),
    c.TakeAlarm: c.TakeAlarm("dee", "nobody_answered"),
    c.BeginNotes: c.BeginNotes("ana"),
    c.Sign: c.Sign("ana", "digest", "home", "community"),
    c.Addend: c.Addend("ana", "digest-2"),
    c.AskAuthor: c.AskAuthor("max", "dee"),
    c.AnswerQuestion: c.AnswerQuestion("ana"),
    c.SignOff: c.SignOff("max", "sound"),
    c.Wake: c.Wake(),
}


def outcome(incident: Incident, command: c.Command) -> str:
    try:
        return "f" if decide(incident, command, a_board(alone_allowed=True)) else "-"
    except Refused as refused:
        assert refused.sentence.endswith("."), refused.sentence
        assert "!" not in refused.sentence
        return "r"


@pytest.mark.parametrize("command", RULE_OF)
def test_every_command_does_in_every_stage_what_the_table_says(command: type[c.Command]):
    found = {stage: outcome(an_incident(stage), EXAMPLES[command]) for stage in STAGES}
    wrong = {
        stage.value: letter for stage, letter in found.items() if letter != ROWS[command.__name__][stage]
    }
    assert not wrong, f"{command.__name__}: {''.join(found.values())}"


def test_every_command_has_a_rule_a_row_and_an_example():
    commands = {
        kind
        for kind in vars(c).values()
        if isinstance(kind, type) and issubclass(kind, c.Command) and kind not in (c.Command, c.Progress)
    }
    assert commands == set(RULE_OF) == set(EXAMPLES)
    assert {command.__name__ for command in commands} == set(ROWS)


def test_nothing_but_a_call_opens_an_incident():
    for command in EXAMPLES.values():
        if isinstance(command, c.Receive):
            continue
        with pytest.raises(Refused):
            decide(None, command, a_board())


@pytest.mark.parametrize("stage", STAGES)
def test_an_incident_can_be_built_in_every_stage(stage: Stage):
    assert an_incident(stage).stage is stage
