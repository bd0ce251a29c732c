"""The C-SSRS screener: which question comes next, which level follows, and the rule that fired.

Four choices here are ours; the published form is silent on them.

- Unanswered is not no. "refused" (would not say), "unable", "not_asked" and an absent answer all leave the
  level open, and `could_rise` names them. The level is then `incomplete`; `so_far` is what is known already.
- When question 2 has neither yes nor no, questions 3, 4 and 5 are asked. Only a spoken no to 2 skips them.
- A yes counts wherever it stands, also on a question that the skip logic passes over: a contradiction never
  lowers a level. The rule says so in words.
- An unanswered question is left out of `could_rise` when even its yes would not raise the level.

The wording is in `cssrs_wording.py`, with what is still to be checked about it. Source and licence:
docs/instruments.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.record.cssrs_wording import VERSION
from app.record.wrong import Wrong, known_shape

INSTRUMENT = "c-ssrs"
ORDER = ("q1", "q2", "q3", "q4", "q5", "q6", "q6_recent")
ANSWERS = ("yes", "no", "refused", "unable", "not_asked")

Answers = Mapping[str, str]


class Level(StrEnum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    NONE = "none"
    INCOMPLETE = "incomplete"


COLOUR = {Level.HIGH: "red", Level.MODERATE: "orange", Level.LOW: "yellow"}
_RANK = {Level.NONE: 0, Level.LOW: 1, Level.MODERATE: 2, Level.HIGH: 3}

# The highest level that a yes to this question can lead to. Question 6 leads to its own second part.
_CEILING = {
    "q1": Level.LOW,
    "q2": Level.LOW,
    "q3": Level.MODERATE,
    "q4": Level.HIGH,
    "q5": Level.HIGH,
    "q6": Level.HIGH,
    "q6_recent": Level.HIGH,
}


@dataclass(frozen=True)
class Result:
    """`level` is the finding, `so_far` what the answers show already, `next` the question to ask now."""

    level: Level
    rule: str
    could_rise: tuple[str, ...]
    next: str | None
    so_far: Level

    @property
    def colour(self) -> str | None:
        return COLOUR.get(self.level)


def score(values: Mapping[str, object]) -> Result:
    """The level and its rule, from answers as people and programs write them. Raises `Wrong`."""
    return result(read(values))


def result(answers: Answers) -> Result:
    fired = [(level, words) for level, question, words in _rules(answers) if answers.get(question) == "yes"]
    so_far = max((level for level, _ in fired), key=lambda level: _RANK[level], default=Level.NONE)
    open_questions = tuple(
        question
        for question in asked(answers)
        if _unanswered(answers, question) and _RANK[_CEILING[question]] > _RANK[so_far]
    )
    found = _sentence([words for level, words in fired if level is so_far])
    return Result(
        level=Level.INCOMPLETE if open_questions else so_far,
        rule=_open_sentence(open_questions, so_far, found)
        if open_questions
        else found + _contradiction(answers),
        could_rise=open_questions,
        next=next_question(answers),
        so_far=so_far,
    )


def asked(answers: Answers) -> tuple[str, ...]:
    """The questions that apply, in order. No to 2 skips 3 to 5; only yes to 6 asks for the past 3 months."""
    about_acting = () if answers.get("q2") == "no" else ("q3", "q4", "q5")
    when = ("q6_recent",) if answers.get("q6") == "yes" else ()
    return ("q1", "q2", *about_acting, "q6", *when)


def next_question(answers: Answers) -> str | None:
    """The first question that applies and has no mark yet. "not_asked" is a mark: it was passed over."""
    return next((question for question in asked(answers) if question not in answers), None)


def unasked(answers: Answers) -> tuple[str, ...]:
    """The questions that apply and were never put to the person. Someone has to say why."""
    return tuple(q for q in asked(answers) if answers.get(q, "not_asked") == "not_asked")


def read(values: Mapping[str, object]) -> dict[str, str]:
    """Answers by question id. Question 6 may be written in one word: no, lifetime, past_3_months."""
    for name in values:
        if name not in ORDER:
            raise Wrong(
                known_shape(name), "The screener has q1 to q6 and q6_recent. Take the other name out."
            )
    written = {name: _word(name, value) for name, value in values.items()}
    answers = {name: word for name, word in written.items() if word}
    if answers.get("q6") in ("lifetime", "past_3_months"):
        recent = "yes" if answers["q6"] == "past_3_months" else "no"
        if answers.get("q6_recent", recent) != recent:
            raise Wrong(
                "q6_recent", "q6 and q6_recent say different things. Give the time of question 6 once."
            )
        answers |= {"q6": "yes", "q6_recent": recent}
    for name, word in answers.items():
        if word not in ANSWERS:
            raise Wrong(name, _choices_sentence(name))
    return answers


def as_json(found: Result) -> dict[str, object]:
    """What `standby instrument score c-ssrs` prints."""
    return {
        "instrument": INSTRUMENT,
        "version": VERSION,
        "result": found.level.value,
        "colour": found.colour,
        "rule": found.rule,
        "so_far": found.so_far.value,
        "could_rise": list(found.could_rise),
        "next": found.next,
    }


def _word(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(name, _choices_sentence(name))
    return value.strip().casefold().replace("-", "_").replace(" ", "_")


def _choices_sentence(name: str) -> str:
    words = "no, lifetime, past_3_months, yes" if name == "q6" else "yes, no"
    return f"Answer {name} with one of: {words}, refused, unable, not_asked."


def _unanswered(answers: Answers, question: str) -> bool:
    return answers.get(question) not in ("yes", "no")


def _rules(answers: Answers) -> tuple[tuple[Level, str, str], ...]:
    no_intent = answers.get("q4") == "no" and answers.get("q5") == "no"
    lifetime_only = "lifetime only" if answers.get("q6_recent") == "no" else "at some time in life"
    return (
        (Level.HIGH, "q5", "question 5 is yes (plan and intent)"),
        (Level.HIGH, "q4", "question 4 is yes (some intent to act)"),
        (Level.HIGH, "q6_recent", "question 6 is yes, in the past 3 months"),
        (
            Level.MODERATE,
            "q3",
            "question 3 is yes (method, no intent)" if no_intent else "question 3 is yes (method)",
        ),
        (Level.MODERATE, "q6", f"question 6 is yes, {lifetime_only}"),
        (Level.LOW, "q2", "question 2 is yes (thoughts of killing oneself)"),
        (Level.LOW, "q1", "question 1 is yes (wish to be dead)"),
    )


def _sentence(fired: list[str]) -> str:
    words = "; ".join(fired) or "no question is yes"
    return words[0].upper() + words[1:] + "."


def _open_sentence(open_questions: tuple[str, ...], so_far: Level, found: str) -> str:
    names = [_spoken(question) for question in open_questions]
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    word, verb = ("Question", "has") if len(names) == 1 else ("Questions", "have")
    known = f"So far {so_far.value}: {found[0].lower()}{found[1:]}"
    return f"{word} {listed} {verb} no yes or no and may raise it. {known}"


def _spoken(question: str) -> str:
    return "6 (past 3 months)" if question == "q6_recent" else question.removeprefix("q")


def _contradiction(answers: Answers) -> str:
    """Say it when a yes stands where the skip logic would not have asked."""
    if answers.get("q2") == "no" and "yes" in (answers.get("q3"), answers.get("q4"), answers.get("q5")):
        return " It counts although question 2 is no."
    if answers.get("q6") != "yes" and answers.get("q6_recent") == "yes":
        return " It counts although question 6 itself is not yes."
    return ""
