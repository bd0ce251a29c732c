"""The responder's phone: the link of a page and the task behind a sign-in, without any script."""

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.clients import create_client, write_plan
from app.hazards import add_hazard
from app.intake import describe, open_incident, place_index
from app.tables import journal, pages, reads
from dispatch import commands as c
from dispatch.incident import Incident, Page
from dispatch.stages import Seat, Stage, Step
from tests.house import House
from tests.walk import post
from tests.wired import ask, incident_at

WORDS = {
    "callback": "218-555-0162",
    "caller_name": "Rosa Quillfeather",
    "place": "77 Kestrel Ln",
    "area": "Nyberg Township",
    "directions": "Blue truck by the gate",
    "person_name": "Ines Quillfeather",
    "guardian": "Rosa, her mother",
    "words": "She says she cannot stay safe tonight",
    "hazards": "Rifle in a locked cabinet",
    "age_band": "child",
}
SECRET = ("Quillfeather", "Kestrel", "Blue truck", "stay safe", "cabinet", "555-0162", "Rosa", "horse")


def called(
    house: House, *, lead: str | None = "ana", second: str | None = "ben", client: str | None = None
) -> str:
    """A call with words in every field, for which a team is being asked; the incident's id."""
    answers = {"weapon": "yes", "animals": "yes", "minors": "yes"}
    done = open_incident(house.shell, "ruiz", "alder", "phone", answers, ("child", "spanish"), WORDS, "board")
    linked = [c.LinkClient("ruiz", client)] if client else []
    ask(house.shell, done.incident.id, c.Triage("ruiz", 1), *linked, c.Dispatch("ruiz", lead, second))
    return done.incident.id


def stored(house: House, incident: str) -> Incident:
    return incident_at(house.shell, incident)


def page_of(house: House, incident: str, person: str = "ana") -> Page:
    return next(page for page in stored(house, incident).pages if page.person == person)


def link(house: House, incident: str, person: str = "ana") -> str:
    return f"/p/{house.shell.page_link_token(page_of(house, incident, person).id)}"


def words(answer: TestResponse) -> str:
    """What a person reads on the page."""
    text = re.sub(r"<svg.*?</svg>|<script.*?</script>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def everything(house: House) -> list[str]:
    """The whole database, so that "unchanged" means unchanged."""
    connection = sqlite3.connect(house.shell.store.engine.url.database or "")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def on_scene(house: House) -> str:
    """A call where Ana and Ben are both there."""
    incident = called(house)
    for person, number in (("ana", 1), ("ben", 2)):
        ask(house.shell, incident, c.Accept(person, f"{incident}-{number}", 10), c.Arrive(person, person))
    return incident


# --- the link: what it shows ---------------------------------------------------------------------------
def test_the_page_says_what_one_must_know_to_answer(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ben", f"{incident}-2", 14))
    answer = house.client().get(link(house, incident))
    read = words(answer)
    assert answer.status_code == 200
    for part in (
        "Page 2001",
        "Can you go?",
        "Answer by 03:03",
        "3:00 left",
        "Nyberg Township",
        "Two people go",
    ):
        assert part in read
    assert "With Ben Whitcomb, LICSW Said yes 03:00" in read
    assert "Child license" in read and "Spanish" in read
    assert "2 kinds of hazard Weapon in reach Animals loose" in read


def test_no_word_of_the_caller_or_the_record_stands_on_any_page_of_the_link(house: House) -> None:
    client = create_client(
        house.shell, "ruiz", "alder", {"name": "Ines Quillfeather", "know": "Loves her horse"}
    )
    incident = called(house, client=client)
    browser, address = house.client(), link(house, incident)
    seen = [browser.get(address), browser.get(f"{address}/no"), browser.get(f"{address}/pulse")]
    seen += [browser.post(f"{address}/no"), browser.get(address)]
    seen += [browser.post(f"{address}/yes"), browser.get(address), browser.post(f"{address}/yes")]
    ask(house.shell, incident, c.Recall("ruiz", "wrong_team"))
    seen += [browser.get(address)]
    house.clock.move(timedelta(minutes=31))
    seen += [browser.get(address)]
    text = "".join(answer.get_data(as_text=True) for answer in seen)
    assert [secret for secret in SECRET if secret in text] == []


def test_the_title_of_the_page_says_a_number_and_nothing_else(house: House) -> None:
    answer = house.client().get(link(house, called(house)))
    assert "<title>Crisis page 2001 · Standby</title>" in answer.get_data(as_text=True)


# --- the link: looking is not answering ----------------------------------------------------------------
def test_a_machine_that_opens_every_link_ten_times_changes_nothing(house: House) -> None:
    incident = called(house)
    address = link(house, incident)
    house.worker.tick()
    before = everything(house)
    browser = house.client()
    for _ in range(10):
        for path in ("", "/no", "/pulse"):
            assert browser.get(address + path, headers={"User-Agent": "LinkScanner/1.0"}).status_code == 200
            assert browser.head(address + path).status_code == 200
        for path in ("/yes", "/shown"):
            assert browser.get(address + path).status_code == 405
    assert everything(house) == before


def test_that_a_page_was_shown_is_noted_once_and_answers_nothing(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    assert browser.post(f"{address}/shown", headers={"X-Standby": "1"}).status_code == 204
    first = house.clock.now()
    house.clock.move(timedelta(seconds=20))
    browser.post(f"{address}/shown", headers={"X-Standby": "1"})
    with house.shell.store.read() as connection:
        row = connection.execute(select(pages).where(pages.c.person == "ana")).one()
        other = connection.scalar(select(pages.c.shown_at).where(pages.c.person == "ben"))
    assert (row.shown_at, row.state, other) == (first, "asked", None)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_answer_with_a_link_that_it_knows(house: House, site: str) -> None:
    incident = called(house)
    answer = house.client().post(f"{link(house, incident)}/yes", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert page_of(house, incident).state == "asked"


# --- the link: yes and no ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "minutes"),
    [({}, None), ({"minutes": "15"}, 15), ({"own": "37"}, 37), ({"minutes": "15", "own": "0"}, 0)],
)
def test_a_yes_by_link_is_stored_and_said(house: House, given: dict[str, str], minutes: int | None) -> None:
    incident = called(house)
    answer = house.client().post(f"{link(house, incident)}/yes", data=given, follow_redirects=True)
    assert "You said yes." in words(answer) and "Open the task" in words(answer)
    member = stored(house, incident).member("ana")
    assert member is not None
    due = None if minutes is None else house.clock.now() + timedelta(minutes=minutes)
    assert member.eta == due


@pytest.mark.parametrize("given", [{"own": "1000"}, {"own": "-5"}, {"own": "soon"}, {"minutes": "17"}])
def test_minutes_that_make_no_sense_are_not_taken_for_a_yes(house: House, given: dict[str, str]) -> None:
    incident = called(house)
    answer = house.client().post(f"{link(house, incident)}/yes", data=given)
    assert answer.status_code == 422 and "Back to the page" in words(answer)
    assert page_of(house, incident).state == "asked"


def test_minutes_given_after_the_yes_renew_the_time(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    browser.post(f"{address}/yes")
    answer = browser.post(f"{address}/yes", data={"minutes": "30"}, follow_redirects=True)
    assert "Due there 03:30" in words(answer)


@pytest.mark.parametrize("reason", ["unfit", "knows_person", "too_far", "other"])
def test_a_no_by_link_is_one_tap_and_asks_the_next_person(house: House, reason: str) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    form = browser.get(f"{address}/no").get_data(as_text=True)
    assert f'name="reason" value="{reason}"' in form and "Nobody is marked down for this." in form
    answer = browser.post(f"{address}/no", data={"reason": reason}, follow_redirects=True)
    assert "You said no." in words(answer)
    assert page_of(house, incident).reason == reason
    assert {page.person for page in stored(house, incident).open_pages} == {"ben", "cyd"}


def test_a_yes_given_back_by_link_opens_the_seat_again(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    browser.post(f"{address}/yes")
    browser.post(f"{address}/no", data={"reason": "unfit"})
    assert stored(house, incident).member("ana") is None
    assert "cyd" in {page.person for page in stored(house, incident).open_pages}


def test_a_double_tap_is_one_yes(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    taps = [browser.post(f"{address}/yes", data={"key": "one-tap", "minutes": "5"}) for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    with house.shell.store.read() as connection:
        kinds = list(connection.scalars(select(journal.c.kind).where(journal.c.stream == incident)))
    assert kinds.count("Accepted") == 1 and "EtaGiven" not in kinds


def test_a_link_answers_its_own_page_and_no_other(house: House) -> None:
    incident = called(house)
    house.client().post(f"{link(house, incident, 'ben')}/yes")
    assert page_of(house, incident, "ana").state == "asked"
    assert page_of(house, incident, "ben").state == "accepted"


@pytest.mark.parametrize("token", ["x", "A" * 22, "..", "%00", "1' or '1'='1"])
def test_a_guessed_link_opens_nothing(house: House, token: str) -> None:
    called(house)
    answer = house.client().get(f"/p/{token}")
    assert answer.status_code == 404
    assert house.client().post(f"/p/{token}/yes").status_code == 404


def test_after_half_an_hour_the_link_says_how_to_answer_and_does_nothing(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    house.clock.move(timedelta(minutes=29, seconds=59))
    assert "This link was good" not in words(browser.get(address))
    house.clock.move(timedelta(seconds=1))
    before = everything(house)
    read = words(browser.get(address))
    assert "This link was good for 30 minutes." in read
    assert "Text back 2001 Y or 2001 N" in read and "Call the desk" in read
    for path in ("/yes", "/no"):
        assert browser.post(address + path).status_code == 410
    assert everything(house) == before


# --- the link: late, and true --------------------------------------------------------------------------
def test_a_page_whose_time_is_over_says_so_and_still_takes_a_yes_for_an_empty_seat(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    house.pass_time(minutes=3)
    assert "The time to answer ended 03:03 . The seat is still free" in words(browser.get(address))
    assert "You said yes." in words(browser.post(f"{address}/yes", follow_redirects=True))


def test_a_page_that_came_too_late_says_who_has_it(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.AskPerson("ruiz", "cyd", Seat.LEAD), c.Accept("ben", f"{incident}-2"))
    ask(house.shell, incident, c.Accept("cyd", page_of(house, incident, "cyd").id))
    browser, address = house.client(), link(house, incident)
    sentence = "Cyd Raman has it. You are not needed on 2001."
    assert sentence in words(browser.get(address))
    assert "Yes, I can go" not in words(browser.get(address))
    answer = browser.post(f"{address}/yes")
    assert answer.status_code == 409 and sentence in words(answer)


def test_a_page_of_a_team_that_was_taken_back_says_that_nobody_is_needed(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    ask(house.shell, incident, c.Cancel("ruiz", "by_phone"))
    assert "2001 does not need you any more." in words(browser.get(address))


def test_somebody_who_is_out_already_is_told_so_before_they_press(house: House) -> None:
    first, second = called(house), called(house, lead="ana", second="dov")
    browser = house.client()
    browser.post(f"{link(house, first)}/yes")
    assert "You are on 2001. Finish it or give it back first." in words(browser.get(link(house, second)))


def test_the_pulse_moves_when_somebody_else_takes_the_seat(house: House) -> None:
    incident = called(house)
    browser, address = house.client(), link(house, incident)
    before = browser.get(f"{address}/pulse").get_json()["seq"]
    ask(house.shell, incident, c.Accept("ben", f"{incident}-2"))
    assert browser.get(f"{address}/pulse").get_json()["seq"] > before


# --- the task: who may see it --------------------------------------------------------------------------
def test_the_record_opens_with_the_yes_and_closes_when_it_is_given_back(house: House) -> None:
    incident = called(house)
    ana = house.client("ana")
    assert ana.get("/incidents/2001/task").status_code == 404
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    assert "77 Kestrel Ln" in words(ana.get("/incidents/2001/task"))
    ask(house.shell, incident, c.Decline("ana", f"{incident}-1"))
    assert ana.get("/incidents/2001/task").status_code == 404


def test_a_link_alone_opens_no_record(house: House) -> None:
    incident = called(house)
    browser = house.client()
    browser.post(f"{link(house, incident)}/yes")
    answer = browser.get("/incidents/2001/task")
    assert answer.status_code == 302 and answer.headers["Location"].startswith(
        "/sign-in?next=/incidents/2001"
    )


@pytest.mark.parametrize("person", ["ruiz", "root"])
def test_who_is_no_responder_has_no_task_page(house: House, person: str) -> None:
    called(house)
    assert house.client(person).get("/incidents/2001/task").status_code == 403


def test_a_team_that_was_called_back_is_told_and_sees_no_record(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"), c.Recall("ruiz", "not_safe"))
    read = words(house.client("ana").get("/incidents/2001/task", follow_redirects=True))
    assert "You are not on 2001 any more." in read and "Kestrel" not in read


def test_each_look_at_a_task_leaves_an_audit_row(house: House) -> None:
    client = create_client(house.shell, "ruiz", "alder", {"name": "Ines Quillfeather"})
    incident = called(house, client=client)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    house.client("ana").get("/incidents/2001/task")
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(reads.c.person, reads.c.purpose, reads.c.what, reads.c.subject)
        ).all()
    assert {("ana", "respond", "record", incident), ("ana", "respond", "plan", client)} <= {
        tuple(r) for r in rows
    }


# --- the task: what it shows ---------------------------------------------------------------------------
def test_the_task_says_where_who_and_what_was_asked(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1", 12), c.Accept("ben", f"{incident}-2", 14))
    answer = house.client("ana").get("/incidents/2001/task")
    read, source = words(answer), answer.get_data(as_text=True)
    for part in ("77 Kestrel Ln, Nyberg Township", "Blue truck by the gate", "Call Rosa Quillfeather back"):
        assert part in read
    assert "Ben Whitcomb, LICSW" in read and "Due there 03:14" in read
    assert "Ines Quillfeather She says she cannot stay safe tonight" in read
    assert 'href="tel:2185550162"' in source
    assert 'href="geo:0,0?q=77%20Kestrel%20Ln%2C%20Nyberg%20Township"' in source


def test_a_call_back_in_words_is_shown_and_not_dialed(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    describe(
        house.shell,
        incident,
        "ruiz",
        answers={},
        needs=None,
        fields={"callback": "none, use the radio"},
        via="board",
    )
    answer = house.client("ana").get("/incidents/2001/task")
    assert "none, use the radio" in words(answer)
    assert 'href="tel:"' not in answer.get_data(as_text=True)


def test_every_hazard_stands_open_with_who_said_it_and_what_nobody_asked(house: House) -> None:
    place = place_index(house.shell, WORDS["place"])
    add_hazard(
        house.shell, "ben", "alder", kind="animal", source="team", words="Two dogs in the yard", place=place
    )
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    source = house.client("ana").get("/incidents/2001/task").get_data(as_text=True)
    box = source[source.index('class="hzbox"') : source.index("</section>", source.index('class="hzbox"'))]
    for part in ("Weapon in reach", "Animals loose", "Rifle in a locked cabinet", "Two dogs in the yard"):
        assert part in box
    assert "Not confirmed by us." in box and "Our team, noted by Ben Whitcomb" in box
    assert "threatening now?" in box and "Not asked, or not known." in box
    assert "<details" not in box and "hidden>" not in box


def test_that_hazards_were_read_is_kept_for_those_very_words(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    ana = house.client("ana")
    shown = shown_hazards(ana)
    house.clock.move(timedelta(minutes=1))
    assert post(ana, "/incidents/2001/hazards-read", shown=shown).status_code == 303
    assert "You read these 03:01" in words(ana.get("/incidents/2001/task"))
    change = {"hazards": "Rifle on the table, loaded"}
    describe(house.shell, incident, "ruiz", answers={}, needs=None, fields=change, via="board")
    assert "They changed since you read them." in words(ana.get("/incidents/2001/task"))
    stale = post(ana, "/incidents/2001/hazards-read", shown=shown)
    assert stale.status_code == 409 and "Read them again." in words(stale)
    assert post(ana, "/incidents/2001/hazards-read", shown=shown_hazards(ana)).status_code == 303
    with house.shell.store.read() as connection:
        rows = connection.execute(select(reads).where(reads.c.what == "hazards")).all()
    assert [(row.person, row.subject) for row in rows] == [("ana", incident)] * 2
    assert rows[0].shown != rows[1].shown


def shown_hazards(browser: FlaskClient) -> str:
    found = re.search(
        r'name="shown" value="(\w+)"', browser.get("/incidents/2001/task").get_data(as_text=True)
    )
    assert found is not None
    return found[1]


def test_the_plan_and_past_crises_of_a_linked_client_stand_on_the_task(house: House) -> None:
    client = create_client(
        house.shell, "ruiz", "alder", {"name": "Ines Quillfeather", "know": "Hard of hearing"}
    )
    write_plan(
        house.shell, "okonjo", client, {"helps": "Sit lower than me.", "worse": "Standing in the door"}, None
    )
    past = called(house, client=client)
    ask(house.shell, past, c.HandOver("ruiz", "hospital"))
    incident = called(house, client=client)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    read = words(house.client("ana").get("/incidents/2002/task"))
    for part in (
        "Hard of hearing",
        "What helps Sit lower than me.",
        "Tue 10 Nov 03:00 : Someone else has it now",
    ):
        assert part in read


# --- the task: steps -----------------------------------------------------------------------------------
def big_button(browser: FlaskClient) -> tuple[str, str]:
    """Where the one big button of the task goes, and what it says."""
    source = browser.get("/incidents/2001/task").get_data(as_text=True)
    foot = source[source.index('class="p-foot"') :]
    found = re.search(r'action="([^"]+)".*?<button class="btn primary big">([^<]+)<', foot, flags=re.DOTALL)
    assert found is not None and foot.count("primary") == 1
    return found[1], found[2]


def test_the_big_button_alone_walks_a_task_from_the_yes_to_the_notes(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"), c.Accept("ben", f"{incident}-2"))
    ask(house.shell, incident, c.Arrive("ben", "ben"))
    ana, pressed = house.client("ana"), []
    for _ in range(4):
        action, said = big_button(ana)
        pressed.append(said)
        house.clock.move(timedelta(minutes=5))
        answer = post(ana, action)
        assert answer.status_code == 303 and answer.headers["Location"] == "/incidents/2001/task"
    assert pressed == ["I am on the way", "I am here", "I am with the person", "We are done here"]
    assert stored(house, incident).stage is Stage.CLEARED
    read = words(ana.get("/incidents/2001/task"))
    assert "Write the notes" in read and "Done there. Notes are next" in read


def test_whoever_waits_for_a_partner_says_ok_with_the_big_button(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"), c.Accept("ben", f"{incident}-2"))
    ask(house.shell, incident, c.Arrive("ana", "ana"))
    assert big_button(house.client("ana")) == ("/incidents/2001/steps/ok", "I am OK")


def test_i_am_ok_starts_my_clock_again_and_nobody_elses(house: House) -> None:
    incident = on_scene(house)
    house.clock.move(timedelta(minutes=7))
    post(house.client("ana"), "/incidents/2001/steps/ok")
    ana, ben = (stored(house, incident).member(person) for person in ("ana", "ben"))
    assert ana is not None and ana.check_by == house.clock.now() + timedelta(minutes=20)
    assert ben is not None and ben.check_by == house.clock.now() + timedelta(minutes=13)


def test_a_check_that_is_due_fills_the_screen(house: House) -> None:
    on_scene(house)
    assert "Are you OK?" not in words(house.client("ana").get("/incidents/2001/task"))
    house.pass_time(minutes=20)
    read = words(house.client("ana").get("/incidents/2001/task"))
    assert "Are you OK? The desk is told in 3:00" in read


@pytest.mark.parametrize(
    ("step", "stage"),
    [("transport", Stage.TRANSPORTING), ("not_found", Stage.NOT_FOUND), ("refused", Stage.REFUSED)],
)
def test_the_other_steps_are_offered_and_taken(house: House, step: str, stage: Stage) -> None:
    incident = on_scene(house)
    ask(house.shell, incident, c.MeetPerson("ben", "ben"))
    ana = house.client("ana")
    assert f'action="/incidents/2001/steps/{step}"' in ana.get("/incidents/2001/task/other").get_data(
        as_text=True
    )
    post(ana, f"/incidents/2001/steps/{step}")
    assert stored(house, incident).stage is stage


def test_waiting_close_by_a_new_time_and_giving_back_are_offered_on_the_way(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1", 10))
    ana = house.client("ana")
    post(ana, "/incidents/2001/steps/eta", minutes="45")
    member = stored(house, incident).member("ana")
    assert member is not None and member.eta == house.clock.now() + timedelta(minutes=45)
    post(ana, "/incidents/2001/steps/stage")
    member = stored(house, incident).member("ana")
    assert member is not None and member.step is Step.STAGED
    answer = post(ana, "/incidents/2001/steps/give_back", reason="unfit")
    assert answer.status_code == 303
    assert page_of(house, incident).reason == "unfit" and stored(house, incident).members == ()


def test_a_step_entered_late_keeps_both_times(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    house.clock.move(timedelta(minutes=40))
    answer = post(house.client("ana"), "/incidents/2001/steps", step="here", at="03:22")
    assert answer.status_code == 303
    with house.shell.store.read() as connection:
        row = connection.execute(select(journal).where(journal.c.kind == "StepTaken")).one()
    assert row.at == datetime(2026, 11, 10, 9, 22, tzinfo=UTC)
    assert row.recorded_at == datetime(2026, 11, 10, 9, 40, tzinfo=UTC)
    assert json.loads(row.fact)["step"] == "on_scene" and row.via == "phone"


@pytest.mark.parametrize(
    "given", [{"step": "here"}, {"step": "here", "at": "soon"}, {"at": "03:00"}, {"step": "x"}]
)
def test_a_late_step_without_a_step_or_a_time_is_told_what_to_write(
    house: House, given: dict[str, str]
) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    answer = post(house.client("ana"), "/incidents/2001/steps", **given)
    assert answer.status_code == 422 and "03:30" in words(answer)


@pytest.mark.parametrize("step", ["with", "transport", "dance", "eta"])
def test_a_step_that_makes_no_sense_now_is_refused_with_a_way_back(house: House, step: str) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    before = stored(house, incident)
    answer = post(house.client("ana"), f"/incidents/2001/steps/{step}")
    assert answer.status_code == 409 and "Back to the task" in words(answer)
    assert stored(house, incident) == before


def test_one_responder_cannot_step_for_another(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"), c.Accept("ben", f"{incident}-2"))
    post(house.client("ben"), "/incidents/2001/steps/go", responder="ana", by="ana")
    ana = stored(house, incident).member("ana")
    assert ana is not None and ana.step is Step.ACCEPTED


def test_a_step_sent_twice_with_one_key_is_one_step(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    ana = house.client("ana")
    answers = [post(ana, "/incidents/2001/steps/go", key="same").status_code for _ in range(2)]
    assert answers == [303, 303]


@pytest.mark.parametrize("path", ["steps/go", "steps", "hazards-read"])
def test_a_step_without_the_sessions_own_word_is_refused(house: House, path: str) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    assert house.client("ana").post(f"/incidents/2001/{path}", data={"step": "go"}).status_code == 403
    member = stored(house, incident).member("ana")
    assert member is not None and member.step is Step.ACCEPTED


# --- what waits for me ---------------------------------------------------------------------------------
def test_my_tasks_are_the_pages_that_ask_me_the_task_i_am_on_and_the_notes_i_owe(house: House) -> None:
    first = called(house)
    ana = house.client("ana")
    source = ana.get("/tasks").get_data(as_text=True)
    assert f'href="{link(house, first)}"' in source and "Primary until 19:00" in words(ana.get("/tasks"))
    ask(house.shell, first, c.Accept("ana", f"{first}-1"))
    assert "You are on 2001, Nyberg Township Said yes" in words(ana.get("/tasks"))
    ask(house.shell, first, c.Accept("ben", f"{first}-2"), c.Arrive("ana", "ana"), c.Clear("ana", "ana"))
    read = words(ana.get("/tasks"))
    assert "Notes you owe 2001, Nyberg Township Due Tue 10 Nov 04:00" in read
    assert "You are on" not in read


def test_when_nothing_waits_it_says_so(house: House) -> None:
    assert "Nothing waits for you. You are on call." in words(house.client("ana").get("/tasks"))
    assert "Nothing waits for you. You are not on call now." in words(house.client("haddad").get("/tasks"))


def test_another_ones_task_is_not_mine(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    assert "2001" not in words(house.client("dov").get("/tasks"))


def test_the_pulse_moves_for_me_alone_and_keeps_no_session_alive(house: House) -> None:
    ana, dov = house.client("ana"), house.client("dov")
    quiet = dov.get("/tasks/pulse").get_json()["seq"]
    before = ana.get("/tasks/pulse").get_json()["seq"]
    called(house)
    assert ana.get("/tasks/pulse").get_json()["seq"] > before
    assert dov.get("/tasks/pulse").get_json()["seq"] == quiet
    for _ in range(4):
        house.clock.move(timedelta(minutes=4))
        last = ana.get("/tasks/pulse", headers={"X-Standby": "1"})
    assert last.status_code == 401


def test_no_word_of_a_record_stands_on_my_tasks(house: House) -> None:
    incident = called(house)
    ask(house.shell, incident, c.Accept("ana", f"{incident}-1"))
    source = house.client("ana").get("/tasks").get_data(as_text=True)
    assert [secret for secret in SECRET if secret in source] == []
