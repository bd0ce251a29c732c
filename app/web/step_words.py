"""What a responder's phone calls our codes: steps and their buttons, stages, needs, hazards."""

from typing import Final

from app.record.form_decision import DISPOSITIONS
from dispatch.desk import NEEDS

# The button, and the second line that says what it brings.
STEPS: Final = {
    "go": ("I am on the way", "The desk and your partner see it"),
    "here": ("I am here", "Starts your check-in clock"),
    "with": ("I am with the person", "The team goes in together"),
    "done": ("We are done here", "Ends the check-in clock. Notes are next"),
    "transport": ("We leave with the person", "Transport begins"),
    "ok": ("I am OK", "Starts your clock again"),
    "stage": ("I wait close by", "Not at the door yet"),
    "eta": ("New arrival time", "The desk and your partner see it"),
    "not_found": ("We looked, nobody is here", "Ends the task. Notes are next"),
    "refused": ("The person does not want us", "Ends the task. Notes are next"),
    "give_back": ("I cannot go after all", "The next person is asked at once"),
}
# Where one responder stands on the task, and the chip that says it.
STANDS: Final = {
    "accepted": ("Said yes", "ACK"),
    "en_route": ("On the way", "ENR"),
    "staged": ("Waiting close by", "STG"),
    "on_scene": ("There", "ONS"),
}
# Where the team stands, when that says more than the person's own step.
TEAM_STANDS: Final = {
    "with_person": ("With the person", "WTH"),
    "transporting": ("Leaving with the person", "TRN"),
    "cleared": ("Done there. Notes are next", "DOC"),
    "documenting": ("Writing notes", "DOC"),
    "waiting_review": ("Signed", "DOC"),
    "reviewed": ("Reviewed", "DOC"),
    "not_found": ("Nobody was found", "DOC"),
    "refused": ("The person did not want help", "DOC"),
    "cancelled": ("Taken back by the desk", "DOC"),
    "duplicate": ("The same as another call", "DOC"),
    "handed_over": ("Someone else has it now", "DOC"),
}
HAZARDS: Final = {
    "weapon": "Weapon in reach",
    "violence": "Hitting, throwing or threatening now",
    "animals": "Animals loose",
}
MINUTES: Final = (5, 10, 15, 20, 30, 45)
# Our codes -> the marks of templates/macros.html.
_MARKS: Final = {"spanish": "es", "interpreter": "lang", "police_near": "police"}


def needs_words(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Mark and words of each need."""
    return tuple((_MARKS.get(code, code), NEEDS.get(code, code)) for code in codes)


def hazard_words(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of hazard in words."""
    return tuple(HAZARDS[code] for code in codes)


def outcome(disposition: str, stage: str) -> str:
    """How a past crisis ended, as far as it is known."""
    if disposition:
        return DISPOSITIONS.get(disposition, disposition)
    return TEAM_STANDS[stage][0] if stage in TEAM_STANDS else "No outcome written"


def stands(step: str, stage: str) -> tuple[str, str]:
    """The words and the chip for one responder: the team's where it is further than any single step."""
    return TEAM_STANDS.get(stage) or STANDS[step]
