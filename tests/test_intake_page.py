"""The intake page in a real browser: it saves itself, asks nothing needless, and shows what others wrote."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import MARKS, Demo

pytestmark = MARKS


def new_call(page: Page, demo: Demo, place: str) -> str:
    """A call with a place alone; the address of its intake."""
    page.goto(f"{demo.address}/incidents/new")
    page.get_by_label("Where is the person now").fill(place)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/incidents/\d+/intake"))
    return page.url


@pytest.fixture
def desk(demo: Demo) -> Iterator[Page]:
    page = demo.window("ruiz")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    yield page
    assert asked == [], "the browser asked whether to lose something"
    page.context.close()


def test_what_is_typed_is_saved_and_stands_after_a_reload(demo: Demo, desk: Page) -> None:
    new_call(desk, demo, "12 Larch Street")
    desk.get_by_label("In the caller’s words").fill("Talks fast. Sat down when asked.")
    desk.locator("#f-q_weapon").get_by_text("Yes", exact=True).click()
    expect(desk.locator("[data-saved]").first).to_contain_text("Saved")
    expect(desk.locator("#side-priority")).to_contain_text("Rule B2")
    expect(desk.get_by_role("button", name="Triage as 1 and send")).to_be_visible()
    desk.reload()
    expect(desk.get_by_label("In the caller’s words")).to_have_value("Talks fast. Sat down when asked.")


def test_call_911_now_appears_while_typing_and_is_logged(demo: Demo, desk: Page) -> None:
    new_call(desk, demo, "14 Larch Street")
    desk.locator("#f-q_medical").get_by_text("Yes", exact=True).click()
    expect(desk.get_by_role("heading", name="Call 911 now")).to_be_visible()
    desk.get_by_label("How to find them").fill("Back door")
    desk.get_by_role("button", name="We called 911").click()
    expect(desk.locator("#side-priority")).to_contain_text("911 was called at")
    expect(desk.get_by_label("How to find them")).to_have_value("Back door")


def test_a_button_beside_the_form_loses_no_word_and_asks_nothing(demo: Demo, desk: Page) -> None:
    new_call(desk, demo, "16 Larch Street")
    desk.get_by_label("In the caller’s words").fill("Every word counts.")
    desk.get_by_role("button", name="Take 2").click()
    expect(desk.locator("#side-priority")).to_contain_text("Decided: 2")
    expect(desk.get_by_label("In the caller’s words")).to_have_value("Every word counts.")


def test_what_somebody_else_saved_appears_where_nobody_is_writing(demo: Demo, desk: Page) -> None:
    address = new_call(desk, demo, "18 Larch Street")
    other = demo.window("castellan")
    other.goto(address)
    other.get_by_label("How to find them").fill("By the pump")
    other.get_by_label("In the caller’s words").fill("Hers.")
    other.get_by_label("Parent or guardian").focus()
    expect(other.locator("[data-saved]").first).to_contain_text("Saved")
    other.context.close()
    desk.get_by_label("Name, or how they look").fill("Tall, red coat")
    expect(desk.get_by_label("How to find them")).to_have_value("By the pump")
    expect(desk.get_by_label("In the caller’s words")).to_have_value("Hers.")


def test_control_enter_sends_all_of_it_on_to_the_team(demo: Demo, desk: Page) -> None:
    new_call(desk, demo, "20 Larch Street")
    desk.get_by_label("In the caller’s words").fill("Last words before the key.")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(re.compile(r"/board\?call=\d+&pane=send"))
    ref = re.search(r"call=(\d+)", desk.url)
    assert ref
    desk.goto(f"{demo.address}/incidents/{ref[1]}/intake")
    expect(desk.get_by_label("In the caller’s words")).to_have_value("Last words before the key.")


def test_escape_keeps_the_draft(demo: Demo, desk: Page) -> None:
    address = new_call(desk, demo, "22 Larch Street")
    desk.get_by_label("Parent or guardian").fill("Her aunt")
    desk.keyboard.press("Escape")
    desk.wait_for_url(re.compile(r"/board"))
    desk.goto(address)
    expect(desk.get_by_label("Parent or guardian")).to_have_value("Her aunt")


def test_words_of_a_new_call_are_not_lost_by_one_key(demo: Demo) -> None:
    desk = demo.window("ruiz")
    desk.goto(f"{demo.address}/incidents/new")
    desk.get_by_label("In the caller’s words").fill("He is on the bridge")
    desk.once("dialog", lambda dialog: dialog.dismiss())
    with desk.expect_event("dialog") as asked:
        desk.keyboard.press("Escape")
    assert asked.value.type == "beforeunload"
    expect(desk.get_by_label("In the caller’s words")).to_have_value("He is on the bridge")
    desk.context.close()


@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
def test_nothing_needs_sideways_scrolling(demo: Demo, desk: Page, width: int) -> None:
    new_call(desk, demo, "24 Larch Street")
    desk.set_viewport_size({"width": width, "height": 900})
    for path in (desk.url, f"{demo.address}/people", f"{demo.address}/people/new"):
        desk.goto(path)
        over = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path
