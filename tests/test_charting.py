"""The assessment is saved as it is typed, on two devices at once, and nothing that was typed is lost."""

import json
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import func, select

from app.record.merge import mark_of
from app.tables import charts, journal, reads
from dispatch.stages import Stage
from tests.crisis import FINISHED, HOSTILE, Crisis, a_crisis
from tests.house import House, a_house
from tests.walk import csrf, post


@pytest.fixture
def crisis(house: House) -> Crisis:
    return a_crisis(house).sent().on_scene()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crisis]:
    """One crisis for all the asks that change nothing."""
    with a_house(tmp_path_factory.mktemp("still")) as house:
        yield a_crisis(house).sent().on_scene()


def answers(crisis: Crisis) -> dict[str, object]:
    return dict(crisis.notes().chart.kept.answers)


def autosave(crisis: Crisis, who: str, version: int, window: str = "w", **fields: object) -> tuple[int, dict]:  # type: ignore[type-arg]
    url = f"/incidents/{crisis.ref}/chart/changes?window={window}&page=all"
    told = post(crisis.house.client(who), url, {"X-Standby": "1"}, version=version, **fields)
    return told.status_code, told.get_json()


def test_a_change_is_saved_by_itself_and_the_rest_stays(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, narrative="He sat on the stairs.")
    status, told = autosave(crisis, "ana", 1, allergies="penicillin")
    assert (status, told["version"], told["errors"]) == (200, 2, {})
    assert answers(crisis) == {"narrative": "He sat on the stairs.", "allergies": "penicillin"}


def test_the_screener_says_the_rule_that_fired_as_one_answers(crisis: Crisis) -> None:
    _, told = autosave(crisis, "ana", 0, cssrs_q1="yes", cssrs_q2="yes", cssrs_q3="yes")
    assert "So far: moderate, not complete." in told["fragments"]["so-far"]
    assert "question 3 is yes" in told["fragments"]["so-far"]


def test_a_wrong_answer_does_not_hold_up_the_good_ones(crisis: Crisis) -> None:
    status, told = autosave(crisis, "ana", 0, narrative="Kept", risk="terrible", allergies="x" * 9_000)
    assert status == 200
    assert told["errors"]["risk"] == "Choose one of the answers shown."
    assert "Bring it to 8,000 or fewer" in told["errors"]["allergies"]
    assert answers(crisis) == {"narrative": "Kept"}


@pytest.mark.parametrize(
    "facts",
    ["5", '"words"', "[1, 2]", '[{"time": 3}]', '[{"who": "x"}]', "{", "[" * 5_000, '[["a"]]', "null1"],
)
def test_rows_of_the_wrong_shape_get_a_sentence(still: Crisis, facts: str) -> None:
    status, told = autosave(still, "ana", 0, facts=facts)
    assert status == 422
    assert told["errors"]["facts"].endswith(".")
    assert answers(still) == {}


def test_a_question_that_the_form_does_not_have_is_named_and_its_words_are_not_repeated(
    still: Crisis,
) -> None:
    status, told = autosave(still, "ana", 0, diagnosis="secret words")
    assert status == 422 and "no such question" in told["errors"]["diagnosis"]
    assert "secret words" not in json.dumps(told)


def test_a_stamp_of_the_rules_cannot_be_typed(still: Crisis) -> None:
    status, _ = autosave(still, "ana", 0, cssrs_version="forged")
    assert status == 422


def test_control_characters_do_not_get_into_the_record(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, narrative="a\x00b\x1b[31mc\u202ed\r\ne")
    assert answers(crisis)["narrative"] == "ab[31mcd\ne"


def test_ten_megabytes_are_refused_with_a_sentence_and_change_nothing(still: Crisis) -> None:
    client = still.house.client("ana")
    told = post(
        client,
        f"/incidents/{still.ref}/chart/changes",
        {"X-Standby": "1"},
        version=0,
        narrative="x" * 10_000_000,
    )
    assert told.status_code == 413
    assert "Send less" in told.get_json()["error"]
    assert answers(still) == {}


def test_a_wrong_value_comes_back_in_its_field(crisis: Crisis) -> None:
    typed = "long words " * 900
    page = post(
        crisis.house.client("ana"),
        f"/incidents/{crisis.ref}/chart",
        version=0,
        narrative=typed,
        allergies="ok",
    )
    text = unescape(page.get_data(as_text=True))
    assert page.status_code == 422
    assert typed in text and "One thing before this can be saved" in text
    assert answers(crisis) == {"allergies": "ok"}


def test_hostile_words_are_shown_as_words(crisis: Crisis) -> None:
    crisis.save(
        "ana", {"narrative": HOSTILE, "facts": [{"time": HOSTILE, "fact": HOSTILE, "source": HOSTILE}]}
    )
    crisis.save("ben", {"narrative": "<img src=x>"}, base=0)
    client = crisis.house.client("ana")
    for path in ("chart", "decision", "sign", "assess/narrative"):
        text = client.get(f"/incidents/{crisis.ref}/{path}").get_data(as_text=True)
        assert "<script>alert" not in text and "<img" not in text, path


def test_two_devices_fill_different_fields_from_the_same_page(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, window="phone", allergies="penicillin")
    status, told = autosave(crisis, "ben", 0, window="laptop", injuries="none")
    assert status == 200 and told["beside"] == []
    assert answers(crisis) == {"allergies": "penicillin", "injuries": "none"}


def test_what_two_devices_wrote_in_one_field_is_kept_side_by_side(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, window="phone", narrative="From the phone")
    _, told = autosave(crisis, "ben", 0, window="laptop", narrative="From the laptop")
    assert told["beside"] == ["narrative"]
    assert "Changed on another device" in told["fragments"]["news"]
    assert answers(crisis)["narrative"] == "From the phone"
    page = crisis.house.client("ana").get(f"/incidents/{crisis.ref}/chart").get_data(as_text=True)
    assert "Also written at" in page and "on another device" in page
    assert "From the phone" in page and "From the laptop" in page


def test_a_window_that_is_behind_does_not_overwrite_what_it_has_not_seen(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, window="phone", narrative="From the phone")
    _, told = autosave(crisis, "ben", 0, window="laptop", injuries="none")
    autosave(crisis, "ben", told["version"], window="laptop", narrative="Typed without having seen it")
    assert answers(crisis)["narrative"] == "From the phone"


def test_one_window_that_types_on_keeps_one_text_beside(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, window="phone", narrative="From the phone")
    for words in ("L", "La", "Laptop"):
        autosave(crisis, "ben", 0, window="laptop", narrative=words)
    (beside,) = crisis.notes().chart.kept.beside["narrative"]
    assert beside.value == "Laptop"


def test_the_same_window_is_never_in_its_own_way(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, window="phone", narrative="He")
    autosave(crisis, "ana", 0, window="phone", narrative="He sat")
    assert answers(crisis)["narrative"] == "He sat"
    assert crisis.notes().chart.kept.beside == {}


def test_a_whole_form_leaves_alone_what_its_person_did_not_touch(crisis: Crisis) -> None:
    crisis.save("ana", {"narrative": "Old", "allergies": "none"})
    crisis.save("ana", {"narrative": "New, from the phone"})
    seen = {"narrative": "Old", "allergies": "cats"}
    # the marks of the page as it was drawn at version 1
    given = json.dumps({"narrative": mark_of("Old"), "allergies": mark_of("none")})
    post(
        crisis.house.client("ben"),
        f"/incidents/{crisis.ref}/chart",
        version=1,
        window="w-b",
        given=given,
        **seen,
    )
    assert answers(crisis) == {"narrative": "New, from the phone", "allergies": "cats"}
    assert crisis.notes().chart.kept.beside == {}


@pytest.mark.parametrize(("choice", "stays", "goes"), [("take", "Ben", "Ana"), ("leave", "Ana", "Ben")])
def test_a_person_chooses_and_what_is_left_out_lies_sealed_in_the_journal(
    crisis: Crisis, choice: str, stays: str, goes: str
) -> None:
    crisis.save("ana", {"narrative": "Ana"}, window="a")
    crisis.save("ben", {"narrative": "Ben"}, base=0, window="b")
    row = crisis.notes().chart.row
    done = post(
        crisis.house.client("ana"),
        f"/incidents/{crisis.ref}/chart",
        version=row,
        settle=f"narrative b {choice}",
        narrative="Ana",
    )
    assert done.status_code == 303
    assert answers(crisis)["narrative"] == stays
    assert crisis.notes().chart.kept.beside == {}
    shell = crisis.house.shell
    with shell.store.read() as connection:
        fact, sealed = connection.execute(
            select(journal.c.fact, journal.c.words_sealed).where(journal.c.kind == "ChartChosen")
        ).one()
    assert goes not in fact
    assert json.loads(shell.keyring.open("journal.words", crisis.id, sealed)) == {"narrative": goes}


def test_the_first_save_after_the_scene_is_clear_begins_the_notes(crisis: Crisis) -> None:
    crisis.save("ana", {"narrative": "On scene already"})
    assert crisis.incident().stage is Stage.WITH_PERSON
    crisis.cleared().save("ana", {"narrative": "More"})
    assert crisis.incident().stage is Stage.DOCUMENTING


def test_the_journal_names_the_fields_and_never_the_words(crisis: Crisis) -> None:
    crisis.save("ana", {"narrative": "Words of a person"})
    crisis.save("ana", {"narrative": "Words of a person"})
    with crisis.house.shell.store.read() as connection:
        facts = connection.scalars(select(journal.c.fact).where(journal.c.kind == "ChartSaved")).all()
    assert facts == ['{"fields":["narrative"],"version":1}']


def test_the_row_is_sealed(crisis: Crisis) -> None:
    crisis.save("ana", {"narrative": "Words of a person"})
    with crisis.house.shell.store.read() as connection:
        sealed = connection.scalar(select(charts.c.chart_sealed))
    assert sealed is not None and b"Words" not in sealed


def test_only_those_on_the_incident_write(still: Crisis) -> None:
    assert autosave(still, "cyd", 0, narrative="x")[0] == 404
    status, told = autosave(still, "okonjo", 0, narrative="x")
    assert status == 409 and told["error"] == "Only the responders on this incident write its notes."
    assert (
        post(still.house.client("ruiz"), f"/incidents/{still.ref}/chart/changes", version=0).status_code
        == 403
    )
    assert answers(still) == {}


@pytest.mark.parametrize("path", ["chart", "decision", "assess", "assess/narrative", "sign"])
def test_other_peoples_incidents_are_not_there(still: Crisis, path: str) -> None:
    assert still.house.client("cyd").get(f"/incidents/{still.ref}/{path}").status_code == 404
    assert still.house.client("ana").get(f"/incidents/99999/{path}").status_code == 404
    assert still.house.client("ruiz").get(f"/incidents/{still.ref}/{path}").status_code == 403
    assert still.house.client().get(f"/incidents/{still.ref}/{path}").status_code == 302


def test_a_supervisor_reads_and_the_look_is_on_the_record(crisis: Crisis) -> None:
    crisis.save("ana", {"narrative": "He sat on the stairs."})
    page = crisis.house.client("okonjo").get(f"/incidents/{crisis.ref}/chart")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "He sat on the stairs." in text and "data-autosave" not in text
    with crisis.house.shell.store.read() as connection:
        looks = connection.scalar(
            select(func.count()).where(
                reads.c.person == "okonjo", reads.c.subject == crisis.id, reads.c.what == "chart"
            )
        )
    assert looks == 1


def test_saving_as_one_types_is_not_a_look(crisis: Crisis) -> None:
    autosave(crisis, "ana", 0, narrative="He sat")
    with crisis.house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(reads)) == 0


def test_a_post_without_the_sessions_word_changes_nothing(still: Crisis) -> None:
    client = still.house.client("ana")
    answer = client.post(f"/incidents/{still.ref}/chart", data={"version": 0, "narrative": "forged"})
    assert answer.status_code == 403 and csrf(client)
    assert answers(still) == {}


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30, "1.5"])
def test_a_version_that_is_none_is_told_and_saves_nothing(still: Crisis, version: str) -> None:
    told = post(still.house.client("ana"), f"/incidents/{still.ref}/chart", version=version, narrative="x")
    assert told.status_code == 422
    assert answers(still) == {}


def test_the_phone_asks_one_question_at_a_time_and_skips_by_the_rule(crisis: Crisis) -> None:
    client = crisis.house.client("ana")
    at = f"/incidents/{crisis.ref}/assess"
    assert client.get(at).location == f"{at}/cssrs_q1"
    assert "Read it aloud as written." in client.get(f"{at}/cssrs_q1").get_data(as_text=True)
    first = post(client, f"{at}/cssrs_q1", version=0, cssrs_q1="yes", go="next")
    assert first.location == f"{at}/cssrs_q2"
    second = post(client, f"{at}/cssrs_q2", version=1, cssrs_q2="no", go="next")
    assert second.location == f"{at}/cssrs_q6"
    page = client.get(second.location).get_data(as_text=True)
    assert "Question 6 of 6" in page and 'class="k"' in page
    assert "Go back to question 2" in page
    back = post(client, f"{at}/cssrs_q6", version=2, go="back")
    assert back.location == f"{at}/cssrs_q2"
    assert client.get(at).location == f"{at}/cssrs_q6"


def test_a_tick_taken_away_on_the_phone_is_taken_away(crisis: Crisis) -> None:
    crisis.save("ana", {"means": ["firearm", "rope"]})
    client, url = crisis.house.client("ana"), f"/incidents/{crisis.ref}/assess/means"
    post(client, url, version=1, window="a", given="{}", means="rope", go="next")
    assert answers(crisis)["means"] == ["rope"]
    post(client, url, version=2, window="a", given="{}", go="next")
    assert "means" not in answers(crisis)


def test_rows_come_from_a_plain_form_too(crisis: Crisis) -> None:
    fields = {"facts.0.time": "02:04", "facts.0.fact": "Saw it", "facts.0.source": "Vela", "facts.1.time": ""}
    done = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/decision", version=0, go="on", **fields)
    assert done.location.endswith("/sign")
    assert answers(crisis)["facts"] == [{"time": "02:04", "fact": "Saw it", "source": "Vela"}]


@pytest.mark.parametrize("step", ["sign", "nothing", "cssrs_version", "..", "%00"])
def test_a_step_that_does_not_exist_is_not_there(still: Crisis, step: str) -> None:
    assert still.house.client("ana").get(f"/incidents/{still.ref}/assess/{step}").status_code in (404, 308)


def test_what_is_missing_is_a_link_to_where_it_is_written(crisis: Crisis) -> None:
    crisis.cleared().save("ana", {**FINISHED, "narrative": ""})
    page = crisis.house.client("ana").get(f"/incidents/{crisis.ref}/sign").get_data(as_text=True)
    assert f'href="/incidents/{crisis.ref}/assess/narrative#f-narrative"' in page
    assert 'aria-disabled="true"' in page and "Opens when the one thing above is done." in page


def test_a_signature_that_the_rules_would_refuse_is_not_offered(crisis: Crisis) -> None:
    crisis.save("ana", FINISHED)
    client, at = crisis.house.client("ana"), f"/incidents/{crisis.ref}"
    page = client.get(f"{at}/sign").get_data(as_text=True)
    assert f'<a href="{at}/task">You are still there. Clear the scene first, then sign.</a>' in page
    assert 'aria-disabled="true"' in page and "Nothing is missing" not in page
    crisis.cleared()
    assert "Nothing is missing" in client.get(f"{at}/sign").get_data(as_text=True)
