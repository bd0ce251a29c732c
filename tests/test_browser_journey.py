"""The same story in a real Chromium against the real demo: two windows, the board and the phone."""

import os
import re

from playwright.sync_api import Page, Response, expect

from tests.browser import MARKS, ROOT, Demo, take_down

PICTURES = ROOT / "docs" / "pictures"
# Set to keep the pictures that README shows; a test run changes no file of the house.
KEEP = os.environ.get("STANDBY_KEEP_PICTURES") == "1"
pytestmark = MARKS


def sent(answer: Response) -> str:
    """What the request of this answer carried."""
    return answer.request.post_data or ""


def picture(page: Page, name: str) -> None:
    """Keep what the page shows, when asked to."""
    if KEEP:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


def test_the_story_on_a_board_and_a_phone(demo: Demo) -> None:
    desk = demo.window("ruiz")
    ref = a_call_is_taken_down(desk)
    handsets = demo.window(None)
    handsets.goto(f"{demo.address}/demo")
    a_team_is_sent(desk, ref)
    lead = yes_by_link_and_by_text(demo, desk, handsets, ref)
    the_board_follows_the_team(desk, handsets, ref)
    the_notes_are_signed(demo, lead, ref)
    the_supervisor_reviews(demo, ref)


def a_call_is_taken_down(desk: Page) -> int:
    expect(desk.locator("[data-pill]")).to_have_text("Live", timeout=8_000)
    desk.get_by_role("link", name="New call").click()
    ref = take_down(desk, "218-555-0190", "77 Kestrel Ln")
    desk.get_by_label("In the caller’s words").fill("He walks up and down and will not come in.")
    for question in ("q_danger", "q_weapon", "q_violence", "q_medical"):
        desk.locator(f"input[name={question}][value=no]").check()
    expect(desk.locator("[data-saved]").first).to_contain_text("Saved", timeout=8_000)
    picture(desk, "intake-night")
    desk.get_by_role("button", name=re.compile("Triage as")).first.click()
    desk.wait_for_url(re.compile(rf"call={ref}"))
    return ref


def a_team_is_sent(desk: Page, ref: int) -> None:
    desk.get_by_role("button", name=re.compile(r"^Send C")).first.click()
    desk.wait_for_load_state()
    desk.goto(re.sub(r"/incidents.*", "/board", desk.url))
    expect(desk.locator(f"#call-{ref}")).to_contain_text("PGD")


def yes_by_link_and_by_text(demo: Demo, desk: Page, handsets: Page, ref: int) -> str:
    paged = handsets.locator(".hs", has_text=f"Crisis page {ref}")
    expect(paged).to_have_count(2, timeout=8_000)
    lead, second = (paged.nth(n).get_attribute("data-person") or "" for n in (0, 1))
    link = paged.nth(0).get_by_role("link", name="Open the page").first.get_attribute("href")
    phone = demo.window(None, width=390, height=844)
    phone.goto(f"{demo.address}{link}")
    picture(phone, "phone-page-night")
    phone.get_by_role("button", name=re.compile("Yes, I can go")).first.click()
    phone.wait_for_load_state()
    answer = handsets.locator(f"#say-{second}")
    answer.fill(f"{ref} Y 20")
    answer.press("Enter")
    # Nobody reloads the board: it hears of both by itself.
    expect(desk.locator(f"#call-{ref}")).to_contain_text("ACK", timeout=8_000)
    picture(handsets, "handsets-night")
    return lead


def the_board_follows_the_team(desk: Page, handsets: Page, ref: int) -> None:
    people = [
        card.get_attribute("data-person") or ""
        for card in handsets.locator(".hs", has_text=f"Crisis page {ref}").all()
    ]

    def all_say(word: str) -> None:
        for person in people:
            handsets.locator(f"#say-{person}").fill(f"{ref} {word}")
            handsets.locator(f"#say-{person}").press("Enter")

    for word, chip in (("GO", "ENR"), ("HERE", "ONS")):
        all_say(word)
        expect(desk.locator(f"#call-{ref}")).to_contain_text(chip, timeout=8_000)
    handsets.locator(f"#say-{people[0]}").fill(f"{ref} WITH")
    handsets.locator(f"#say-{people[0]}").press("Enter")
    expect(desk.locator(f"#call-{ref}")).to_contain_text("WTH", timeout=8_000)
    picture(desk, "board-night")
    handsets.locator(f"#say-{people[0]}").fill(f"{ref} DONE")
    handsets.locator(f"#say-{people[0]}").press("Enter")
    expect(desk.locator(f"#call-{ref}")).to_contain_text("DOC", timeout=8_000)


def the_notes_are_signed(demo: Demo, lead: str, ref: int) -> None:
    phone = demo.window(lead, width=390, height=844)
    phone.goto(f"{demo.address}/incidents/{ref}/task")
    picture(phone, "phone-task-night")
    phone.goto(f"{demo.address}/incidents/{ref}/assess")
    picture(phone, "phone-assess-night")
    laptop = demo.window(lead, night=False)
    laptop.goto(f"{demo.address}/incidents/{ref}/chart")
    for question in ("cssrs_q1", "cssrs_q2", "cssrs_q6"):
        laptop.locator(f"input[name={question}][value=no]").check()
    laptop.locator("textarea[name=narrative]").fill("Walked with him. His brother stays the night.")
    with laptop.expect_response(lambda said: "/chart/changes" in said.url and "community" in sent(said)):
        laptop.locator("input[name=disposition][value=community]").check()
    laptop.goto(f"{demo.address}/incidents/{ref}/decision")
    laptop.locator("[data-lines=facts] [data-cell=time]").first.fill("21:40")
    laptop.locator("[data-lines=facts] [data-cell=fact]").first.fill("Came in after ten minutes, sat down.")
    laptop.locator("[data-lines=facts] [data-cell=source]").first.fill("We saw it")
    with laptop.expect_response(lambda said: "/chart/changes" in said.url and "community" in sent(said)):
        laptop.locator("input[name=recommendation][value=community]").check()
    picture(laptop, "decision-day")
    laptop.goto(f"{demo.address}/incidents/{ref}/sign")
    laptop.get_by_role("button", name=re.compile("^Sign")).click()
    laptop.wait_for_url(re.compile(r"/chart"))
    expect(laptop.get_by_text("Signed").first).to_be_visible()


def the_supervisor_reviews(demo: Demo, ref: int) -> None:
    supervisor = demo.window("haddad", night=False)
    supervisor.goto(f"{demo.address}/review/{ref}")
    expect(supervisor.get_by_text("His brother stays the night").first).to_be_attached()
    picture(supervisor, "review-day")
    supervisor.locator("[name=finding][value=sound]").check()
    supervisor.locator("[name=follow_up][value=no]").check()
    supervisor.get_by_role("button", name=re.compile("^Sign off")).click()
    supervisor.wait_for_load_state()
    supervisor.goto(f"{demo.address}/log")
    expect(supervisor.get_by_text(str(ref)).first).to_be_visible()
    picture(supervisor, "log-day")
