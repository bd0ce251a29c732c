"""PostgreSQL as we use it: one writer at a time across processes, readers that see one instant, the same tables."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from app.commit import commit, next_ref
from app.journal import verify
from app.schema import is_empty, is_newest, upgrade
from app.shell import Shell
from app.store import WRITERS_LOCK, Store
from app.tables import FROZEN, frozen_triggers, heartbeats, metadata
from dispatch import commands as c
from dispatch.value import Refused
from tests.cover_race import race_of_takers
from tests.crisis import a_crisis
from tests.house import House, a_house
from tests.postgres import Postgres, empty

pytestmark = pytest.mark.servers
AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DEADLINE = 20.0


class AnotherProcess(Store):
    """A store of a second process: it does not queue with ours, so only the database's own lock is between us."""

    @contextmanager
    def write(self, next_in_line: bool = False) -> Iterator[Connection]:
        with self._writers.begin() as connection:
            yield connection


@dataclass
class Elsewhere:
    """A house whose every thread writes as a process of its own."""

    shell: Shell


@pytest.fixture
def url(migrated: str) -> Iterator[str]:
    yield migrated
    empty(migrated)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: Path, url: str) -> Iterator[House]:
    with a_house(tmp_path, database_url=url) as made:
        yield made


@pytest.fixture
def elsewhere(house: House) -> Iterator[Elsewhere]:
    theirs = AnotherProcess(house.shell.settings.database_url)
    yield Elsewhere(replace(house.shell, store=theirs))
    theirs.close()


def all_at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert not any(thread.is_alive() for thread in threads)


def beats(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(heartbeats)) or 0


# --- the schema --------------------------------------------------------------------------------------------


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays_there(postgres: Postgres) -> None:
    with postgres.database() as url:
        store = Store(url)
        assert is_empty(store) and not is_newest(store)
        upgrade(store)
        assert is_newest(store) and not is_empty(store)
        upgrade(store)
        assert is_newest(store)
        store.close()


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_partial_indexes_and_triggers_are_there_too(store: Store) -> None:
    with store.read() as connection:
        partial = connection.scalars(
            text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%WHERE%'")
        ).all()
        triggers = connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all()
    said = {
        index.name
        for table in metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }
    assert set(partial) == said and len(said) >= 5
    assert set(triggers) == set(FROZEN) and len(frozen_triggers("postgresql")) == len(FROZEN) + 1


# --- writers and readers -----------------------------------------------------------------------------------


def test_a_write_takes_the_writers_lock_before_it_reads_and_gives_it_back(store: Store) -> None:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted")
    with store.write() as connection:
        assert connection.scalar(held, {"key": WRITERS_LOCK}) == 1
    with store.read() as connection:
        assert connection.scalar(held, {"key": WRITERS_LOCK}) == 0


def test_writers_of_two_processes_lose_nothing(store: Store) -> None:
    other = AnotherProcess(store.engine.url.render_as_string(hide_password=False))
    refs: list[int] = []

    def write(mine: Store) -> None:
        for _ in range(15):
            with mine.write() as connection:
                refs.append(next_ref(connection))

    all_at_once([lambda one=one: write(one) for one in (store, other, other, other)])
    other.close()
    assert sorted(refs) == list(range(min(refs), min(refs) + 60))


def test_a_change_that_fails_leaves_nothing_and_frees_the_lock(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))
        raise ZeroDivisionError
    assert beats(store) == 0
    other = AnotherProcess(store.engine.url.render_as_string(hide_password=False))
    with other.write() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))
    other.close()
    assert beats(store) == 1


def test_whoever_was_cut_off_in_the_middle_of_a_write_holds_the_others_up_for_seconds_only(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.IDLE_MILLISECONDS", 300)
    gone, here = AnotherProcess(url), Store(url)
    try:
        with pytest.raises(DBAPIError, match="idle"), gone.write() as cut_off:
            cut_off.execute(heartbeats.insert().values(name="gone", at=AT))
            with here.write() as connection:
                connection.execute(heartbeats.insert().values(name="here", at=AT))
        assert beats(here) == 1
    finally:
        gone.close()
        here.close()


def test_a_reader_waits_for_no_writer_and_sees_one_instant(store: Store) -> None:
    counted = select(func.count()).select_from(heartbeats)
    with store.read() as reader:
        assert reader.scalar(counted) == 0
        with store.write() as connection:
            connection.execute(heartbeats.insert().values(name="worker", at=AT))
            assert beats(store) == 0
        assert beats(store) == 1
        assert reader.scalar(counted) == 0


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match="read-only"), store.read() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))


def test_a_connection_that_the_server_closed_is_made_anew(store: Store) -> None:
    assert beats(store) == 0
    other = AnotherProcess(store.engine.url.render_as_string(hide_password=False))
    with other.write() as connection:
        ended = text(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert connection.scalar(ended) == 1
    other.close()
    assert beats(store) == 0


# --- the service -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("takers", "rounds"), [(2, 20), (8, 3)])
def test_two_people_and_eight_accept_one_shift_at_once_and_one_has_it(
    elsewhere: Elsewhere, takers: int, rounds: int
) -> None:
    race_of_takers(elsewhere, takers, rounds)


def test_two_people_take_one_seat_over_at_once_and_one_has_it(house: House, elsewhere: Elsewhere) -> None:
    crisis = a_crisis(house).sent()
    at_once, said = threading.Barrier(2), []

    def take(person: str) -> None:
        at_once.wait()
        try:
            commit(elsewhere.shell, crisis.id, c.TakeOver(person, "ana", person), via="board")
            said.append("")
        except Refused as refused:
            said.append(refused.sentence)

    all_at_once([lambda one=one: take(one) for one in ("cyd", "dov")])
    assert sorted(bool(sentence) for sentence in said) == [False, True]
    assert len(crisis.incident().out) == 2 and "ana" not in crisis.incident().out


def test_the_worker_sends_what_is_owed_and_wakes_what_is_due(house: House) -> None:
    crisis = a_crisis(house)
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    house.worker.tick()
    assert any(f"Crisis page {crisis.ref}" in said for said in house.texts("ana"))
    house.pass_time(minutes=3)
    assert any(f"Crisis page {crisis.ref}" in said for said in house.texts("cyd"))


def test_the_journal_of_two_processes_holds_together(house: House, elsewhere: Elsewhere) -> None:
    crises = [a_crisis(house) for _ in range(4)]

    def work(number: int) -> None:
        shell = (house if number % 2 else elsewhere).shell
        for acuity in (1, 2, 1, 2):
            commit(shell, crises[number].id, c.Triage("ruiz", acuity), via="board")

    all_at_once([lambda one=one: work(one) for one in range(4)])
    house.clock.move(timedelta(minutes=1))
    with house.shell.store.read() as connection:
        verdict = verify(connection, house.shell.settings.journal_key)
    assert verdict.reason is None and verdict.rows > 16
