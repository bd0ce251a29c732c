"""Every page, day and night: axe finds nothing, nothing scrolls sideways at 320 px, a thumb hits every button, and it
works at 200 %."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import MARKS, ROOT, Demo, take_down

AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text()
pytestmark = MARKS
# Width and height: the desk, the desk at 200 %, and the smallest phone.
DESK, DOUBLED, SMALL = (1440, 900), (720, 450), (320, 568)
# What is pressed or written into and is lower than a thumb needs.
LOW = """() => [...document.querySelectorAll(
  'button, summary, select, textarea, .btn, input:not([type=hidden], [type=radio], [type=checkbox])')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => `${one.tagName} ${one.className} ${(one.innerText || one.name).slice(0, 30)}`)"""
PAGES = {
    None: ["/sign-in", "/demo", "{link}", "{link}/no", "/nowhere"],
    "ruiz": [
        "/board", "/incidents/new", "/incidents/{ref}", "/incidents/{ref}?pane=story",
        "/incidents/{ref}?pane=place", "/incidents/{ref}?pane=comms", "/incidents/{ref}/intake",
        "/log", "/people", "/people/{client}",
        "/people/{client}/edit", "/people/{client}/plan", "/people/new", "/on-call", "/account",
        "/deliveries", "/deliveries?ref={ref}", "/board/by-hand", "/board/house", "/nowhere",
    ],
    "haddad": ["/board", "/review", "/review/2004", "/log?acuity=1", "/people/{client}", "/rota/ready"],
    "{lead}": [
        "/tasks", "/incidents/{ref}/task", "/incidents/{ref}/task/other", "/incidents/{ref}/assess",
        "/incidents/{ref}/assess/mental_status", "/incidents/{ref}/chart", "/incidents/{ref}/decision",
        "/incidents/{ref}/sign", "/account", "/account/ways",
    ],
    "keeper": [
        "/admin", "/admin/people/new", "/admin/people/vela", "/admin/program", "/admin/ladder",
        "/admin/shifts",
        "/admin/tokens", "/admin/reads", "/on-call", "/account",
    ],
    "brandvold": [
        "/rota", "/rota/week/2026-11-01", "/rota/month/2026-11", "/rota/person/marchetti", "/rota/fair",
        "/rota/history", "/rota/print/2026-11-01",
    ],
}  # fmt: skip


@dataclass
class County:
    """One call under way in the demo, with the names that its pages need."""

    demo: Demo
    names: dict[str, str]

    def window(self, person: str | None, night: bool) -> Page:
        """A signed-in window."""
        return self.demo.window(person and person.format(**self.names), night=night)


@pytest.fixture(scope="module")
def county(demo: Demo) -> Iterator[County]:
    desk = demo.window("ruiz")
    desk.goto(f"{demo.address}/incidents/new")
    ref = take_down(desk, "218-555-0162", "77 Kestrel Ln")
    desk.goto(f"{demo.address}/incidents/{ref}/intake")
    desk.get_by_role("button", name=re.compile("Triage as")).first.click()
    desk.wait_for_url(re.compile(rf"call={ref}"))
    desk.get_by_role("button", name=re.compile(r"^Send C")).first.click()
    desk.wait_for_load_state()
    phones = demo.window(None)
    phones.goto(f"{demo.address}/demo")
    paged = phones.locator(".hs", has_text=f"Crisis page {ref}")
    paged.first.wait_for(timeout=8_000)
    lead = paged.nth(0).get_attribute("data-person") or ""
    link = paged.nth(1).get_by_role("link", name="Open the page").first.get_attribute("href") or ""
    phones.locator(f"#say-{lead}").fill(f"{ref} Y 20")
    phones.locator(f"#say-{lead}").press("Enter")
    phones.locator(f"#hs-{lead}", has_text="you said yes").wait_for(timeout=8_000)
    desk.goto(f"{demo.address}/people")
    known = desk.locator("a[href^='/people/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    client = next(path.split("/")[2] for path in known if path.split("/")[2] != "new")
    yield County(demo, {"ref": str(ref), "lead": lead, "link": link, "client": client})


@pytest.mark.parametrize("night", [True, False], ids=["night", "day"])
@pytest.mark.parametrize("person", PAGES, ids=lambda person: str(person).strip("{}"))
def test_every_page_holds(county: County, person: str | None, night: bool) -> None:
    page = county.window(person, night)
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text[:200]) if refused_by_policy(said.text) else None)
    page.on("pageerror", lambda fault: errors.append(str(fault)[:200]))
    found = [fault for path in PAGES[person] for fault in faults_of(page, county, path)]
    context: BrowserContext = page.context
    context.close()
    assert found + errors == []


def refused_by_policy(text: str) -> bool:
    """Did the content policy stop something of the page?"""
    return "Content Security Policy" in text


def faults_of(page: Page, county: County, template: str) -> list[str]:
    """What is wrong with one page at each size, in words."""
    path = template.format(**county.names)
    found: list[str] = []
    for width, height in (DESK, DOUBLED, SMALL):
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(county.demo.address + path)
        assert answer is not None
        if answer.status >= 400 and "/nowhere" not in path:
            return [f"{path}: {answer.status}"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{path}: {wide} px wide at {width}")
        if (width, height) == SMALL:
            found += [f"{path}: too small for a thumb: {one}" for one in page.evaluate(LOW)]
        if (width, height) != DOUBLED:
            found += [f"{path} at {width}: {fault}" for fault in axe(page)]
    return found


def axe(page: Page) -> list[str]:
    """What axe-core finds, a line each."""
    page.evaluate(AXE)
    return page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap("
        "v => v.nodes.map(n => v.id + ': ' + n.target.join(' ')))"
    )
