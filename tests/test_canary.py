"""Words that stand for a patient's go in at every door; none is found where it is not under seal."""

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import request
from sqlalchemy import LargeBinary, select
from werkzeug.test import TestResponse

from app.finder import Finder
from app.gazetteer import Gazetteer
from app.tables import metadata
from tests import eido_documents as documents
from tests.house import PHONES, House, a_house
from tests.test_eido_route import a_token, send
from tests.walk import post

# One bird for each field: whatever is found says where it came from.
BIRDS = {
    "callback": "218-555-0167",
    "caller_name": "Zaunkoenig",
    "place": "4711 Larch Street, Rohrdommel House",
    "directions": "Ask for Wiedehopf",
    "person_name": "Neuntoeter, 40s",
    "guardian": "Frau Bekassine",
    "words": "Says that Goldammer follows him.",
    "hazards": "Eisvogel is loose in the yard.",
}
RECORD = {
    "name": "Pirol Kampflaeufer",
    "phone": "218-555-0168",
    "address": "12 Uferschnepfe Lane",
    "language": "Kranichisch",
    "guardian": "Herr Kiebitz",
    "know": "Allergic to Rotkehlchen.",
}
PLAN = {"helps": "Talk of Mauersegler.", "worse": "Never say Trauerschnaepper."}
TOLD = {"hazard": "Steinkauz keeps an axe.", "hazard_kind": "people", "hazard_source": "team"}
WHY = "Her aunt Schwarzspecht is there."
CANARIES = (
    "5550167", "Zaunkoenig", "Rohrdommel", "Wiedehopf", "Neuntoeter", "Bekassine", "Goldammer", "Eisvogel",
    "Pirol", "Kampflaeufer", "5550168", "Uferschnepfe", "Kranichisch", "Kiebitz", "Rotkehlchen",
    "Mauersegler",
    "Trauerschnaepper", "Steinkauz", "Schwarzspecht", "1987-06-05",
    "Sumpfmeise", "Blaukehlchen", "Haubenlerche", "Feldschwirl", "Ortolan", "5550169", "Rauchschwalbe",
)  # fmt: skip


@dataclass
class Walk:
    """The whole walk through the house, and what anybody outside could have seen of it."""

    house: House
    addresses: list[str]
    texts: list[str]


def a_911_document() -> dict[str, Any]:
    """An EIDO with a bird in every kind of component, and in names that the sender invented."""
    civic = documents.LARCH_STREET | {"RD": "Sumpfmeise"}
    document = documents.full(
        locationComponent=[
            documents.a_location(
                "place-now", "CurrentIncident", locationByValue=documents.pidf(civic, documents.CIRCLE),
                locationDescriptionText="Behind the Blaukehlchen sign",
            )
        ],
        personComponent=[documents.a_person("person-1", "Caller", "Haubenlerche", "Hale")],
        notesComponent=[documents.a_note("note-1", "<p>Feldschwirl was seen.</p>")],
        cautionComponent=[documents.a_caution(cautionTypeInternalText="Ortolan has a knife")],
        callbackComponent=[documents.part("callback-1", callBackInformationUri=["tel:+12185550169"])],
        Rauchschwalbe={"Rauchschwalbe": "Rauchschwalbe"},
    )  # fmt: skip
    return document


SAVES = {"X-Standby": "1"}


class Walker:
    """A dispatcher's browser that writes down every address it was sent to."""

    def __init__(self, house: House) -> None:
        self.addresses: list[str] = []

        @house.app.before_request
        def note() -> None:
            self.addresses.append(request.full_path)

        self.desk = house.client("ruiz")

    def go(self, url: str, /, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        answer = post(self.desk, url, headers=headers, **fields)
        assert answer.status_code < 400, (url, answer.status_code)
        self.addresses.append(answer.headers.get("Location", ""))
        return answer


def walk(house: House) -> Walk:
    """A call, a record, a page, and a document from 911 with its update."""
    walker = Walker(house)
    _take_a_call_down(walker)
    client = _make_a_record(walker)
    _link_and_send(walker, client)
    Finder(house.shell, Gazetteer()).step()
    house.worker.tick()
    refused = _hand_over_from_911(house)
    for url in ("/incidents/2001/intake", "/incidents/2002/intake", f"/people/{client}", "/board"):
        assert walker.desk.get(url).status_code == 200
    wrong = post(walker.desk, "/incidents/2001/intake", callback="Zaunkoenig", headers=SAVES)
    assert wrong.status_code == 422
    house.worker.tick()
    texts = [text for person in PHONES for text in house.texts(person)]
    return Walk(house, walker.addresses, [*texts, refused, json.dumps(wrong.get_json()["errors"])])


def _take_a_call_down(walker: Walker) -> None:
    walker.go("/incidents/new", channel="phone", callback=BIRDS["callback"], place=BIRDS["place"])
    for name, words in BIRDS.items():
        walker.go("/incidents/2001/intake", headers=SAVES, **{name: words})
    more = {"person_born": "1987-06-05", "age_band": "adult", "q_weapon": "no"}
    walker.go("/incidents/2001/intake", headers=SAVES, **more)


def _make_a_record(walker: Walker) -> str:
    walker.go("/people/new", **RECORD, born="1987-06-05")
    listed = walker.go("/people", name="Pirol").get_data(as_text=True)
    (client,) = re.findall(r'href="/people/([0-9a-f]{20})"', listed)
    walker.go(f"/people/{client}/plan", **PLAN)
    walker.go(f"/people/{client}/hazards", **TOLD)
    walker.go(f"/people/{client}/edit", **{**RECORD, "know": RECORD["know"] + " And Pirol."})
    return str(client)


def _link_and_send(walker: Walker, client: str) -> None:
    walker.go("/incidents/2001/intake/client", client=client)
    walker.go("/incidents/2001/intake/hazards", **TOLD, hazard_of="place")
    walker.go("/incidents/2001/intake/triage", acuity="3", reason="other", why=WHY)
    walker.go("/incidents/2001/dispatch")


def _hand_over_from_911(house: House) -> str:
    token = a_token(house)
    document = a_911_document()
    assert send(house, token, document).status_code == 201
    assert send(house, token, documents.update(document)).status_code == 200
    broken = send(house, token, documents.update(document, at="Feldschwirl"))
    assert broken.status_code == 422
    return broken.get_data(as_text=True)


def seen(found: str) -> list[str]:
    """The canaries in a text, whatever its case and its spaces."""
    plain = re.sub(r"[\s().+-]", "", found).casefold()
    return [bird for bird in CANARIES if bird.casefold().replace("-", "") in plain]


def test_no_patient_word_stands_outside_its_seal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with a_house(tmp_path) as house:
        walked = walk(house)
        assert {where: seen(where) for where in walked.addresses if seen(where)} == {}
        assert walked.texts and [words for words in walked.texts if seen(words)] == []
        logged = [f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records]
        assert [line for line in logged if seen(line)] == []
        assert plain_cells_with_birds(house) == {}
        assert sealed_cells(house) > 40


def test_the_search_for_canaries_would_find_one(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            programs = metadata.tables["programs"]
            connection.execute(programs.update().values(name="The Goldammer program"))
        assert plain_cells_with_birds(house) == {"programs.name": ["Goldammer"]}
    assert seen("+1 (218) 555-0167") == ["5550167"] and seen("nothing") == []


def plain_cells_with_birds(house: House) -> dict[str, list[str]]:
    """Every column of every table that is not sealed, and whatever bird is in it."""
    found: dict[str, list[str]] = {}
    with house.shell.store.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    birds = [] if name.endswith("_sealed") else seen(_as_text(value))
                    if birds:
                        found[f"{table.name}.{name}"] = birds
    return found


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def sealed_cells(house: House) -> int:
    """How many sealed values the walk left; no bird may be read in their bytes either."""
    count = 0
    with house.shell.store.read() as connection:
        for table in metadata.sorted_tables:
            sealed = [column for column in table.c if column.name.endswith("_sealed")]
            assert all(isinstance(column.type, LargeBinary) for column in sealed)
            for row in connection.execute(select(*sealed)) if sealed else ():
                for value in row:
                    count += value is not None
                    assert value is None or seen(bytes(value).decode("latin-1")) == []
    return count


def test_the_files_of_the_database_hold_no_bird(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        walk(house)
        house.shell.store.checkpoint()
        for file in tmp_path.iterdir():
            held = file.read_bytes().decode("latin-1").casefold()
            assert [bird for bird in CANARIES if bird.casefold() in held] == [], file.name
