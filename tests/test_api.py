"""What other programs are promised: who is on call, how far an incident is, every refusal a sentence."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from openapi_core import OpenAPI
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from sqlalchemy import select

from app.accounts import add_token
from app.api.openapi import DESCRIPTION
from app.queries.health import pulse
from app.tables import duties, heartbeats, incidents, intake, outbox, programs, reads
from tests.crisis import Crisis
from tests.house import NIGHT, House, a_house

Headers = dict[str, str]


def bearer(house: House, scope: str = "read", program: str = "alder") -> Headers:
    return {"Authorization": f"Bearer {add_token(house.shell, 'a test', scope, program, 'root')}"}


def read(house: House, path: str, headers: Headers | None = None) -> tuple[int, dict[str, object]]:
    answer = house.app.test_client().get(path, headers=headers or bearer(house))
    assert answer.is_json, answer.get_data(as_text=True)
    return answer.status_code, answer.get_json()


# --- on call ----------------------------------------------------------------------------------------------


def names(said: dict[str, object]) -> dict[str, list[str]]:
    tiers: list[dict[str, object]] = said["tiers"]  # type: ignore[assignment]
    return {str(tier["tier"]): [person["name"] for person in tier["people"]] for tier in tiers}  # type: ignore[attr-defined]


def test_who_is_on_call_now_is_who_a_page_would_ask(house: House) -> None:
    with house.shell.store.write() as connection:
        row = {"person": "cyd", "duty": "break", "until": NIGHT + timedelta(hours=1), "set_at": NIGHT}
        connection.execute(duties.insert().values(row))
    status, said = read(house, "/api/v1/on-call")
    assert (status, said["program"], said["at"]) == (200, "alder", "2026-11-10T09:00:00Z")
    assert names(said) == {
        "primary": ["Ana Vela", "Ben Whitcomb"],
        "backup": ["Dov Osei"],
        "supervisor": ["M. Okonjo"],
    }
    assert said["tiers"][1]["people"][0]["until"] == "2026-11-11T01:00:00Z"  # type: ignore[index]


@pytest.mark.parametrize("at", ["2026-11-10T19:00:00-06:00", "2026-11-11T01:00:00Z", "2026-11-11t01:00z"])
def test_who_is_on_call_at_another_instant(house: House, at: str) -> None:
    status, said = read(house, f"/api/v1/on-call?at={at}")
    assert status == 200 and said["at"] == "2026-11-11T01:00:00Z"
    assert names(said) == {"primary": [], "backup": [], "supervisor": []}


@pytest.mark.parametrize(
    "at",
    [
        "",
        "now",
        "2026-11-10",
        "2026-11-10T03:00:00",
        "2026-13-10T03:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "١",
    ],
)
def test_an_instant_without_its_offset_is_refused_with_an_example(house: House, at: str) -> None:
    status, said = read(house, f"/api/v1/on-call?at={at}")
    assert status == 422 and "an instant" in str(said["error"])


def test_a_misspelt_parameter_is_not_taken_for_now(house: House) -> None:
    status, said = read(house, "/api/v1/on-call?when=2026-11-11T01:00:00Z")
    assert status == 422 and "Look at the spelling." in str(said["error"])


def test_a_plus_that_became_a_blank_is_still_a_plus(house: House) -> None:
    assert read(house, "/api/v1/on-call?at=2026-11-10T18:00:00+09:00")[1]["at"] == "2026-11-10T09:00:00Z"


def test_a_token_sees_its_own_program_alone(house: House) -> None:
    second_program(house)
    theirs = bearer(house, program="birch")
    assert names(read(house, "/api/v1/on-call", theirs)[1])["primary"] == []
    assert read(house, "/api/v1/on-call?program=alder", theirs)[0] == 404
    assert read(house, "/api/v1/on-call?program=birch", theirs)[0] == 200
    ref = Crisis(house).received().ref
    assert read(house, f"/api/v1/incidents/{ref}", theirs)[0] == 404
    assert read(house, f"/api/v1/incidents/{ref}")[0] == 200


def second_program(house: House) -> None:
    row = {
        "id": "birch",
        "name": "Birch",
        "zone": "America/Chicago",
        "policy": {},
        "areas": [],
        "active": True,
    }
    with house.shell.store.write() as connection:
        connection.execute(programs.insert().values(row))


# --- incidents --------------------------------------------------------------------------------------------


def test_an_incident_is_codes_and_milestones(house: House) -> None:
    crisis = Crisis(house).received().sent()
    status, said = read(house, f"/api/v1/incidents/{crisis.ref}")
    assert status == 200
    assert (said["ref"], said["stage"], said["acuity"], said["channel"]) == (
        crisis.ref,
        "accepted",
        2,
        "phone",
    )
    milestones: dict[str, str | None] = said["milestones"]  # type: ignore[assignment]
    assert milestones["accepted_at"] == "2026-11-10T09:00:00Z" and milestones["on_scene_at"] is None


def test_no_word_of_a_patient_is_in_the_api(house: House) -> None:
    crisis = Crisis(house).received()
    keyring = house.shell.keyring
    secret = "Marta Lind has a knife at 300 Lake Avenue"
    sealed = {
        name: keyring.seal(f"intake.{name.removesuffix('_sealed')}", crisis.id, secret)
        for name in intake.c.keys()
        if name.endswith("_sealed")
    }
    with house.shell.store.write() as connection:
        connection.execute(intake.update().where(intake.c.incident == crisis.id).values(sealed))
    _, said = read(house, f"/api/v1/incidents/{crisis.ref}")
    assert not any(word in json.dumps(said) for word in ("Marta", "Lind", "knife", "Lake"))


def test_a_look_at_an_incident_leaves_an_audit_row(house: House) -> None:
    crisis = Crisis(house).received()
    read(house, f"/api/v1/incidents/{crisis.ref}")
    with house.shell.store.read() as connection:
        row = connection.execute(select(reads)).one()
    assert (row.subject, row.what) == (crisis.id, "progress")


@pytest.mark.parametrize("ref", ["0", "9999", "2147483648", "9" * 400])
def test_an_incident_that_is_not_there_is_said_to_be_so(house: House, ref: str) -> None:
    status, said = read(house, f"/api/v1/incidents/{ref}")
    assert status == 404 and str(said["error"]).startswith("There is no incident")


# --- tokens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/on-call", "/api/v1/incidents/2001", "/metrics"])
def test_without_the_right_token_there_is_nothing(house: House, path: str) -> None:
    client = house.app.test_client()
    for headers in (
        {},
        {"Authorization": "Bearer sb_guess"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": ""},
    ):
        assert client.get(path, headers=headers).status_code == 401
    right = bearer(house)["Authorization"].split()[1]
    assert client.get(path, headers={"Authorization": f"Basic {right}"}).status_code == 401
    wrong_scope = client.get(path, headers=bearer(house, "eido"))
    assert wrong_scope.status_code == 403 and "scope read" in wrong_scope.get_data(as_text=True)
    assert house.client("root").get(path).status_code == 401, "a session is no token"


# --- health and figures -----------------------------------------------------------------------------------


def health(client: FlaskClient) -> tuple[int, dict[str, object]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.get_json()


def test_the_house_is_well_while_the_worker_beats(house: House) -> None:
    client = house.app.test_client()
    assert health(client)[0] == 503, "a worker that never ran"
    house.worker.tick()
    status, said = health(client)
    assert status == 200 and said["ok"] is True and said["worker_seconds"] == 0
    parts = {f"{part}_seconds" for part in ("worker", "auditor", "watchdog", "oldest_owed", "oldest_due")}
    assert set(said) == {"ok", "journal_seq", "house_alarms", *parts}
    house.clock.move(timedelta(seconds=10))
    assert health(client)[0] == 200
    house.clock.move(timedelta(seconds=1))
    status, said = health(client)
    assert status == 503 and said["ok"] is False and said["worker_seconds"] == 11
    assert "call people by phone" in str(said["error"])


def beat(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(heartbeats.delete())
        connection.execute(heartbeats.insert().values(name="worker", at=house.clock.now()))


def test_a_page_that_nobody_sends_makes_the_house_unwell(house: House) -> None:
    Crisis(house).received().sent()
    house.clock.move(timedelta(seconds=31))
    beat(house)
    status, said = health(house.app.test_client())
    assert status == 503 and said["oldest_owed_seconds"] == 31
    assert "A text has waited 31 s to be sent." in str(said["error"])
    house.worker.tick()
    assert health(house.app.test_client())[0] == 200


def test_a_step_that_is_overdue_makes_the_house_unwell(house: House) -> None:
    crisis = Crisis(house).received()
    with house.shell.store.read() as connection:
        due = connection.scalar(select(incidents.c.wake_at).where(incidents.c.id == crisis.id))
    assert due
    house.clock.move_to(due + timedelta(seconds=31))
    beat(house)
    status, said = health(house.app.test_client())
    assert status == 503 and said["oldest_due_seconds"] == 31


def test_the_boards_pulse_says_the_same_as_the_health_check(house: House) -> None:
    house.worker.tick()
    house.clock.move(timedelta(minutes=3))
    with house.shell.store.read() as connection:
        felt = pulse(connection, house.clock.now())
    assert not felt.fine and felt.sentence.startswith("The worker was last heard 3 min ago.")


def test_the_figures_count_and_name_nobody(house: House) -> None:
    crisis = Crisis(house).received().sent()
    house.worker.tick()
    answer = house.app.test_client().get("/metrics", headers=bearer(house))
    said = answer.get_data(as_text=True)
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert (
        'standby_incidents{stage="accepted"} 1' in said
        and 'standby_messages_unsettled{state="owed"} 0' in said
    )
    assert "standby_worker_age_seconds 0.0" in said and "standby_well 1" in said
    assert "standby_house_alarms 0" in said and "# TYPE standby_auditor_age_seconds gauge" in said
    last_hour = 'standby_messages_last_hour{provider="recorder",channel="text",outcome='
    assert last_hour in said
    assert crisis.id not in said and str(crisis.ref) not in said and "ana" not in said
    with house.shell.store.read() as connection:
        assert connection.execute(select(outbox)).first() is not None


# --- the description --------------------------------------------------------------------------------------


def test_the_description_is_sound_openapi_and_says_every_api_route(house: House) -> None:
    described = house.app.test_client().get("/api/v1/openapi.json").get_json()
    OpenAPI.from_dict(described)
    routes = {
        rule.rule.replace("<int:ref>", "{ref}")
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert routes | {"/api/v1/eido"} == set(described["paths"])


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("api")) as built:
        Crisis(built).received().sent()
        yield built


load_all_checks()
# The schema of a 911 centre's document is a summary: what fits it may still be refused, with a sentence.
SUMMARISED = tuple(CHECKS.get_by_names(["positive_data_acceptance"]))
OPERATIONS = [(path, method) for path, item in DESCRIPTION["paths"].items() for method in item]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_description_promises(
    standing: House, path: str, method: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", standing.app)[path][method]
    sent = path.endswith("/eido")
    headers = bearer(standing, "eido" if sent else "read")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: Case) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, headers=headers, excluded_checks=list(SUMMARISED) if sent else [])
        if answer.status_code >= 400:
            assert re.fullmatch(r"[A-Z`].*\.", answer.json()["error"]), answer.text

    if mode is GenerationMode.NEGATIVE and path.endswith("openapi.json"):
        pytest.skip("it takes nothing that could be wrong")
    holds()
