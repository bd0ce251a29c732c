"""Reads the text that a responder sent back. What cannot be read for certain is asked again, not guessed."""

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from notify.marks import LETTERS
from notify.near import one_off

Word = Literal["yes", "no", "go", "stage", "here", "with", "ok", "transport", "done", "keyword", "unknown"]
Reason = Literal["unfit", "knows_person", "too_far", "other"]
Keyword = Literal["stop", "start", "help", "info"]
Sign = Literal["", "emoji", "quote"]


@dataclass(frozen=True)
class Reply:
    """What was understood, and nothing of the text itself, so that it can be logged.

    `mark` is the letter after the code. Beside a yes or a no, `keyword` is a cry for help that stands behind it. Of a
    text that was not understood, `near` is what it may have meant, and `sign` says that it was a picture, or words of
    ours that a phone sent back. `opts_in`: the carrier takes this very text as a wish for our texts, whatever else it
    says."""

    ref: int | None
    word: Word
    minutes: int | None
    reason: Reason | None
    keyword: Keyword | None = None
    mark: str = ""
    near: Word | Literal["stop"] | None = None
    sign: Sign = ""
    opts_in: bool = field(default=False, compare=False)


LONGEST_READ: Final = 400

WORDS: Final[tuple[tuple[Word, str], ...]] = (
    # A carrier may keep "yes" for itself as an opt-in, which is why no message of ours asks for it.
    ("yes", "y yes yep yeah yup si accept accepted acepto aceptado"),
    ("no", "n no nope nah decline declined cant cannot unable rechazo imposible"),
    ("go", "go going omw otw enroute leaving voy vamos salgo saliendo"),
    ("stage", "stage staged staging"),
    ("here", "here arrived onscene llegue llegado llegamos aqui"),
    ("with", "with con"),
    ("ok", "ok okay okey k kk fine safe bien"),
    ("transport", "transport transporting transporte transportando"),
    ("done", "done clear cleared finished listo lista termine terminado"),
)
MEANT: Final[dict[str, Word]] = {heard: word for word, all_heard in WORDS for heard in all_heard.split()}
REASONS: Final[dict[str, Reason]] = {
    "far": "too_far",
    "distance": "too_far",
    "lejos": "too_far",
    "unfit": "unfit",
    "sick": "unfit",
    "ill": "unfit",
    "tired": "unfit",
    "drunk": "unfit",
    "drinking": "unfit",
    "enfermo": "unfit",
    "enferma": "unfit",
    "cansado": "unfit",
    "cansada": "unfit",
    "know": "knows_person",
    "knows": "knows_person",
    "friend": "knows_person",
    "family": "knows_person",
    "relative": "knows_person",
    "conozco": "knows_person",
    "familia": "knows_person",
    "other": "other",
}
# Twilio, Telnyx and the carriers act on these when they stand alone, and our record must follow: opted out is
# unreachable. Courtesy beside one changes nothing for the person who wrote it, so it does not for us. They know
# English alone, and French in Canada; a Spanish word stops nothing there (docs/replies.md).
CARRIER_WORDS: Final[tuple[tuple[Keyword, str], ...]] = (
    ("stop", "stop stopall unsubscribe end quit revoke optout cancel arret"),
    ("start", "start unstop"),
    ("info", "info"),
)
KEYWORDS: Final[dict[str, Keyword]] = {
    heard: keyword for keyword, all_heard in CARRIER_WORDS for heard in all_heard.split()
}
OPTS_IN: Final = (["start"], ["unstop"], ["yes"])
COURTESY: Final = frozenset(
    ("please", "pls", "thanks", "texting", "texts", "messages", "me", "all", "now", "por", "favor", "gracias")
)
# What somebody writes who means STOP, and what no carrier knows: asked back, for it would cost them their pages.
MEANS_STOP: Final = frozenset(("alto", "parar", "pare", "detener", "basta", "baja", "cancelar"))
# Someone who writes one of these is not answering a page. The desk must see it whatever else the text says.
CRIES: Final = frozenset(("help", "sos", "mayday", "ayuda", "ayudame", "socorro", "auxilio"))
# Answers that begin no other sentence, as "no" and "si" do.
CLEAR: Final = frozenset(
    ("y", "yes", "yep", "yeah", "yup", "accept", "accepted", "acepto", "aceptado")
    + ("n", "nope", "decline", "declined", "rechazo")
)
CANNOT: Final = frozenset(("cant", "cannot"))
NEGATIONS: Final = frozenset(("not", "dont", "isnt", "arent", "wont", "never", "nunca"))
HOURS: Final = frozenset(("h", "hr", "hrs", "hour", "hours", "hora", "horas"))
PHRASES: Final = (
    ("no problem", ""),
    ("no problema", ""),
    ("no hay problema", ""),
    ("no worries", ""),
    ("all clear", ""),  # safe, or finished: one keeps the check-in clock and the other ends it
    ("can not", "cant"),
    ("no puedo", "cant"),
    ("no voy", "cant"),
    ("no idea", "not"),
    ("no se", "not"),
    ("no entiendo", "not"),
    ("no estoy", "not"),
    ("on my way", "omw"),
    ("on the way", "omw"),
    ("en route", "omw"),
    ("en camino", "omw"),
    ("on scene", "onscene"),
    ("opt out", "optout"),
)
TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
TIME_OF_DAY: Final = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
# What stands between quotes and is longer than an answer is our own text, which a phone sent back with a reaction.
QUOTED: Final = re.compile(r"[\"“”„‟«»][^\"“”„‟«»]{12,}(?:[\"“”‟«»]|$)")
NEAR_WORDS_AT_MOST: Final = 3
AS_LONG_AS_A_WORD: Final = range(3, 14)
GLUED: Final = frozenset(("", "y", "n"))
MARKED: Final = "#"


def read(body: str) -> Reply:
    """One pass over at most the first 400 letters; no text makes it raise."""
    text = body[:LONGEST_READ]
    said = QUOTED.sub(" ", text)
    tokens, mark = _without_mark(_tokens(said))
    keyword = _keyword(tokens)
    word = _word(tokens)
    if keyword is not None and not (keyword == "help" and _answers_first(tokens, word)):
        return Reply(_ref(tokens), "keyword", None, None, keyword, opts_in=tokens in OPTS_IN)
    if word == "unknown":
        return _not_understood(tokens, mark, _sign(text, said))
    reason = _reason(tokens) if word == "no" else None
    return Reply(_ref(tokens), word, _minutes(tokens), reason, keyword, mark, opts_in=tokens in OPTS_IN)


def _answers_first(tokens: list[str], word: Word) -> bool:
    """Does a cry stand behind a code and a clear answer? Then both are meant. "2291 can't help" is a clear no; "2291 no
    help needed" and "2291 cant breathe, help" are none."""
    if word not in ("yes", "no") or len(tokens) < 2 or not _is_code(tokens[0]):
        return False
    no_help = any(token in CANNOT and after in CRIES for token, after in pairwise(tokens))
    return tokens[1] in CLEAR or (no_help and MEANT.get(tokens[1]) == "no")


def _not_understood(tokens: list[str], mark: str, sign: Sign) -> Reply:
    near = None if sign else _near(tokens)
    if near == "help":
        return Reply(_ref(tokens), "keyword", None, None, "help")
    return Reply(_ref(tokens), "unknown", _minutes(tokens), None, mark=mark, near=near, sign=sign)


def _tokens(text: str) -> list[str]:
    """Runs of digits and of letters, folded: "2291Y15" is "2291", "y", "15", and "Sí" is "si"."""
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter) and letter not in "'’‘`")
    words = " ".join(_parted(TIME_OF_DAY.sub(" ", bare)))
    padded = f" {words} "
    for phrase, meaning in PHRASES:
        padded = padded.replace(f" {phrase} ", f" {meaning} ")
    return padded.split()


def _parted(text: str) -> list[str]:
    """The runs. A letter that is glued to a code is its mark: "2291cy" is "2291", "#c", "y"."""
    found: list[str] = []
    code_ends = -1
    for run in TOKEN.finditer(text):
        token = run.group()
        rest = token.lstrip(LETTERS.lower())
        if run.start() == code_ends and token not in MEANT and rest in GLUED and rest != token:
            found += [f"{MARKED}{token.removesuffix(rest)}", rest]
        else:
            found.append(token)
        code_ends = run.end() if _is_code(token) else -1
    return found


def _without_mark(tokens: list[str]) -> tuple[list[str], str]:
    """The tokens without the code's mark, and the mark: glued to it, or a letter of its own behind it."""
    for place, token in enumerate(tokens):
        glued = token.startswith(MARKED)
        alone = len(token) == 1 and token.upper() in LETTERS and place > 0 and _is_code(tokens[place - 1])
        if glued or alone:
            rest = [one for one in (*tokens[:place], *tokens[place + 1 :]) if not one.startswith(MARKED)]
            return rest, token.lstrip(MARKED).upper()
    return tokens, ""


def _is_code(token: str) -> bool:
    return token.isdecimal() and 4 <= len(token) <= 6


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


def _near(tokens: list[str]) -> Word | Literal["stop", "help"] | None:
    """The one thing that a short text may have meant: a letter too many, too few, wrong or in the other's place."""
    words = [token for token in tokens if not token.isdecimal()]
    if not words or len(words) > NEAR_WORDS_AT_MOST or not NEGATIONS.union(MEANT).isdisjoint(words):
        return None
    if MEANS_STOP.intersection(words[:1]) and COURTESY.issuperset(words[1:]):
        return "stop"
    meant = {near for token in words if (near := _near_word(token)) is not None}
    return meant.pop() if len(meant) == 1 else None


def _near_word(token: str) -> Word | Literal["help"] | None:
    once = re.sub(r"(.)\1+", r"\1", token)
    if once in MEANT:
        return MEANT[once]
    if len(token) not in AS_LONG_AS_A_WORD:
        return None
    if any(one_off(token, cry) for cry in CRIES if len(cry) > 3 and len(token) > 3):
        return "help"
    meant = {word for heard, word in MEANT.items() if len(heard) >= 3 and one_off(token, heard)}
    return meant.pop() if len(meant) == 1 else None


def _sign(text: str, said: str) -> Sign:
    if said != text:
        return "quote"
    return "emoji" if any(unicodedata.category(letter) == "So" for letter in text) else ""


def _ref(tokens: list[str]) -> int | None:
    """The first number of four to six digits. Shorter ones are minutes."""
    return next((int(token) for token in tokens if _is_code(token)), None)


def _minutes(tokens: list[str]) -> int | None:
    """The first number of up to three digits; "1 hour" and "1h30" are told in minutes."""
    for place, token in enumerate(tokens):
        if token.isdecimal() and len(token) <= 3:
            return _with_hours(int(token), tokens[place + 1 : place + 3])
    return None


def _with_hours(number: int, after: list[str]) -> int:
    if not after or after[0] not in HOURS:
        return number
    rest = after[1] if len(after) > 1 else ""
    return number * 60 + (int(rest) if rest.isdecimal() and len(rest) <= 2 else 0)


def _reason(tokens: list[str]) -> Reason | None:
    return next((REASONS[token] for token in tokens if token in REASONS), None)
