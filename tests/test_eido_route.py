"""A 911 centre hands over a call: once, brought up to date, never written over, never lost."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.commit import commit
from app.intake import describe
from app.places import read
from app.queries.intake import Sheet, sheet_of
from app.shell import digest
from app.tables import eido_documents, eido_keys, incidents, journal, tokens
from dispatch.commands import Cancel
from dispatch.stages import Stage
from tests import eido_documents as documents
from tests.house import PROGRAM, House, a_house
from tests.walk import text

URL = "/api/v1/eido"


def a_token(house: House, scope: str = "eido", name: str = "Alder PSAP") -> dict[str, str]:
    """A token's header."""
    word = f"token of {name} for {scope}"
    with house.shell.store.write() as connection:
        connection.execute(
            tokens.insert().values(
                id=f"t-{name}-{scope}", name=name, digest=digest(word), scope=scope, program=PROGRAM,
                created_at=house.clock.now(),
            )
        )  # fmt: skip
    return {"Authorization": f"Bearer {word}"}


def send(house: House, token: dict[str, str], document: dict[str, Any]) -> TestResponse:
    return house.app.test_client().post(URL, json=document, headers=token)


def sheet(house: House, ref: int) -> Sheet:
    with house.shell.store.read() as connection:
        found = connection.scalar(select(incidents.c.id).where(incidents.c.ref == ref))
        return sheet_of(connection, house.shell, found)


def how_many(house: House, table: Any = incidents) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def later(minutes: int, **fields: Any) -> dict[str, Any]:
    """The whole night call some minutes on, with other components."""
    return documents.update(documents.full(), at=f"2026-11-21T04:{minutes:02d}:00Z", **fields)


def next_door() -> list[dict[str, Any]]:
    """The incident has moved to another number."""
    pidf = documents.pidf(documents.LARCH_STREET | {"HNO": "9"})
    return [documents.a_location("place-now", "CurrentIncident", locationByValue=pidf)]


def test_a_new_incident_is_a_call_on_the_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        answer = send(house, a_token(house), documents.full())
        assert answer.status_code == 201
        assert answer.get_json() == {"ref": 2001, "created": True, "applied": True}
        saved = sheet(house, 2001)
        assert saved.incident.channel == "911" and saved.incident.on_board
        assert saved.answers["reported"] == "MNTL" and saved.answers["weapon"] == "yes"
        values = saved.values
        assert values["callback"] == "+12185550142" and values["caller_name"] == "Ann Hale"
        assert values["place"].startswith("1420 N Larch Street") and values["area"] == "Alder Falls"
        assert "Side door by the bins" in values["directions"]
        assert values["person_name"] == "Gordon Hale, about 40"
        assert "Sat down when asked." in values["words"] and "Pocket knife seen" in values["hazards"]
        point = read(values["point"])
        assert point is not None and (point.lat, point.lon) == (46.87, -96.71)
        assert saved.point_state == "given" and "within 35 m" in point.label


def test_the_same_document_is_one_call_however_often_it_comes(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        rows = how_many(house, journal)
        turned = dict(reversed(documents.full().items()))
        again = send(house, token, turned)
        assert again.status_code == 200
        assert again.get_json()["ref"] == 2001 and again.get_json()["created"] is False
        assert (how_many(house), how_many(house, journal), how_many(house, eido_documents)) == (1, rows, 1)


def test_the_same_document_posted_many_times_at_once_makes_one_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        answers: list[TestResponse] = []
        ready = threading.Barrier(6)

        def post_it() -> None:
            ready.wait()
            answers.append(send(house, token, documents.full()))

        threads = [threading.Thread(target=post_it) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert {answer.get_json()["ref"] for answer in answers} == {2001}
        assert (how_many(house), how_many(house, eido_documents)) == (1, 1)


def test_a_newer_state_brings_the_call_up_to_date(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        notes = [*documents.full()["notesComponent"], documents.a_note("note-3", "He has a knife now.")]
        answer = send(house, token, later(1, notesComponent=notes, locationComponent=next_door()))
        assert answer.status_code == 200
        assert answer.get_json() == {"ref": 2001, "created": False, "applied": True}
        saved = sheet(house, 2001)
        assert saved.values["words"].endswith("\nHe has a knife now.")
        assert saved.values["words"].count("Sat down when asked.") == 1
        assert saved.values["place"].startswith("9 N Larch Street")
        assert saved.point_state == "wanted" and how_many(house) == 1


def test_an_older_state_is_kept_and_not_applied(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, later(9))
        rows = how_many(house, journal)
        answer = send(house, token, later(1, notesComponent=[documents.a_note("note-9", "Old words.")]))
        told = answer.get_json()
        assert answer.status_code == 200 and told["ref"] == 2001
        assert told["applied"] is False and "kept, not applied" in told["note"]
        assert "Old words." not in sheet(house, 2001).values["words"]
        assert how_many(house, journal) == rows and how_many(house, eido_documents) == 2
        page = text(house.client("ruiz").get("/incidents/2001/intake"))
        assert "Kept, not applied" in page and "Old words." in page


def test_what_the_desk_wrote_is_not_written_over_and_the_page_says_so(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        incident = sheet(house, 2001).incident.id
        mine = {"place": "The bus stop at Mill Road", "words": "She is calm on the phone."}
        describe(house.shell, incident, "ruiz", answers={}, needs=None, fields=mine, via="board")
        notes = [documents.a_note("note-3", "Left the house.")]
        send(house, token, later(1, locationComponent=next_door(), notesComponent=notes))
        values = sheet(house, 2001).values
        assert values["place"] == mine["place"]
        assert values["words"] == "She is calm on the phone.\nLeft the house."
        page = text(house.client("ruiz").get("/incidents/2001/intake"))
        assert "911 says otherwise than the fields above." in page and "Place: 9 N Larch Street" in page


def test_a_new_warning_raises_an_answer_that_the_desk_had_as_no(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full(cautionComponent=[]))
        incident = sheet(house, 2001).incident.id
        describe(house.shell, incident, "ruiz", answers={"weapon": "no"}, needs=None, fields={}, via="board")
        send(house, token, later(1))
        assert sheet(house, 2001).answers["weapon"] == "yes"


def test_a_desks_no_stands_while_911_says_nothing_new(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        incident = sheet(house, 2001).incident.id
        describe(house.shell, incident, "ruiz", answers={"weapon": "no"}, needs=None, fields={}, via="board")
        send(house, token, later(1))
        assert sheet(house, 2001).answers["weapon"] == "no"


def close(house: House, ref: int) -> None:
    commit(house.shell, sheet(house, ref).incident.id, Cancel("ruiz", "by_phone"), via="board")


def test_an_update_of_a_call_that_is_over_is_a_new_call_on_the_board(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        close(house, 2001)
        answer = send(house, token, later(1))
        assert answer.status_code == 201
        told = answer.get_json()
        assert (told["ref"], told["created"]) == (2002, True) and "2001 was over" in told["note"]
        assert sheet(house, 2001).incident.stage is Stage.CANCELLED
        assert sheet(house, 2002).incident.on_board
        assert "Same call-back number" in text(house.client("ruiz").get("/incidents/2002/intake"))
        assert send(house, token, later(2)).get_json()["ref"] == 2002


def test_a_closing_word_about_a_call_that_is_over_raises_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        close(house, 2001)
        closing = later(1)
        closing["incidentComponent"]["incidentStatusCommonRegistryText"] = ["Closed"]
        answer = send(house, token, closing)
        assert answer.get_json()["ref"] == 2001 and answer.get_json()["applied"] is False
        assert how_many(house) == 1 and how_many(house, eido_documents) == 2


def test_a_closing_word_never_closes_our_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        closing = later(1)
        closing["incidentComponent"]["incidentStatusCommonRegistryText"] = ["Closed"]
        send(house, token, closing)
        assert sheet(house, 2001).incident.on_board


def test_a_call_that_came_before_its_incident_is_known_by_it(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.call_without_incident())
        with_incident = documents.update(documents.minimal(callComponent=[documents.a_call()]))
        answer = send(house, token, with_incident)
        assert answer.get_json() == {"ref": 2001, "created": False, "applied": True}
        assert how_many(house) == 1 and how_many(house, eido_keys) == 2


def test_two_centres_with_the_same_ids_do_not_collide(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        one, two = a_token(house), a_token(house, name="Birch PSAP")
        assert send(house, one, documents.full()).status_code == 201
        assert send(house, two, documents.full()).status_code == 201
        assert how_many(house) == 2


def test_a_broken_document_is_refused_with_the_field_and_leaves_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        broken = documents.full()
        del broken["callComponent"][0]["callStartTimestamp"]
        answer = send(house, token, broken)
        assert answer.status_code == 422
        assert answer.get_json() == {
            "error": "This is missing. The standard requires it.",
            "field": "callComponent[0].callStartTimestamp",
        }
        assert how_many(house) == how_many(house, eido_documents) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'"text"', b"[]", b"1" * 10_000])
def test_what_is_no_document_is_refused(tmp_path: Path, body: bytes) -> None:
    with a_house(tmp_path) as house:
        headers = {**a_token(house), "Content-Type": "application/json"}
        answer = house.app.test_client().post(URL, data=body, headers=headers)
        assert answer.status_code == 422 and answer.get_json()["field"] == "document"


def test_only_json_is_taken(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        body = json.dumps(documents.full())
        headers = {**a_token(house), "Content-Type": "text/plain"}
        answer = house.app.test_client().post(URL, data=body, headers=headers)
        assert answer.status_code == 415 and "application/json" in answer.get_json()["error"]


def test_a_token_is_needed_and_it_must_be_for_this(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert send(house, {}, documents.full()).status_code == 401
        assert send(house, a_token(house, scope="on-call"), documents.full()).status_code == 403
        assert how_many(house) == 0


def test_the_page_shows_the_document_as_sent_the_place_that_was_used_and_why(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        send(house, a_token(house), documents.with_extensions())
        desk = house.client("ruiz")
        page = text(desk.get("/incidents/2001/intake"))
        assert "From 911, kept as sent" in page and "Alder County 911" in page
        assert "which says where the incident is now." in page and "Not used" in page
        assert "alderWeather" in page and "ask the desk" in page
        assert "CrisisInterventionUnit" in page
        board = text(desk.get("/board"))
        assert "2001" in board


def test_notes_that_would_run_are_shown_as_text(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        send(house, a_token(house), documents.hostile_notes())
        page = house.client("ruiz").get("/incidents/2001/intake").get_data(as_text=True)
        assert "alert(1)" not in page.split("The document as it came")[0]
        assert "<script>alert" not in page and "onerror=alert(2)>" not in page


def test_half_a_surrogate_pair_loses_no_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        document = documents.full(notesComponent=[documents.a_note("note-1", "calm \ud83d")])
        assert send(house, a_token(house), document).status_code == 201
        assert house.client("ruiz").get("/incidents/2001/intake").status_code == 200


def test_an_update_after_days_is_still_the_same_call_while_it_is_open(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        token = a_token(house)
        send(house, token, documents.full())
        house.clock.move(timedelta(days=2))
        assert send(house, token, later(5)).get_json()["ref"] == 2001
