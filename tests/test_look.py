"""The look keeps its promises: contrast, tokens, a strict policy, and times right without scripts."""

import re
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import render_template_string

from tests.stage import NOW, ROOT, Stage, a_stage

STATIC = ROOT / "app/static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_STYLES = [path for path in STATIC.glob("*.css") if path.name not in ("tokens.css", "standby.css")]
OWN_CODE = [*TEMPLATES, *STATIC.glob("*.js"), *OWN_STYLES]


def palette(opening: str, ground: dict[str, str] | None = None) -> dict[str, str]:
    css = (STATIC / "tokens.css").read_text()
    body = css[css.index(opening) :]
    return {**(ground or {}), **dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{3,6})", body[: body.index("}")]))}


DAY = palette(":root{")
NIGHT = palette(":root[data-theme=night]{", DAY)
NIGHT_BY_DEVICE = palette(":root:not([data-theme]){", DAY)


def luminance(color: str) -> float:
    full = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    channels = (int(full[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ["bg", "surface", "raised", "sunk"]
SOFT = [*GROUNDS, "accent-soft", "caution-soft", "alarm-soft"]
MARKS = ["accent", "caution", "good", "alarm-text"]
PAIRS = [
    *((ink, ground, 4.5) for ink, ground in product(["text", "text-2"], SOFT)),
    *((ink, ground, 4.5) for ink, ground in product(MARKS, [*GROUNDS, "accent-soft"])),
    ("caution", "caution-soft", 4.5), ("good", "caution-soft", 4.5), ("alarm-text", "alarm-soft", 4.5),
    ("on-fill", "fill", 4.5), ("on-alarm", "alarm", 4.5), ("bg", "text", 4.5),
    *((line, ground, 3) for line, ground in product(["edge", "focus", "chip-edge", "caution-line"], GROUNDS)),
    ("edge", "accent-soft", 3), ("fill", "bg", 3), ("fill", "surface", 3),
]  # fmt: skip


@pytest.mark.parametrize("colors", [DAY, NIGHT], ids=["day", "night"])
def test_words_and_edges_stand_out_from_every_ground(colors: dict[str, str]) -> None:
    low = [
        (a, b, round(contrast(colors[a], colors[b]), 2))
        for a, b, least in PAIRS
        if contrast(colors[a], colors[b]) < least
    ]
    assert low == []


def test_night_is_the_same_whether_chosen_or_taken_from_the_device() -> None:
    differing = {name for name in NIGHT if NIGHT[name] != NIGHT_BY_DEVICE[name]}
    assert differing == set()


def test_every_chip_can_be_read_on_its_own_color() -> None:
    chips = re.findall(r"chip\[data-s=(\w+)\]\{--cb:(#\w+);--cf:(#\w+)", (STATIC / "standby.css").read_text())
    assert len(chips) == 10
    assert [code for code, ground, ink in chips if contrast(ground, ink) < 4.5] == []


def test_colors_stand_in_the_tokens_and_components_alone() -> None:
    color = re.compile(
        r"(?<!href=\")(?<![\w&/-])#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\b(?:rgba?|hsla?)\("
    )
    found = {path.name: hits for path in OWN_CODE if (hits := color.findall(path.read_text()))}
    assert found == {}


def test_every_token_that_is_used_exists() -> None:
    css = [path.read_text() for path in STATIC.glob("*.css")]
    known = {name for text in css for name in re.findall(r"--([\w-]+)\s*:", text)}
    used = {name for text in css for name in re.findall(r"var\(--([\w-]+)", text)}
    assert used - known == set()


def test_breakpoints_grow_with_the_readers_letters() -> None:
    queries = [
        q
        for path in STATIC.glob("*.css")
        for q in re.findall(r"@media[^{]*(?:width|height)[^{]*", path.read_text())
    ]
    assert queries and [q for q in queries if "px" in q] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_breaks_the_content_policy(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<[^>]*\sstyle\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"<[^>]*\son[a-z]+\s*=", text) == []
    assert re.findall(r"javascript:", text) == []
    scripts = re.findall(r"<script\b[^>]*>[^<]*", text)
    assert [
        s for s in scripts if 'nonce="{{ nonce }}"' not in s or " src=" not in s or not s.endswith(">")
    ] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_page_gets_its_language_and_skip_link_from_the_base(path: Path) -> None:
    text = path.read_text()
    if path.name == "base.html":
        assert '<html lang="en"' in text and 'class="skip"' in text
    else:
        assert "<html" not in text and "<body" not in text
    if path.name in ("layout.html", "phone.html"):
        assert '{%- extends "base.html" -%}' in text


def test_what_is_vendored_has_its_license_beside_it() -> None:
    vendored = sorted(path.name for path in (STATIC / "vendor").iterdir())
    assert vendored == [
        "idiomorph.LICENSE.txt",
        "idiomorph.min.js",
        "socket.io.LICENSE.txt",
        "socket.io.min.js",
    ]
    assert not any("sourceMappingURL" in path.read_text() for path in (STATIC / "vendor").glob("*.js"))


@pytest.fixture(scope="module")
def bare_stage() -> Stage:
    return a_stage()


def drawn(stage: Stage, source: str, **words: object) -> str:
    with stage.app.test_request_context():
        return render_template_string(
            '{% import "macros.html" as ui with context %}' + source, **stage.context(**words)
        )


def words_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("seconds", "text", "look"),
    [
        (301, "5:01", ""),
        (300, "5:00", "soon"),
        (9_420, "2:37:00", ""),
        (93_600, "1 d 2 h", ""),
        (-192, "3:12 late", "late"),
    ],
)
def test_a_countdown_says_what_is_true_when_it_is_sent(
    bare_stage: Stage, seconds: int, text: str, look: str
) -> None:
    html = drawn(bare_stage, "{{ ui.countdown(at) }}", at=NOW + timedelta(seconds=seconds))
    assert words_of(html) == text
    assert f'class="num cd{" " + look if look else ""}"' in html


def test_only_an_alarm_is_overdue(bare_stage: Stage) -> None:
    html = drawn(bare_stage, "{{ ui.countdown(at, over=0) }}", at=NOW - timedelta(seconds=192))
    assert words_of(html) == "3:12 overdue" and " over" in html


def test_a_running_time_is_a_timer_that_no_screen_reader_reads_out(bare_stage: Stage) -> None:
    html = drawn(bare_stage, "{{ ui.age(since) }}", since=NOW - timedelta(seconds=48))
    assert 'role="timer" aria-live="off"' in html and words_of(html) == "0:48"


def test_local_time_is_the_countys(bare_stage: Stage) -> None:
    assert words_of(drawn(bare_stage, "{{ ui.when(now, seconds=True) }}")) == "03:12:44"
    assert words_of(drawn(bare_stage, "{{ ui.when(now, day=True) }}")) == "Tue 10 Nov 03:12"
    assert drawn(bare_stage, "{{ ui.when(None) }}") == ""


def test_a_chip_is_said_in_words_too(bare_stage: Stage) -> None:
    assert words_of(drawn(bare_stage, '{{ ui.chip("ENR", old=True) }}')) == "ENR En route, old"


def test_what_a_person_wrote_is_shown_as_words_and_never_as_markup(bare_stage: Stage) -> None:
    html = drawn(
        bare_stage, '{{ ui.field("n", "Name", wrote, error=wrote) }}{{ ui.who("yes", wrote) }}', wrote='<b>"x'
    )
    assert "<b>" not in html


def test_a_form_error_is_named_on_top_and_at_its_field(bare_stage: Stage) -> None:
    html = drawn(
        bare_stage,
        '{{ ui.errors({"cb": "Write a number."}) }}{{ ui.field("cb", "Number", error="Write a number.") }}',
    )
    assert "One thing before this can be saved" in html
    assert (
        '<a href="#f-cb">Write a number.</a>' in html
        and 'id="f-cb"' in html
        and 'aria-describedby="f-cb-err"' in html
    )


def test_every_post_carries_the_csrf_word_and_its_key(bare_stage: Stage) -> None:
    html = drawn(bare_stage, '{{ ui.act("/x", "I have it", key="once") }}')
    assert 'name="csrf" value="token"' in html and 'name="key" value="once"' in html
