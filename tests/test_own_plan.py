"""Each person's own plan: moved, told as a sentence, kept above the program's minimum, and followed by a page."""

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.outbox import owe
from app.reaching import ways_for
from app.rota.ring_heard import heard_call, heard_push
from app.tables import outbox, people, programs, rings, ways
from dispatch.messages import ShiftSoon
from dispatch.own_plan import Pick, moved, require_enough
from dispatch.reach import CHANNELS, Way
from dispatch.value import Refused
from tests.desk import Call
from tests.house import NIGHT, PHONES, House, a_house
from tests.walk import post, text

LANDLINE, MAIL = "+12185550177", "ana@home.example"


def house_with(tmp_path: Path, url: str | None = None) -> Any:
    return a_house(tmp_path, database_url=url, demo_channels=CHANNELS)


def keep(house: House, kind: str, address: str, person: str = "ana", **more: object) -> str:
    """A proved way of this person."""
    row = {"id": f"{person}-{kind}", "person": person, "kind": kind, "address": address, "added_at": NIGHT}
    with house.shell.store.write() as connection:
        connection.execute(ways.insert().values({**row, "verified_at": NIGHT, **more}))
    return str(row["id"])


def order(house: House, person: str = "ana") -> list[tuple[str, str]]:
    with house.shell.store.read() as connection:
        return [(way.channel, way.id) for way in ways_for(connection, [person])[person]]


def move(house: House, channel: str, way: str, to: str, person: str = "ana") -> int:
    answer = post(house.client(person), "/account/ways/plan", channel=channel, way=way, to=to)
    return answer.status_code


def sentence(house: House, person: str = "ana") -> str:
    page = house.client(person).get("/account/ways").get_data(as_text=True)
    found = re.search(r'<p class="plan-said">([^<]+)</p>', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("pick", "to", "expected"),
    [
        ("call", "up", "call text push"),
        ("push", "down", "text call push"),
        ("text", "down", "call text push"),
    ],
)
def test_one_entry_moves_by_one_place(pick: Any, to: Any, expected: str) -> None:
    plan = [Pick("text"), Pick("call"), Pick("push")]
    assert [one.channel for one in moved(plan, Pick(pick), to)] == expected.split()


def test_a_way_that_is_gone_cannot_be_moved() -> None:
    with pytest.raises(Refused, match="Reload the page"):
        moved([Pick("text")], Pick("call", "w1"), "up")


@pytest.mark.parametrize(("channels", "least", "enough"), [("text call", 2, True), ("text text", 2, False)])
def test_a_plan_below_the_minimum_is_refused_with_a_sentence(channels: Any, least: int, enough: bool) -> None:
    left = [Way(f"w{n}", channel, "x") for n, channel in enumerate(channels.split())]
    if enough:
        require_enough(left, least)
        return
    with pytest.raises(Refused, match="asks everybody for 2 different channels.*keep texts alone"):
        require_enough(left, least)


def test_the_plan_is_read_as_a_sentence_with_its_times(tmp_path: Path, database_url: str | None) -> None:
    with house_with(tmp_path, database_url) as house:
        assert sentence(house) == (
            "Text at once. Your phone rings after 60 s. Your phone rings again after 2 min."
        )
        keep(house, "push", "https://push.example/1", label="Work laptop")
        assert sentence(house).startswith("A notice is shown at once. Text at once.")
        keep(house, "call", LANDLINE)
        assert "Your phone (218) 555-0177 rings after 2 min." in sentence(house)


def test_a_page_goes_in_the_persons_own_order(tmp_path: Path, database_url: str | None) -> None:
    with house_with(tmp_path, database_url) as house:
        line = keep(house, "call", LANDLINE)
        for _ in range(2):
            assert move(house, "call", line, "up") == 302
        assert order(house) == [("call", line), ("text", ""), ("call", "")]
        Call(house).sent()
        house.worker.tick()
        assert len(house.recorder.calls_to(LANDLINE)) == 1
        assert house.texts("ana") == []
        with house.shell.store.read() as connection:
            rows = connection.execute(
                select(outbox)
                .where(outbox.c.person == "ana", outbox.c.page.is_not(None))
                .order_by(outbox.c.step)
            ).all()
        assert [row.channel for row in rows][:3] == ["call", "text", "call"]
        assert [(row.available_at - row.owed_at).total_seconds() for row in rows][:3] == [0, 60, 120]


def test_the_usual_order_comes_back(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        move(house, "call", "", "up")
        assert order(house) == [("call", ""), ("text", "")]
        page = text(house.client("ana").get("/account/ways"))
        assert "Your own order" in page
        assert post(house.client("ana"), "/account/ways/plan/usual").status_code == 302
        assert order(house) == [("text", ""), ("call", "")]


def test_a_plan_is_ones_own(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        line = keep(house, "call", LANDLINE)
        assert move(house, "call", line, "up", person="ben") == 409
        assert order(house, "ben") == [("text", ""), ("call", "")]


@pytest.mark.parametrize("bad", [{"channel": "fax"}, {"to": "top"}, {"way": "nothing"}, {"channel": ""}])
def test_what_makes_no_sense_changes_no_plan(tmp_path: Path, bad: dict[str, str]) -> None:
    with house_with(tmp_path) as house:
        given = {"channel": "text", "way": "", "to": "down", **bad}
        assert post(house.client("ana"), "/account/ways/plan", None, **given).status_code in (409, 422)
        with house.shell.store.read() as connection:
            assert connection.scalar(select(people.c.plan).where(people.c.id == "ana")) is None


def test_a_way_that_the_minimum_needs_is_not_taken_away(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        least = {"channels_at_least": 3}
        with house.shell.store.write() as connection:
            connection.execute(programs.update().values(policy=least))
        mail, line = keep(house, "email", MAIL), keep(house, "call", LANDLINE)
        refused = post(house.client("ana"), f"/account/ways/{mail}/remove")
        assert refused.status_code == 409 and "You would keep texts and calls alone." in text(refused)
        assert post(house.client("ana"), f"/account/ways/{line}/remove").status_code == 302
        ben = text(house.client("ben").get("/account/ways"))
        assert "You can be reached by texts and calls alone." in ben and "3 different channels" in ben


def test_the_ladders_page_sets_the_times_and_keeps_them_when_the_ladder_is_saved(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        admin = house.client("root")
        given = {"next_seconds": 45, "silent_seconds": 15, "channels_at_least": 2}
        assert post(admin, "/admin/reach", None, **given).status_code == 302
        assert sentence(house).startswith("Text at once. Your phone rings after 45 s.")
        rungs = {"tier_1": "primary", "minutes_1": "4", "tier_2": "supervisor", "minutes_2": "5"}
        assert post(admin, "/admin/ladder", None, **rungs).status_code == 302
        assert sentence(house).startswith("Text at once. Your phone rings after 45 s.")
        for wrong in ({"next_seconds": 5}, {"silent_seconds": 60}, {"channels_at_least": 9}):
            assert post(admin, "/admin/reach", None, **{**given, **wrong}).status_code in (409, 422)


# --- tests of each way by each of its channels --------------------------------------------------------------


def rung(house: House) -> list[tuple[str, str, bool]]:
    """Every test: channel, why, answered."""
    with house.shell.store.read() as connection:
        rows = connection.execute(select(rings).order_by(rings.c.id))
        return [(row.channel, row.why, row.answered_at is not None) for row in rows]


def newest(house: House, channel: str) -> str:
    with house.shell.store.read() as connection:
        wanted = select(rings.c.delivery).where(rings.c.channel == channel).order_by(rings.c.id.desc())
        return str(connection.scalars(wanted).first())


def test_a_call_that_was_typed_its_code_proves_the_phone(tmp_path: Path, database_url: str | None) -> None:
    with house_with(tmp_path, database_url) as house:
        assert post(house.client("ana"), "/account/ways/ring", channel="call").status_code == 302
        house.worker.tick()
        assert len(house.recorder.calls_to(PHONES["ana"])) == 1 and house.texts("ana") == []
        house.clock.move(timedelta(seconds=21))
        with house.shell.store.write() as connection:
            assert heard_call(connection, house.shell, newest(house, "call"), house.clock.now())
        assert rung(house) == [("call", "asked", True)]
        page = text(house.client("ana").get("/account/ways"))
        assert re.search(r"Call\s+Answered .{5,40} after 21 s", page)
        assert re.search(r"Text\s+Never rung", page)


def test_a_notice_that_was_seen_proves_the_browser(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        browser = keep(house, "push", "https://push.example/1", keys={"p256dh": "x", "auth": "y"})
        assert post(house.client("ana"), f"/account/ways/{browser}/ring").status_code == 302
        with house.shell.store.write() as connection:
            assert heard_push(connection, house.shell, newest(house, "push"), house.clock.now())
            assert not heard_push(connection, house.shell, "nothing", house.clock.now())
        assert rung(house) == [("push", "asked", True)]


def test_a_reminder_that_was_seen_in_a_browser_proves_the_browser_and_not_the_phone(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        browser = keep(house, "push", "https://push.example/1", keys={"p256dh": "x", "auth": "y"})
        soon = ShiftSoon("ana", 2001, "primary", NIGHT, NIGHT)
        with house.shell.store.write() as connection:
            (delivery,) = owe(connection, None, [soon], NIGHT, 1)
            assert heard_push(connection, house.shell, delivery, house.clock.now())
            row = connection.execute(select(rings)).one()
        assert (row.way, row.channel, row.why) == (browser, "push", "reminder")


def test_the_number_of_a_letter_is_typed_on_the_page(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        mail = keep(house, "email", MAIL)
        assert post(house.client("ana"), f"/account/ways/{mail}/ring").status_code == 302
        house.worker.tick()
        found = re.search(r"\b(2\d{3})\b", house.recorder.letters_to(MAIL)[-1].body)
        assert found
        field = f"number-{mail}"
        wrong = post(house.client("ana"), f"/account/ways/{mail}/heard", None, **{field: "9"})
        assert wrong.status_code == 422 and "No test of the last day has that number." in text(wrong)
        right = post(house.client("ana"), f"/account/ways/{mail}/heard", None, **{field: found[1]})
        assert right.status_code == 302
        assert rung(house) == [("email", "asked", True)]


@pytest.mark.parametrize(("kind", "address"), [("call", LANDLINE), ("email", MAIL)])
def test_a_way_is_proved_by_the_code_that_came_by_it(tmp_path: Path, kind: str, address: str) -> None:
    with house_with(tmp_path) as house:
        assert post(house.client("ana"), "/account/ways", None, kind=kind, number=address).status_code == 302
        house.worker.tick()
        given: Iterable[str] = (
            [one.script for one in house.recorder.calls_to(address)]
            if kind == "call"
            else [one.body for one in house.recorder.letters_to(address)]
        )
        (said,) = given
        code = code_in(said)
        with house.shell.store.read() as connection:
            way = str(connection.scalars(select(ways.c.id).where(ways.c.address == address)).one())
        assert (kind, way) not in order(house), "it does not count before it is proved"
        proved = post(house.client("ana"), f"/account/ways/{way}/prove", None, **{f"code-{way}": code})
        assert proved.status_code == 302
        assert (kind, way) in order(house)


DIGITS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine".split())}


def code_in(said: str) -> str:
    """The six digits, written or spoken."""
    written = re.search(r"\b\d{6}\b", said)
    if written:
        return written[0]
    spoken = [DIGITS[word] for word in re.findall(r"[a-z]+", said.lower()) if word in DIGITS]
    assert len(spoken) >= 6, said
    return "".join(spoken[:6])


@pytest.mark.parametrize("number", ["nobody", "a@b", "x@y.example, z@y.example", "me@" + "x" * 300 + ".com"])
def test_what_is_no_mail_address_is_refused(tmp_path: Path, number: str) -> None:
    with house_with(tmp_path) as house:
        answer = post(house.client("ana"), "/account/ways", None, kind="email", number=number)
        assert answer.status_code in (409, 422)
        house.worker.tick()
        assert order(house) == [("text", ""), ("call", "")]


def test_a_channel_that_nobody_carries_cannot_be_rung_or_added(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert post(house.client("ana"), "/account/ways/ring", channel="call").status_code == 409
        assert post(house.client("ana"), "/account/ways", kind="email", number=MAIL).status_code == 409
