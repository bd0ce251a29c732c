"""The command line: read from its end, said before Enter, done whole or not at all, no note in an address."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.commit import load_incident
from app.desk_line import Part, Unclear, read_line
from app.tables import incidents, journal
from dispatch import commands as c
from dispatch.incident import Incident
from dispatch.stages import Stage, Step
from tests.desk import Call
from tests.house import House, a_house
from tests.walk import post

SCRIPT = {"X-Standby": "1"}


def now_of(house: House, call: Call) -> Incident:
    with house.shell.store.read() as connection:
        found = load_incident(connection, call.id)
    assert found is not None
    return found


def echo(house: House, line: str) -> tuple[bool, str]:
    """What the board says that Enter would do."""
    answer = house.client("ruiz").get("/board/echo", query_string={"c": line}, headers=SCRIPT).get_json()
    return answer["ok"], answer["words"]


def enter(house: House, line: str, key: str = "") -> tuple[int, str]:
    """Press Enter; the status, and what was said."""
    more = {"key": key} if key else {}
    answer = post(house.client("ruiz"), "/board/command", headers=SCRIPT, c=line, **more)
    told = answer.get_json()
    return answer.status_code, told.get("said") or told["error"]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("C4 ons", (Part("C4", "on_scene"),)),
        (
            "c4 ONS 2291 @03:10 ; with her mother",
            (Part("c4", "on_scene", 2291, None, "03:10", "with her mother"),),
        ),
        ("Ana Vela enr 15", (Part("Ana Vela", "en_route", None, 15),)),
        ("C4 @3:10 ons 2291", (Part("C4", "on_scene", 2291, None, "3:10"),)),
        ("C4 av @ 03:10", (Part("C4", "clear", None, None, "03:10"),)),
        ("C4 enr 2291 12 | vela ok", (Part("C4", "en_route", 2291, 12), Part("vela", "ok"))),
        ("raman ask 2291", (Part("raman", "ask", 2291),)),
        ("C4 with ; a; b", (Part("C4", "with_person", note="a; b"),)),
    ],
)
def test_a_line_is_read_from_its_end(line: str, parts: tuple[Part, ...]) -> None:
    assert read_line(line) == parts


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Write a team or a name, then a state"),
        (" | ", "Write a team or a name, then a state"),
        ("C4", "Which state for C4?"),
        ("C4 flies", "flies is not a state. States: enr"),
        ("C4 ons @25:10", "Write the time as @03:10."),
        ("C4 ons @03:10 @03:11", "One time at a time."),
        ("C4 ons 2291 2292", "One call and one number of minutes"),
        ("a ok|b ok|c ok|d ok|e ok|f ok", "At most 5 at once."),
        ("C4 ons ; " + "x" * 2_001, "A note here has at most 2000 characters."),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(line: str, said: str) -> None:
    with pytest.raises(Unclear) as unclear:
        read_line(line)
    assert unclear.value.sentence.startswith(said)


def test_the_echo_says_what_enter_will_do_and_changes_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        house.clock.move(timedelta(minutes=10))
        before = now_of(house, call)
        assert echo(house, "c4 enr 12 @03:08") == (
            True,
            f"Vela and Whitcomb: on the way on {call.ref}, 12 min, 2 min ago.",
        )
        assert now_of(house, call) == before


def test_enter_does_what_the_echo_said(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        house.clock.move(timedelta(minutes=10))
        said = echo(house, "c4 enr @03:08")[1]
        assert enter(house, "c4 enr @03:08 ; both in one car") == (200, said)
        now = now_of(house, call)
        assert [member.step for member in now.members] == [Step.EN_ROUTE, Step.EN_ROUTE]
        assert now.members[0].step_at == house.clock.now() - timedelta(minutes=2)
        story = house.client("ruiz").get(f"/incidents/{call.ref}?pane=story").get_data(as_text=True)
        assert "both in one car" in story


def test_a_refusal_is_said_before_enter(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        ok, words = echo(house, "c4 with")
        assert not ok and words == "Say HERE first, then WITH when you are with the person."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("zed ons", "zed is no team and nobody on duty. Look on the board."),
        ("raman ons", "raman is on no call. Write the call's number."),
        ("vela ons 4711", "4711 is not on the board. Look for its number."),
        ("raman ons 2001", "raman is not on 2001. First: raman yes 2001."),
        ("vela trn 15", "Minutes say nothing with transporting. Leave the 15 out."),
        ("vela enr @23:59", "23:59 is still ahead. Give a time that has passed."),
        ("raman ask", "Say for which call: Raman ask 2291."),
        ("C4 ask 2001", "Ask one person at a time, by name."),
        ("C4 send", "Say to which call: C4 send 2291."),
        ("raman send 2001", "Two go together. Write a team, or raman ask 2001 to ask one person."),
        ("raman yes 2001", "raman has no page of 2001 to answer. Ask them first."),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(tmp_path: Path, line: str, said: str) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        house.clock.move(timedelta(hours=15))  # 18:00 in the county, so that 23:59 is ahead
        ok, words = echo(house, line)
        assert not ok and words.startswith(said)
        assert enter(house, line)[0] == 409


def test_two_people_whose_names_begin_alike_are_told_apart(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        assert echo(house, "o ok 2001")[1] == "Who is o: Osei or Okonjo? Write more of the name."
        assert echo(house, "vel enr 2001")[0]


def test_a_name_on_two_calls_must_say_which(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        first, second = Call(house).sent("cyd", "dov"), Call(house).sent("cyd", "dov")
        assert echo(house, "raman yes")[1] == f"raman is on {first.ref} and {second.ref}. Write which."
        assert echo(house, f"raman yes {second.ref}")[0]


def test_a_step_typed_for_a_team_is_taken_by_those_who_are_not_so_far(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        call.do(c.Arrive("ana", "ana"))
        assert echo(house, "c4 ons")[1] == f"Whitcomb: on scene on {call.ref}."
        enter(house, "c4 ons")
        assert enter(house, "c4 with") == (200, f"Vela: with the person on {call.ref}.")
        assert now_of(house, call).stage is Stage.WITH_PERSON


def test_a_team_is_sent_and_a_person_asked_by_the_line(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).triaged()
        assert enter(house, f"C4 send {call.ref}") == (200, f"C4 is paged for {call.ref}: Vela and Whitcomb.")
        assert enter(house, f"raman ask {call.ref}")[0] == 200
        assert {page.person for page in now_of(house, call).open_pages} == {"ana", "ben", "cyd"}


def test_a_yes_and_a_no_are_heard_by_voice(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        assert enter(house, "vela yes 15 ; on my way") == (
            200,
            f"Vela says yes to {call.ref}, 15 min, heard by voice.",
        )
        enter(house, "whitcomb no")
        pages = {page.person: page.state for page in now_of(house, call).pages}
        assert pages["ana"] == "accepted" and pages["ben"] == "declined"


def test_several_wishes_are_done_together_or_not_at_all(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).going()
        status, words = enter(house, "vela enr | whitcomb with")
        assert status == 409 and words.endswith("Nothing of the line was done.")
        assert [member.step for member in now_of(house, call).members] == [Step.ACCEPTED, Step.ACCEPTED]
        assert enter(house, "vela enr | whitcomb enr")[0] == 200
        assert [member.step for member in now_of(house, call).members] == [Step.EN_ROUTE, Step.EN_ROUTE]


def test_the_same_line_twice_counts_once(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).triaged()
        first = enter(house, f"C4 send {call.ref}", key="once")
        assert first[0] == 200 and enter(house, f"C4 send {call.ref}", key="once") == (200, "Done already.")
        assert len(now_of(house, call).pages) == 2


def test_a_note_that_reaches_an_echo_is_dropped_unread(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        assert echo(house, "c4 enr ; " + "x" * 2_001)[0]
        assert enter(house, "c4 enr ; " + "x" * 2_001)[0] == 409


def test_an_echo_leaves_no_word_behind(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        with house.shell.store.read() as connection:
            before = connection.scalar(select(func.count()).select_from(journal))
            seqs = connection.scalars(select(incidents.c.seq)).all()
        client = house.client("ruiz")
        client.get("/board/echo?c=c4+enr", headers=SCRIPT)
        with house.shell.store.read() as connection:
            assert (
                connection.scalar(select(func.count()).select_from(journal)) == (before or 0) + 1
            )  # the sign-in
            assert connection.scalars(select(incidents.c.seq)).all() == seqs


def test_without_a_script_the_line_is_a_form(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        answer = post(house.client("ruiz"), "/board/command", c="c4 enr")
        assert answer.status_code == 303 and answer.headers["Location"] == "/board"


def test_a_responder_has_no_command_line(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        assert post(house.client("ana"), "/board/command", c="c4 enr").status_code == 403
