"""A place in words is put on the map beside the desk's work; a map service that hangs holds nobody up."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.finder import Finder
from app.gazetteer import Gazetteer
from app.geocode import MapService, geocoder_for
from app.intake import describe, open_incident
from app.journal import verify
from app.places import Found, Unanswered, metres, read
from app.queries.intake import sheet_of
from app.settings import Unset
from app.tables import incidents, intake, journal
from tests.house import PROGRAM, House, a_house, settings_for
from tests.loopback.map_server import MapServer
from tests.walk import post, text

BLANK = settings_for("sqlite://", demo=False)


def call_at(house: House, place: str, area: str = "") -> str:
    """A call from a place; its id."""
    fields = {"place": place, **({"area": area} if area else {})}
    return open_incident(house.shell, "ruiz", PROGRAM, "phone", {}, (), fields, "board").incident.id


def state(house: House, incident: str) -> tuple[str | None, Found | None]:
    """How far the look-up of its place is, and the point."""
    with house.shell.store.read() as connection:
        sheet = sheet_of(connection, house.shell, incident)
    return sheet.point_state, read(sheet.values["point"])


def service_of(server: MapServer, kind: str = "nominatim") -> MapService:
    settings = replace(BLANK, geocoder_url=f"{kind}+{server.address}")
    made = geocoder_for(settings)
    assert isinstance(made, MapService)
    return made


class Tired:
    """A map service that does not answer, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, place: str, area: str) -> Found | None:
        self.asked += 1
        raise Unanswered("GeocoderTimedOut")


@pytest.mark.parametrize(
    ("place", "label", "sure"),
    [
        ("300 lake ave", "300 Lake Avenue, Alder Falls", "address"),
        ("Lindahl Park, north shelter", "Lindahl Park, Alder Falls", "address"),
        ("2150 Mill Rd, apt 9", "2150 Mill Road, Alder Falls", "address"),
        ("Granary Road", "Granary Road, Nyberg Township", "street"),
    ],
)
def test_the_demo_county_is_known_by_any_spelling(place: str, label: str, sure: str) -> None:
    found = Gazetteer().find(place, "")
    assert found is not None and (found.label, found.confidence) == (label, sure)


def test_the_demo_county_does_not_know_the_rest_of_the_world() -> None:
    assert Gazetteer().find("10 Downing Street", "") is None and Gazetteer().find("", "") is None


@pytest.mark.parametrize("kind", ["nominatim", "photon", "pelias"])
def test_each_kind_of_map_service_is_asked_on_its_own_host(kind: str) -> None:
    with MapServer() as server:
        server.says = "nominatim" if kind == "nominatim" else "features"
        found = service_of(server, kind).find("300 Lake Ave", "Alder Falls")
        assert server.asked == ["300 Lake Ave, Alder Falls"]
        assert found is not None and (found.lat, found.lon) == (46.8722, -96.7433)
        assert found.confidence == ("address" if kind == "nominatim" else "street")


@pytest.mark.parametrize("says", ["error", "broken", "hang"])
def test_a_map_service_that_fails_says_nothing_of_the_place(says: str) -> None:
    with MapServer() as server:
        server.says = says
        with pytest.raises(Unanswered) as fault:
            replace(service_of(server), answer_within=0.3).find("300 Lake Ave", "")
        assert "Lake" not in str(fault.value) and fault.value.__suppress_context__


def test_a_place_that_is_nowhere_is_not_found() -> None:
    with MapServer() as server:
        server.says = "nothing"
        assert service_of(server).find("Nowhere at all", "") is None


@pytest.mark.parametrize(
    "url", ["maps.example.org", "ftp://maps.example.org", "arcgis+https://x", "https://"]
)
def test_a_half_set_map_service_is_refused_at_start(url: str) -> None:
    with pytest.raises(Unset) as fault:
        geocoder_for(replace(BLANK, geocoder_url=url))
    assert "STANDBY_GEOCODER_URL" in str(fault.value)


def test_without_a_map_service_places_stay_words(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "300 Lake Ave")
        assert geocoder_for(BLANK) is None and Finder(house.shell, None).step() == 0
        assert state(house, incident) == ("wanted", None)


def test_a_found_point_is_sealed_journaled_and_told_to_boards(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "300 Lake Ave")
        told: list[int] = []
        house.shell.listeners.append(told.append)
        assert Finder(house.shell, Gazetteer()).step() == 1
        reached, point = state(house, incident)
        assert reached == "found" and point is not None and point.label == "300 Lake Avenue, Alder Falls"
        with house.shell.store.read() as connection:
            row = connection.execute(select(journal).order_by(journal.c.seq.desc())).first()
            seq = connection.scalar(select(incidents.c.seq).where(incidents.c.id == incident))
            assert row is not None and (row.kind, row.via, row.seq) == ("PlaceLookedUp", "geocoder", seq)
            assert "Lake" not in row.fact and told == [seq]
            assert verify(connection, house.shell.settings.journal_key).bad_seq is None
        assert Finder(house.shell, Gazetteer()).step() == 0


def test_a_service_that_does_not_answer_is_asked_three_times_and_no_more(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "300 Lake Ave")
        tired = Tired()
        finder = Finder(house.shell, tired)
        finder.step()
        assert (tired.asked, state(house, incident)[0]) == (1, "wanted")
        finder.step()
        assert tired.asked == 1, "it was asked again before its time"
        for _ in range(4):
            house.pass_time(minutes=3)
            finder.step()
        assert (tired.asked, state(house, incident)[0]) == (3, "failed")


def test_a_place_changed_while_it_was_looked_up_is_looked_up_anew(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "300 Lake Ave")

        class Slow:
            def find(self, place: str, area: str) -> Found | None:
                if place == "300 Lake Ave":
                    change(house, incident, place="Lindahl Park")
                return Gazetteer().find(place, area)

        finder = Finder(house.shell, Slow())
        finder.step()
        assert state(house, incident) == ("wanted", None)
        finder.step()
        point = state(house, incident)[1]
        assert point is not None and point.label == "Lindahl Park, Alder Falls"


def change(house: House, incident: str, **fields: str) -> None:
    describe(house.shell, incident, "ruiz", answers={}, needs=None, fields=fields, via="board")


def test_a_place_that_was_not_found_is_looked_for_again_in_its_area(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "1 Far Road")
        finder = Finder(house.shell, Gazetteer())
        finder.step()
        assert state(house, incident)[0] == "not_found"
        change(house, incident, area="Birch Hollow")
        assert state(house, incident)[0] == "wanted"


def test_an_emptied_place_is_not_looked_up(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        incident = call_at(house, "300 Lake Ave")
        Finder(house.shell, Gazetteer()).step()
        change(house, incident, place="")
        assert state(house, incident) == (None, None)
        assert Finder(house.shell, Gazetteer()).step() == 0


def test_points_close_by_suggest_the_same_event(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call_at(house, "Lindahl Park")
        call_at(house, "300 Lake Avenue")
        assert Finder(house.shell, Gazetteer()).step() == 2
        one, two = Gazetteer().find("Lindahl Park", ""), Gazetteer().find("300 Lake Avenue", "")
        assert one is not None and two is not None and metres(one, two) < 200
        page = text(house.client("ruiz").get("/incidents/2002/intake"))
        assert "Link to 2001" in page and f"{metres(one, two):.0f} m away" in page


def test_a_map_service_that_hangs_delays_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with a_house(tmp_path) as house, MapServer() as server:
        server.says = "hang"
        finder = Finder(house.shell, service_of(server))
        finder.start()
        try:
            incident = call_at(house, "300 Lake Ave")
            assert server.taken.wait(10), "the map service was never asked"
            desk = house.client("ruiz")
            assert post(desk, "/incidents/2001/intake/triage", acuity="1").status_code == 302
            assert post(desk, "/incidents/2001/dispatch").status_code < 400
            house.worker.tick()
            assert house.texts("ana"), "the page waited for the map"
            assert state(house, incident)[0] == "wanted"
        finally:
            finder.stop()
        assert not [record for record in caplog.records if "Lake" in record.getMessage()]


def test_the_page_says_how_the_place_was_found(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call_at(house, "300 Lake Ave")
        desk = house.client("ruiz")
        assert "Looking it up. Nothing waits for it." in text(desk.get("/incidents/2001/intake"))
        Finder(house.shell, Gazetteer()).step()
        page = text(desk.get("/incidents/2001/intake"))
        assert "Found. 300 Lake Avenue, Alder Falls" in page


def test_a_point_is_no_plain_column(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call_at(house, "300 Lake Ave")
        Finder(house.shell, Gazetteer()).step()
        with house.shell.store.read() as connection:
            row = connection.execute(select(intake)).one()
        assert b"46.8" not in bytes(row.point_sealed) and "46.8" not in str(row._mapping["area"])
