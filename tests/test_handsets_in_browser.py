"""A visitor's handsets in a real browser: a phone rings, is picked up, and takes the code and the answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import MARKS
from tests.handset_stage import Demo, a_demo, called
from tests.loopback.phone import SAID, WORDS
from tests.on_the_web import on_the_web
from tests.wired import incident_at

pytestmark = MARKS


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with a_demo(tmp_path) as demo:
        yield demo


@pytest.fixture
def page(demo: Demo, browser: Browser) -> Iterator[Page]:
    with on_the_web(demo.house.app) as address:
        with browser.new_context(viewport={"width": 390, "height": 844}) as context:
            page = context.new_page()
            page.goto(f"{address}/demo")
            yield page


def test_a_phone_rings_on_the_open_page_and_is_answered_with_its_keypad(demo: Demo, page: Page) -> None:
    card = page.locator("#hs-lindqvist")
    expect(card.get_by_text("Ringing: Standby")).to_be_hidden()
    incident = called(demo)
    expect(card.get_by_text("Ringing: Standby")).to_be_visible()
    page.get_by_text("Rings now").get_by_role("link").first.click()
    expect(card).to_be_in_viewport()
    card.get_by_role("button", name="Answer").click()
    said = card.get_by_text("type this code on your phone")
    expect(said).to_be_visible()
    found = SAID.search(said.inner_text())
    assert found
    for typed, word in enumerate(found.group(1).split(", "), start=1):
        card.get_by_role("button", name=str(WORDS.index(word)), exact=True).click()
        if typed == 1:
            expect(card.locator("[data-typed]")).to_have_text(str(WORDS.index(word)))
    expect(card.get_by_text("Thank you. To accept, press one.")).to_be_visible()
    card.get_by_role("button", name="1", exact=True).click()
    expect(card.get_by_text("You have it: two, zero, zero, one.")).to_be_visible()
    expect(card.get_by_text("The call is over.")).to_be_visible()
    expect(card.get_by_role("button", name="Hang up")).to_be_hidden()
    assert incident_at(demo.house.shell, incident).member("ana") is not None


def test_a_broken_provider_shows_as_broken_and_its_texts_come_by_the_other(demo: Demo, page: Page) -> None:
    north = page.locator('[data-provider="north"]')
    north.get_by_role("button", name="Refuses everything").click()
    pressed = north.get_by_role("button", name="Refuses everything", pressed=True)
    expect(pressed).to_be_visible()
    called(demo)
    expect(page.locator("#hs-lindqvist").get_by_text("by south").first).to_be_visible()
    expect(north.get_by_text("Standby goes round it.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_text_that_is_not_taken_stays_typed_and_the_page_says_so(demo: Demo, page: Page) -> None:
    called(demo)
    card = page.locator("#hs-lindqvist")
    field = card.get_by_role("textbox")
    page.route("**/demo/handsets/*", lambda route: route.abort())
    field.fill("2001 Y 15")
    field.press("Enter")
    expect(card.get_by_text("The demo does not answer. Try again.")).to_be_visible()
    expect(field).to_have_value("2001 Y 15")
    page.unroute("**/demo/handsets/*")
    field.press("Enter")
    expect(card.get_by_text("The demo does not answer. Try again.")).to_be_hidden()
    expect(field).to_have_value("")
    expect(card.get_by_text("2001 Y 15", exact=True)).to_be_visible()
