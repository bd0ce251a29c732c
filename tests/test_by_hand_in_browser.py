"""The list of whom to call by hand in a real browser: one A4 page, on a phone, and from a red rail."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.heartbeats import beat
from app.house_alarms import raise_alarm
from dispatch import commands as c
from tests.browser import MARKS
from tests.desk import Call
from tests.house import House, a_house
from tests.test_rota_print import A_PAGE, BOX, window

pytestmark = MARKS
A4_HIGH = (595, 842)
BLACK = "rgb(0, 0, 0)"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as built:
        built.worker.tick()
        yield built


def a_night_without_providers(house: House) -> list[Call]:
    house.recorder.down()
    calls = [Call(house, area=area).sent() for area in ("Alder Falls", "Birch Hollow")]
    for _ in range(3):
        house.pass_time(seconds=10)
    house.clock.move(timedelta(seconds=20))
    return calls


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_one_a4_page_in_black_that_says_when_it_was_true_and_has_room_to_write(
    house: House, browser: Browser, theme: str
) -> None:
    calls = a_night_without_providers(house)
    with window(house, browser, "ruiz") as page:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto("/board/by-hand")
        page.emulate_media(media="print", color_scheme=theme)  # type: ignore[arg-type]
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == BLACK
        expect(page.get_by_text("True at 03:00, Tue 10 Nov. Not live.")).to_be_visible()
        expect(page.get_by_text("Called at, said").first).to_be_visible()
        for words in ("Print this list", "Look again"):
            expect(page.get_by_text(words)).to_be_hidden()
        expect(page.get_by_role("button", name=re.compile("by voice"))).to_have_count(0)
        for call in calls:
            expect(page.locator(f"#call-{call.ref}")).to_be_visible()
        paper = page.pdf(prefer_css_page_size=True, print_background=False)
    assert len(A_PAGE.findall(paper)) == 1
    assert {(round(float(wide)), round(float(high))) for wide, high in BOX.findall(paper)} == {A4_HIGH}


def a_night_with_a_team_out(house: House) -> Call:
    """Ana and Ben are on scene, Ana missed her check-in; another call wants people, and nothing goes out."""
    call = Call(house, area="Nyberg Township").there()
    house.recorder.down()
    house.clock.move(timedelta(minutes=15))
    call.do(c.CheckIn("ben", "ben"))
    for minutes in (5, 4):
        house.pass_time(minutes=minutes)
    Call(house, area="Birch Hollow").sent("cyd", "dov")
    house.pass_time(seconds=20)
    return call


def test_who_is_out_stands_on_the_one_a4_page_with_number_and_check_in(
    house: House, browser: Browser
) -> None:
    a_night_with_a_team_out(house)
    with window(house, browser, "ruiz") as page:
        page.goto("/board/by-hand")
        page.emulate_media(media="print")
        out = page.locator("section", has=page.locator("#out"))
        expect(out.locator("tbody tr").first).to_contain_text("Ana Vela")
        expect(out.locator("tbody tr").first).to_contain_text("Missed 03:24, call now")
        expect(out.locator("tbody tr").first.locator(".tel")).to_be_visible()
        expect(out.locator("tbody tr").nth(1)).to_contain_text("Ben Whitcomb")
        expect(out.get_by_role("button")).to_have_count(0)
        paper = page.pdf(prefer_css_page_size=True, print_background=False)
    assert len(A_PAGE.findall(paper)) == 1


def test_a_check_in_by_voice_is_entered_with_the_keyboard_alone(house: House, browser: Browser) -> None:
    a_night_with_a_team_out(house)
    with window(house, browser, "ruiz") as page:
        page.goto("/board/by-hand")
        button = page.get_by_role("button", name="Ana Vela is OK, by voice")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("section", has=page.locator("#out"))).not_to_contain_text("Missed")


def test_from_a_red_rail_to_a_yes_by_voice_with_the_keyboard_alone(house: House, browser: Browser) -> None:
    call = a_night_without_providers(house)[0]
    with window(house, browser, "ruiz") as page:
        page.goto("/board")
        expect(page.locator("#rail")).to_have_attribute("data-alarm", "page")
        expect(page.locator("#rail")).to_contain_text("Pages stopped")
        link = page.get_by_role("link", name="Whom to call by hand")
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/board/by-hand")
        button = page.get_by_role("button", name="Yes for Ana Vela, by voice").first
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#call-{call.ref}")).to_contain_text("Ana Vela said yes")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_every_number_can_be_pressed_and_nothing_scrolls_sideways(
    house: House, browser: Browser, theme: str
) -> None:
    a_night_with_a_team_out(house)
    with window(house, browser, "ruiz", width=360, height=740) as page:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for path in ("/board/by-hand", "/board/house"):
            page.goto(path)
            assert page.evaluate(SIDEWAYS) <= 0, path
        page.goto("/board/by-hand")
        assert _lowest(page, ".by-hand td a.tel") >= 56
        assert _lowest(page, ".by-hand li a.tel") >= 56
        assert _lowest(page, ".by-hand button.btn") >= 56


def test_what_is_refused_is_said_beside_what_was_typed_and_the_next_press_counts(
    house: House, browser: Browser
) -> None:
    call = a_night_without_providers(house)[0]
    with window(house, browser, "ruiz") as page:
        page.goto("/board/by-hand")
        minutes = page.get_by_label("Minutes until Ana Vela is there").first
        minutes.fill("999")
        page.get_by_role("button", name="Yes for Ana Vela, by voice").first.click()
        expect(
            page.get_by_role("alert").filter(has_text="Write a whole number from 0 to 180.")
        ).to_be_visible()
        expect(minutes).to_have_value("999")
        minutes.fill("20")
        page.get_by_role("button", name="Yes for Ana Vela, by voice").first.click()
        expect(page.locator(f"#call-{call.ref}")).to_contain_text("Ana Vela said yes")
        page.goto(f"/incidents/{call.ref}")
        page.locator("summary", has_text="Duplicate").click()
        other = page.get_by_label("Number of the other call")
        other.fill("999999")
        page.get_by_role("button", name="It is the same").click()
        expect(page.get_by_text("There is no incident 999999. Look on the board.")).to_be_visible()
        expect(other).to_have_value("999999")


def test_an_alarm_of_the_house_is_taken_from_the_rail_without_leaving_the_board(
    house: House, browser: Browser
) -> None:
    with house.shell.store.write() as connection:
        sentence = "A call has no deadline and no alarm. Call 2001."
        raise_alarm(connection, "law", "a wake ahead", sentence, now=house.clock.now())
    for part in ("worker", "auditor", "watchdog"):
        beat(house.shell, part, house.clock.now())
    with window(house, browser, "ruiz") as page:
        page.goto("/board")
        rail = page.locator("#rail")
        expect(rail).to_contain_text(sentence)
        rail.get_by_role("button", name="I have it").click()
        house.clock.move(timedelta(seconds=2))
        expect(rail).to_contain_text("A. Ruiz has it", timeout=15_000)
        assert page.url.endswith("/board")


def _lowest(page: Page, what: str) -> float:
    boxes = [one.bounding_box() for one in page.locator(what).all() if one.is_visible()]
    assert boxes
    return min(box["height"] for box in boxes if box)
