"""The rota in a real browser: one A4 page for the wall, the keyboard alone, and the smallest phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from app.tables import people
from tests.browser import MARKS, sign_in
from tests.house import _HASH, NIGHT, PASSWORD, PROGRAM, House
from tests.on_the_web import on_the_web
from tests.rota_scene import a_rota, ask_cover, days, lay, need, take_off, wall

pytestmark = MARKS
A_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
A4_WIDE = (842, 595)


@contextmanager
def window(
    house: House, browser: Browser, person: str, width: int = 1440, height: int = 900
) -> Iterator[Page]:
    """A signed-in window on the house, served on a free port."""
    with on_the_web(house.app) as address:
        size = {"width": width, "height": height}
        with browser.new_context(viewport=size, base_url=address) as context:
            page = context.new_page()
            sign_in(page, address, person, PASSWORD)
            yield page


def more_staff(house: House, count: int) -> list[str]:
    """So many more responders, with long names."""
    rows = [
        {
            "id": f"more{number}",
            "name": f"Alexandra Featherstone-{number:02d}",
            "credential": "LICSW",
            "email": f"more{number}@alder.example",
            "phone": f"+1555556{number:04d}",
            "roles": ["responder"],
            "program": PROGRAM,
            "skills": ["spanish", "child"],
            "password_hash": _HASH,
            "active": True,
            "created_at": NIGHT,
        }
        for number in range(count)
    ]
    with house.shell.store.write() as connection:
        connection.execute(people.insert(), rows)
    return [str(row["id"]) for row in rows]


def five_full_tiers(house: House) -> None:
    """Nine people at once by day and nine by night, all week, from twenty-eight."""
    staff = more_staff(house, 28)
    need(house, primary=4, backup=2, supervisor=1, tele=1, reserve=1)
    turns = {"windows": [*days("07:00", "19:00"), *days("19:00", "07:00")], "since": "2026-11-02T07:00"}
    for place, (tier, seats) in enumerate((("primary", 4), ("backup", 2), ("tele", 1), ("reserve", 1))):
        line = [staff[first : first + seats] for first in range(0, 28 - 28 % seats, seats)]
        lay(house, tier, tier, line, place=place + 1, team="C12", **turns)  # type: ignore[arg-type]
    lay(
        house, "sup", "supervisor", [["okonjo"], ["haddad"]], place=9, turn_hours=24, since="2026-11-02T07:00"
    )


def test_a_full_week_of_five_tiers_is_one_a4_page(house: House, browser: Browser) -> None:
    five_full_tiers(house)
    take_off(house, "more3", wall(16, 7), wall(23, 7))
    with window(house, browser, "ruiz") as page:
        page.goto("/rota/print/2026-11-18")
        expect(page.locator(".roster-t tbody tr")).to_have_count(5)
        paper = page.pdf(prefer_css_page_size=True, print_background=False)
    assert len(A_PAGE.findall(paper)) == 1
    sizes = {(round(float(wide)), round(float(high))) for wide, high in BOX.findall(paper)}
    assert sizes == {A4_WIDE}


def test_the_sheet_says_when_it_was_printed_has_numbers_and_speaks_in_codes(
    house: House, browser: Browser
) -> None:
    a_rota(house)
    ask_cover(house, "ana", "primary", wall(14, 7), wall(14, 19))
    take_off(house, "dov", wall(13, 7), wall(13, 19))
    with window(house, browser, "ruiz") as page:
        page.goto("/rota/print/2026-11-10")
        page.emulate_media(media="print")
        said = page.locator("main").inner_text()
        colors = page.evaluate(
            "[...document.querySelectorAll('.sheet-h, .roster-t *, .numbers *')]"
            ".map(one => getComputedStyle(one).backgroundColor)"
        )
    assert "Printed 03:00, Tue 10 Nov. Not live." in said
    assert "(555) 555-0102" in said
    assert "Vela C4 ASK" in said and "HOLE no one" in said
    assert "Print this page" not in said and "Board" not in said
    assert set(colors) == {"rgba(0, 0, 0, 0)"}


def test_the_week_is_walked_and_opened_by_keyboard_alone(house: House, browser: Browser) -> None:
    a_rota(house)
    with window(house, browser, "ruiz") as page:
        page.goto("/rota/week/2026-11-16")
        bars = page.locator("[data-rota] a.s")
        assert bars.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1
        bars.first.focus()
        first = page.evaluate("document.activeElement.title")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.title") != first
        page.keyboard.press("ArrowDown")
        assert "Whitcomb" in page.evaluate("document.activeElement.title")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("document.activeElement.title") == first
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/rota/shift/"))
        page.go_back()
        page.locator("[data-rota] a.s").first.focus()
        page.keyboard.press("l")
        expect(page).to_have_url(re.compile("/rota/week/2026-11-23"))
        page.keyboard.press("h")
        expect(page).to_have_url(re.compile("/rota/week/2026-11-16"))


def test_letters_that_are_switched_off_turn_no_page(house: House, browser: Browser) -> None:
    a_rota(house)
    with window(house, browser, "ruiz") as page:
        page.goto("/rota/week/2026-11-16")
        page.evaluate("localStorage.setItem('standby.letters', 'off')")
        page.locator("[data-rota] a.s").first.focus()
        page.keyboard.press("l")
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile("/rota/week/2026-11-16"))


@pytest.mark.parametrize(
    "path",
    [
        "/rota",
        "/rota/week/2026-11-16",
        "/rota/month/2026-11",
        "/rota/person/ana",
        "/rota/shift/ana?tier=primary&at=2026-11-14T15:00Z",
        "/rota/fair",
        "/rota/history",
        "/rota/print/2026-11-16",
    ],
)
def test_nothing_scrolls_sideways_on_the_smallest_phone(house: House, browser: Browser, path: str) -> None:
    a_rota(house)
    ask_cover(house, "ana", "primary", wall(14, 7), wall(14, 19))
    with window(house, browser, "brandvold", 320, 568) as page:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
