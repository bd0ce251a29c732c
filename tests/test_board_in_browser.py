"""The board in a real browser: drawer, forms by key, two desks at once, and notes that stay on the page."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from dispatch import commands as c
from tests.desk import Call
from tests.house import PASSWORD, House, a_house

pytestmark = pytest.mark.browser
WIDTHS = [1440, 1024, 390, 320]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with a_house(tmp_path, base_url=f"http://127.0.0.1:{port}") as house:
        server = make_server("127.0.0.1", port, house.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield house
        server.shutdown()


def desk(browser: Browser, house: House, person: str = "castellan", width: int = 1440) -> Page:
    """A signed-in board."""
    base = house.shell.settings.base_url
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{base}/sign-in")
    page.fill("#f-email", f"{person}@alder.example")
    page.fill("#f-password", PASSWORD)
    page.press("#f-password", "Enter")
    page.wait_for_url("**/board")
    return page


def state(page: Page, call: Call, code: str) -> None:
    expect(page.locator(f"#{call.row} .chip")).to_have_attribute("data-s", code, timeout=20_000)


def test_a_call_is_triaged_and_sent_from_the_drawer_and_another_desk_sees_it(
    browser: Browser, house: House
) -> None:
    call = Call(house, place="77 Kestrel Ln")
    one, other = desk(browser, house), desk(browser, house, "okonjo")
    one.locator(f"#{call.row}").focus()
    one.keyboard.press("Enter")
    expect(one.locator("#drawer-h")).to_have_text(f"{call.ref} · 77 Kestrel Ln")
    one.locator("#acts summary", has_text="Triage").click()
    one.locator("#drawer select[name=acuity]").select_option("1")
    one.get_by_role("button", name="Set it").click()
    state(one, call, "TRG")
    state(other, call, "TRG")
    one.locator(f"#{call.row}").focus()
    one.keyboard.press("d")
    expect(one.locator("[data-first]")).to_be_focused()
    one.keyboard.press("Enter")
    state(one, call, "PGD")
    expect(one.locator("#drawer")).to_have_attribute("data-pane", "comms")
    state(other, call, "PGD")


def test_the_drawer_follows_its_call_and_closes_by_key(browser: Browser, house: House) -> None:
    call = Call(house).triaged()
    page = desk(browser, house)
    page.locator(f"#{call.row}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .chip")).to_have_attribute("data-s", "TRG")
    call.do(c.Dispatch("ruiz"))
    expect(page.locator("#drawer .chip")).to_have_attribute("data-s", "PGD", timeout=20_000)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_have_count(0)
    expect(page.locator(f"#{call.row}")).to_be_focused()


def test_a_refusal_is_read_in_the_drawer_and_the_words_stay(browser: Browser, house: House) -> None:
    call = Call(house).triaged()
    page = desk(browser, house)
    page.goto(f"{page.url}?call={call.ref}")
    page.locator("#acts summary", has_text="Duplicate").click()
    page.locator("#drawer [name=of]").fill("4711")
    page.get_by_role("button", name="It is the same").click()
    expect(page.locator("[data-drawer-said]")).to_contain_text("There is no incident 4711")
    expect(page.locator("#drawer [name=of]")).to_have_value("4711")


def test_the_line_echoes_before_enter_and_its_note_stays_on_the_page(browser: Browser, house: House) -> None:
    call = Call(house).going()
    page = desk(browser, house)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(f"#{call.row}").focus()
    page.keyboard.press("/")
    page.keyboard.type("c4 enr 12 ; quiet street")
    expect(page.locator("#echo")).to_have_text(f"Enter: Vela and Whitcomb: on the way on {call.ref}, 12 min.")
    page.keyboard.press("Enter")
    state(page, call, "ENR")
    expect(page.locator("#cmd")).to_have_value("")
    assert [url for url in asked if "echo" in url] and not [url for url in asked if "quiet" in url]


def test_an_alarm_is_taken_by_one_desk_for_all(browser: Browser, house: House) -> None:
    Call(house)
    house.pass_time(minutes=5)
    one, other = desk(browser, house), desk(browser, house, "okonjo")
    expect(one).to_have_title("(1) Board · Standby")
    one.locator("#rail button").click()
    for page in (one, other):
        expect(page.locator("#rail")).to_contain_text("Castellan has it", timeout=20_000)
        expect(page).to_have_title("Board · Standby")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways_and_no_word_is_lost_on_a_small_board(
    browser: Browser, house: House, width: int
) -> None:
    call = Call(house, place="418 Tamarack St", answers={"weapon": "yes", "animals": "yes"}).sent()
    house.pass_time(minutes=3)
    page = desk(browser, house, width=width)
    base = house.shell.settings.base_url
    for path in (f"/board?call={call.ref}&pane=comms", f"/incidents/{call.ref}?pane=story"):
        page.goto(f"{base}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{base}/board")
    shown = page.locator(f"#{call.row}").inner_text()  # what is not drawn is not in it
    for words in ("418 Tamarack St", "Weapon", "Animals", "Raman", "Whitcomb", str(call.ref)):
        assert words in shown
