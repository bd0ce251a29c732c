"""The words of the C-SSRS screener, read aloud as written.

Wording to be checked against the Columbia Lighthouse Project's current screener. It agrees with public copies
of the form and with the panel that health-record standards carry, but it was not held against Columbia's own
page, so `VERIFIED` is False and the page says so. Changing a word here means a new `VERSION`.
"""

from dataclasses import dataclass

NAME = "C-SSRS screener"
VERSION = "c-ssrs-screener-recent-2026-11"
VERIFIED = False
TO_CHECK = "Wording to be checked against the Columbia Lighthouse Project's current screener."
READ_ALOUD = "Read it aloud as written."


@dataclass(frozen=True)
class Question:
    """`number` is what the form prints; both parts of 6 share it. `period` is the time asked about."""

    id: str
    number: int
    text: str
    period: str
    hint: str = ""


QUESTIONS = (
    Question(
        "q1",
        1,
        "Have you wished you were dead or wished you could go to sleep and not wake up?",
        "Past month",
    ),
    Question("q2", 2, "Have you actually had any thoughts of killing yourself?", "Past month"),
    Question("q3", 3, "Have you been thinking about how you might do this?", "Past month"),
    Question(
        "q4",
        4,
        "Have you had these thoughts and had some intention of acting on them?",
        "Past month",
        "As opposed to: “I have the thoughts but I definitely will not do anything about them.”",
    ),
    Question(
        "q5",
        5,
        "Have you started to work out or worked out the details of how to kill yourself? "
        "Do you intend to carry out this plan?",
        "Past month",
    ),
    Question(
        "q6",
        6,
        "Have you ever done anything, started to do anything, or prepared to do anything to end your life?",
        "Lifetime",
        "Examples: Collected pills, obtained a gun, gave away valuables, wrote a will or suicide note, "
        "took out pills but didn’t swallow any, held a gun but changed your mind or it was grabbed from "
        "your hand, went to the roof but didn’t jump; or actually took pills, tried to shoot yourself, "
        "cut yourself, tried to hang yourself, etc.",
    ),
    Question("q6_recent", 6, "Was this within the past 3 months?", "Past 3 months"),
)
