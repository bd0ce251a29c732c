"""Notes, signature and the supervisor's look: signed is frozen, and nobody reviews a case they worked on."""

from dispatch import commands as c
from dispatch import facts as f
from dispatch.alarms import again_after
from dispatch.board import Board
from dispatch.commands import RULE
from dispatch.incident import Incident
from dispatch.stages import AT_PERSON, EXITS, WRITING, Stage
from dispatch.value import require

STILL_THERE = "You are still there. Clear the scene first, then sign."
FINDINGS = {
    "sound": "Care and process were sound",
    "learn": "Sound, with something to learn",
    "concern": "A concern that needs action",
}


def begin_notes(incident: Incident, command: c.BeginNotes, board: Board) -> list[f.Fact]:
    """The notes are being written."""
    require(incident.stage is Stage.CLEARED, "Clear the scene first, then write the notes.")
    require(incident.was_on_team(command.by), "Only the responders on this incident write its notes.")
    return [f.NotesBegun(board.now, command.by)]


def sign(incident: Incident, command: c.Sign, board: Board) -> list[f.Fact]:
    """Freeze the notes. From here on there are only addenda."""
    require(incident.signed_by is None, "These notes are signed. Add to them with an addendum.")
    require(incident.stage not in AT_PERSON, STILL_THERE)
    require(incident.stage in WRITING | EXITS, "There are no notes to sign at this stage.")
    require(incident.member(command.by), "Only the assessing responder signs.")
    require(not command.missing, " ".join(command.missing[:3]))
    return [f.Signed(board.now, command.by, command.digest, command.disposition, command.level_of_care)]


def addend(incident: Incident, command: c.Addend, board: Board) -> list[f.Fact]:
    """Add words to signed notes; the signed words stay."""
    require(incident.signed_by, "These notes are not signed yet. Change them instead.")
    may = incident.was_on_team(command.by) or command.by in board.supervisors
    require(may, "Only those who worked on it, or a supervisor, add to the notes.")
    return [f.Addended(board.now, command.by, command.digest)]


def require_reviewer(incident: Incident, by: str, board: Board) -> None:
    """A supervisor who had no part in it."""
    require(by in board.supervisors, "Only a supervisor reviews.")
    require(by not in incident.worked, "You worked on this incident. Another supervisor must review it.")
    require(incident.stage is not Stage.REVIEWED, "This incident is reviewed already.")
    require(incident.reviewable, "It is not ready for review: the notes are not signed yet.")


def ask_author(incident: Incident, command: c.AskAuthor, board: Board) -> list[f.Fact]:
    """Send it back with a question to someone who worked on it."""
    require_reviewer(incident, command.by, board)
    require(command.to in incident.worked, "Ask someone who worked on this incident.")
    asked = incident.question
    waits = asked is not None and asked.answered_at is None and asked.to == command.to
    require(not waits, "They have your question already. Wait for the answer, or ask someone else.")
    return [f.AuthorAsked(board.now, command.by, command.to)]


def answer_question(incident: Incident, command: c.AnswerQuestion, board: Board) -> list[f.Fact]:
    """The author answers."""
    question = incident.question
    require(question is not None and question.answered_at is None, "There is no open question to answer.")
    assert question is not None
    require(question.to == command.by, "The question is for someone else.")
    return [f.QuestionAnswered(board.now, command.by)]


def sign_off(incident: Incident, command: c.SignOff, board: Board) -> list[f.Fact]:
    """The finding closes the review."""
    require_reviewer(incident, command.by, board)
    require(command.finding in FINDINGS, "Choose a finding.")
    require(not incident.notes_owed, "A team was there and its notes are not signed. Ask the author.")
    asked = incident.question
    require(asked is None or asked.answered_at, "Your question is not answered yet.")
    return [f.SignedOff(board.now, command.by, command.finding, command.follow_up)]


def take_alarm(incident: Incident, command: c.TakeAlarm, board: Board) -> list[f.Fact]:
    """A named person has it; it comes back if nothing has changed in a while."""
    require(command.by != RULE, "Only a person can take an alarm.")
    standing = [alarm for alarm in incident.standing if alarm.kind == command.kind]
    require(standing, "That alarm does not stand any more.")
    again_at = board.now + again_after(command.kind, board.policy)
    return [f.AlarmTaken(board.now, command.by, command.kind, again_at)]
