"""Before a chart is signed: what is still missing, what gives pause, and the exact bytes that are signed."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.record import cssrs
from app.record.chart import Chart, is_blank, screener_answers, table, words
from app.record.cssrs import Level
from app.record.form import FORM
from app.record.form_decision import DISPOSITIONS, RECOMMENDATIONS

CANONICAL_VERSION = 1
HOLD = "hospital_involuntary"

# Which endings carry out which recommendation. Any other ending may be right too, and asks for a reason.
CARRIED_OUT = {
    "community": ("community", "respite"),
    "crisis_bed": ("crisis_bed", "respite", "detox"),
    "hospital_voluntary": ("hospital_voluntary", "medical_ed"),
    HOLD: (HOLD,),
}

# Marks by which people in Minnesota, Wisconsin and New York write that they hold a licence.
_LICENCES = re.compile(
    r"\b(licensed|licensure|licence|license|l[cig]?sw|licsw|lmsw|lmft|lmhc|lpcc?|lp|lpn|rn|aprn|pmhnp|np|md|do|psyd)\b"
)
_NO_LICENCE = re.compile(r"\b(un-?|non-?|not\s+(yet\s+)?|no\s+)licen[sc]e?d?\b|\bin training\b|\bpending\b")


@dataclass(frozen=True)
class Missing:
    """Something that must be there before signing. The sentence says what to do."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Caution:
    """Something to think about before signing. The choice stays free."""

    field: str
    sentence: str


def missing(chart: Chart, minor: bool = False) -> tuple[Missing, ...]:
    """All that stands between this chart and a signature, in the order of the form."""
    return tuple(_missing(chart, minor))


def _missing(chart: Chart, minor: bool) -> Iterator[Missing]:
    ending = words(chart, "disposition")
    seen = ending != "not_found"
    if seen:
        yield from _screener(chart, refused=ending == "refused")
    if is_blank(chart.get("narrative", "")):
        yield Missing("narrative", "Write what happened, in order.")
    yield from _ending(chart, ending)
    if seen:
        yield from _facts(chart)
        yield from _recommendation(chart, refused=ending == "refused")
        if minor:
            yield from _guardian(chart)
    if is_hold(chart):
        yield from _hold(chart)


def is_hold(chart: Chart) -> bool:
    """Whether anybody is to be held: recommended, or done."""
    return HOLD in (words(chart, "recommendation"), words(chart, "disposition"))


def cautions(chart: Chart, author: str = "") -> tuple[Caution, ...]:
    """Someone licensed and designated decides a hold; others recommend it. This asks, and does no more."""
    name, credentials = words(chart, "signer_name"), words(chart, "signer_credentials")
    if not is_hold(chart) or not name or says_licensed(credentials):
        return ()
    if _same(name, author):
        sentence = "You recommend this hold; someone licensed decides it. Name the person who does."
    else:
        sentence = "The signer’s credentials name no licence. Name someone licensed, or add the licence."
    return (Caution("signer_credentials", sentence),)


def says_licensed(credentials: str) -> bool:
    """Whether these words name a licence. Only words: the register of designations is what proves it."""
    said = credentials.casefold().replace(".", "")
    return _LICENCES.search(said) is not None and _NO_LICENCE.search(said) is None


def canonical(chart: Chart) -> bytes:
    """The bytes that are signed: the same for the same answers in any order, and blank as if absent."""
    answers = {name: value for name, value in chart.items() if not is_blank(value)}
    signed = {"canonical": CANONICAL_VERSION, "form": FORM, "chart": answers}
    return json.dumps(
        signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(signed: bytes) -> str:
    return hashlib.sha256(signed).hexdigest()


def _screener(chart: Chart, refused: bool) -> Iterator[Missing]:
    answers = screener_answers(chart)
    unasked = cssrs.unasked(answers)
    if unasked == cssrs.asked(answers):
        if not refused and not words(chart, "cssrs_why"):
            yield Missing("cssrs_why", "Ask the screener, or say why it was not asked.")
    else:
        for question in unasked:
            if not words(chart, f"cssrs_{question}_why"):
                yield Missing(
                    f"cssrs_{question}", f"Ask question {_spoken(question)}, or say why it was not asked."
                )
    if not refused:
        yield from _risk(chart, cssrs.result(answers).level)


def _risk(chart: Chart, level: Level) -> Iterator[Missing]:
    judged = words(chart, "risk")
    if level is Level.INCOMPLETE and not judged:
        yield Missing("risk", "The screener is incomplete. Choose the level of risk that you judge.")
    elif judged and judged != level and not words(chart, "risk_why"):
        if level is Level.INCOMPLETE:
            yield Missing("risk_why", "The screener is incomplete. Say why you judge the risk so.")
        else:
            yield Missing("risk_why", f"The screener says {level.value}. Say why you judge it otherwise.")


def _spoken(question: str) -> str:
    return "6, whether it was in the past 3 months" if question == "q6_recent" else question.removeprefix("q")


def _ending(chart: Chart, ending: str) -> Iterator[Missing]:
    said = words(chart, "disposition_words")
    if ending not in DISPOSITIONS:
        yield Missing("disposition", "Choose how it ended.")
    elif ending == "other" and not said:
        yield Missing("disposition_words", "Say how it ended.")
    elif ending not in CARRIED_OUT.get(words(chart, "recommendation"), (ending,)) and not said:
        yield Missing("disposition_words", "It ended otherwise than you recommend. Say why.")


def _facts(chart: Chart) -> Iterator[Missing]:
    rows = table(chart, "facts")
    if not rows:
        yield Missing(
            "facts", "Write at least one thing that you saw or heard, with its time and who it is from."
        )
    for number, row in enumerate(rows, start=1):
        absent = [said for key, said in _FACT_CELLS if not row.get(key, "").strip()]
        if absent:
            yield Missing("facts", f"What you saw and heard, row {number}: write {' and '.join(absent)}.")


_FACT_CELLS = (("time", "the time"), ("fact", "the fact"), ("source", "who it is from"))


def _recommendation(chart: Chart, refused: bool) -> Iterator[Missing]:
    if words(chart, "recommendation") not in RECOMMENDATIONS and not refused:
        yield Missing("recommendation", "Choose the level of care that you recommend.")


def _guardian(chart: Chart) -> Iterator[Missing]:
    told = words(chart, "guardian")
    if not told:
        yield Missing("guardian", "Say whether the guardian was told.")
    elif told in ("tried", "not_told") and not words(chart, "guardian_words"):
        yield Missing("guardian_words", "Say why the guardian has not been told, and who will do it.")


def _hold(chart: Chart) -> Iterator[Missing]:
    """All that a hold takes. A recommended hold that ended otherwise has no signer and takes nobody away."""
    yield from _other_ways(chart)
    if not words(chart, "voluntary"):
        yield Missing("voluntary", "Say whether care by choice was offered.")
    elif not words(chart, "voluntary_words"):
        yield Missing("voluntary_words", _VOLUNTARY_WORDS[words(chart, "voluntary")])
    held = words(chart, "disposition") in ("", HOLD)
    for field, sentence in _HOLD_WORDS:
        if held and not words(chart, field):
            yield Missing(field, sentence)


_VOLUNTARY_WORDS = {
    "yes": "Write what care was offered, and what the person said.",
    "no": "Say why care by choice was not offered.",
    "not_possible": "Say why it was not possible to offer care by choice.",
}
_HOLD_WORDS = (
    ("legal_section", "Write the section of law for the hold."),
    ("signer_name", "Name the person who signs the hold."),
    ("signer_credentials", "Write the credentials of the person who signs the hold."),
    ("dependents", "Say who looks after children, animals and belongings, or write none."),
)


def _other_ways(chart: Chart) -> Iterator[Missing]:
    rows = table(chart, "other_ways")
    if not rows:
        yield Missing("other_ways", "Write at least one less restrictive way, and why it was not enough.")
    for number, row in enumerate(rows, start=1):
        if not row.get("way", "").strip():
            yield Missing("other_ways", f"Less restrictive ways, row {number}: name the way.")
        if not row.get("happened", "").strip():
            yield Missing("other_ways", f"Less restrictive ways, row {number}: say why it was not enough.")


def _same(name: str, other: str) -> bool:
    return " ".join(name.casefold().split()) == " ".join(other.casefold().split())
