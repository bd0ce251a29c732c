"""The intake form's fields: their choices, and what was sent, each field taken or refused on its own."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.said_by_911 import LONGEST
from app.web.forms import Form
from dispatch.desk import NEEDS
from dispatch.triage import ANSWERS, QUESTIONS

CALLER_KINDS = {
    "self": "The person",
    "family": "Family",
    "friend": "Friend or neighbor",
    "police": "Police on scene",
    "911_center": "911 center",
    "988_center": "988 center",
    "school": "School",
    "hospital": "Hospital or clinic",
    "case_worker": "Case worker",
    "passer_by": "Somebody passing by",
    "other": "Somebody else",
}
AGE_BANDS = {"child": "Child", "adult": "Adult", "unknown": "Not known"}
LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "so": "Somali",
    "hmn": "Hmong",
    "vi": "Vietnamese",
    "ar": "Arabic",
    "ase": "Sign language",
    "other": "Another language",
    "unknown": "Not known",
}
LINES = {
    "callback": 60,
    "caller_name": 120,
    "place": 300,
    "directions": 500,
    "person_name": 200,
    "guardian": 300,
}
TEXTS = ("words", "hazards")
NO_NUMBER = frozenset({"none", "no number", "unknown", "not known", "blocked", "withheld", "private"})
RING = "Write a number we can ring, or 'none'."
QUESTION = "q_"

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Taken:
    """What a form said: the fields that can be taken. `wrong` maps the others to a sentence."""

    fields: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def read(given: Mapping[str, str], needs: Sequence[str], areas: Sequence[str], today: date) -> Taken:
    """Read what was sent. `needs` are all values of that field."""
    form = Form(given)
    said = {name: form.line(name, most=most) for name, most in LINES.items() if form.has(name)}
    said |= {name: form.words(name, most=LONGEST) for name in TEXTS if form.has(name)}
    coded = {"caller_kind": CALLER_KINDS, "age_band": AGE_BANDS, "language": LANGUAGES, "area": areas}
    said |= {name: form.choice(name, among) for name, among in coded.items() if form.has(name)}
    if form.has("person_born"):
        born = form.day("person_born", latest=today)
        said["person_born"] = born.isoformat() if born else ""
    if not _can_ring(said.get("callback", "")):
        form.wrong("callback", RING)
    asked = {code: QUESTION + code for code in QUESTIONS if form.has(QUESTION + code)}
    answers = {code: form.choice(name, ANSWERS) for code, name in asked.items()}
    wanted = tuple(need for need in needs if need in NEEDS)
    if any(need not in NEEDS for need in needs if need):
        form.wrong("needs", "Choose from the list who should go.")
    wrong = form.sentences
    return Taken(
        {name: text for name, text in said.items() if name not in wrong},
        {code: answer for code, answer in answers.items() if QUESTION + code not in wrong},
        wanted if form.has("needs") and "needs" not in wrong else None,
        wrong,
    )


def _can_ring(number: str) -> bool:
    """Three digits will do (a number is still being written), and so will saying that there is none."""
    digits = sum(letter.isdecimal() for letter in number)
    return not number or digits >= 3 or number.casefold().strip(" .'\"") in NO_NUMBER


def changed(taken: Taken, values: Mapping[str, str], answers: Answers, needs: Sequence[str]) -> Taken:
    """Only what differs from what stood there: a whole form that was sent again says nothing new."""
    fields = {name: text for name, text in taken.fields.items() if text != values.get(name, "")}
    new = {code: answer for code, answer in taken.answers.items() if answer != answers.get(code, "")}
    same = taken.needs is None or set(taken.needs) == set(needs)
    return Taken(fields, new, None if same else taken.needs, taken.wrong)


@dataclass(frozen=True)
class Drawn:
    """What a page showed when it was drawn. It comes back with the form, so that a field that nobody touched
    is never written over what somebody else saved there meanwhile."""

    values: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def text(self) -> str:
        """For the form's hidden field."""
        return json.dumps([self.values, self.answers, self.needs], ensure_ascii=False)


def drawn(text: str) -> Drawn:
    """What the page says that it showed; nothing when that cannot be read."""
    try:
        values, answers, needs = json.loads(text)
        return Drawn(_texts(values), _texts(answers), tuple(str(need) for need in needs))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Drawn()


def _texts(found: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(text) for name, text in found.items()}


def overtaken(touched: Taken, then: Drawn, values: Mapping[str, str], answers: Answers) -> dict[str, str]:
    """Fields that this person changed while somebody else did too: a sentence with what stands there now."""
    news = changed(touched, values, answers, touched.needs or ())
    said = {
        name: values.get(name) or "nothing"
        for name in news.fields
        if values.get(name, "") != then.values.get(name, "")
    }
    said |= {
        QUESTION + code: answers.get(code) or "not asked"
        for code in news.answers
        if answers.get(code, "") != then.answers.get(code, "")
    }
    return {name: f"Saved meanwhile: “{text}”. Save again to keep yours." for name, text in said.items()}


def without(taken: Taken, names: Collection[str]) -> Taken:
    """The same without these fields."""
    fields = {name: text for name, text in taken.fields.items() if name not in names}
    answers = {code: answer for code, answer in taken.answers.items() if QUESTION + code not in names}
    return Taken(fields, answers, taken.needs, taken.wrong)
