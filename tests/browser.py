"""A real browser against the real demo, as whoever tries it first would open it."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parent.parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PASSWORD = "standby-demo-night"
# For the modules that use it: what they are, and why they may be left out.
MARKS = [
    pytest.mark.browser,
    pytest.mark.servers,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed here: see .ci/run"),
]


@dataclass
class Demo:
    """The running demo and its browser."""

    address: str
    browser: Browser

    def window(self, person: str | None, *, width: int = 1440, height: int = 900, night: bool = True) -> Page:
        """A window of its own, signed in when a person is named."""
        context: BrowserContext = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if night else "light"
        )
        page = context.new_page()
        if person:
            sign_in(page, self.address, person, PASSWORD)
        return page


@contextmanager
def chromium() -> Iterator[Browser]:
    """Not within another one: a process has one Playwright at a time."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Page, address: str, person: str, password: str) -> None:
    """As this person does it, until their first page is there."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Work e-mail").fill(f"{person}@alder.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(board|tasks|rota|admin|on-call)"))


@contextmanager
def running_demo(folder: Path, browser: Browser) -> Iterator[Demo]:
    """The demo as a process of its own on a free port, its county kept in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "demo", "--port", str(port), "--data", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(8)]
    try:
        yield Demo(address_in(lines), browser)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def address_in(lines: list[str]) -> str:
    """The address that the demo says it serves; it is up when its port takes a connection."""
    address = next(line.split()[1] for line in lines if line.startswith("address: "))
    host, port = address.removeprefix("http://").split(":")
    pause = threading.Event()
    for _ in range(100):
        try:
            socket.create_connection((host, int(port)), timeout=0.2).close()
            return address
        except OSError:
            pause.wait(0.1)
    raise AssertionError("the demo does not listen")


def take_down(desk: Page, number: str, place: str) -> int:
    """On the page of a new call: a number and a place, saved. Returns the call's number."""
    desk.get_by_label("Call-back number").fill(number)
    desk.get_by_label("Where is the person now").fill(place)
    desk.get_by_role("button", name=re.compile("Save|Take it down|Put it on the board")).first.click()
    desk.wait_for_url(re.compile(r"/incidents/\d+"))
    found = re.search(r"/incidents/(\d+)", desk.url)
    assert found is not None
    return int(found.group(1))
