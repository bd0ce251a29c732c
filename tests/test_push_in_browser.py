"""The service worker in a real Chromium: what stands on the screen, what it says back, and where a tap leads.

Chromium has no push service here. Its part is played between the two real ends: the loopback push service opens what
we sealed, and the browser is handed the same words by its own debugging door.
"""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, expect

from tests.browser import MARKS, chromium, sign_in
from tests.house import PASSWORD
from tests.loopback.push_server import Browser, Taken
from tests.on_the_web import on_the_web
from tests.pushed import Pushed, a_pushed_house
from tests.served import until
from tests.wired import a_call

pytestmark = MARKS
WITHIN = 10.0
# What Chromium would get from its push service, which it cannot reach: an address, and the keys of the seal.
A_SUBSCRIPTION = """(given) => {
  const raw = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  let mine = null;
  PushManager.prototype.getSubscription = async () => mine;
  PushManager.prototype.subscribe = async (options) => {
    window.asked = { visible: options.userVisibleOnly, key: Array.from(new Uint8Array(options.applicationServerKey)) };
    mine = { options, toJSON: () => given, unsubscribe: async () => true };
    return mine;
  };
}"""


@dataclass
class Screen:
    """A browser window on the house, with its service worker."""

    pushed: Pushed
    address: str
    context: BrowserContext
    page: Page

    def sign_in(self, person: str) -> None:
        sign_in(self.page, self.address, person, PASSWORD)

    def registered(self) -> None:
        """Our script runs for the whole site."""
        scope = self.page.evaluate(
            """navigator.serviceWorker.register("/sw.js")
            .then(() => navigator.serviceWorker.ready).then((one) => one.scope)"""
        )
        assert scope == f"{self.address}/"
        state = "navigator.serviceWorker.ready.then((one) => one.active.state)"
        self.wait(lambda: self.page.evaluate(state) == "activated", "the script's turn")

    @property
    def worker(self) -> Worker:
        return self.context.service_workers[0]

    def deliver(self, words: str) -> None:
        """The push service hands this to the browser."""
        door: CDPSession = self.context.new_cdp_session(self.page)
        known: list[dict[str, Any]] = []
        door.on("ServiceWorker.workerRegistrationUpdated", lambda said: known.extend(said["registrations"]))
        door.send("ServiceWorker.enable")
        self.wait(lambda: known, "the worker's registration")
        to = {"origin": self.address, "registrationId": known[0]["registrationId"]}
        door.send("ServiceWorker.deliverPushMessage", {**to, "data": words})
        door.detach()

    def notices(self) -> list[dict[str, Any]]:
        """What stands on the screen."""
        said = """navigator.serviceWorker.ready.then((one) => one.getNotifications()).then(
          (all) => all.map(({ title, body, tag }) => ({ title, body, tag })))"""
        return list(self.page.evaluate(said))

    def tap(self, tag: str) -> None:
        """A tap on this notice. Only a person's own tap may open a window, so it is written down instead."""
        self.worker.evaluate(
            """async (tag) => {
              self.went = null;
              self.clients.openWindow = async (url) => { self.went = url; return null; };
              const [notification] = await self.registration.getNotifications({ tag });
              self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            }""",
            tag,
        )

    def wait(self, happens: Any, what: str) -> None:
        """The browser's own loop runs on while we wait."""

        def seen() -> object:
            self.page.wait_for_timeout(20)
            return happens()

        until(seen, WITHIN, what)


@contextmanager
def a_screen(pushed: Pushed, address: str, allowed: bool = True) -> Iterator[Screen]:
    """A browser of its own: what one's service worker showed, another of the same browser might find."""
    with chromium() as browser, browser.new_context() as context:
        if allowed:
            context.grant_permissions(["notifications"], origin=address)
        yield Screen(pushed, address, context, context.new_page())


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with a_pushed_house(tmp_path) as pushed, on_the_web(pushed.house.app) as address:
        with a_screen(pushed, address) as one:
            yield one


def turned_on(screen: Screen, person: str = "ana") -> tuple[Browser, Taken]:
    """As a person does it, on their own page: the browser's address, and the test that went there."""
    browser = screen.pushed.push.browser()
    given = {"endpoint": browser.endpoint, "keys": browser.keys}
    screen.context.add_init_script(f"({A_SUBSCRIPTION})({json.dumps(given)})")
    screen.sign_in(person)
    screen.page.goto(f"{screen.address}/account/ways")
    screen.page.get_by_role("button", name="Turn on notices here").click()
    expect(screen.page.locator("[data-push-said]")).to_contain_text("A test is on its way")
    screen.pushed.worker.tick()
    return browser, screen.pushed.push.taken[-1]


def test_a_person_turns_notices_on_and_the_browser_proves_itself(screen: Screen) -> None:
    browser, test = turned_on(screen)
    asked = screen.page.evaluate("window.asked")
    assert asked["visible"] is True and len(asked["key"]) == 65 and asked["key"][0] == 4
    (way,) = screen.pushed.ways("ana")
    assert way.address == browser.endpoint and way.label == "Chrome on Linux" and way.verified_at is None
    screen.deliver(json.dumps(test.payload))
    screen.wait(lambda: screen.pushed.ways("ana")[0].verified_at, "the proof")
    assert [notice["body"] for notice in screen.notices()] == [test.payload["body"]]


def test_a_page_stands_on_the_screen_without_a_clinical_word_and_says_that_it_does(screen: Screen) -> None:
    _, test = turned_on(screen)
    screen.deliver(json.dumps(test.payload))
    screen.wait(lambda: screen.pushed.ways("ana")[0].verified_at, "the proof")
    a_call(
        screen.pushed.house.shell, place="4711 Larch Street, Rohrdommel House", directions="Ask for Wiedehopf"
    )
    screen.pushed.worker.tick()
    page = screen.pushed.push.taken[-1]
    screen.deliver(json.dumps(page.payload))
    screen.wait(lambda: screen.pushed.rows()[-1].reached == 5, "`shown`")
    shown = next(one for one in screen.notices() if one["tag"] == page.payload["tag"])
    assert shown["title"] == "DEMO Alder County Mobile Crisis"
    assert shown["body"] == "Page 2002 waits for you. Open it."
    screen.tap(page.payload["tag"])
    screen.wait(lambda: screen.pushed.rows()[-1].reached == 6, "`opened`")
    went = screen.worker.evaluate("self.went")
    assert went == screen.address + page.payload["url"] and "/p/" in went
    screen.page.goto(went)
    expect(screen.page.get_by_text("2002").first).to_be_visible()


def test_signing_out_ends_the_notices_of_this_browser(screen: Screen) -> None:
    turned_on(screen)
    running = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    assert screen.page.evaluate(running) == 1
    screen.page.locator("summary", has_text="Ana Vela").click()
    screen.page.get_by_role("button", name="Sign out").click()
    screen.page.wait_for_url(re.compile("/sign-in"))
    screen.wait(lambda: screen.page.evaluate(running) == 0, "the end of the script")


def test_a_phone_can_put_the_site_on_its_home_screen(screen: Screen) -> None:
    """Without it an iPhone gives no notices."""
    screen.page.goto(f"{screen.address}/sign-in")
    door = screen.context.new_cdp_session(screen.page)
    found = door.send("Page.getAppManifest")
    assert found["errors"] == [] and json.loads(found["data"])["display"] == "standalone"


def test_the_same_page_again_takes_the_first_ones_place(screen: Screen) -> None:
    screen.page.goto(f"{screen.address}/sign-in")
    screen.registered()
    for body in ("first", "second"):
        screen.deliver(json.dumps({"title": "T", "body": body, "tag": "p1", "url": "/", "seen": ""}))
        screen.wait(lambda: [one["body"] for one in screen.notices()] == [body], f"the {body} notice")  # noqa: B023


@pytest.mark.parametrize("words", ["", "not json", "null", "[]", '{"title": 7, "url": {"a": 1}}', "{}"])
def test_what_cannot_be_read_is_shown_plain(screen: Screen, words: str) -> None:
    """A browser that gets a push and shows nothing loses the right to get more."""
    screen.page.goto(f"{screen.address}/sign-in")
    screen.registered()
    screen.deliver(words)
    screen.wait(lambda: screen.notices(), "a notice")
    assert screen.notices()[0]["title"] == "Standby" and screen.notices()[0]["body"].startswith(
        "A message waits"
    )


@pytest.mark.parametrize("hangs", [False, True], ids=["is down", "hangs"])
def test_while_our_site_is_away_the_notice_is_shown_all_the_same(tmp_path: Path, hangs: bool) -> None:
    with a_pushed_house(tmp_path) as pushed, ExitStack() as site:
        address = site.enter_context(on_the_web(pushed.house.app))
        with a_screen(pushed, address) as screen:
            _, test = turned_on(screen)
            site.close()
            if hangs:
                # Connections are taken, and nothing is answered.
                site.enter_context(socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))))
            screen.deliver(json.dumps({**test.payload, "url": "/p/x"}))
            screen.wait(lambda: screen.notices(), "the notice")
            screen.tap(test.payload["tag"])
            screen.wait(lambda: screen.worker.evaluate("self.went"), "the way to its page")
            assert pushed.ways("ana")[0].verified_at is None, "nobody heard of it"


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "//evil.example/x", "javascript:alert(1)", "data:text/html,x"]
)
def test_a_tap_never_leaves_our_site(screen: Screen, url: str) -> None:
    screen.page.goto(f"{screen.address}/sign-in")
    screen.registered()
    screen.deliver(json.dumps({"title": "T", "body": "B", "tag": "p1", "url": url, "seen": ""}))
    screen.wait(lambda: screen.notices(), "the notice")
    screen.tap("p1")
    screen.wait(lambda: screen.worker.evaluate("self.went"), "where it went")
    assert screen.worker.evaluate("self.went") == f"{screen.address}/"


def test_a_browser_that_may_not_show_notices_says_what_to_do(tmp_path: Path) -> None:
    with a_pushed_house(tmp_path) as pushed, on_the_web(pushed.house.app) as address:
        with a_screen(pushed, address, allowed=False) as screen:
            screen.context.add_init_script("Notification.requestPermission = async () => 'denied'")
            screen.sign_in("ana")
            screen.page.goto(f"{address}/account/ways")
            screen.page.get_by_role("button", name="Turn on notices here").click()
            expect(screen.page.locator("[data-push-said]")).to_contain_text("Allow them for this site")
            assert pushed.ways("ana") == []
