"""A call taken down: a number or a place begins it, nothing typed is lost, and machines only suggest."""

import json
import re
import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.commit import load_incident
from app.intake import describe, open_incident
from app.journal import verify, words_of
from app.queries.intake import Sheet, sheet_of
from app.tables import incidents, intake, journal, reads
from dispatch.stages import Stage
from dispatch.value import Refused
from tests.house import PROGRAM, House, a_house
from tests.walk import csrf, post, text

SAVES = {"X-Standby": "1", "Accept": "application/json"}


def call_in(house: House, **fields: str) -> int:
    """A call with these words, opened by the desk; its spoken number."""
    done = open_incident(house.shell, "ruiz", PROGRAM, "phone", {}, (), fields, "board")
    return done.incident.ref


def sheet(house: House, ref: int) -> Sheet:
    """What is saved of it."""
    with house.shell.store.read() as connection:
        found = connection.scalar(select(incidents.c.id).where(incidents.c.ref == ref))
        return sheet_of(connection, house.shell, found)


def autosave(desk: FlaskClient, ref: int, **fields: object) -> TestResponse:
    """What the page sends by itself."""
    return post(desk, f"/incidents/{ref}/intake", headers=SAVES, **fields)


def was(page: TestResponse) -> str:
    """The hidden field that says what the page showed when it was drawn."""
    found = re.search(r'name="was" value="([^"]*)"', page.get_data(as_text=True))
    assert found
    return found[1].replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


def test_a_number_and_a_place_put_a_call_on_the_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        answer = post(desk, "/incidents/new", channel="phone", callback="555-0148", place="Lindahl Park")
        assert answer.headers["Location"] == "/incidents/2001/intake"
        saved = sheet(house, 2001)
        assert saved.values["callback"] == "555-0148" and saved.values["place"] == "Lindahl Park"
        assert saved.incident.on_board and saved.incident.channel == "phone"
        assert desk.get("/incidents/2001/intake").status_code == 200


def test_a_number_alone_is_enough_and_so_is_a_place(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        assert post(desk, "/incidents/new", channel="phone", callback="555-0148").status_code == 302
        assert post(desk, "/incidents/new", channel="911", place="9 Old Ferry Rd").status_code == 302


def test_nothing_at_all_is_refused_with_what_to_write_and_keeps_what_was_typed(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        answer = post(house.client("ruiz"), "/incidents/new", channel="phone", caller_name="Officer Dale")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Write a number or a place: either one is enough to begin." in page
        assert 'value="Officer Dale"' in page


def test_a_number_that_cannot_be_rung_keeps_everything_typed(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        words = "Says people are following him."
        answer = post(
            house.client("ruiz"), "/incidents/new", channel="988", callback="his mother's", words=words,
            q_weapon="unknown", needs=["spanish"],
        )  # fmt: skip
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "Write a number we can ring, or &#39;none&#39;." in page
        assert words in page and 'value="his mother&#39;s"' in page
        assert re.search(r'value="spanish" checked', page) and re.search(r'value="988" checked', page)
        assert re.search(r'name="q_weapon" value="unknown" checked', page)


def test_a_double_click_opens_one_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        one = post(desk, "/incidents/new", channel="phone", place="77 Kestrel Ln", key="same")
        two = post(desk, "/incidents/new", channel="phone", place="77 Kestrel Ln", key="same")
        assert one.headers["Location"] == two.headers["Location"]
        with house.shell.store.read() as connection:
            assert connection.scalar(select(func.count()).select_from(incidents)) == 1
        assert call_in(house, place="Mill Rd") == 2002, "the second click took a number"


def test_two_calls_at_once_get_two_numbers(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        refs: list[int] = []
        both = [
            threading.Thread(target=lambda: refs.append(call_in(house, place="Mill Rd"))) for _ in range(4)
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert sorted(refs) == [2001, 2002, 2003, 2004]


def test_an_autosave_changes_only_what_it_names(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, callback="555-0148", place="Lindahl Park")
        told = autosave(desk, ref, words="Talks fast.", q_danger="no").get_json()
        saved = sheet(house, ref)
        assert saved.values["words"] == "Talks fast." and saved.values["place"] == "Lindahl Park"
        assert saved.answers == {"danger": "no"}
        assert told["version"] == saved.version == 2 and not told["errors"]
        assert told["saved_at"] and "side-priority" in told["fragments"]


def test_a_field_that_cannot_be_taken_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        answer = autosave(desk, ref, callback="ask her", words="Talks fast.")
        assert answer.status_code == 200
        assert answer.get_json()["errors"] == {"callback": "Write a number we can ring, or 'none'."}
        assert sheet(house, ref).values["words"] == "Talks fast."
        assert autosave(desk, ref, callback="ask her").status_code == 422


def test_an_answer_that_is_left_open_again_is_open(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        autosave(desk, ref, q_weapon="no", q_danger="no")
        assert sheet(house, ref).incident.suggestion.acuity == 3  # type: ignore[union-attr]
        autosave(desk, ref, q_weapon="")
        suggestion = sheet(house, ref).incident.suggestion
        assert suggestion is not None and (suggestion.acuity, suggestion.rule) == (2, "C5")


def test_the_rule_the_price_and_the_open_question_are_shown(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        told = autosave(desk, ref, q_danger="no", q_psychosis="yes", q_weapon="unknown").get_json()
        side = told["fragments"]["side-priority"]
        assert "Rule C1" in side and "Send within 15 min" in side
        assert '<a href="#ask-weapon">Weapon in reach</a>' in side
        assert "“Yes” raises it to 1. Ask again." in told["fragments"]["raise-weapon"]
        assert "“Yes”" not in told["fragments"]["raise-danger"]


def test_call_911_now_is_said_when_the_rule_says_so_and_logged_once_done(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        side = autosave(desk, ref, q_medical="yes").get_json()["fragments"]["side-priority"]
        assert "Call 911 now" in side
        post(desk, f"/incidents/{ref}/intake/emergency")
        assert sheet(house, ref).incident.emergency_called_at == house.clock.now()
        page = text(desk.get(f"/incidents/{ref}/intake"))
        assert "Call 911 now" not in page and "911 was called at 03:00:00" in page


def test_triage_and_send_saves_decides_and_goes_on_to_the_team(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        desk = house.client("ruiz")
        page = desk.get(f"/incidents/{ref}/intake")
        answer = post(desk, f"/incidents/{ref}/intake/send", was=was(page), words="A knife.", q_weapon="yes")
        assert answer.headers["Location"] == f"/board?call={ref}&pane=send"
        saved = sheet(house, ref)
        assert saved.values["words"] == "A knife."
        assert (saved.incident.stage, saved.incident.acuity) == (Stage.TRIAGED, 1)


def test_triage_and_send_never_lowers_what_a_person_raised(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        desk = house.client("ruiz")
        post(desk, f"/incidents/{ref}/intake/triage", acuity="1")
        post(desk, f"/incidents/{ref}/intake/send", was=was(desk.get(f"/incidents/{ref}/intake")))
        assert sheet(house, ref).incident.acuity == 1


def test_going_lower_without_a_reason_keeps_the_words_and_says_what_is_missing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        desk = house.client("ruiz")
        answer = post(desk, f"/incidents/{ref}/intake/triage", acuity="3", why="Her sister is there.")
        page = text(answer)
        assert answer.status_code == 422 and "Give a reason to go lower." in page
        assert "Her sister is there." in page
        post(desk, f"/incidents/{ref}/intake/triage", acuity="3", reason="help_there", why="Her sister.")
        assert sheet(house, ref).incident.acuity == 3


def test_a_page_without_scripts_never_writes_over_what_somebody_else_saved(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        other = house.client("castellan")
        ref = call_in(house, place="Lindahl Park", words="Talks fast.")
        desk = house.client("ruiz")
        page = was(desk.get(f"/incidents/{ref}/intake"))
        autosave(other, ref, place="Lindahl Park, north shelter", words="Sits down.")
        answer = post(
            desk, f"/incidents/{ref}/intake", was=page, place="Lindahl Park", words="Talks very fast."
        )
        shown = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Saved meanwhile: “Sits down.”. Save again to keep yours." in shown
        assert "Talks very fast." in shown and 'value="Lindahl Park, north shelter"' in shown
        saved = sheet(house, ref).values
        assert saved["place"] == "Lindahl Park, north shelter" and saved["words"] == "Sits down."
        again = post(desk, f"/incidents/{ref}/intake", was=was(answer), words="Talks very fast.")
        assert again.status_code == 302 and sheet(house, ref).values["words"] == "Talks very fast."


def test_what_others_saved_comes_back_with_each_autosave(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        other = house.client("castellan")
        ref = call_in(house, place="Lindahl Park")
        autosave(other, ref, directions="By the pump")
        told = autosave(desk, ref, words="Talks fast.").get_json()
        words = told["stands"][0]
        assert words["directions"] == "By the pump" and words["words"] == "Talks fast."


def test_the_same_call_back_number_and_place_suggest_the_same_event(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first = call_in(house, callback="(555) 555-0148", place="300 Lake Avenue, Alder Falls")
        house.pass_time(hours=2)
        second = call_in(house, callback="+1 555 555 0148", place="300 lake ave")
        page = text(house.client("ruiz").get(f"/incidents/{second}/intake"))
        assert f"Link to {first}" in page and "Same call-back number, same place" in page


def test_a_call_of_yesterday_is_not_the_same_event(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first = call_in(house, place="300 Lake Ave")
        house.pass_time(hours=13)
        second = call_in(house, place="300 Lake Ave")
        assert f"Link to {first}" not in text(house.client("ruiz").get(f"/incidents/{second}/intake"))


def test_a_person_links_the_same_event_and_the_other_call_goes_on(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first, second = call_in(house, place="300 Lake Ave"), call_in(house, place="300 Lake Ave")
        answer = post(house.client("ruiz"), f"/incidents/{second}/intake/duplicate", of=str(first))
        assert answer.headers["Location"] == f"/incidents/{first}/intake"
        ended = sheet(house, second).incident
        assert (ended.stage, ended.duplicate_of) == (Stage.DUPLICATE, first)
        assert sheet(house, first).incident.on_board


def test_a_call_is_never_ended_as_the_same_as_one_that_is_over(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first, second = call_in(house, place="300 Lake Ave"), call_in(house, place="300 Lake Ave")
        desk = house.client("ruiz")
        post(desk, f"/incidents/{first}/cancel", reason="by_phone")
        assert f"Link to {first}" not in text(desk.get(f"/incidents/{second}/intake"))
        answer = post(desk, f"/incidents/{second}/intake/duplicate", of=str(first))
        assert answer.status_code == 409 and "Keep this call and send a team." in text(answer)
        assert sheet(house, second).incident.on_board


def test_different_is_remembered(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first, second = call_in(house, place="300 Lake Ave"), call_in(house, place="300 Lake Ave")
        desk = house.client("ruiz")
        other = sheet(house, first).incident.id
        post(desk, f"/incidents/{second}/intake/apart", kind="incident", other=other)
        assert f"Link to {first}" not in text(desk.get(f"/incidents/{second}/intake"))


def test_a_hazard_stays_with_its_place(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="9 Old Ferry Road")
        post(
            desk, f"/incidents/{ref}/intake/hazards", hazard="Loose step at the back.", hazard_kind="site",
            hazard_source="team", hazard_review="182", hazard_of="place",
        )  # fmt: skip
        later = text(desk.get(f"/incidents/{call_in(house, place='9 old ferry rd')}/intake"))
        assert "Loose step at the back." in later and "Review by 11 May 2027 ." in later
        elsewhere = text(desk.get(f"/incidents/{call_in(house, place='10 Old Ferry Rd')}/intake"))
        assert "Loose step" not in elsewhere


def test_a_hazard_without_a_kind_keeps_its_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="9 Old Ferry Road")
        answer = post(
            house.client("ruiz"), f"/incidents/{ref}/intake/hazards", hazard="Loose step.", hazard_of="place",
            hazard_source="team",
        )  # fmt: skip
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "Choose what kind of hazard it is." in page
        assert 'value="Loose step."' in page


def test_the_words_are_in_the_journal_under_seal_and_the_chain_holds(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        autosave(desk, ref, words="Talks fast.")
        incident = sheet(house, ref).incident.id
        with house.shell.store.read() as connection:
            rows = connection.execute(select(journal).where(journal.c.stream == incident)).all()
            said = [words_of(house.shell.keyring, incident, row.words_sealed) for row in rows]
            assert {"words": "Talks fast."} in said and {"place": "Lindahl Park"} in said
            assert verify(connection, house.shell.settings.journal_key).bad_seq is None


def test_a_refused_change_saves_no_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        incident = sheet(house, ref).incident.id
        with house.shell.store.read() as connection:
            before = connection.scalar(select(intake.c.version).where(intake.c.incident == incident))
        with pytest.raises(Refused):
            describe(
                house.shell, incident, "ruiz", answers={"nonsense": "yes"}, needs=None,
                fields={"words": "must not stay"}, via="board",
            )  # fmt: skip
        with house.shell.store.read() as connection:
            after = connection.scalar(select(intake.c.version).where(intake.c.incident == incident))
        assert before == after and sheet(house, ref).values["words"] == ""


def test_a_reader_of_the_page_leaves_one_row_for_a_look_that_goes_on(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        ref = call_in(house, place="Lindahl Park")
        for words in ("Talks", "Talks fast", "Talks fast."):
            autosave(desk, ref, words=words)
        looked = select(func.count()).where(reads.c.person == "ruiz", reads.c.purpose == "intake")
        with house.shell.store.read() as connection:
            assert connection.scalar(looked) == 1
        house.pass_time(minutes=11)
        autosave(desk, ref, words="Sits.")
        with house.shell.store.read() as connection:
            assert connection.scalar(looked) == 2


def test_a_responder_does_not_take_calls_down(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        assert house.client("ana").get("/incidents/new").status_code == 403
        assert house.client("ana").get(f"/incidents/{ref}/intake").status_code == 403


def test_a_post_without_the_sessions_word_changes_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        desk = house.client("ruiz")
        assert csrf(desk)
        assert desk.post(f"/incidents/{ref}/intake", data={"words": "x"}).status_code == 403
        assert sheet(house, ref).values["words"] == ""


def test_what_the_page_says_it_showed_may_be_nonsense(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = call_in(house, place="Lindahl Park")
        for nonsense in ("", "[", json.dumps({"a": 1}), json.dumps([1, 2, 3]), json.dumps([{}, {}, 5])):
            answer = post(house.client("ruiz"), f"/incidents/{ref}/intake", was=nonsense, words="Sits.")
            assert answer.status_code in (302, 409)
        with house.shell.store.read() as connection:
            assert load_incident(connection, sheet(house, ref).incident.id) is not None
