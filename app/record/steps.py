"""The phone's way through the form: the screener question by question, then part by part, then signing."""

from dataclasses import dataclass

from app.record import cssrs
from app.record.chart import Chart, is_blank, screener_answers, words
from app.record.cssrs_wording import NAME, QUESTIONS
from app.record.form import FIELDS, SECTIONS

SIGN = "sign"
_QUESTIONS = {f"cssrs_{question.id}": question for question in QUESTIONS}
# The screener's own part comes after its questions: what they showed, and what the responder judges.
_PARTS = {section.id: section for section in SECTIONS}
_EVERY_STEP = (*_QUESTIONS, *_PARTS, SIGN)


@dataclass(frozen=True)
class Progress:
    """Where one is within this part. `words` is what the head of the page says."""

    part: str
    at: int
    of: int
    words: str


def step_after(chart: Chart, current: str | None) -> str | None:
    """The next step, or None after signing. An answer that changed may have taken `current` itself out."""
    way = steps(chart)
    if current is None:
        return way[0]
    return next((step for step in way if _place(step) > _place(current)), None)


def step_before(chart: Chart, current: str) -> str | None:
    """The step that “Go back” leads to, or None on the first."""
    return next((step for step in reversed(steps(chart)) if _place(step) < _place(current)), None)


def steps(chart: Chart) -> tuple[str, ...]:
    """All steps of this chart in order: the screener questions that apply, the parts, and signing."""
    questions = tuple(f"cssrs_{question}" for question in cssrs.asked(screener_answers(chart)))
    unseen = words(chart, "disposition") == "not_found"
    return (*questions, *(part for part in _PARTS if not (unseen and part == "decision")), SIGN)


def resume(chart: Chart) -> str:
    """Where to go on after a break, on this device or another: past the last answer, within the last part."""
    begun = [step for step in steps(chart) if any(not is_blank(chart.get(name, "")) for name in fields(step))]
    if not begun:
        return steps(chart)[0]
    return begun[-1] if begun[-1] in _PARTS else step_after(chart, begun[-1]) or SIGN


def fields(step: str) -> tuple[str, ...]:
    """The fields that a step shows. Signing shows none of its own."""
    if step in _QUESTIONS:
        return (step, f"{step}_why")
    if step == "screener":
        return ("cssrs_why", "risk", "risk_why")
    return tuple(field.id for field in _PARTS[step].fields) if step in _PARTS else ()


def step_of(field: str) -> str | None:
    """The step that shows a field, so that “what is missing” can lead there. None for a stamp."""
    return next((step for step in _EVERY_STEP if field in fields(step)), None) if field in FIELDS else None


def progress(step: str) -> Progress:
    """Questions are counted as the form prints them, so a skip is seen as a skip and 6 stays 6."""
    question = _QUESTIONS.get(step)
    if question:
        last = QUESTIONS[-1].number
        return Progress(NAME, question.number, last, f"Question {question.number} of {last}")
    names = (*_PARTS, SIGN)
    at = names.index(step) + 1
    title = _PARTS[step].title if step in _PARTS else "Sign"
    return Progress(title, at, len(names), f"Part {at} of {len(names)}")


def is_step(step: str) -> bool:
    return step in _EVERY_STEP


def _place(step: str) -> int:
    return _EVERY_STEP.index(step)
