"""The live board: what is due stands on it, alarms stand until somebody has them, all boards agree."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.commit import record
from app.intake import describe
from app.tables import duties, incidents, people, programs, reads, shifts
from app.web.boards import NEWS_AT_MOST
from dispatch import commands as c
from tests.desk import Call, changes, pulse
from tests.house import PROGRAM, House, a_house
from tests.walk import post, text


def words(html: str) -> str:
    """The words of a piece of the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def calls_of(told: dict[str, list[str]]) -> list[str]:
    return [row for row in told["order"] if row.startswith("call-")]


def a_lone_ladder(house: House) -> None:
    """Nobody but Ana is on call."""
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.person != "ana"))


def test_the_page_shows_each_open_call_with_what_is_due_next(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        new = Call(house, place="9 Old Ferry Rd")
        triaged = Call(house, place="77 Kestrel Ln").triaged(1)
        asked = Call(house, place="418 Tamarack St").sent()
        rows = changes(house.client("ruiz"), 0)["rows"]
        assert "9 Old Ferry Rd" in words(rows[new.row]) and "5:00 Triage" in words(rows[new.row])
        assert "5:00 Send a team" in words(rows[triaged.row]) and "Nobody sent" in words(rows[triaged.row])
        assert "3:00 Vela answers" in words(rows[asked.row])


def test_a_check_in_is_due_next_once_the_team_is_there(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="418 Tamarack St").there()
        told = changes(house.client("ruiz"), 0)["rows"]
        assert "20:00 Check-in Vela" in words(told[call.row])
        assert "20:00 Check-in Vela" in words(told["team-C4"])


def test_an_overdue_page_stands_above_what_is_only_late(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        late = Call(house)
        house.pass_time(minutes=6)
        asked = Call(house).sent()
        house.worker.tick()
        house.pass_time(minutes=4)
        told = changes(house.client("ruiz"), 0)
        assert "late" in told["rows"][late.row] and 'class="hot"' in told["rows"][asked.row]
        assert calls_of(told) == [asked.row, late.row]


def test_calls_stand_by_alarm_then_priority_then_age(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        third = Call(house).triaged(3)
        new = Call(house)
        house.clock.move(timedelta(seconds=1))
        older = Call(house).triaged(1)
        house.clock.move(timedelta(seconds=1))
        younger = Call(house).triaged(1)
        desk = house.client("ruiz")
        assert calls_of(changes(desk, 0)) == [older.row, younger.row, third.row, new.row]
        house.pass_time(minutes=4, seconds=58)  # the new one was to be triaged within five minutes
        assert calls_of(changes(desk, 0))[0] == new.row


def test_who_is_asked_and_what_they_said_is_marked(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        desk = house.client("ruiz")
        call.do(c.Accept("ana", call.page("ana")))
        assert "said yes Vela" in words(changes(desk, 0)["rows"][call.row])
        assert "no answer yet Whitcomb" in words(changes(desk, 0)["rows"][call.row])
        house.pass_time(minutes=3)
        row = words(changes(desk, 0)["rows"][call.row])
        assert "overdue Whitcomb" in row and "no answer yet Raman" in row


def test_one_who_says_no_is_marked_so(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        call.do(c.Decline("ben", call.page("ben"), "too_far"))
        row = words(changes(house.client("ruiz"), 0)["rows"][call.row])
        assert "said no Whitcomb" in row
        assert "Whitcomb declined: too far, or no car." in words(changes(house.client("ruiz"), 0)["log"])


def test_hazards_that_were_told_stand_in_the_row(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, answers={"weapon": "yes", "animals": "yes"}, needs=("spanish",))
        row = words(changes(house.client("ruiz"), 0)["rows"][call.row])
        assert "Weapon" in row and "Animals" in row and "Spanish" in row and "Violence" not in row


def test_a_page_that_nobody_answered_in_time_is_red_on_the_rail(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        house.pass_time(minutes=3)
        told = changes(house.client("ruiz"), 0)
        assert 'data-alarm="page"' in told["rail"]
        assert "Whitcomb has not answered" in words(told["rail"]) or "Vela has not answered" in words(
            told["rail"]
        )
        assert 'class="hot"' in told["rows"][call.row]


def test_when_nobody_is_left_to_ask_every_board_says_so_until_a_named_person_has_it(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_lone_ladder(house)
        call = Call(house).sent(None, None)
        ruiz, okonjo = house.client("ruiz"), house.client("okonjo")
        house.pass_time(minutes=3)
        for desk in (ruiz, okonjo):
            told = changes(desk, 0)
            assert "Nobody is left to ask" in words(told["rail"]) and told["counts"]["alarms"] == 1
            assert calls_of(told)[0] == call.row
        house.pass_time(minutes=1)
        assert changes(ruiz, 0)["counts"]["alarms"] == 1
        answer = post(okonjo, f"/incidents/{call.ref}/alarms/nobody_answered", back="board")
        assert answer.headers["Location"] == "/board"
        told = changes(ruiz, 0)
        assert told["counts"]["alarms"] == 0 and "data-alarm" not in told["rail"]
        assert "Okonjo has it" in words(told["rail"])
        assert "Okonjo has the alarm: nobody is left to ask." in words(told["log"])


def test_an_alarm_stays_on_the_board_when_its_call_has_left_it(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_lone_ladder(house)
        call = Call(house).sent(None, None)
        house.pass_time(minutes=3)
        call.do(c.Cancel("ruiz", "by_phone"))
        told = changes(house.client("ruiz"), 0)
        assert calls_of(told) == [] and told["counts"]["alarms"] == 1
        assert f"call {call.ref}" in words(told["rail"])


def test_the_most_urgent_alarm_is_on_the_rail_and_the_others_are_counted(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).there()
        late = Call(house).triaged(1)
        house.pass_time(minutes=20)
        house.pass_time(minutes=3)
        told = changes(house.client("ruiz"), 0)
        assert 'data-alarm="sos" data-tone="check"' in told["rail"]
        assert "Vela missed the check-in" in words(told["rail"]) or "Whitcomb missed" in words(told["rail"])
        assert told["counts"]["alarms"] == 3 and "2 more" in words(told["rail"])
        assert str(late.ref) in words(told["rail"]) and str(call.ref) in words(told["rail"])


def test_one_late_by_paper_alone_is_not_red(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house)
        house.pass_time(minutes=5)
        told = changes(house.client("ruiz"), 0)
        assert "Not triaged in time" in words(told["rail"]) and "data-alarm" not in told["rail"]


def test_changes_by_number_lead_to_the_same_board_as_a_first_look(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        kept = changes(desk, 0)
        board, seq = dict(kept["rows"]), kept["seq"]

        def follow() -> None:
            nonlocal seq
            told = changes(desk, seq)
            board.update(told["rows"])
            for gone in told["gone"]:
                board.pop(gone, None)
            assert set(board) == set(told["order"])
            seq = told["seq"]

        first = Call(house, place="9 Old Ferry Rd")
        follow()
        second = Call(house, place="77 Kestrel Ln").sent()
        follow()
        second.do(c.Accept("ana", second.page("ana"), 12))
        first.do(c.Cancel("ruiz", "test"))
        follow()
        house.pass_time(minutes=3)
        follow()
        whole = changes(desk, 0)
        assert board == whole["rows"] and whole["seq"] == seq
        assert first.row not in board and second.row in board


def test_only_what_changed_is_told(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        quiet, loud = Call(house), Call(house)
        changes(desk, 0)
        loud.triaged(1)
        seq = changes(desk, 0)["seq"]
        loud.do(c.CallEmergency("ruiz"))
        told = changes(desk, seq)
        assert loud.row in told["rows"] and quiet.row not in told["rows"]
        assert told["seq"] > seq and quiet.row in told["order"]


def test_a_call_that_ends_takes_its_row_away(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        seq = changes(desk, 0)["seq"]
        call.do(c.Cancel("ruiz", "by_phone"))
        told = changes(desk, seq)
        assert told["gone"] == [call.row] and call.row not in told["order"]
        assert told["counts"]["open"] == 0


@pytest.mark.parametrize("after", ["999999", "", "-3", "many", "9" * 40])
def test_a_number_that_means_nothing_here_gets_the_whole_board(tmp_path: Path, after: str) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        answer = desk.get(f"/board/changes?after={after}", headers={"X-Standby": "1"})
        assert call.row in answer.get_json()["rows"]


def test_a_board_that_slept_too_long_gets_the_whole_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, old = house.client("ruiz"), Call(house)
        changes(desk, 0)
        Call(house)
        seq = changes(desk, 0)["seq"]
        assert old.row not in changes(desk, seq)["rows"]
        with house.shell.store.write() as connection:
            for _ in range(NEWS_AT_MOST + 1):
                about = {"program": PROGRAM, "stream": "ruiz", "by": "ruiz", "via": "board"}
                record(connection, house.shell, **about, kind="SignedIn", fact="{}")
        assert old.row in changes(desk, seq)["rows"]


def test_the_pulse_tells_the_newest_number_and_keeps_no_session_alive(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("okonjo")
        Call(house)
        assert pulse(desk)["seq"] == changes(desk, 0)["seq"]
        for _ in range(4):
            house.clock.move(timedelta(minutes=4))
            answer = desk.get("/board/pulse", headers={"X-Standby": "1"})
        assert answer.status_code == 401


def test_two_people_on_two_boards_see_the_same_and_each_acts_as_themselves(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house)
        ruiz, castellan = house.client("ruiz"), house.client("castellan")
        post(ruiz, f"/incidents/{call.ref}/triage", acuity=1)
        post(castellan, f"/incidents/{call.ref}/dispatch", team="C4")
        one, other = changes(ruiz, 0), changes(castellan, 0)
        assert one["rows"] == other["rows"] and one["order"] == other["order"]
        log = words(one["log"])
        assert "Ruiz set priority 1" in log and "Castellan sends two." in log


def test_the_rail_carries_each_readers_own_word(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house)
        house.pass_time(minutes=5)
        rails = [changes(house.client(who), 0)["rail"] for who in ("ruiz", "castellan")]
        found = [re.search(r'name="csrf" value="([^"]+)"', rail) for rail in rails]
        assert found[0] and found[1] and found[0][1] != found[1][1]
        assert "of-the-" not in rails[0]


def test_a_late_entry_shows_its_true_time_in_the_log(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        house.clock.move(timedelta(minutes=20))
        call.do(c.GoEnRoute("ana", "ana", at=house.clock.now() - timedelta(minutes=14)))
        log = words(changes(house.client("ruiz"), 0)["log"])
        assert "Vela is on the way. Entered 14 min late, true time 03:06." in log


def test_teams_stand_by_call_sign_and_the_others_one_by_one(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        told = changes(house.client("ruiz"), 0)
        teams = [row for row in told["order"] if row.startswith("team-")]
        assert teams == ["team-C4", "team-p-cyd", "team-p-dov", "team-p-okonjo"]
        assert "Vela, Whitcomb" in words(told["rows"]["team-C4"])
        assert 'data-s="AVL"' in told["rows"]["team-C4"]


def test_a_team_with_one_on_a_break_says_why_it_cannot_go(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            now = house.clock.now()
            connection.execute(duties.insert().values(person="ben", duty="break", until=None, set_at=now))
        row = changes(house.client("ruiz"), 0)["rows"]["team-C4"]
        assert 'data-s="OOS"' in row and "Whitcomb is on a break. A team needs two." in row


def test_a_team_on_a_call_stays_on_the_board_when_its_shift_is_over(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).there()
        house.clock.move(timedelta(hours=17))
        told = changes(house.client("ruiz"), 0)["rows"]
        assert str(call.ref) in words(told["team-p-ana"]) and "Shift over" in words(told["team-p-ana"])


def test_a_shift_that_begins_is_told_without_a_word_in_the_journal(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, now = house.client("ruiz"), house.clock.now()
        with house.shell.store.write() as connection:
            starts, ends = now + timedelta(minutes=1), now + timedelta(hours=8)
            row = {"program": "alder", "tier": "primary", "team": "C9", "starts_at": starts, "ends_at": ends}
            connection.execute(shifts.insert().values(id="s-late", person="haddad", place_in_line=9, **row))
        seq = changes(desk, 0)["seq"]
        house.clock.move(timedelta(minutes=2))
        assert "team-C9" in changes(desk, seq)["rows"]


def test_the_last_note_stands_under_the_place(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="77 Kestrel Ln", area="Nyberg Township")
        call.do(c.Describe("ruiz"), note="Mother is with her, door unlocked")
        row = words(changes(house.client("ruiz"), 0)["rows"][call.row])
        assert "Nyberg Township. Mother is with her, door unlocked" in row


def test_a_place_that_was_written_later_comes_to_the_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call, desk = Call(house), house.client("ruiz")
        assert "Place not known yet" in words(changes(desk, 0)["rows"][call.row])
        describe(
            house.shell,
            call.id,
            "ruiz",
            answers={},
            needs=None,
            fields={"place": "Lindahl Park"},
            via="board",
        )
        assert "Lindahl Park" in words(changes(desk, 0)["rows"][call.row])


def test_the_board_of_another_program_is_another_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="9 Old Ferry Rd")
        with house.shell.store.write() as connection:
            row = connection.execute(select(programs)).one()._mapping
            connection.execute(programs.insert().values({**row, "id": "birch"}))
            connection.execute(people.update().where(people.c.id == "castellan").values(program="birch"))
        desk = house.client("castellan")
        told = changes(desk, 0)
        assert told["order"] == [] and "Old Ferry" not in str(told)
        assert desk.get(f"/incidents/{call.ref}").status_code == 404
        assert "Old Ferry" not in desk.get(f"/board?call={call.ref}").get_data(as_text=True)


def test_opening_the_board_leaves_an_audit_row_and_polling_leaves_none(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        desk.get("/board")
        changes(desk, 0)
        pulse(desk)
        with house.shell.store.read() as connection:
            rows = connection.execute(select(reads.c.person, reads.c.what, reads.c.subject)).all()
        assert [tuple(row) for row in rows] == [("ruiz", "board", "alder")]


@pytest.mark.parametrize("path", ["/board", "/board/changes?after=0", "/board/pulse", "/board/echo?c=x"])
@pytest.mark.parametrize("person", ["ana", "root"])
def test_only_the_desk_sees_the_board(tmp_path: Path, path: str, person: str) -> None:
    with a_house(tmp_path) as house:
        assert house.client(person).get(path).status_code == 403
        assert house.client().get(path, headers={"X-Standby": "1"}).status_code == 401


def test_the_page_itself_holds_what_a_script_would_fetch(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="9 Old Ferry Rd")
        desk = house.client("ruiz")
        page = desk.get(f"/board?call={call.ref}")
        html = page.get_data(as_text=True)
        assert (
            f'id="{call.row}"' in html
            and 'id="team-C4"' in html
            and 'id="rail"' in html
            and 'id="log"' in html
        )
        assert f'data-seq="{changes(desk, 0)["seq"]}"' in html
        assert f'id="drawer" data-ref="{call.ref}"' in html
        assert "9 Old Ferry Rd" in text(page)


def test_an_empty_night_is_said_in_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            connection.execute(shifts.delete())
        page = text(house.client("ruiz").get("/board"))
        assert "No open calls" in page and "Nobody is on duty" in page


def test_the_board_is_read_through_its_indexes_alone(tmp_path: Path) -> None:
    with a_house(tmp_path) as house, house.shell.store.read() as connection:
        for condition in ("on_board = 1", "alarms > 0", "reviewable = 1"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT id FROM {incidents.name} WHERE program = 'alder' AND {condition}"
            )
            assert "USING INDEX ix_incidents_" in str(plan.all())
