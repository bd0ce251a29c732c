"""Written rules that suggest an acuity and say which rule fired. They suggest; a human decides.

The rules are Standby's own starting set, built on the hand-off items of state mobile-crisis guidance
(weapons, violence, medical red flags, children). They are not a validated instrument: a county's clinical
lead adopts or replaces them (docs/triage.md). Acuity 1 is the most urgent. An unanswered question is never
counted as "no".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dispatch.incident import Suggestion

VERSION = "2026-11"

# code -> the question as the desk asks it
QUESTIONS: dict[str, str] = {
    "danger": "Danger to self or others in the next hour",
    "attempt": "Something already done: took something, hurt themselves",
    "medical": "Chest pain, trouble breathing, not waking, bleeding, seizure",
    "weapon": "Weapon in reach",
    "violence": "Hitting, throwing, threatening someone now",
    "substances": "Alcohol or drugs now",
    "psychosis": "Hears or sees things, or has not slept for days",
    "minors": "The person is a child, or children are there",
    "animals": "Animals loose at the place",
    "police": "Police are there",
}
ANSWERS = ("yes", "no", "unknown")
# Codes that a 911 centre sends as incident type and that say violence or suicide outright.
REPORTED_URGENT = frozenset({"SUICIDE", "SUICTHRT", "MTLV"})


@dataclass(frozen=True)
class Rule:
    """One written rule. `sentence` is what the desk reads when it fires."""

    code: str
    acuity: int
    call_911: bool
    sentence: str
    fires: Callable[[Mapping[str, str]], bool]


def yes(*codes: str) -> Callable[[Mapping[str, str]], bool]:
    """Fires when every one of these questions was answered yes."""

    def fires(answers: Mapping[str, str]) -> bool:
        for code in codes:
            if answers.get(code) != "yes":
                return False
        return True

    return fires


def _open(code: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda answers: answers.get(code) not in ("yes", "no")


# Ordered: the first that fires is the one that is shown.
RULES: tuple[Rule, ...] = (
    Rule("A1", 1, True, "A medical red flag. Ambulance first; the team follows.", yes("medical")),
    Rule("A2", 1, True, "Something was already done. Ambulance first; the team follows.", yes("attempt")),
    Rule("A3", 1, True, "A weapon in reach and danger within the hour.", yes("weapon", "danger")),
    Rule("A4", 1, True, "A weapon in reach and violence now.", yes("weapon", "violence")),
    Rule("B1", 1, False, "Danger to self or others in the next hour.", yes("danger")),
    Rule("B2", 1, False, "A weapon in reach. Two people go, and police stay near.", yes("weapon")),
    Rule("B3", 1, False, "Violence now. Two people go, and police stay near.", yes("violence")),
    Rule(
        "B4",
        1,
        False,
        "The 911 center reports a suicide threat or violence.",
        lambda answers: answers.get("reported") in REPORTED_URGENT and answers.get("danger") != "no",
    ),
    Rule("C1", 2, False, "Signs of psychosis, no danger in the next hour.", yes("psychosis")),
    Rule("C2", 2, False, "Alcohol or drugs now, no danger in the next hour.", yes("substances")),
    Rule("C3", 2, False, "A child is the person, or is there.", yes("minors")),
    Rule("C4", 2, False, "Danger in the next hour was not answered. Not asked is not no.", _open("danger")),
    Rule("C5", 2, False, "Weapon in reach was not answered. Not asked is not no.", _open("weapon")),
    Rule("D1", 3, False, "No danger, no weapon, nothing that raises it.", lambda answers: True),
)
BY_CODE = {rule.code: rule for rule in RULES}


def suggest(answers: Mapping[str, str]) -> Suggestion:
    """The acuity that the first matching rule suggests."""
    for rule in RULES:
        if rule.fires(answers):
            return Suggestion(rule.acuity, rule.code, rule.call_911)
    raise AssertionError("the last rule always fires")


def more_urgent(one: Suggestion, other: Suggestion) -> bool:
    """Does `one` ask for more haste than `other`?"""
    return (one.acuity, not one.call_911) < (other.acuity, not other.call_911)


def could_raise(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Questions still open whose "yes" would make it more urgent, in the order they are asked."""
    now = suggest(answers)

    def rises(code: str) -> bool:
        return more_urgent(suggest({**answers, code: "yes"}), now)

    return tuple(code for code in QUESTIONS if answers.get(code) not in ("yes", "no") and rises(code))


def needs_two(answers: Mapping[str, str]) -> bool:
    """Do the answers forbid going alone? Weapon, violence or danger said yes, or not answered."""
    return any(answers.get(code) != "no" for code in ("weapon", "violence"))
