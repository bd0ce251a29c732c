"""Reads the text that a responder sent back. What cannot be read for certain is asked again, not guessed."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Word = Literal["yes", "no", "go", "stage", "here", "with", "ok", "transport", "done", "keyword", "unknown"]
Reason = Literal["unfit", "knows_person", "too_far", "other"]
Keyword = Literal["stop", "start", "help", "info"]


@dataclass(frozen=True)
class Reply:
    """What was understood, and nothing of the text itself, so that it can be logged."""

    ref: int | None
    word: Word
    minutes: int | None
    reason: Reason | None
    keyword: Keyword | None = None


LONGEST_READ: Final = 400
MINUTES_MOST: Final = 600

WORDS: Final[tuple[tuple[Word, str], ...]] = (
    # A carrier may keep "yes" for itself as an opt-in, which is why no message of ours asks for it.
    ("yes", "y yes yep yeah yup si accept accepted"),
    ("no", "n no nope nah decline declined cant cannot unable"),
    ("go", "go going omw otw enroute leaving"),
    ("stage", "stage staged staging"),
    ("here", "here arrived onscene"),
    ("with", "with"),
    ("ok", "ok okay okey k kk fine safe"),
    ("transport", "transport transporting"),
    ("done", "done clear cleared finished"),
)
MEANT: Final[dict[str, Word]] = {heard: word for word, all_heard in WORDS for heard in all_heard.split()}
REASONS: Final[dict[str, Reason]] = {
    "far": "too_far",
    "distance": "too_far",
    "unfit": "unfit",
    "sick": "unfit",
    "ill": "unfit",
    "tired": "unfit",
    "drunk": "unfit",
    "drinking": "unfit",
    "know": "knows_person",
    "knows": "knows_person",
    "friend": "knows_person",
    "family": "knows_person",
    "relative": "knows_person",
    "other": "other",
}
# Twilio and the carriers act on these when they stand alone, and our record must follow: opted out is
# unreachable. Courtesy beside one changes nothing for the person who wrote it, so it does not for us.
CARRIER_WORDS: Final[tuple[tuple[Keyword, str], ...]] = (
    ("stop", "stop stopall unsubscribe end quit revoke optout cancel"),
    ("start", "start unstop"),
    ("info", "info"),
)
KEYWORDS: Final[dict[str, Keyword]] = {
    heard: keyword for keyword, all_heard in CARRIER_WORDS for heard in all_heard.split()
}
COURTESY: Final = frozenset(("please", "pls", "thanks", "texting", "texts", "messages", "me", "all", "now"))
# Someone who writes one of these is not answering a page. The desk must see it whatever else the text says.
CRIES: Final = frozenset(("help", "sos", "mayday"))
NEGATIONS: Final = frozenset(("not", "dont", "isnt", "arent", "wont", "never"))
HOURS: Final = frozenset(("h", "hr", "hrs", "hour", "hours"))
PHRASES: Final = (
    ("no problem", ""),
    ("no worries", ""),
    ("all clear", ""),  # safe, or finished: one keeps the check-in clock and the other ends it
    ("can not", "cant"),
    ("on my way", "omw"),
    ("on the way", "omw"),
    ("en route", "omw"),
    ("on scene", "onscene"),
    ("opt out", "optout"),
)
TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
TIME_OF_DAY: Final = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")


def read(body: str) -> Reply:
    """One pass over at most the first 400 letters; no text makes it raise."""
    tokens = _tokens(body[:LONGEST_READ])
    keyword = _keyword(tokens)
    if keyword is not None:
        return Reply(_ref(tokens), "keyword", None, None, keyword)
    word = _word(tokens)
    return Reply(_ref(tokens), word, _minutes(tokens), _reason(tokens) if word == "no" else None)


def _tokens(text: str) -> list[str]:
    """Runs of digits and of letters, folded: "2291Y15" is "2291", "y", "15", and "Sí" is "si"."""
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter) and letter not in "'’‘`")
    words = " ".join(TOKEN.findall(TIME_OF_DAY.sub(" ", bare)))
    padded = f" {words} "
    for phrase, meaning in PHRASES:
        padded = padded.replace(f" {phrase} ", f" {meaning} ")
    return padded.split()


def _keyword(tokens: list[str]) -> Keyword | None:
    if CRIES.intersection(tokens):
        return "help"
    if not COURTESY.issuperset(tokens[1:]):
        return None
    return KEYWORDS.get(tokens[0]) if tokens else None


def _word(tokens: list[str]) -> Word:
    """The one thing said. Two different things, or a "not", are no answer at all."""
    if NEGATIONS.intersection(tokens):
        return "unknown"
    said = {MEANT[token] for token in tokens if token in MEANT}
    if len(said) > 1:
        said.discard("ok")  # "OK, here" says here
    if len(said) > 1:
        said.discard("with")  # "going with Ben" says going
    if said == {"yes", "go"}:
        return "yes"  # the answer to the page comes first; the step can follow
    return said.pop() if len(said) == 1 else "unknown"


def _ref(tokens: list[str]) -> int | None:
    """The first number of four to six digits. Shorter ones are minutes."""
    return next((int(token) for token in tokens if token.isdecimal() and 4 <= len(token) <= 6), None)


def _minutes(tokens: list[str]) -> int | None:
    """The first number of up to three digits; "1 hour" and "1h30" are told in minutes."""
    for place, token in enumerate(tokens):
        if token.isdecimal() and len(token) <= 3:
            minutes = _with_hours(int(token), tokens[place + 1 : place + 3])
            return minutes if minutes <= MINUTES_MOST else None
    return None


def _with_hours(number: int, after: list[str]) -> int:
    if not after or after[0] not in HOURS:
        return number
    rest = after[1] if len(after) > 1 else ""
    return number * 60 + (int(rest) if rest.isdecimal() and len(rest) <= 2 else 0)


def _reason(tokens: list[str]) -> Reason | None:
    return next((REASONS[token] for token in tokens if token in REASONS), None)
