"""The letter after a page's number that says whose page it is, on a phone that two people share."""

import hashlib
from collections.abc import Iterable
from typing import Final

# No letter that is a word of ours (Y, N, K), that people write beside minutes (H, M), that looks like a digit
# (I, L, O, Q, S, Z, B, G, D), or that is a word alone in English or Spanish (A, E, I, O, U, Y).
LETTERS: Final = "CFJPRTVWX"
# Two people's letters agree this far once in a hundred million: more than share any phone.
LONGEST: Final = 8


def mark_of(person: str, others: Iterable[str] = ()) -> str:
    """The shortest beginning of this person's own letters that none of the others has. It hangs on the person alone:
    whoever joins or leaves the number, no letters ever come to mean somebody else. Empty where nobody shares it."""
    theirs = [letters_of(other) for other in others if other != person]
    mine = letters_of(person)
    if not theirs:
        return ""
    for length in range(1, LONGEST):
        if not any(other.startswith(mine[:length]) for other in theirs):
            return mine[:length]
    return mine


def letters_of(person: str) -> str:
    """All of a person's letters."""
    digest = hashlib.sha256(f"mark\0{person}".encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:LONGEST])


def fits(mark: str, person: str) -> bool:
    """May these letters be this person's?"""
    return letters_of(person).startswith(mark.upper()) if mark else True
