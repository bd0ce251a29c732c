"""The journal: only ever longer, each row bound to the one before, and the first bad row has a name."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.commit import commit, record
from app.journal import Verdict, verify, words_of
from app.tables import FROZEN, journal
from dispatch import commands as c
from tests.crisis import Crisis
from tests.house import PROGRAM, House, a_house, on_both

COLUMNS = [column.name for column in journal.columns if column.name != "seq"]

house = on_both(a_house)


def a_journal(house: House) -> int:
    """Some rows of two streams, one with sealed words; the seq of the row in the middle."""
    crisis = Crisis(house).received().sent()
    commit(
        house.shell,
        crisis.id,
        c.Describe("ruiz", fields=("place",)),
        via="board",
        words={"place": "9 Old Ferry"},
    )
    with house.shell.store.write() as connection:
        record(
            connection,
            house.shell,
            program=PROGRAM,
            stream="ana",
            by="root",
            via="board",
            kind="Hired",
            fact="{}",
        )
        described = select(journal.c.seq).where(journal.c.words_sealed.is_not(None))
        return connection.scalar(described) or 0


def verdict(house: House) -> Verdict:
    with house.shell.store.read() as connection:
        return verify(connection, house.shell.settings.journal_key)


def forge(house: House, statement: str) -> None:
    """As somebody would who has the file: the triggers do not bind them."""
    with house.shell.store.write() as connection:
        for name, (table, *_) in FROZEN.items():
            of_table = "" if house.shell.store.is_sqlite else f" ON {table}"
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{of_table}")
        connection.exec_driver_sql(statement)


def test_an_honest_journal_verifies(house: House) -> None:
    a_journal(house)
    assert verdict(house).reason is None
    assert verdict(house).rows > 8


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_column_is_named_by_its_row(house: House, column: str) -> None:
    row = a_journal(house)
    other = {"at": "at + 1", "recorded_at": "recorded_at + 1"}
    other |= dict.fromkeys(("words_sealed", "hash"), "x'00'" if house.shell.store.is_sqlite else "'\\x00'")
    forge(house, f"UPDATE journal SET {column} = {other.get(column, repr('forged'))} WHERE seq = {row}")
    assert verdict(house).bad_seq == row
    assert str(row) in (verdict(house).reason or "")


def test_a_row_that_was_taken_out_is_noticed_at_the_next(house: House) -> None:
    row = a_journal(house)
    forge(house, f"DELETE FROM journal WHERE seq = {row - 1}")
    assert verdict(house).bad_seq == row


def test_two_rows_that_were_swapped_are_noticed(house: House) -> None:
    row = a_journal(house)
    for was, now in ((row, -1), (row - 1, row), (-1, row - 1)):
        forge(house, f"UPDATE journal SET seq = {now} WHERE seq = {was}")
    assert verdict(house).bad_seq == row - 1


def test_another_key_verifies_nothing(house: House) -> None:
    a_journal(house)
    with house.shell.store.read() as connection:
        assert verify(connection, b"x" * 32).bad_seq == 1


@pytest.mark.parametrize("statement", ["UPDATE journal SET by = 'ana'", "DELETE FROM journal"])
def test_a_program_that_forgets_the_rules_cannot_change_a_row(house: House, statement: str) -> None:
    a_journal(house)
    with pytest.raises(IntegrityError, match="frozen"), house.shell.store.write() as connection:
        connection.exec_driver_sql(statement)
    assert verdict(house).reason is None


def test_a_persons_words_are_sealed_for_their_stream_and_travel_in_no_fact(house: House) -> None:
    row = a_journal(house)
    with house.shell.store.read() as connection:
        described = connection.execute(select(journal).where(journal.c.seq == row)).one()
        facts = connection.scalars(select(journal.c.fact)).all()
    assert words_of(house.shell.keyring, described.stream, described.words_sealed) == {"place": "9 Old Ferry"}
    assert not any("Ferry" in fact for fact in facts)


def test_a_late_entry_keeps_its_true_time_and_the_time_it_was_written(house: House) -> None:
    crisis = Crisis(house).received().sent()
    went_at = house.clock.now()
    house.clock.move(timedelta(minutes=9))
    crisis.ask(c.GoEnRoute("ana", "ana", at=went_at))
    with house.shell.store.read() as connection:
        row = connection.execute(select(journal).where(journal.c.kind == "StepTaken")).one()
    assert (row.at, row.recorded_at) == (went_at, house.clock.now())


def test_two_programs_keep_two_chains_and_both_are_walked(house: House) -> None:
    row = a_journal(house)
    with house.shell.store.write() as connection:
        for program in ("birch", PROGRAM, "birch"):
            record(
                connection,
                house.shell,
                program=program,
                stream="x",
                by="root",
                via="board",
                kind="Noted",
                fact="{}",
            )
    assert verdict(house).reason is None
    forge(house, "UPDATE journal SET by = 'ana' WHERE chain = 'birch'")
    assert (verdict(house).bad_seq or 0) > row
