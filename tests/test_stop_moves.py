"""A STOP that the version before kept with the person stands with the number afterwards, and is lost by nobody."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.schema import upgrade
from app.store import Store
from app.tables import ways
from tests.faults.conftest import BOTH
from tests.faults.migrating import at_the_version_before

STOPPED_AT = 1_700_000_000_000_000
PERSON = (
    "INSERT INTO people (id, name, credential, email, phone, roles, program, skills, active, created_at,"
    " text_blocked_at) VALUES ('{0}', '{0}', '', '{0}@x.example', {1}, '[]', 'p', '[]', true, 0, {2})"
)
WAY = "INSERT INTO ways (id, person, kind, address, code_tries, added_at) VALUES ('{}', '{}', 'text', '{}', 0, 0)"


@pytest.mark.parametrize("kind", BOTH)
def test_a_stop_moves_from_the_person_to_their_first_number(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    with at_the_version_before(request, tmp_path, kind) as (_, url, _there):
        store = Store(url)
        with store.write() as connection:
            for statement in (
                PERSON.format("ben", "'+15555550103'", STOPPED_AT),  # no row of the number yet
                PERSON.format("cyd", "'+15555550104'", STOPPED_AT),  # a row of it, and of a second one
                WAY.format("w1", "cyd", "+15555550104"),
                WAY.format("w2", "cyd", "+15555550199"),
                PERSON.format("dov", "'+15555550105'", "NULL"),
                WAY.format("w3", "dov", "+15555550105"),
                PERSON.format("eve", "NULL", STOPPED_AT),
            ):
                connection.exec_driver_sql(statement)
        upgrade(store)
        with store.read() as connection:
            rows = connection.execute(select(ways).order_by(ways.c.person, ways.c.address)).all()
        store.close()
    assert [(row.person, row.address[-3:], row.blocked_at is not None) for row in rows] == [
        ("ben", "103", True),
        ("cyd", "104", True),
        ("cyd", "199", False),
        ("dov", "105", False),
    ]
