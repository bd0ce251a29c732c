"""One incident at the desk: its panes, its acts as forms, and who may open it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.commit import load_incident
from app.intake import describe
from app.places import Found, written
from app.tables import clients, intake, journal, pages, people, reads
from dispatch import commands as c
from dispatch.incident import Incident
from dispatch.stages import Seat, Stage, Step
from tests.desk import CALM, Call
from tests.house import House, a_house
from tests.walk import post, text

SCRIPT = {"X-Standby": "1"}


def now_of(house: House, call: Call) -> Incident:
    """The call as it stands."""
    with house.shell.store.read() as connection:
        found = load_incident(connection, call.id)
    assert found is not None
    return found


def pane(house: House, call: Call, name: str, person: str = "ruiz") -> str:
    answer = house.client(person).get(f"/incidents/{call.ref}?pane={name}")
    assert answer.status_code == 200
    return text(answer)


def at_point(house: House, call: Call, lat: float, lon: float) -> None:
    sealed = house.shell.keyring.seal("intake.point", call.id, written(Found(lat, lon, "There", "address")))
    with house.shell.store.write() as connection:
        connection.execute(intake.update().where(intake.c.incident == call.id).values(point_sealed=sealed))


def test_the_team_that_can_go_is_offered_and_the_others_say_why_not(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        page = pane(house, Call(house).triaged(1), "send")
        assert "Send Backup" in page and "Raman, Osei" in page and "Both are free." in page
        assert "C4: The team has said yes, 2001." in page
        assert "Okonjo is on duty and free. A team needs two." in page


def test_a_skill_that_is_needed_is_told_of_each_team(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            connection.execute(people.update().where(people.c.id == "ana").values(skills=["spanish"]))
        page = pane(house, Call(house, needs=("spanish",)).triaged(1), "send")
        assert "Spanish: Vela." in page and "Spanish: nobody, as far as we know." in page


def test_a_drive_is_estimated_only_when_both_ends_are_known(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        before = Call(house).there()
        for person in ("ana",):
            before.do(c.MeetPerson(person, person))
            before.do(c.Clear(person, person))
        call = Call(house).triaged(1)
        at_point(house, call, 46.90, -96.70)
        assert "estimate" not in pane(house, call, "send")
        at_point(house, before, 46.80, -96.70)
        page = pane(house, call, "send")
        assert "19 min" in page and "estimate" in page and "Notes on 2001 are still owed." in page


def test_the_story_tells_all_in_order_with_the_words_opened(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, words="He has not slept since Friday.").triaged()
        call.do(c.Describe("castellan"), note="Side door is open")
        page = pane(house, call, "story")
        places = [
            page.index(said) for said in ("Call received by phone", "He has not slept", "Side door is open")
        ]
        assert places == sorted(places)
        assert "Castellan wrote down more." in page


def test_the_place_shows_who_to_ring_and_other_calls_from_there(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        before = Call(house, place="77 Kestrel Ln")
        call = Call(house, place="77 Kestrel Ln", callback="555-0148", hazards="Dog behind the house")
        page = pane(house, call, "place")
        assert "555-0148" in page and str(before.ref) in page and "Dog behind the house" in page


def test_comms_says_of_each_person_what_was_sent_and_answered(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        assert "on its way to the provider" in pane(house, call, "comms")
        house.worker.tick()
        assert "with the provider" in pane(house, call, "comms")
        call.do(c.Accept("ana", call.page("ana"), 12))
        call.do(c.Decline("ben", call.page("ben"), "knows_person"))
        with house.shell.store.write() as connection:
            mine = pages.update().where(pages.c.person == "ana")
            connection.execute(mine.values(shown_at=house.clock.now()))
        page = pane(house, call, "comms")
        assert "Vela lead" in page and "Yes" in page and "No: knows this person" in page
        assert "03:00:00" in page and "Raman" in page and "Waiting" in page


def test_what_comes_next_if_nobody_answers_is_said(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        page = pane(house, Call(house).sent(), "comms")
        assert "03:03:00 Whitcomb&#39;s time is over" in page or "Whitcomb's time is over" in page


def test_a_call_can_be_walked_from_triage_to_clear_by_the_desks_forms(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)

        def ask(act: str, **fields: object) -> Incident:
            answer = post(desk, f"/incidents/{call.ref}/{act}", **fields)
            assert answer.status_code == 303, text(answer)
            return now_of(house, call)

        assert ask("triage", acuity=2).acuity == 2
        assert ask("hold", reason="no_team", minutes=30).stage is Stage.HELD
        now = ask("dispatch", team="C4")
        assert {page.person for page in now.open_pages} == {"ana", "ben"}
        for page in now.open_pages:
            now = ask("accept", page=page.id, minutes=10, words="Yes, ten minutes")
        assert now.stage is Stage.ACCEPTED
        house.clock.move(timedelta(minutes=10))
        ask("progress", person="ana", step="en_route", at="03:02")
        ask("progress", person="ana", step="on_scene")
        now = ask("progress", person="ben", step="on_scene")
        assert [member.step for member in now.members] == [Step.ON_SCENE, Step.ON_SCENE]
        assert ask("progress", person="ana", step="with_person").stage is Stage.WITH_PERSON
        assert ask("progress", person="ben", step="ok").stage is Stage.WITH_PERSON
        assert ask("progress", person="ana", step="clear").stage is Stage.CLEARED


def test_a_step_that_the_desk_enters_late_keeps_its_true_time(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        house.clock.move(timedelta(minutes=20))
        post(
            house.client("ruiz"), f"/incidents/{call.ref}/progress", person="ana", step="en_route", at="03:06"
        )
        assert now_of(house, call).members[0].step_at == house.clock.now() - timedelta(minutes=14)
        story = pane(house, call, "story")
        assert "Vela is on the way. Entered by Ruiz. Entered 14 min late, true time 03:06." in story


def test_a_yes_heard_by_voice_is_the_persons_with_the_words_that_were_heard(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house).sent()
        path = f"/incidents/{call.ref}/accept"
        silent = post(desk, path, page=call.page("ana"), words="")
        assert silent.status_code == 422 and "Write what you heard" in text(silent)
        post(desk, path, page=call.page("ana"), minutes=15, words="Yes, a quarter of an hour")
        assert now_of(house, call).members[0].person == "ana"
        story = pane(house, call, "story")
        assert "Vela said yes, ETA 15 min. Ruiz heard it by voice." in story
        assert "heard: Yes, a quarter of an hour" in story


def test_a_no_heard_by_voice_asks_the_next_person(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        post(house.client("ruiz"), f"/incidents/{call.ref}/decline", page=call.page("ben"), reason="unfit")
        assert "cyd" in {page.person for page in now_of(house, call).open_pages}


def test_another_person_can_be_asked_by_name(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        post(house.client("ruiz"), f"/incidents/{call.ref}/ask", person="dov", seat="second")
        asked = {(page.person, page.seat) for page in now_of(house, call).open_pages}
        assert ("dov", Seat.SECOND) in asked


def test_one_goes_alone_by_policy_and_with_a_reason(tmp_path: Path) -> None:
    with a_house(tmp_path, alone_allowed=True) as house:
        desk, call = house.client("ruiz"), Call(house).sent()
        call.do(c.Accept("ana", call.page("ana")))
        assert post(desk, f"/incidents/{call.ref}/alone", reason="").status_code == 422
        post(desk, f"/incidents/{call.ref}/alone", reason="no_second", words="Storm, no one else can drive")
        assert now_of(house, call).alone == "no_second"
        other = Call(house).triaged()
        post(desk, f"/incidents/{other.ref}/dispatch", lead="cyd", alone="police_meet")
        assert now_of(house, other).seats == (Seat.LEAD,)


@pytest.mark.parametrize(
    ("act", "fields", "stage"),
    [
        ("recall", {"reason": "not_safe"}, Stage.TRIAGED),
        ("cancel", {"reason": "by_phone"}, Stage.CANCELLED),
        ("hand-over", {"reason": "911"}, Stage.HANDED_OVER),
    ],
)
def test_the_desk_can_end_what_it_began(
    tmp_path: Path, act: str, fields: dict[str, str], stage: Stage
) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house).sent()
        missing = post(desk, f"/incidents/{call.ref}/{act}", reason="")
        assert missing.status_code == 422 and now_of(house, call).stage is Stage.PAGING
        assert post(desk, f"/incidents/{call.ref}/{act}", **fields, words="They rang back").status_code == 303
        assert now_of(house, call).stage is stage


def test_a_duplicate_names_another_open_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call, other, ended = house.client("ruiz"), Call(house), Call(house), Call(house)
        ended.do(c.Cancel("ruiz", "test"))
        for wrong in (4711, ended.ref, call.ref):
            assert post(desk, f"/incidents/{call.ref}/duplicate", of=wrong).status_code == 409
        assert post(desk, f"/incidents/{call.ref}/duplicate", of="").status_code == 422
        post(desk, f"/incidents/{call.ref}/duplicate", of=other.ref)
        assert now_of(house, call).duplicate_of == other.ref


def test_911_a_note_and_a_client_go_on_the_record(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        with house.shell.store.write() as connection:
            now = house.clock.now()
            connection.execute(clients.insert().values(id="c1", program="alder", created_at=now))
        post(desk, f"/incidents/{call.ref}/call-911")
        post(desk, f"/incidents/{call.ref}/note", words="Gray van by the gym door")
        post(desk, f"/incidents/{call.ref}/client", client="c1")
        assert now_of(house, call).client == "c1" and now_of(house, call).emergency_called_at
        assert post(desk, f"/incidents/{call.ref}/client", client="nobody").status_code == 409
        post(desk, f"/incidents/{call.ref}/client", client="")
        assert now_of(house, call).client is None
        story = pane(house, call, "story")
        assert "Ruiz called 911." in story and "note: Gray van by the gym door" in story


def test_a_note_never_lies_open_in_the_journal(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house)
        post(house.client("ruiz"), f"/incidents/{call.ref}/note", words="Gray van by the gym door")
        with house.shell.store.read() as connection:
            for row in connection.execute(select(journal)):
                assert "Gray van" not in row.fact and b"Gray van" not in (row.words_sealed or b"")


def test_the_same_press_twice_counts_once(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house).triaged()
        for _ in range(2):
            assert post(desk, f"/incidents/{call.ref}/dispatch", key="once").status_code == 303
        assert len(now_of(house, call).pages) == 2


def test_a_refusal_is_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        answer = post(desk, f"/incidents/{call.ref}/dispatch")
        assert answer.status_code == 409 and "Triage it first: choose 1, 2 or 3." in text(answer)
        told = post(desk, f"/incidents/{call.ref}/dispatch", headers=SCRIPT)
        assert told.get_json() == {"error": "Triage it first: choose 1, 2 or 3."}
        Call(house).going()
        call.triaged()
        told = post(desk, f"/incidents/{call.ref}/dispatch", headers=SCRIPT, team="C4")
        assert told.get_json()["error"] == "C4 cannot go. The team has said yes, 2002."
        told = post(desk, f"/incidents/{call.ref}/dispatch", headers=SCRIPT, team="Z9")
        assert told.get_json()["error"] == "There is no team Z9 on duty. Look on the board."


def test_a_script_is_told_in_sentences_what_it_did(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).triaged()
        told = post(
            house.client("ruiz"), f"/incidents/{call.ref}/dispatch", headers=SCRIPT, team="C4"
        ).get_json()
        assert told["said"].startswith("Ruiz sends two. Vela paged as lead")


def test_only_the_forms_that_make_sense_are_shown(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        new, out = Call(house), Call(house).there()
        page = pane(house, new, "send")
        assert "Triage" in page and "Take the team back" not in page and "Step for somebody" not in page
        page = pane(house, out, "send")
        assert "Step for somebody" in page and "End it here" not in page and "Hand over" in page


@pytest.mark.parametrize("act", ["triage", "dispatch", "cancel", "note", "accept", "alarms/send_late"])
def test_a_responder_cannot_act_as_the_desk(tmp_path: Path, act: str) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        assert house.client("ana").get(f"/incidents/{call.ref}").status_code == 403
        assert post(house.client("ana"), f"/incidents/{call.ref}/{act}").status_code == 403
        assert house.client("ruiz").get("/incidents/4711").status_code == 404


def test_opening_a_call_leaves_an_audit_row_and_its_drawer_refreshes_under_the_same(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        desk.get(f"/incidents/{call.ref}/drawer?pane=story")
        for _ in range(3):
            assert desk.get(f"/incidents/{call.ref}/drawer/again?pane=story").status_code == 200
        with house.shell.store.read() as connection:
            rows = connection.execute(select(reads.c.person, reads.c.what, reads.c.subject)).all()
        assert [tuple(row) for row in rows] == [("ruiz", "record", call.id)]


def test_the_drawer_is_the_same_piece_as_the_page(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house, place="9 Old Ferry Rd").triaged()
        drawer = desk.get(f"/incidents/{call.ref}/drawer?pane=send").get_data(as_text=True)
        page = desk.get(f"/incidents/{call.ref}?pane=send").get_data(as_text=True)
        assert drawer.strip().startswith('<section class="drawer"') and "<html" in page
        for piece in (drawer, page):
            assert "9 Old Ferry Rd" in piece and "Send C4" in piece


def test_what_somebody_typed_never_becomes_markup(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="<script>alert(1)</script>", words="<img src=x>").triaged()
        describe(house.shell, call.id, "ruiz", answers=CALM, needs=None, fields={}, via="board")
        desk = house.client("ruiz")
        for path in ("/board", f"/incidents/{call.ref}", f"/incidents/{call.ref}?pane=story"):
            html = desk.get(path).get_data(as_text=True)
            assert "<script>alert" not in html and "<img src=x" not in html
