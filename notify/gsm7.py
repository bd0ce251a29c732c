"""The alphabet of a plain SMS (GSM 03.38): what it costs, and how any text is brought into it."""

import unicodedata
from typing import Final

# One letter outside this alphabet turns the whole text to UCS-2 and a segment from 160 letters to 70, so a
# page would arrive in parts, or in part.
BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("^{}\\[~]|€\f")  # sent as an escape and a letter: two septets
SEGMENT: Final = 160

# Letters that do not come apart into a base letter and an accent, and what a phone keyboard or a word
# processor puts in the place of plain signs.
LOOKALIKES: Final = {
    ord(sign): plain
    for signs, plain in (
        ("‘’‚‛′`´ʼ", "'"),
        ("“”„‟″«»", '"'),
        ("‐‑‒–—―−", "-"),
        ("•·", "*"),
        ("×", "x"),
        ("Łł", "l"),
        ("Đđð", "d"),
        ("ı", "i"),
        ("œ", "oe"),
        ("Œ", "OE"),
        ("þ", "th"),
        ("\t\v", " "),
        ("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f", ""),
    )
    for sign in signs
} | {ord("Ł"): "L", ord("Đ"): "D", ord("Ð"): "D", ord("Þ"): "Th"}


def fit(text: str, most: int = SEGMENT) -> str:
    """The text in the GSM alphabet, cut to at most so many septets."""
    return cut(plain(text), most)


def plain(text: str) -> str:
    """The text in the GSM alphabet: the same letter where there is one, the nearest where not, else '?'."""
    if is_gsm7(text):
        return text
    return "".join(_nearest(letter) for letter in text.translate(LOOKALIKES))


def is_gsm7(text: str) -> bool:
    return all(letter in BASIC or letter in EXTENSION for letter in text)


def septets(text: str) -> int:
    """What the text takes of the 160. It must be in the alphabet already."""
    assert is_gsm7(text), "septets are counted in the GSM alphabet only"
    return len(text) + sum(letter in EXTENSION for letter in text)


def cut(text: str, most: int) -> str:
    """The longest beginning of a GSM text that takes at most so many septets."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if letter in EXTENSION else 1
        if used > most:
            return text[:place]
    return text


def _nearest(letter: str) -> str:
    if letter in BASIC or letter in EXTENSION:
        return letter
    bare = (part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    kept = "".join(part for part in bare if part in BASIC or part in EXTENSION)
    return kept or ("" if unicodedata.combining(letter) else "?")
