"""Signed notes never change: not by a form, not by raw SQL; if somebody does it anyway, the page says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from app import charts as chart_row
from app.charts import Entry
from app.record.signing import canonical, digest
from app.store import Store
from app.tables import addenda, charts, journal
from dispatch.stages import Stage
from dispatch.value import Refused
from tests.crisis import FINISHED, HOSTILE, Crisis, a_crisis
from tests.house import House, a_house
from tests.walk import post


@pytest.fixture
def crisis(house: House) -> Crisis:
    return a_crisis(house).sent().on_scene().cleared()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crisis]:
    """One crisis for all the asks that change nothing."""
    with a_house(tmp_path_factory.mktemp("still")) as house:
        crisis = a_crisis(house).sent().on_scene().cleared().signed()
        chart_row.add(house.shell, crisis.id, "ana", "One more thing")
        yield crisis


def raw(crisis: Crisis, statement: str, **values: object) -> None:
    with crisis.house.shell.store.write() as connection:
        connection.execute(text(statement), values)


def thaw(crisis: Crisis) -> None:
    """Somebody with the database in their hands takes the guards away."""
    for trigger in ("signed_chart_update", "addenda_update"):
        raw(crisis, f"DROP TRIGGER {trigger}")


def page_of(crisis: Crisis, who: str = "okonjo") -> str:
    return crisis.house.client(who).get(f"/incidents/{crisis.ref}/chart").get_data(as_text=True)


def test_a_complete_chart_is_signed_and_frozen_in_one_go(crisis: Crisis) -> None:
    crisis.written()
    done = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/sign", version=1)
    assert done.status_code == 303
    assert crisis.incident().stage is Stage.WAITING_REVIEW
    chart = crisis.notes().chart
    assert chart.digest == digest(canonical(chart.kept.answers)) == crisis.incident().digest
    assert chart.signed_at == crisis.house.shell.clock.now()
    assert (crisis.column("disposition"), crisis.column("level_of_care")) == ("community", "community")


def test_a_chart_with_something_missing_is_not_signed_and_says_what(crisis: Crisis) -> None:
    crisis.written(narrative="")
    told = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/sign", version=1)
    assert told.status_code == 409 and "Write what happened, in order." in told.get_data(as_text=True)
    assert crisis.notes().chart.signed_at is None


def test_a_child_needs_a_word_about_the_guardian(house: House) -> None:
    crisis = a_crisis(house, band="child").sent().on_scene().cleared().written()
    told = post(house.client("ana"), f"/incidents/{crisis.ref}/sign", version=1)
    assert told.status_code == 409 and "guardian" in told.get_data(as_text=True)


def test_two_texts_in_one_field_must_be_settled_before_signing(crisis: Crisis) -> None:
    crisis.written()
    crisis.save("ben", {"narrative": "Otherwise"}, base=0, window="b")
    page = crisis.house.client("ana").get(f"/incidents/{crisis.ref}/sign").get_data(as_text=True)
    assert "Two devices wrote this: choose which text stays." in page
    told = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/sign", version=2)
    assert told.status_code == 409


def test_nobody_signs_what_they_did_not_read(crisis: Crisis) -> None:
    crisis.written()
    crisis.save("ben", {"allergies": "penicillin"})
    told = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/sign", version=1)
    assert told.status_code == 409 and "changed since you opened" in told.get_data(as_text=True)
    assert crisis.notes().chart.signed_at is None


class Overtaken:
    """A store in which somebody else writes between one read and the next write."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        self._store, self._meanwhile = store, meanwhile
        self.write = store.write

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._store.read() as connection:
            yield connection
        self._meanwhile()


def test_a_change_that_slips_in_while_one_signs_stops_the_signature(crisis: Crisis) -> None:
    crisis.written()
    shell = crisis.house.shell
    slipped = Overtaken(shell.store, lambda: crisis.save("ben", {"allergies": "penicillin"}))
    with pytest.raises(Refused, match="changed while you signed"):
        chart_row.sign(replace(shell, store=slipped), crisis.id, "ana", 1)  # type: ignore[arg-type]
    assert crisis.incident().signed_by is None and crisis.notes().chart.signed_at is None


def test_who_was_not_there_does_not_sign(crisis: Crisis) -> None:
    crisis.written()
    told = post(crisis.house.client("okonjo"), f"/incidents/{crisis.ref}/sign", version=1)
    assert told.status_code == 409 and crisis.incident().signed_by is None
    assert post(crisis.house.client("cyd"), f"/incidents/{crisis.ref}/sign", version=1).status_code == 404


def test_a_double_press_signs_once(crisis: Crisis) -> None:
    crisis.written()
    client, url = crisis.house.client("ana"), f"/incidents/{crisis.ref}/sign"
    assert [post(client, url, version=1, key="once").status_code for _ in range(2)] == [303, 303]
    with crisis.house.shell.store.read() as connection:
        signed = connection.scalars(select(journal.c.seq).where(journal.c.kind == "Signed")).all()
    assert len(signed) == 1


def test_signed_notes_take_no_change_from_any_form(crisis: Crisis) -> None:
    crisis.signed()
    with pytest.raises(Refused, match="These notes are signed"):
        chart_row.save(crisis.house.shell, crisis.id, "ana", Entry({"narrative": "Otherwise"}, 1, "w"))
    client = crisis.house.client("ana")
    for path in ("chart", "decision", "chart/changes", "assess/narrative"):
        told = post(client, f"/incidents/{crisis.ref}/{path}", version=1, narrative="Otherwise")
        assert told.status_code == 409, path
    assert crisis.notes().chart.kept.answers["narrative"] == FINISHED["narrative"]
    assert client.get(f"/incidents/{crisis.ref}/assess").location.endswith("/chart")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE charts SET chart_sealed = x'00'",
        "UPDATE charts SET signed_at = NULL",
        "UPDATE charts SET digest = 'forged'",
        "DELETE FROM charts",
        "UPDATE addenda SET words_sealed = x'00'",
        "DELETE FROM addenda",
    ],
)
def test_raw_sql_cannot_change_a_signed_row(still: Crisis, statement: str) -> None:
    with pytest.raises(IntegrityError, match="frozen"):
        raw(still, statement)


def test_an_unsigned_row_may_still_change(crisis: Crisis) -> None:
    crisis.written()
    raw(crisis, "UPDATE charts SET author = 'ben'")


def test_the_digest_is_checked_whenever_the_notes_are_shown(crisis: Crisis) -> None:
    crisis.signed()
    crisis.pass_time(20)
    said = page_of(crisis)
    assert "Unchanged." in said and "Vela" in said
    assert "checked" in said and ">04:05</time>" in said


def test_a_chart_that_was_swapped_is_shown_as_not_what_was_signed(crisis: Crisis) -> None:
    crisis.signed()
    thaw(crisis)
    shell = crisis.house.shell
    forged = '{"answers":{"narrative":"Forged"},"marks":{},"beside":{}}'
    with shell.store.write() as connection:
        sealed = shell.keyring.seal("charts.chart", crisis.id, forged)
        connection.execute(
            charts.update().values(chart_sealed=sealed, digest=digest(canonical({"narrative": "Forged"})))
        )
    said = page_of(crisis)
    assert "It does not match what was signed." in said and "Unchanged." not in said


def test_a_chart_with_a_flipped_bit_is_said_and_does_not_break_the_page(crisis: Crisis) -> None:
    crisis.signed()
    thaw(crisis)
    with crisis.house.shell.store.read() as connection:
        sealed = bytearray(connection.scalar(select(charts.c.chart_sealed)) or b"")
    sealed[-1] ^= 1
    with crisis.house.shell.store.write() as connection:
        connection.execute(charts.update().values(chart_sealed=bytes(sealed)))
    assert "It cannot be opened" in page_of(crisis)
    assert "It cannot be opened" in crisis.house.client("ana").get(
        f"/incidents/{crisis.ref}/decision"
    ).get_data(as_text=True)


def test_an_addendum_stands_beside_the_signed_words(crisis: Crisis) -> None:
    crisis.signed()
    done = post(crisis.house.client("ben"), f"/incidents/{crisis.ref}/addenda", addendum=HOSTILE)
    assert done.status_code == 303
    said = page_of(crisis)
    assert (
        "Addendum" in said and "Whitcomb" in said and "&lt;script&gt;" in said and "<script>alert" not in said
    )
    assert FINISHED["narrative"] in said


def test_an_addendum_that_was_changed_is_shown_as_changed(crisis: Crisis) -> None:
    crisis.signed()
    chart_row.add(crisis.house.shell, crisis.id, "ana", "One more thing")
    thaw(crisis)
    shell = crisis.house.shell
    with shell.store.write() as connection:
        row = connection.scalar(select(addenda.c.id))
        assert row is not None
        connection.execute(
            addenda.update().values(words_sealed=shell.keyring.seal("addenda.words", row, "Nothing"))
        )
    assert "It does not match what was signed." in page_of(crisis)


@pytest.mark.parametrize(
    ("words", "sentence"), [("  ", "Write what you want to add."), ("x" * 8_001, "Write at most 8000")]
)
def test_an_addendum_that_cannot_be_taken_keeps_its_words_on_the_page(
    still: Crisis, words: str, sentence: str
) -> None:
    told = post(still.house.client("ana"), f"/incidents/{still.ref}/addenda", addendum=words)
    assert told.status_code == 422 and sentence in told.get_data(as_text=True)
    assert words in told.get_data(as_text=True)


def test_before_signing_there_are_no_addenda(crisis: Crisis) -> None:
    crisis.written()
    told = post(crisis.house.client("ana"), f"/incidents/{crisis.ref}/addenda", addendum="More")
    assert told.status_code == 409 and "not signed yet" in told.get_data(as_text=True)


def test_who_only_looked_on_does_not_add(still: Crisis) -> None:
    assert post(still.house.client("cyd"), f"/incidents/{still.ref}/addenda", addendum="x").status_code == 404
    assert (
        post(still.house.client("ruiz"), f"/incidents/{still.ref}/addenda", addendum="x").status_code == 403
    )
