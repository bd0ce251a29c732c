"""Drafts in the service: made, watched, stopped, compared, published; and what a dead planner leaves behind."""

import html
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.rota.drafts import stored
from app.tables import (
    journal,
    outbox,
    people,
    rota_drafts,
    rota_layers,
    rota_overrides,
    rota_wishes,
    shifts,
    time_off,
)
from dispatch.rota.plan.check import faults_of
from dispatch.rota.plan.codec import write_problem
from tests.house import PROGRAM, House
from tests.planner_cases import a_county
from tests.planner_house import ASKED, a_planning_house, made, make, shifts_of, solvers_of, wait_for_answer
from tests.walk import post, text


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_planning_house(tmp_path) as built:
        yield built


def state_of(house: House, draft: str) -> str:
    with house.shell.store.read() as connection:
        return str(connection.scalar(select(rota_drafts.c.state).where(rota_drafts.c.id == draft)))


def page(house: House, draft: str, part: str = "") -> str:
    answer = house.client("brandvold").get(f"/rota/plan/{draft}{part}")
    assert answer.status_code == 200
    return text(answer)


def published_texts(house: House) -> dict[str, int]:
    found: dict[str, int] = {}
    with house.shell.store.read() as connection:
        for person in connection.scalars(select(outbox.c.person).where(outbox.c.kind == "RotaPublished")):
            found[person] = found.get(person, 0) + 1
    return found


def publish(house: House, draft: str) -> tuple[int, str]:
    answer = post(house.client("brandvold"), f"/rota/plan/{draft}/publish")
    return answer.status_code, text(answer)


def test_a_draft_comes_at_once_and_is_kept_when_it_is_stopped(house: House) -> None:
    draft = made(house)
    with house.shell.store.read() as connection:
        kept = stored(connection, PROGRAM, draft)
    assert kept.state == "stopped" and kept.draft is not None
    assert faults_of(kept.problem, kept.draft) == ()
    said = page(house, draft)
    assert "Stopped after" in said and "No holes" in said and "optimal" not in said
    assert shifts_of(house) == []


def test_the_page_asks_for_what_is_new_and_for_nothing_else(house: House) -> None:
    client = house.client("brandvold")
    draft = made(house)
    first = client.get(f"/rota/plan/{draft}/live?seen=nothing", headers={"X-Standby": "1"})
    assert first.status_code == 200
    mark = first.get_data(as_text=True).split('data-mark="')[1].split('"')[0]
    assert client.get(f"/rota/plan/{draft}/live?seen={mark}").status_code == 204


def test_a_search_that_proves_it_may_call_its_draft_optimal(house: House) -> None:
    pytest.importorskip("ortools")
    # Few places and nothing to wish for: proved within the time.
    draft = make(house, tiers=["backup"], shape="days", seconds="300")
    solvers_of(house).wait(draft, 290)
    assert state_of(house, draft) == "done"
    assert "This draft is optimal" in page(house, draft)


def test_a_planner_that_is_killed_leaves_the_service_and_its_best_draft(house: House) -> None:
    draft = make(house, seconds="300")
    wait_for_answer(house, draft)
    process = solvers_of(house).process_of(draft)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    solvers_of(house).wait(draft, 20)
    assert solvers_of(house).running() == frozenset()
    assert state_of(house, draft) == "stopped"
    said = page(house, draft)
    assert "The search ended by itself." in said and "No holes" in said
    assert publish(house, draft)[0] == 302


def test_a_draft_whose_service_was_restarted_says_so_and_can_be_published(house: House) -> None:
    draft = made(house)
    with house.shell.store.write() as connection:
        kept = connection.scalar(select(rota_drafts.c.progress).where(rota_drafts.c.id == draft)) or "{}"
        progress = json.dumps({**json.loads(kept), "how": "", "whys": {}})
        connection.execute(
            rota_drafts.update().where(rota_drafts.c.id == draft).values(state="running", progress=progress)
        )
    assert "the service was started again meanwhile" in page(house, draft)
    assert publish(house, draft)[0] == 302


def test_only_one_draft_is_worked_out_at_a_time(house: House) -> None:
    make(house, seconds="300")
    answer = post(house.client("brandvold"), "/rota/plan/new", **ASKED)
    assert answer.status_code == 409 and "worked out already" in text(answer)


def test_publishing_writes_plain_shifts_and_texts_each_person_once(house: House) -> None:
    draft = made(house)
    assert publish(house, draft)[0] == 302
    rows = shifts_of(house)
    assert len(rows) == 4 * 7 * 2 * 4
    texts = published_texts(house)
    assert set(texts) == {person for _, _, person, _ in rows} and set(texts.values()) == {1}
    with house.shell.store.read() as connection:
        kept = connection.scalars(select(journal.c.fact).where(journal.c.kind == "DraftPublished")).all()
    assert len(kept) == 1 and len(json.loads(kept[0])["added"]) == len(rows)
    house.worker.tick()
    again = publish(house, draft)
    assert again[0] == 409 and "published already" in again[1]
    assert len(shifts_of(house)) == len(rows)
    assert "Published." in page(house, draft)


def test_the_look_before_says_how_many_are_texted(house: House) -> None:
    draft = made(house)
    said = page(house, draft, "/publish")
    assert "224 shifts are written" in said and "get a text" in said
    assert shifts_of(house) == []


def test_leave_that_came_after_the_draft_stops_its_publishing(house: House) -> None:
    draft = made(house)
    with house.shell.store.write() as connection:
        connection.execute(
            time_off.insert().values(
                id="late",
                program=PROGRAM,
                person="r01",
                kind="vacation",
                starts_at=datetime(2026, 12, 7, 6, tzinfo=UTC),
                ends_at=datetime(2027, 1, 4, 6, tzinfo=UTC),
                state="approved",
                asked_at=house.clock.now(),
            )
        )
    code, said = publish(house, draft)
    assert code == 409 and "Resp 01 is away" in said and "Make a new draft" in said
    assert shifts_of(house) == [] and published_texts(house) == {}


def test_a_layer_over_the_same_weeks_is_refused_before_anybody_is_doubled(house: House) -> None:
    draft = made(house)
    body = {"tier": "backup", "zone": "America/Chicago", "begins": "2026-12-14T07:00", "line": [["cyd"]]}
    with house.shell.store.write() as connection:
        connection.execute(
            rota_layers.insert().values(
                id="nights",
                program=PROGRAM,
                tier="backup",
                name="Backup weeks",
                place=1,
                body=json.dumps({"id": "nights", "name": "Backup weeks", "turn_hours": 168, **body}),
                made_by="root",
                made_at=house.clock.now(),
            )
        )
    code, said = publish(house, draft)
    assert code == 409 and "The layer Backup weeks puts people on backup" in said
    new = post(house.client("brandvold"), "/rota/plan/new", **ASKED)
    assert new.status_code == 409 and "would be doubled" in text(new)
    without = post(
        house.client("brandvold"), "/rota/plan/new", **{**ASKED, "tiers": ["primary", "supervisor"]}
    )
    assert without.status_code == 302


def test_a_shift_written_after_the_draft_was_made_is_not_doubled(house: House) -> None:
    draft = made(house)
    with house.shell.store.write() as connection:
        connection.execute(
            shifts.insert().values(
                id="by-hand",
                program=PROGRAM,
                tier="backup",
                person="cyd",
                starts_at=datetime(2026, 12, 8, 13, tzinfo=UTC),
                ends_at=datetime(2026, 12, 9, 1, tzinfo=UTC),
            )
        )
    code, said = publish(house, draft)
    assert code == 409 and "Shifts changed since the draft was made, first backup Tue 8 Dec 07:00" in said


def test_a_published_rota_is_planned_anew_around_what_is_locked(house: House) -> None:
    assert publish(house, made(house))[0] == 302
    before = {row[:3]: row[3] for row in shifts_of(house)}
    leaver = next(person for _, tier, person in before if tier == "primary")
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == leaver).values(active=False))
        connection.execute(outbox.delete())
    second = made(house)
    look = page(house, second, "/publish")
    kept = sum(person != leaver for _, _, person in before)
    assert f"{kept} shifts stay as it is published" in look or f"{kept} shifts stay" in look
    assert publish(house, second)[0] == 302
    after = {row[:3]: row[3] for row in shifts_of(house)}
    assert all(after.get(place) == id for place, id in before.items() if place[2] != leaver)
    assert not any(person == leaver for _, _, person in after)
    # Only those with a new shift hear of it.
    assert set(published_texts(house)) == {person for _, _, person in after.keys() - before.keys()}


def test_people_who_are_freed_may_lose_their_shifts_and_others_may_not(house: House) -> None:
    assert publish(house, made(house))[0] == 302
    draft = made(house, freed=["r02"])
    with house.shell.store.read() as connection:
        problem = stored(connection, PROGRAM, draft).problem
    assert {one.person for one in problem.standing if not one.locked} == {"r02"}
    moving = made(house, moving="few")
    with house.shell.store.read() as connection:
        assert not any(one.locked for one in stored(connection, PROGRAM, moving).problem.standing)


def test_a_change_of_the_rota_is_worked_around_and_stays(house: House) -> None:
    assert publish(house, made(house))[0] == 302
    start, tier, person, _ = next(row for row in shifts_of(house) if row[1] == "backup")
    starts_at = datetime.fromisoformat(start)
    with house.shell.store.write() as connection:
        connection.execute(
            rota_overrides.insert().values(
                id="swap",
                program=PROGRAM,
                number=99_999,
                tier=tier,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=12),
                instead_of=person,
                person="dov",
                why="manager",
                made_by="brandvold",
                made_at=house.clock.now(),
            )
        )
    draft = made(house)
    with house.shell.store.read() as connection:
        kept = stored(connection, PROGRAM, draft)
    changed = next(
        number
        for number, slot in enumerate(kept.problem.slots)
        if (slot.tier, slot.starts_at) == (tier, starts_at)
    )
    assert kept.problem.slots[changed].people == 0 and kept.draft is not None
    assert kept.draft[changed] == ()
    assert publish(house, draft)[0] == 302


def test_a_night_that_was_given_to_nobody_stops_the_publishing(house: House) -> None:
    """A change that leaves a place empty would take the new shift off again, and a hole would be called covered."""
    starts_at = datetime(2026, 12, 8, 13, tzinfo=UTC)
    with house.shell.store.write() as connection:
        connection.execute(
            rota_overrides.insert().values(
                id="nobody",
                program=PROGRAM,
                number=99_999,
                tier="backup",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=12),
                why="manager",
                made_by="brandvold",
                made_at=house.clock.now(),
            )
        )
    code, said = publish(house, made(house))
    assert code == 409 and "backup Tue 8 Dec 07:00 to 19:00 off again" in said
    assert shifts_of(house) == [] and published_texts(house) == {}


def test_wishes_and_last_weeks_nights_are_part_of_the_problem(house: House) -> None:
    evening = datetime(2026, 12, 4, 1, tzinfo=UTC)
    with house.shell.store.write() as connection:
        connection.execute(
            rota_wishes.insert().values(
                id="w", person="r03", day="2026-12-24", part="night", kind="avoid", made_at=house.clock.now()
            )
        )
        for night in range(4):
            begins = evening + timedelta(days=night)
            connection.execute(
                shifts.insert().values(
                    id=f"before{night}",
                    program=PROGRAM,
                    tier="primary",
                    person="r03",
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=12),
                )
            )
    draft = made(house)
    with house.shell.store.read() as connection:
        kept = stored(connection, PROGRAM, draft)
    assert [(wish.person, wish.part) for wish in kept.problem.wishes] == [("r03", "night")]
    assert sum(one.person == "r03" for one in kept.problem.around) == 4
    assert kept.draft is not None
    first_night = [people for slot, people in zip(kept.problem.slots, kept.draft, strict=True) if slot.night][
        :4
    ]
    assert not any("r03" in people for people in first_night)


def test_two_drafts_stand_side_by_side(house: House) -> None:
    one, other = made(house), made(house, shape="days")
    said = page(house, one, f"/compare?with={other}")
    assert "Draft 1 beside draft 2" in said and "Resp 00" in said
    alone = page(house, one, "/compare")
    assert "Each person" not in alone


def test_without_enough_people_a_draft_says_which_places_are_empty_and_why(tmp_path: Path) -> None:
    with a_planning_house(tmp_path, responders=0) as house:
        draft = made(house)
        said = page(house, draft)
        assert "0 of 1 people on backup" in said or "of 2 people on primary" in said
        assert "who may work it" in said
        look = page(house, draft, "/publish")
        assert "holes stay" in look


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_on": "2026-11-10"}, "Write a date from 2026-11-11"),
        ({"starts_on": ""}, "Write the first day"),
        ({"weeks": "3"}, "from 4 to 13"),
        ({"weeks": "many"}, "from 4 to 13"),
        ({"tiers": []}, "Choose at least one tier."),
        ({"tiers": ["tele"]}, "Choose at least one tier that needs people."),
        ({"shape": "thirds"}, "Choose how long a shift is."),
        ({"moving": ""}, "Choose what becomes of published shifts."),
        ({"seconds": "9999"}, "Choose how long to search."),
        ({"freed": ["nobody"]}, "Choose from the list."),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_sentence(
    house: House, wrong: dict[str, object], sentence: str
) -> None:
    answer = post(house.client("brandvold"), "/rota/plan/new", **{**ASKED, **wrong})
    assert answer.status_code in (409, 422)
    assert sentence in text(answer)
    assert solvers_of(house).running() == frozenset()


def test_a_draft_can_be_thrown_away_and_never_one_that_runs(house: House) -> None:
    draft = make(house, seconds="300")
    assert post(house.client("brandvold"), f"/rota/plan/{draft}/discard").status_code == 409
    post(house.client("brandvold"), f"/rota/plan/{draft}/stop")
    assert post(house.client("brandvold"), f"/rota/plan/{draft}/discard").status_code == 302
    assert text(house.client("brandvold").get("/rota/plan")).count("Draft 1") == 0


def test_a_planner_knows_no_key_of_the_service(house: House) -> None:
    draft = make(house, seconds="300")
    process = solvers_of(house).process_of(draft)
    environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    names = {entry.split(b"=")[0].decode() for entry in environment if entry}
    assert names <= {"PATH", "PYTHONPATH", "LC_CTYPE"}


ALONE = (
    "import sys; sys.modules['ortools'] = None; from app.planner.__main__ import main; sys.exit(main(['5']))"
)


def test_without_or_tools_there_is_a_first_draft_and_the_page_says_what_to_install(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = json.dumps(write_problem(a_county(12, 4)))
    ran = subprocess.run(
        [sys.executable, "-c", ALONE], input=problem + "\n", capture_output=True, text=True, timeout=60
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["draft", "end"] and lines[-1]["how"] == "alone"
    monkeypatch.setitem(sys.modules, "ortools", None)
    said = text(house.client("brandvold").get("/rota/plan/new"))
    assert "OR-Tools is not installed" in said and 'pip install "standby[planner]"' in html.unescape(said)


@pytest.mark.parametrize("gone", [False, True])
def test_a_planner_stops_at_a_word_and_when_the_service_is_gone(gone: bool) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.planner", "20"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(write_problem(a_county(12, 4))) + "\n" + ("" if gone else "stop\n"))
    process.stdin.flush()
    if gone:
        process.stdin.close()
    # Otherwise its input stays open: the word alone must do.
    said = process.stdout.readlines()
    assert json.loads(said[-1])["how"] == "stopped"
    assert process.wait(20) == 0
    process.stdin.close()
    process.stdout.close()
