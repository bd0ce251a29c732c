"""Text as it may be shown: plain, without control characters, cut where it is longer than a page can bear."""

import html
import json
import re
from typing import Any

import nh3

NOTE_LENGTH = 20_000
HTML_LENGTH = 40_000
HTML_TAGS = 2_000
KEPT_LENGTH = 2_000

# Direction marks can make an address read backwards, and the other controls are nothing that a person typed.
UNSHOWABLE = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F),
     *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF]
)  # fmt: skip

BREAKS = re.compile(r"<(?:br|hr|/p|/div|/li|/tr|/h[1-6]|/pre|/blockquote)\b[^<>]*>", re.IGNORECASE)


def one_line(text: str) -> str:
    return " ".join(text.translate(UNSHOWABLE).split())


def plain(note: str) -> tuple[str, bool]:
    """A note's HTML as plain text with its line breaks, and whether all of it was kept.

    Deep nesting costs the sanitiser the square of its depth, so markup is bounded before, text after.
    """
    markup = _first_tags(note[:HTML_LENGTH])
    bare = html.unescape(nh3.clean(BREAKS.sub("\n", markup), tags=set()))
    lines = (" ".join(line.split()) for line in bare.translate(UNSHOWABLE).splitlines())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    whole = len(markup) == len(note) and len(text) <= NOTE_LENGTH and bool(text or not note.strip())
    return (
        (text, True) if whole else (f"{text[:NOTE_LENGTH]}\n[The rest of this note was cut.]".lstrip(), False)
    )


def _first_tags(markup: str) -> str:
    pieces = markup.split("<", HTML_TAGS + 1)
    return markup if len(pieces) <= HTML_TAGS + 1 else "<".join(pieces[: HTML_TAGS + 1])


def compact(value: Any) -> str:
    """JSON in as few characters as it takes, with an end that says so where it was cut."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text) <= KEPT_LENGTH:
        return text
    end = f"… ({len(text):,} characters in all)"
    return text[: KEPT_LENGTH - len(end)] + end
