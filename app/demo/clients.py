"""Puts the county's invented people into client records, with their plans and the hazards at their homes."""

from datetime import datetime

from sqlalchemy import select

from app.clients import create_client, write_plan
from app.demo.county import PROGRAM
from app.demo.words import Person
from app.hazards import add_hazard
from app.shell import Shell
from app.tables import clients

CASE_MANAGER = "sato"


def add_person(shell: Shell, person: Person, review_by: datetime) -> str:
    """One client's record; returns its id."""
    said = {
        "name": person.name,
        "born": person.born,
        "phone": person.phone,
        "address": person.address,
        "language": person.language,
        "guardian": person.guardian,
        "know": person.know,
    }
    client = create_client(
        shell, CASE_MANAGER, PROGRAM, said, case_manager=CASE_MANAGER, pronouns=person.pronouns
    )
    write_plan(shell, CASE_MANAGER, client, dict(person.plan), review_by)
    if person.hazard:
        add_hazard(
            shell,
            CASE_MANAGER,
            PROGRAM,
            kind="animal",
            source="team",
            words=person.hazard,
            client=client,
            review_days=365,
        )
    return client


def find_person(shell: Shell, name: str) -> str | None:
    """The record of one of the county's people, by name."""
    with shell.store.read() as connection:
        rows = connection.execute(select(clients.c.id, clients.c.name_sealed)).all()
    open_name = shell.keyring.open
    return next((row.id for row in rows if open_name("clients.name", row.id, row.name_sealed) == name), None)
