"""The page of readiness: what is to mend, where it is mended, and nobody sees what is not theirs."""

import re
from datetime import timedelta
from pathlib import Path

from app.replies import hear
from app.rota.ready import findings
from app.tables import covers, people, rota_layers, rota_tiers, ways
from app.ways_health import note_stop
from tests.house import NIGHT, PHONES, PROGRAM, House, a_house
from tests.rota_scene import a_rota, ask_cover, days, lay, need, put_over, take_off, wall
from tests.walk import text


def said(house: House, *kinds: str) -> list[str]:
    with house.shell.store.read() as connection:
        found = findings(connection, house.shell, PROGRAM)
    return [one.sentence for one in found if not kinds or one.kind in kinds]


def said_of_ana(house: House, *kinds: str) -> list[str]:
    return [sentence for sentence in said(house, *kinds) if "Vela" in sentence]


def page(house: House, person: str = "brandvold") -> str:
    answer = house.client(person).get("/rota/ready")
    assert answer.status_code == 200
    return text(answer)


def test_without_a_rota_the_page_says_what_to_do_first(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert said(house) == []
        assert "No rota is set up here." in page(house)


def test_a_hole_stands_on_the_page_with_its_cure_and_the_way_to_fill_it(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        put_over(house, "supervisor", wall(14, 20), wall(15, 7), person=None)
        answer = house.client("brandvold").get("/rota/ready")
        assert "Sat 14 Nov 20:00, nobody on supervisor, 11 h." in text(answer)
        hrefs = re.findall(r'href="([^"]+)">Put somebody on<', answer.get_data(as_text=True))
        forms = [house.client("brandvold").get(href.replace("&amp;", "&")) for href in hrefs]
        assert any('value="2026-11-14T20:00"' in form.get_data(as_text=True) for form in forms)


def test_every_way_to_mend_opens_a_page_that_is_there(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(12, 9))
        put_over(house, "supervisor", wall(14, 19), wall(15, 7), person=None)
        take_off(house, "ana", wall(20, 7), wall(22, 7), state="asked")
        ask_cover(house, "cyd", "primary", wall(13, 19), wall(14, 7))
        lay(house, "Broken", "primary", [], windows=days("07:00", "19:00"), place=9)
        lay(house, "Gone", "backup", [["nobody"]], windows=days("07:00", "19:00"), place=10)
        manager = house.client("brandvold")
        html = manager.get("/rota/ready").get_data(as_text=True)
        ways_to = {href.replace("&amp;", "&") for href in re.findall(r'<a class="btn" href="([^"]+)"', html)}
        assert len(ways_to) > 6
        assert {href: manager.get(href).status_code for href in ways_to} == dict.fromkeys(ways_to, 200)


def test_a_dispatcher_sees_it_and_gets_no_button_to_change_the_rota(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        put_over(house, "supervisor", wall(14, 19), wall(15, 7), person=None)
        assert "nobody on supervisor" in page(house, "ruiz")
        assert ">Put somebody on<" not in house.client("ruiz").get("/rota/ready").get_data(as_text=True)
        assert "Ring it now" in page(house, "ruiz")
        assert house.client("ana").get("/rota/ready").status_code == 403


def test_what_people_change_is_read_from_what_is_stored(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(12, 9))
        take_off(house, "ana", wall(20, 7), wall(22, 7), state="asked")
        ask_cover(house, "cyd", "primary", wall(13, 19), wall(14, 7))
        with house.shell.store.write() as connection:
            note_stop(connection, house.shell, PHONES["dov"], NIGHT)
            connection.execute(people.update().where(people.c.id == "haddad").values(active=False))
            broken = rota_layers.update().where(rota_layers.c.id == "layer-Backup")
            connection.execute(broken.values(body='{"tier": "backup"}'))
        assert any("Ana Vela asks for time off" in one for one in said(house, "time_off"))
        assert any("Cyd Raman asks for cover" in one for one in said(house, "cover"))
        assert any("Dov Osei has stopped our texts" in one for one in said(house, "stopped"))
        assert any("The layer Backup cannot be read" in one for one in said(house, "broken"))
        assert any("L. Haddad is switched off" in one for one in said(house, "gone"))
        assert any("nobody on supervisor" in one for one in said(house, "gap"))


def test_a_cover_that_was_settled_is_told_no_more(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(12, 9))
        ask_cover(house, "cyd", "primary", wall(13, 19), wall(14, 7))
        with house.shell.store.write() as connection:
            connection.execute(covers.update().values(state="taken", taken_by="ben"))
        assert said(house, "cover") == []


def test_a_proved_second_number_ends_what_is_said_of_a_person(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        need(house, primary=1)
        lay(house, "Ana", "primary", [["ana"]], since="2026-10-05T07:00", turn_hours=24)
        assert said_of_ana(house, "unverified", "second_way") == [
            "Ana Vela can be reached by one phone alone.",
            "Ana Vela's text number ending in 0102 is not proved.",
        ]
        proved = {"verified_at": NIGHT, "answered_at": NIGHT, "tried_at": NIGHT, "added_at": NIGHT}
        with house.shell.store.write() as connection:
            for number, address in enumerate((PHONES["ana"], "+12185550177")):
                row = {"id": f"w{number}", "person": "ana", "kind": "text", "address": address, **proved}
                connection.execute(ways.insert().values(row))
        assert said_of_ana(house, "unverified", "second_way", "silent") == []
        house.clock.move(timedelta(days=18))
        assert said_of_ana(house, "silent") == ["Ana Vela's phone last rang 18 days ago."]


def test_the_table_of_phones_says_how_the_last_test_went(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        need(house, primary=1)
        lay(house, "Ana", "primary", [["ana"]], since="2026-10-05T07:00", turn_hours=24)
        assert "Never rung" in page(house)
        client = house.client("ruiz")
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/rota/ready").get_data(as_text=True))
        assert token
        client.post("/rota/ready/people/ana/ring", data={"csrf": token[1], "key": "k1"})
        house.worker.tick()
        ref = re.search(r"Reply (\d+) OK", house.texts("ana")[-1])
        assert ref and "Waiting for the answer" in page(house)
        house.clock.move(timedelta(seconds=9))
        hear(house.shell, PHONES["ana"], f"{ref[1]} OK", "e1")
        assert "after 9 s" in page(house) and "proved" in page(house)


def test_another_programs_rota_is_not_looked_at(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        before = said(house)
        with house.shell.store.write() as connection:
            connection.execute(rota_tiers.update().where(rota_tiers.c.program != PROGRAM).values(people=9))
        assert said(house) == before


def rail(house: House) -> str:
    """The words of the bar under the board's header, as a board that is open gets them."""
    told = house.client("ruiz").get("/board/changes?after=0").get_json()["rail"]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", told))


def test_the_board_says_the_holes_of_three_days_and_is_quiet_without_one(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        house.worker.tick()
        assert "Rota" not in rail(house)
        need(house, supervisor=1)
        lay(house, "All", "supervisor", [["okonjo"]], since="2026-10-05T07:00", turn_hours=168)
        house.clock.move(timedelta(seconds=10))
        house.worker.tick()
        assert "Rota" not in rail(house)
        put_over(house, "supervisor", wall(12, 19), wall(13, 7), person=None)
        house.clock.move(timedelta(seconds=10))
        house.worker.tick()
        assert "Rota: 1 hole in 72 h. Thu 12 Nov 19:00, nobody on supervisor, 12 h." in rail(house)


def test_the_board_says_when_the_worker_is_late_and_what_to_do(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        house.worker.tick()
        assert "worker" not in rail(house)
        house.clock.move(timedelta(seconds=40))
        assert "The worker was last heard 40 s ago. Pages may not go out: call people by phone." in rail(
            house
        )
        house.worker.tick()
        house.clock.move(timedelta(seconds=6))
        assert "worker" not in rail(house)


def test_an_open_board_hears_of_a_late_worker_without_a_word_in_the_journal(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        house.worker.tick()
        client = house.client("ruiz")
        before = client.get("/board/pulse").get_json()
        house.clock.move(timedelta(seconds=9))
        assert client.get("/board/pulse").get_json()["house"] == before["house"]
        house.clock.move(timedelta(seconds=30))
        after = client.get("/board/pulse").get_json()
        assert after["seq"] == before["seq"] and after["house"] != before["house"]
        assert "The worker was last heard" in client.get("/board/changes?after=0").get_json()["rail"]


def test_a_board_drawn_just_before_the_worker_was_late_is_drawn_anew(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        house.worker.tick()
        client = house.client("ruiz")
        house.clock.move(timedelta(seconds=5))
        first = client.get("/board/pulse").get_json()["house"]
        house.clock.move(timedelta(seconds=4))
        assert "worker" not in client.get("/board/changes?after=0").get_json()["rail"]
        house.clock.move(timedelta(seconds=2))
        assert client.get("/board/pulse").get_json()["house"] != first
        assert "The worker was last heard" in client.get("/board/changes?after=0").get_json()["rail"]
