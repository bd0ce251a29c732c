"""Client records: found without a name in any address, seen by those who may, every look in the audit."""

from datetime import datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.client_index import search, suggestions
from app.clients import change_client, create_client, write_plan
from app.commit import commit
from app.intake import open_incident
from app.journal import verify
from app.queries.client_record import plans_of
from app.tables import client_index, clients, crisis_plans, hazards, incidents, programs, reads
from dispatch.commands import LinkClient
from dispatch.value import Refused
from tests.house import PROGRAM, House, a_house
from tests.walk import post, text

INES = {
    "name": "Ines Rowan",
    "born": "2011-03-04",
    "phone": "555-555-0142",
    "address": "9 Old Ferry Rd",
    "guardian": "Her mother Lucia",
    "know": "Penicillin allergy.",
}
PLAN = {"helps": "Sit lower than her.\nAsk about the horse.", "worse": "A uniform in the room."}


def a_client(house: House, **more: str) -> str:
    """A record kept by nobody yet."""
    return create_client(house.shell, "ruiz", PROGRAM, {**INES, **more}, pronouns="she, her")


def a_call(house: House, **fields: str) -> tuple[str, int]:
    """A call with these words: its id and its number."""
    done = open_incident(house.shell, "ruiz", PROGRAM, "phone", {}, (), fields, "board")
    return done.incident.id, done.incident.ref


def looks(house: House, person: str, subject: str) -> int:
    """How often the audit says that this person was shown it."""
    with house.shell.store.read() as connection:
        found = select(func.count()).where(reads.c.person == person, reads.c.subject == subject)
        return connection.scalar(found) or 0


def found(house: House, typed: str) -> list[str]:
    with house.shell.store.read() as connection:
        return search(connection, house.shell, PROGRAM, typed)


def matching(house: House, **typed: str) -> list[tuple[str, str]]:
    """Who a call with these words is suggested to be, in words."""
    call = {"person_name": "", "person_born": "", "callback": "", "place": "", "caller_kind": "", **typed}
    with house.shell.store.read() as connection:
        said = suggestions(connection, house.shell, PROGRAM, call, frozenset())
    return [(one.client, one.match.words) for one in said]


def test_a_name_is_found_by_its_beginnings_in_any_order_and_spelling(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house, name="María García-López")
        for typed in ("mar", "garcia", "LOPEZ, Mar", "gar ma", "García"):
            assert found(house, typed) == [client], typed
        for typed in ("arc", "marta", "garcia xu", "", "?"):
            assert found(house, typed) == [], typed


def test_a_long_word_is_compared_to_its_end(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_client(house, name="Alexandra Rowan")
        page = text(post(house.client("ruiz"), "/people", name="alexandros"))
        assert "Nobody by that name" in page


def test_a_changed_name_is_found_and_the_old_one_is_not(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        change_client(house.shell, "ruiz", client, {"name": "Ines Vale"}, case_manager=None)
        assert found(house, "vale") == [client] and found(house, "rowan") == []
        assert matching(house, place="9 old ferry road") == [(client, "Weak, 1 of 4 matches")]


def test_another_programs_clients_are_not_found(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            connection.execute(
                programs.insert().values(
                    id="birch", name="Birch", zone="America/Chicago", policy={}, areas=[], active=True
                )
            )
        other = create_client(house.shell, "root", "birch", INES)
        assert found(house, "ines") == [] and matching(house, person_name="Ines Rowan") == []
        assert house.client("ruiz").get(f"/people/{other}").status_code == 404


def test_the_more_signs_agree_the_stronger_the_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        assert matching(house, person_name="Ines, teens, green coat") == [(client, "Weak, 1 of 4 matches")]
        assert matching(house, person_name="Ines", callback="555 555 0142") == [
            (client, "Possible, 2 of 4 match")
        ]
        likely = {"person_name": "rowan, ines", "callback": "5555550142", "place": "9 Old Ferry Road"}
        assert matching(house, **likely) == [(client, "Likely, 3 of 4 match")]
        assert matching(house, **likely, person_born="2011-03-04") == [(client, "Very likely, 4 of 4 match")]
        assert matching(house, person_name="Somebody else") == []


def test_a_sibling_with_another_birth_date_is_not_likely(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_client(house)
        words = matching(
            house, person_name="Ines Rowan", callback="5555550142", place="9 Old Ferry Rd",
            person_born="1980-01-01",
        )  # fmt: skip
        assert words[0][1] == "Possible, 3 of 4 match"


def test_a_suggestion_shows_little_and_the_plan_opens_after_it_is_her(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        write_plan(house.shell, "haddad", client, PLAN, None)
        past, _ = a_call(house, place="9 Old Ferry Rd")
        commit(house.shell, past, LinkClient("ruiz", client), via="board")
        house.pass_time(hours=20)
        _, ref = a_call(house, person_name="Ines", callback="555 555 0142")
        desk = house.client("ruiz")
        before = text(desk.get(f"/incidents/{ref}/intake"))
        assert "Ines R., 15" in before and "Possible, 2 of 4 match" in before and "It is her" in before
        assert "Rowan" not in before and "horse" not in before
        assert looks(house, "ruiz", client) == 1
        post(desk, f"/incidents/{ref}/intake/client", client=client)
        after = text(desk.get(f"/incidents/{ref}/intake"))
        assert "Ines Rowan" in after and "Ask about the horse." in after and "2001" in after
        assert looks(house, "ruiz", client) == 2


def test_not_her_does_not_come_back(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        _, ref = a_call(house, person_name="Ines")
        desk = house.client("ruiz")
        post(desk, f"/incidents/{ref}/intake/apart", kind="client", other=client)
        assert "Ines R." not in text(desk.get(f"/incidents/{ref}/intake"))


def test_a_link_may_be_taken_away_again(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        incident, ref = a_call(house, person_name="Ines")
        desk = house.client("ruiz")
        post(desk, f"/incidents/{ref}/intake/client", client=client)
        post(desk, f"/incidents/{ref}/intake/client", client="")
        with house.shell.store.read() as connection:
            linked = connection.scalar(select(incidents.c.client).where(incidents.c.id == incident))
        assert linked is None


def test_a_call_is_not_linked_to_a_record_that_is_not_ours(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        _, ref = a_call(house, person_name="Ines")
        answer = post(house.client("ruiz"), f"/incidents/{ref}/intake/client", client="nobody")
        assert answer.status_code == 409 and "There is no such client. Look under People." in text(answer)


def test_a_new_record_is_made_from_what_was_taken_down(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        _, ref = a_call(house, person_name="Gordon Hale, 40s", caller_kind="self", callback="555-555-0199")
        desk = house.client("ruiz")
        for _ in range(2):
            post(desk, f"/incidents/{ref}/intake/client/new", key="same")
        (client,) = found(house, "gordon hale")
        assert "Gordon Hale" in text(desk.get(f"/incidents/{ref}/intake"))
        assert matching(house, callback="5555550199") == [(client, "Weak, 1 of 4 matches")]


def a_record_page(desk: FlaskClient, client: str) -> str:
    return text(desk.get(f"/people/{client}"))


def test_a_record_page_says_that_the_look_is_in_the_audit_and_it_is(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        page = a_record_page(house.client("okonjo"), client)
        assert "You opened this at 03:00:00 ." in page and "It is in the audit." in page
        assert "Penicillin allergy." in page and looks(house, "okonjo", client) == 1


def test_a_search_is_posted_and_each_name_shown_is_in_the_audit(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        answer = post(house.client("ruiz"), "/people", name="rowan")
        assert answer.status_code == 200 and "Ines Rowan" in text(answer)
        assert looks(house, "ruiz", client) == 1


def test_a_responder_sees_only_their_own_cases(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        hers = create_client(house.shell, "okonjo", PROGRAM, INES, case_manager="ana")
        other = a_client(house, name="Ines Other")
        ana = house.client("ana")
        page = text(post(ana, "/people", name="ines"))
        assert "Ines Rowan" in page and "Ines Other" not in page
        assert ana.get(f"/people/{hers}").status_code == 200
        assert ana.get(f"/people/{other}").status_code == 404
        assert ana.get("/people/new").status_code == 403
        assert looks(house, "ana", other) == 0


def test_the_case_manager_writes_in_the_record_and_another_responder_does_not(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = create_client(house.shell, "okonjo", PROGRAM, INES, case_manager="ana")
        ana, ben = house.client("ana"), house.client("ben")
        assert post(ana, f"/people/{client}/plan", **PLAN).status_code == 302
        assert post(ben, f"/people/{client}/plan", **PLAN).status_code == 404


def test_every_version_of_a_plan_is_kept(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        desk = house.client("haddad")
        post(desk, f"/people/{client}/plan", **PLAN, review_by="2027-02-22")
        post(desk, f"/people/{client}/plan", helps="Give her the choice of room.")
        with house.shell.store.read() as connection:
            versions = plans_of(connection, house.shell, client)
        assert [plan.version for plan in versions] == [2, 1]
        assert versions[1].said["worse"] == "A uniform in the room."
        page = a_record_page(desk, client)
        assert "Version 2, signed" in page and "Versions before: 1" in page


def test_a_plan_signed_twice_by_one_click_is_one_version(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        one = write_plan(house.shell, "haddad", client, PLAN, None, key="same")
        assert write_plan(house.shell, "haddad", client, PLAN, None, key="same") == one == 1
        with house.shell.store.read() as connection:
            assert connection.scalar(select(func.count()).select_from(crisis_plans)) == 1


def test_a_plan_whose_review_was_due_says_so(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        due: datetime = house.clock.now() + timedelta(days=1)
        write_plan(house.shell, "haddad", client, PLAN, due)
        assert "Review was due" not in a_record_page(house.client("haddad"), client)
        house.clock.move(timedelta(days=2))
        assert "Review was due" in a_record_page(house.client("haddad"), client)


def test_an_empty_plan_is_refused_and_a_bad_date_keeps_the_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        desk = house.client("haddad")
        assert "Write at least what helps." in text(post(desk, f"/people/{client}/plan"))
        answer = post(desk, f"/people/{client}/plan", **PLAN, review_by="2020-01-01")
        assert answer.status_code == 422 and "Ask about the horse." in text(answer)


def test_a_hazard_is_added_and_withdrawn_and_never_erased(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        desk = house.client("ruiz")
        post(
            desk, f"/people/{client}/hazards", hazard="Rifle in a locked cabinet.", hazard_kind="weapon",
            hazard_source="family", hazard_review="30",
        )  # fmt: skip
        assert "Rifle in a locked cabinet." in a_record_page(desk, client)
        with house.shell.store.read() as connection:
            hazard = connection.scalar(select(hazards.c.id))
        post(desk, f"/people/{client}/hazards/{hazard}/withdraw")
        assert "Rifle" not in a_record_page(desk, client)
        with house.shell.store.read() as connection:
            assert connection.scalar(select(hazards.c.withdrawn_at)) == house.clock.now()
        other = a_client(house, name="Other")
        assert post(desk, f"/people/{other}/hazards/{hazard}/withdraw").status_code == 409


def test_a_record_needs_a_name_and_keeps_what_was_typed(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        answer = post(house.client("ruiz"), "/people/new", know="Tell the guardian.", born="2011-02-30")
        page = text(answer)
        assert answer.status_code == 422 and "Tell the guardian." in page
        assert "Write the name." in page and "Write a date as 2026-11-21." in page


def test_the_timeline_says_how_each_crisis_ended(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        incident, ref = a_call(house, person_name="Ines")
        commit(house.shell, incident, LinkClient("ruiz", client), via="board")
        page = a_record_page(house.client("ruiz"), client)
        assert f"Crisis, call {ref} , now open" in page and f"while call {ref} is open" in page


def test_what_a_record_holds_is_sealed_and_its_index_tells_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = a_client(house)
        with house.shell.store.read() as connection:
            row = connection.execute(select(clients).where(clients.c.id == client)).one()
            digests = connection.scalars(select(client_index.c.digest)).all()
            assert verify(connection, house.shell.settings.journal_key).bad_seq is None
        assert all(b"Ines" not in bytes(value) for value in row if isinstance(value, bytes))
        assert len(digests) > 8 and all(len(digest) == 16 for digest in digests)


def test_a_change_to_no_record_is_refused(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        try:
            change_client(house.shell, "ruiz", "nobody", {"name": "X"}, case_manager=None)
        except Refused as refused:
            assert refused.sentence == "There is no such client. Look under People."
        else:
            raise AssertionError("it was changed")
