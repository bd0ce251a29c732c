"""The readiness lint of 60 days for a hundred programs, read from the database: python -m tests.bench.lint."""

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from app.clock import VirtualClock
from app.rota.ready import findings
from app.tables import credentials, people, programs, rota_layers, rota_tiers, time_off, ways
from app.wiring import shell_for
from tests.bench.figures import machine, show, spread
from tests.house import NIGHT, create_schema, settings_for

PROGRAMS, PEOPLE = 100, 24
ZONES = ("America/Chicago", "America/New_York", "America/Phoenix", "America/Los_Angeles")
# tier, opens, how many at once, every how many people a new layer begins
LAYERS = (
    ("primary", "07:00", 2),
    ("primary", "19:00", 2),
    ("backup", "07:00", 1),
    ("backup", "19:00", 1),
    ("supervisor", "07:00", 1),
    ("supervisor", "19:00", 1),
    ("tele", "07:00", 1),
    ("tele", "19:00", 1),
)
BRING = [{"skill": "licensed", "count": 1, "hard": True}, {"skill": "spanish", "count": 1, "hard": False}]


def a_program(connection: Connection, number: int) -> str:
    """Eight layers in four tiers, 24 people, credentials that end, time off."""
    program = f"p{number}"
    zone = ZONES[number % len(ZONES)]
    house = {"policy": {}, "areas": [], "active": True, "rota": {"required": {"primary": ["driver"]}}}
    connection.execute(programs.insert().values(id=program, name=program, zone=zone, state="MN", **house))
    staff = [f"{program}-{place}" for place in range(PEOPLE)]
    connection.execute(people.insert(), [_person(program, person) for person in staff])
    connection.execute(credentials.insert(), list(_credentials(staff)))
    connection.execute(ways.insert(), [_way(person) for person in staff])
    for place, tier in enumerate(("primary", "backup", "supervisor", "tele")):
        bring = BRING if tier == "primary" else []
        need = {"tier": tier, "people": 2 if tier == "primary" else 1, "bring": bring, "place": place}
        connection.execute(rota_tiers.insert().values(program=program, **need))
    for place, (tier, opens, at_once) in enumerate(LAYERS):
        connection.execute(
            rota_layers.insert().values(_layer(program, staff, place, tier, opens, at_once, zone))
        )
    connection.execute(time_off.insert(), list(_away(program, staff)))
    return program


def _person(program: str, person: str) -> dict[str, Any]:
    number = f"+1218{abs(hash(person)) % 10_000_000:07d}"
    row = {"id": person, "name": f"Person {person}", "email": f"{person}@x.example", "phone": number}
    skills = ["spanish"] if person.endswith("3") else []
    return row | {
        "roles": ["responder"], "program": program, "skills": skills, "active": True, "created_at": NIGHT,
        "credential": "CM",
    }  # fmt: skip


def _credentials(staff: list[str]) -> Iterator[dict[str, Any]]:
    for place, person in enumerate(staff):
        ends_on = "2026-12-01" if place % 7 == 0 else "2028-12-01"
        for kind, title in (("driver", ""), ("license", "LICSW")):
            row = {"id": f"{person}-{kind}", "person": person, "kind": kind, "title": title, "state": "MN"}
            yield row | {"ends_on": ends_on, "added_at": NIGHT, "verified_at": NIGHT}


def _way(person: str) -> dict[str, Any]:
    return {"id": person, "person": person, "kind": "call", "address": "+12185550100", "added_at": NIGHT}


def _away(program: str, staff: list[str]) -> Iterator[dict[str, Any]]:
    for place, person in enumerate(staff[::3]):
        start = NIGHT + timedelta(days=5 * place)
        span = {"starts_at": start, "ends_at": start + timedelta(days=4), "asked_at": NIGHT}
        yield {
            "id": f"{person}-off",
            "program": program,
            "person": person,
            "kind": "vacation",
            "state": "approved",
            **span,
        }


def _layer(
    program: str, staff: list[str], place: int, tier: str, opens: str, at_once: int, zone: str
) -> dict[str, Any]:
    mine = staff[place * 3 :] + staff[: place * 3]
    line = [mine[first : first + at_once] for first in range(0, 6 * at_once, at_once)]
    body = {"tier": tier, "zone": zone, "begins": "2025-01-06T00:00", "line": line}
    body["windows"] = [{"from": opens, "hours": 12}]
    row = {"id": f"{program}-l{place}", "program": program, "tier": tier, "name": f"{tier} {opens}"}
    return row | {"place": place, "body": json.dumps(body), "made_by": staff[0], "made_at": NIGHT}


def main() -> None:
    """Every program once to warm up, then each measured."""
    with tempfile.TemporaryDirectory() as folder:
        shell = shell_for(settings_for(f"sqlite:///{folder}/standby.db"), VirtualClock(NIGHT))
        create_schema(shell)
        with shell.store.write() as connection:
            every = [a_program(connection, number) for number in range(PROGRAMS)]
        waits, count, began = [], 0, time.process_time()
        for program in every:
            asked = time.perf_counter()
            with shell.store.read() as connection:
                count += len(findings(connection, shell, program))
            waits.append(time.perf_counter() - asked)
        processor = time.process_time() - began
        shell.store.close()
    head = ["programs", "findings", "s of processor", "s", "each", "p50 ms", "p99 ms", "worst ms"]
    row = [str(PROGRAMS), f"{count:,}", f"{processor:.2f}", f"{sum(waits):.2f}", *spread(waits)]
    show(f"The lint of 60 days (target 5 s for 100 programs); {machine()}", head, [row])


if __name__ == "__main__":
    main()
