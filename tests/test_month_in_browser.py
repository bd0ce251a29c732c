"""A month of the rota in a real browser: made, covered by text, sick at 02:00, handed over, and counted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.oncall import on_duty
from app.replies import hear
from app.shell import new_id
from dispatch import commands as c
from tests.browser import MARKS, sign_in
from tests.crisis import Crisis
from tests.house import PASSWORD, PHONES, PROGRAM, House
from tests.on_the_web import a_house_on_the_web

pytestmark = MARKS
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Wednesday 18 November, 02:00 in the county: in the middle of a night of Ana's.
SICK_AT = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house_on_the_web(tmp_path) as house:
        yield house


@contextmanager
def window(browser: Browser, house: House, person: str, path: str, width: int = 390) -> Iterator[Page]:
    """Somebody opens this page, signed in, on a phone unless a width is named."""
    base = house.shell.settings.base_url
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(20_000)
    sign_in(page, base, person, PASSWORD)
    page.goto(f"{base}{path}")
    yield page
    context.close()


def texts_back(house: House, person: str, words: str) -> None:
    """This person answers by text, and what that owes goes out."""
    hear(house.shell, PHONES[person], words, new_id())
    house.worker.tick()


def primary(house: House, at: datetime) -> list[str]:
    """Who is on primary at an instant."""
    with house.shell.store.read() as connection:
        return [shift.person for shift in on_duty(connection, PROGRAM, at) if shift.tier == "primary"]


def a_layer(page: Page, name: str, tier: str, days: tuple[str, ...], *line: str) -> None:
    """Fill the layer's form by hand, look at what it does, and put it in force."""
    page.get_by_label("Tier").select_option(tier)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Begins").fill("2026-11-11T19:00")
    for turn, person in enumerate(line):
        if page.locator(f"#f-l{turn}-0").count() == 0:
            page.get_by_role("button", name="Another turn at the end of the line").click()
        page.locator(f"#f-l{turn}-0").select_option(person)
    if page.locator("input[name=w0_from]").count() == 0:
        page.get_by_role("button", name="One more row of days and hours").click()
    for day in days:
        page.locator(f"input[name=w0_days][value={day}]").check()
    page.locator("input[name=w0_from]").fill("19:00")
    page.locator("input[name=w0_to]").fill("07:00")
    page.locator("input[name=turn][value=shift]").check()
    page.get_by_role("button", name="Look at what it does").last.click()
    expect(page.get_by_role("heading", name="What it costs and mends")).to_be_visible()
    read = page.locator("input[name=read]")
    if read.count():
        read.check()
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text(name).first).to_be_visible()


def test_a_month_of_changes(browser: Browser, house: House) -> None:
    # The manager makes the rota: nights by turns, and backup beside them.
    with window(browser, house, "brandvold", "/rota/edit/layers/new", width=1280) as page:
        a_layer(page, "Nights", "primary", EVERY_DAY, "ana", "ben", "dov")
        page.goto(f"{house.shell.settings.base_url}/rota/edit/layers/new")
        a_layer(page, "Backup nights", "backup", ("tue", "wed", "thu"), "cyd")
    first, second, third = (datetime(2026, 11, day, 5, 0, tzinfo=UTC) for day in (12, 13, 14))
    assert [primary(house, night) for night in (first, second, third)] == [["ana"], ["ben"], ["dov"]]

    # Ana asks for cover of her second night, from her phone; Dov says yes by text.
    house.pass_time(hours=30)
    with window(browser, house, "ana", "/shifts") as page:
        expect(page.locator("#h-next")).to_have_text("Wed 11 Nov, night")
        page.get_by_role("link", name="Sat 14 Nov, night").click()
        page.get_by_label("A word to them").fill("A wedding. I take your Monday.")
        page.locator("footer button").click()
        expect(page.get_by_role("status").first).to_contain_text("They are asked.")
    house.worker.tick()
    asked = [text for text in house.texts("dov") if "asks for cover" in text]
    assert len(asked) == 1 and "wedding" not in asked[0], "her words stay on the page"
    covered = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
    assert primary(house, covered) == ["ana"]
    ref = re.search(r"Reply (\d{4,6}) Y", asked[0])
    assert ref is not None
    texts_back(house, "cyd", f"{ref[1]} n")
    texts_back(house, "dov", f"{ref[1]} y")
    assert primary(house, covered) == ["dov"]
    assert any("takes your shift of Sat 14 Nov" in text for text in house.texts("ana"))
    texts_back(house, "ben", f"{ref[1]} y")
    assert any("Dov Osei" in text for text in house.texts("ben")[-1:]), "a late yes hears the truth"

    # 02:00, and the one on call is sick. Backup is asked at once and takes it.
    house.pass_time(seconds=(SICK_AT - house.clock.now()).total_seconds())
    (sick,) = primary(house, SICK_AT)
    with window(browser, house, sick, "/shifts/sick") as page:
        page.get_by_role("button", name="I cannot come").click()
        expect(page.get_by_text("You are off the rota.")).to_be_visible()
    assert primary(house, SICK_AT) == [], "the ladder asks backup from this very instant"
    house.worker.tick()
    call = next(text for text in reversed(house.texts("cyd")) if "is sick" in text)
    ref = re.search(r"Reply (\d{4,6}) Y", call)
    assert ref is not None
    assert any("sick" in text for text in house.texts("brandvold")), "the managers hear it"
    texts_back(house, "cyd", f"{ref[1]} Y")
    assert primary(house, SICK_AT) == ["cyd"]

    # The shift ends while a call runs: the next one takes it over by name.
    house.pass_time(seconds=(datetime(2026, 11, 20, 12, 30, tzinfo=UTC) - house.clock.now()).total_seconds())
    (tired,) = primary(house, house.clock.now())
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2, "known_pattern"))
    crisis.ask(c.Dispatch("ruiz", tired, "cyd"))
    for page_asked in crisis.incident().open_pages:
        crisis.ask(c.Accept(page_asked.person, page_asked.id, 10))
    with window(browser, house, "brandvold", "/rota/edit/shifts", width=1280) as page:
        page.get_by_label("Who").select_option("ben" if tired != "ben" else "dov")
        page.get_by_label("Tier").select_option("primary")
        page.locator("#f-starts_at").fill("2026-11-20T07:00")
        page.locator("#f-ends_at").fill("2026-11-20T19:00")
        page.get_by_role("button", name=re.compile("Put|Add|Write")).last.click()
        page.wait_for_load_state()
    house.pass_time(minutes=45)
    (fresh,) = primary(house, house.clock.now())
    assert fresh != tired and crisis.incident().member(tired) is not None, "it stays theirs until then"
    with window(browser, house, fresh, "/rota/hand-over") as page:
        page.get_by_role("button", name=f"I take {crisis.ref} over").first.click()
        page.wait_for_url(f"**/incidents/{crisis.ref}/task")
        expect(page.get_by_role("button", name="I am on the way")).to_be_visible()
    house.worker.tick()
    assert crisis.incident().member(fresh) and not crisis.incident().member(tired)

    # The month is counted, and every change of it stands in the history.
    house.pass_time(days=20)
    with window(browser, house, "brandvold", "/rota/fair?from=2026-11-10&to=2026-12-10", width=1280) as page:
        expect(page.locator("main")).to_contain_text("Dov Osei")
        page.goto(f"{house.shell.settings.base_url}/rota/history")
        for words in ("cover", "sick", "layer"):
            expect(page.locator("main")).to_contain_text(re.compile(words, re.I))
