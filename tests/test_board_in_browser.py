"""The board in a real browser: drawer, forms by key, two desks at once, and notes that stay on the page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.tables import pages
from dispatch import commands as c
from tests.browser import MARKS, sign_in
from tests.desk import Call
from tests.house import PASSWORD, House
from tests.on_the_web import a_house_on_the_web

pytestmark = MARKS
WIDTHS = [1440, 1024, 390, 320]
WRONG_CLOCK = """{ const Right = Date, off = HOURS * 3600000;
  globalThis.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + off); }
    static now() { return Right.now() + off; } }; }"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house_on_the_web(tmp_path) as house:
        yield house


def desk(
    browser: Browser, house: House, person: str = "castellan", width: int = 1440, hours_wrong: int = 0
) -> Page:
    """A signed-in board, on a machine whose clock may be wrong."""
    base = house.shell.settings.base_url
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    if hours_wrong:
        page.add_init_script(WRONG_CLOCK.replace("HOURS", str(hours_wrong)))
    page.set_default_timeout(20_000)
    sign_in(page, base, person, PASSWORD)
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


@pytest.mark.parametrize("hours", [-30, 7])
def test_f43_on_a_machine_whose_clock_is_hours_wrong_every_time_on_the_page_is_the_servers(
    browser: Browser, house: House, hours: int
) -> None:
    call = Call(house).triaged()
    house.pass_time(minutes=3)
    page = desk(browser, house, hours_wrong=hours)
    served = house.clock.now()
    shown = datetime.fromtimestamp(page.evaluate("Standby.time.now()") / 1000, UTC)
    assert abs(shown - served) < timedelta(minutes=1)
    zone = ZoneInfo("America/Chicago")
    minutes = {(served + timedelta(minutes=more)).astimezone(zone).strftime("%H:%M") for more in (0, 1)}
    assert page.locator("[data-clock]").first.inner_text()[:5] in minutes
    expect(page.locator(f"#{call.row}")).to_contain_text(re.compile(r"\b3:[0-5]\d"))
    page.locator(f"#{call.row}").focus()
    page.keyboard.press("d")
    expect(page.locator("[data-first]")).to_be_focused()
    page.keyboard.press("Enter")
    state(page, call, "PGD")
    with house.shell.store.read() as connection:
        assert set(connection.scalars(select(pages.c.asked_at))) == {served}


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
