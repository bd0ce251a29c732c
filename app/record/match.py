"""Is it someone we know? Which of four signs agree, and the plain keys that a blind index is made from."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

TOKENS_LIMIT = 8
TOKEN_LENGTH_LIMIT = 40
PREFIX_LENGTHS = range(2, 9)
PHONE_DIGITS = 10
PHONE_DIGITS_LEAST = 7


@dataclass(frozen=True)
class Signs:
    """Each sign agrees (True), differs (False), or could not be compared (None)."""

    name: bool | None = None
    birth: bool | None = None
    phone: bool | None = None
    place: bool | None = None


@dataclass(frozen=True)
class Match:
    """How many of the four signs agree, and which. Only a person decides that it is the same client."""

    of: int
    hits: int
    words: str
    agree: tuple[str, ...]
    differ: tuple[str, ...]


def score(signs: Signs) -> Match:
    by_name = {"name": signs.name, "birth": signs.birth, "phone": signs.phone, "place": signs.place}
    agree = tuple(name for name, sign in by_name.items() if sign)
    differ = tuple(name for name, sign in by_name.items() if sign is False)
    of, hits = len(by_name), len(agree)
    if not hits:
        return Match(of, hits, "No sign matches", agree, differ)
    verb = "matches" if hits == 1 else "match"
    return Match(of, hits, f"{_strength(signs, hits)}, {hits} of {of} {verb}", agree, differ)


def _strength(signs: Signs, hits: int) -> str:
    """A shared phone and a shared roof make a family, not one person: without a name it is never likely.

    A birth date or age that differs is the same warning: mother and daughter share the other three.
    """
    certain = signs.name and signs.birth is not False
    if hits >= 3 and certain:
        return "Very likely" if hits == 4 else "Likely"
    return "Possible" if hits >= 2 else "Weak"


def names_agree(one: Collection[str], other: Collection[str]) -> bool:
    """Agree when the shorter name stands wholly in the longer: a first name, or one of two surnames, will do.

    Works on the tokens or on their blind keys alike.
    """
    shorter, longer = sorted((set(one), set(other)), key=len)
    return bool(shorter) and shorter <= longer


# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = re.compile(r"['’‘ʼʻ`´]")
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "jr", "sr", "ii", "iii", "iv"})


def name_tokens(text: str) -> tuple[str, ...]:
    """The words of a name as they compare: no marks, no capitals, no titles, each once, in order.

    “García-López, María” and “maria garcia lopez” give the same tokens. The particles of Spanish names (de la
    Cruz) go, except as the first word, where they may be a given name (La Vang).
    """
    family, comma, given = text.partition(",")
    words = _words(f"{given} {family}" if comma and _words(given) else text)
    named = [word for word in words if word not in _TITLES] or words
    kept = [word for at, word in enumerate(named) if at == 0 or word not in _PARTICLES]
    full = [word for word in kept if len(word) > 1] or kept
    return tuple(dict.fromkeys(word[:TOKEN_LENGTH_LIMIT] for word in full))[:TOKENS_LIMIT]


def prefixes(token: str) -> tuple[str, ...]:
    """The beginnings of a token, so that a search finds it while it is being typed."""
    return tuple(dict.fromkeys(token[:length] for length in PREFIX_LENGTHS if token[:length]))


def phone_digits(text: str) -> str | None:
    """The last ten digits of a number, without country code and extension. None when too short to tell."""
    main = re.split(r"(?<=\d)\W*(?:ext|x|#|;)", text.casefold(), maxsplit=1)[0]
    digits = "".join(str(unicodedata.decimal(letter)) for letter in main if letter.isdecimal())
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS_LEAST else None


_PLACE_WORDS = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln",
    "court": "ct", "circle": "cir", "boulevard": "blvd", "place": "pl", "terrace": "ter", "trail": "trl",
    "parkway": "pkwy", "highway": "hwy", "square": "sq", "crossing": "xing", "alley": "aly", "county": "co",
    "cty": "co", "saint": "st", "mount": "mt", "fort": "ft", "apartment": "apt", "unit": "apt",
    "suite": "apt", "ste": "apt", "room": "apt", "rm": "apt",
    "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw", "first": "1st",
    "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip


def place_key(text: str) -> str:
    """A place as it compares: the part before the town, in small letters, with the short forms of the mail.

    “12 Elm Court, Moorhead MN 56560” and “12 elm ct.” are one place; “apt 4” and “#4” are one door.
    """
    parts = [
        " ".join(_PLACE_WORDS.get(word, word) for word in _words(part)) for part in _doors(text).split(",")
    ]
    doors = [part for part in parts if re.fullmatch(r"apt( \w+)+", part)]
    places = [part for part in parts if part and part not in doors]
    return " ".join([*places[:1], *doors[:1]])


def _doors(text: str) -> str:
    return text.replace("#", " apt ")


def _words(text: str) -> list[str]:
    """Runs of letters and digits, without marks and capitals. An apostrophe joins: O’Brien is one word."""
    joined = _APOSTROPHES.sub("", text)
    taken_apart = unicodedata.normalize("NFKD", joined.casefold().translate(_PLAIN)).casefold()
    plain = "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain)
