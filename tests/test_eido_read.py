"""A 911 centre's document becomes a call, and nothing that it says is lost."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.eido.limits import CHARACTERS, COMPONENTS, DEPTH
from app.eido.read import read
from app.eido.schema import SCHEMA
from app.eido.values import Broken, EidoCall, Point
from app.eido.words import KEPT_LENGTH, NOTE_LENGTH
from dispatch.triage import QUESTIONS
from tests.eido_documents import (
    AGENCY,
    CALL,
    CIRCLE,
    INCIDENT,
    LARCH_STREET,
    NAMESPACES,
    a_call,
    a_caution,
    a_jcard,
    a_location,
    a_note,
    a_person,
    an_agency,
    an_incident,
    call_without_incident,
    full,
    hostile_notes,
    minimal,
    part,
    pidf,
    ref,
    several_locations,
    update,
    with_extensions,
)

Path_ = tuple[str | int, ...]


def utc(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, tzinfo=UTC)


def refusal(document: object) -> Broken:
    with pytest.raises(Broken) as caught:
        read(document)
    return caught.value


def kept(call: EidoCall, start: str) -> str:
    return next(value for path, value in call.not_understood if path.startswith(start))


# What a call says


def test_a_full_document_says_who_called_from_where_about_what() -> None:
    call = read(full())
    assert call.key == INCIDENT
    assert call.agency == "Alder County 911"
    assert (call.kind, call.kind_words) == (
        "MNTL",
        "Mental health crisis, not violent (their words: PSYCH CHECK)",
    )
    assert call.status == ("Active",)
    assert call.priority == 6
    assert call.caller_name == "Ann Hale"
    assert call.callback == "+12185550142"
    assert call.place == "1420 N Larch Street, Unit 4B, Alder Falls, Alder County, MN 56599"
    assert call.point == Point(46.87, -96.71, 35.0)
    assert call.directions == "Side door by the bins. Cross street Mill Road"
    assert [(person.roles, person.name, person.age) for person in call.people] == [
        (("Caller",), "Ann Hale", ""),
        (("Patient",), "Gordon Hale", "about 40"),
    ]
    assert call.remarks == ()


def test_a_time_with_an_offset_is_read_as_the_same_instant_in_utc() -> None:
    call = read(full())
    assert call.called_at == utc(3, 9, 30)
    assert call.updated_at == utc(3, 11)
    assert call.called_at.utcoffset() == timedelta(0)


def test_the_example_that_senders_are_shown_reads_as_the_page_says() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "eido.md").read_text(encoding="utf-8")
    call = read(json.loads(page.split("```json\n")[1].split("```")[0]))
    assert (call.place, call.callback) == ("300 Lake Avenue, Alder Falls, MN", "+12185550142")
    assert call.notes[0].text == "Talks fast, not threatening."
    assert call.place_why in page
    assert call.remarks == ()


def test_the_least_that_the_standard_asks_for_is_enough() -> None:
    call = read(minimal())
    assert (call.key, call.kind, call.place, call.called_at, call.callback) == (
        INCIDENT,
        "MNTL",
        "",
        None,
        None,
    )
    assert call.place_why == "No location was sent. Ask where the person is."
    assert call.not_understood == ()


def test_a_call_that_is_no_incident_yet_is_accepted_under_the_id_of_the_call() -> None:
    call = read(call_without_incident())
    assert (call.key, call.kind) == (CALL, None)
    assert call.called_at == utc(3, 9, 30)


def test_the_call_ids_are_known_beside_the_incident_so_that_a_call_can_become_an_incident() -> None:
    assert read(call_without_incident()).key in read(full()).also_known_as


def test_neither_incident_nor_call_is_refused() -> None:
    document = call_without_incident()
    del document["callComponent"]
    assert refusal(document).field == "incidentComponent"


def test_the_earliest_incoming_call_is_the_main_one_and_the_others_are_listed() -> None:
    later = a_call("call-2", callStartTimestamp="2026-11-21T04:00:00Z")
    outgoing = a_call("call-0", direction="outgoing", callStartTimestamp="2026-11-21T01:00:00Z")
    call = read(minimal(callComponent=[outgoing, later, a_call()]))
    assert [line.id for line in call.calls] == [CALL, "call-2", "call-0"]
    assert call.called_at == utc(3, 9, 30)


@pytest.mark.parametrize(
    ("word", "number"), [("highest", 10), ("high", 8), ("normal", 5), ("low", 2), ("lowest", 0)]
)
def test_without_a_common_priority_the_calls_own_is_mapped_and_said(word: str, number: int) -> None:
    call = read(minimal(callComponent=[a_call(priorityIdentifier=word)]))
    assert call.priority == number
    assert "The call's own priority" in call.priority_why


def test_a_priority_outside_the_standards_range_is_kept_but_not_used() -> None:
    call = read(minimal(incidentComponent=an_incident(incidentCommonPriorityNumber=99)))
    assert call.priority is None
    assert kept(call, "incidentComponent.incidentCommonPriorityNumber") == "99"


def test_the_agency_that_owns_the_incident_is_named_before_the_one_that_took_the_call() -> None:
    owner = an_agency(agencyJcard=a_jcard("Birch County 911"))
    owner["$id"] = "psap.birch.example"
    taker = an_agency(incidentOwningAgencyIndicator=False)
    assert read(minimal(agencyComponent=[taker, owner])).agency == "Birch County 911"
    assert read(minimal(agencyComponent=[taker])).agency == "Alder County 911"


@pytest.mark.parametrize("card", ["not json", "[" * 15_000, '["vcard"]', '["vcard", {"fn": 1}]', "9" * 9_000])
def test_an_agency_whose_card_cannot_be_read_goes_by_its_id(card: str) -> None:
    call = read(minimal(agencyComponent=[an_agency(agencyJcard=card)]))
    assert call.agency == AGENCY
    assert kept(call, "agencyComponent[0].agencyJcard")


def test_a_card_with_more_than_a_name_gives_the_name_and_is_kept_whole() -> None:
    card = a_jcard("Alder County 911", ["tel", {}, "uri", "tel:+12185550100"])
    call = read(minimal(agencyComponent=[an_agency(agencyJcard=card)]))
    assert call.agency == "Alder County 911"
    assert "+12185550100" in kept(call, "agencyComponent[0].agencyJcard")


# The number to call back


def called_back(*uris: str, **fields: Any) -> EidoCall:
    back = part("back", callBackInformationUri=list(uris)) | fields
    return read(minimal(callComponent=[a_call(callBackReference=ref("back"))], callbackComponent=[back]))


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("tel:+1-218-555-0142", "+12185550142"),
        ("tel:2185550142", "2185550142"),
        ("tel:555-0142;phone-context=+1218", "+12185550142"),
        ("sip:+12185550142@carrier.example;user=phone", "+12185550142"),
        ("sips:%2B12185550142@carrier.example", "+12185550142"),
        ('"Ann" <tel:+12185550142>', "+12185550142"),
        ("(218) 555-0142", "2185550142"),
        ("sip:ann.hale@carrier.example", None),
        ("tel:12", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_the_addresses_that_carriers_send(uri: str, number: str | None) -> None:
    assert called_back(uri).callback == number


def test_a_tel_number_wins_over_a_sip_address() -> None:
    assert called_back("sip:2185550199@bridge.example", "tel:+12185550142").callback == "+12185550142"


def test_a_number_that_a_call_taker_updated_wins_and_the_first_is_still_shown() -> None:
    updated = part(
        "cbn", updatedCbnIdentifierUri="tel:+12185550177", updatedCbnCallerDescription="sister, after 8"
    )
    call = called_back("tel:+12185550142", updatedCbn=updated)
    assert call.callback == "+12185550177"
    assert "asked for after the call came in" in call.callback_why
    assert "+12185550142" in kept(call, "callbackComponent[0].callBackInformationUri")
    assert "sister" in kept(call, "callbackComponent[0].updatedCbn.updatedCbnCallerDescription")


def test_an_extension_stays_visible_beside_the_number() -> None:
    call = called_back("tel:+12185550142;ext=12")
    assert call.callback == "+12185550142"
    assert "ext=12" in kept(call, "callbackComponent[0].callBackInformationUri")


def test_a_phone_without_service_is_said_to_be_out_of_reach() -> None:
    assert "cannot be called back" in called_back("tel:+19115550142").callback_why


def test_the_callers_own_number_serves_where_the_call_has_none() -> None:
    caller = a_person("p", "Caller", "Ann", "Hale") | {"callBackReference": ref("back")}
    back = part("back", callBackInformationUri=["tel:+12185550142"])
    call = read(minimal(callComponent=[a_call()], personComponent=[caller], callbackComponent=[back]))
    assert call.callback == "+12185550142"


# Where


def test_without_an_incident_location_the_callers_is_used_and_the_sentence_says_why() -> None:
    call = read(
        several_locations(
            a_location("tower", "TowerLocation", locationByValue=pidf(shape=CIRCLE)),
            a_location("caller", "Caller", locationByValue=pidf(LARCH_STREET)),
            a_location("unit", "UnitLocation", locationByValue=pidf(LARCH_STREET)),
        )
    )
    assert call.place_why == (
        "Used the caller's location of 03:11 UTC, because no CurrentIncident or InitialIncident location was "
        "sent. 2 others are kept below."
    )
    assert [place.id for place in call.other_places] == ["tower", "unit"]


def test_an_incident_location_that_is_only_a_link_is_said_to_be_unread_and_its_link_is_kept() -> None:
    call = read(
        several_locations(
            a_location("now", "CurrentIncident", locationByReferenceUrl="https://lis.alder.example/7"),
            a_location("caller", "Caller", locationByValue=pidf(LARCH_STREET)),
        )
    )
    assert "the CurrentIncident location could not be read" in call.place_why
    assert "https://lis.alder.example/7" in kept(call, "locationComponent[0].locationByReferenceUrl")


def test_the_team_is_never_sent_to_where_responders_stand() -> None:
    call = read(several_locations(a_location("s", "Staging", locationByValue=pidf(LARCH_STREET))))
    assert (call.place, call.point) == ("", None)
    assert call.place_why.startswith("No location could be used of the 1")
    assert call.other_places[0].line.startswith("1420 N Larch Street")


def test_a_location_that_the_call_was_routed_by_comes_with_a_warning() -> None:
    call = read(several_locations(a_location("r", "RoutingLocation", locationByValue=pidf(shape=CIRCLE))))
    assert "ask where they are" in call.place_why


def test_of_two_current_locations_the_one_the_incident_means_is_used_and_else_the_newest() -> None:
    old = a_location("old", "CurrentIncident", locationByValue=pidf(LARCH_STREET))
    new = a_location(
        "new", "CurrentIncident", "2026-11-21T03:40:00Z", locationByValue=pidf(LARCH_STREET | {"HNO": "7"})
    )
    assert read(several_locations(old, new)).place.startswith("7 N Larch")
    meant = an_incident(locationReference=[ref("old")])
    assert read(several_locations(old, new, incidentComponent=meant)).place.startswith("1420 N Larch")


@pytest.mark.parametrize(
    ("civic", "line"),
    [
        ({"HNO": "12", "HNS": "1/2", "RD": "Mill", "STS": "Road", "POD": "NW"}, "12 1/2 Mill Road NW"),
        ({"NAM": "Lindahl Park", "LMK": "shelter", "A3": "Birch"}, "Lindahl Park, shelter, Birch"),
        ({"RD": "Elm", "BLD": "C", "FLR": "2", "ROOM": "Lobby"}, "Elm, Building C, Floor 2, Lobby"),
        ({"RD": "Elm", "UNIT": "Apt 9", "LOC": "rear"}, "Elm, Apt 9, rear"),
        ({"A6": "Old Post Road", "HNO": "3", "A3": "Birch"}, "3 Old Post Road, Birch"),
        ({"RD": "Elm", "A6": "Row 2", "A5": "East", "A4": "Mill Ward"}, "Elm, Row 2, East, Mill Ward"),
        ({"A1": "MN", "PC": "56599", "country": "CA"}, "MN 56599, CA"),
        ({"A3": "Alder Falls", "PCN": "ALDER FALLS"}, "Alder Falls"),
    ],
)  # fmt: skip
def test_a_civic_address_is_one_line_from_small_to_large(civic: dict[str, str], line: str) -> None:
    assert read(several_locations(a_location("x", "Caller", locationByValue=pidf(civic)))).place == line


def gs(name: str, inside: str, system: str = "urn:ogc:def:crs:EPSG::4326") -> str:
    space = "gml" if name in ("Point", "Polygon") else "gs"
    return f'<{space}:{name} srsName="{system}">{inside}</{space}:{name}>'


POS = "<gml:pos>46.87 -96.71</gml:pos>"
ELLIPSE = f"{POS}<gs:semiMajorAxis>120</gs:semiMajorAxis><gs:semiMinorAxis>40</gs:semiMinorAxis>"
SECTOR = (
    f"{POS}<gs:innerRadius>0</gs:innerRadius><gs:outerRadius>2000</gs:outerRadius>"
    "<gs:startAngle>60</gs:startAngle><gs:openingAngle>60</gs:openingAngle>"
)
SQUARE = (
    "<gml:exterior><gml:LinearRing><gml:posList>46 -97 46 -96 47 -96 47 -97 46 -97</gml:posList>"
    "</gml:LinearRing></gml:exterior>"
)
CORNERS = (
    "<gml:exterior><gml:LinearRing><gml:pos>46 -97</gml:pos><gml:pos>46 -96</gml:pos>"
    "<gml:pos>47 -96</gml:pos><gml:pos>47 -97</gml:pos></gml:LinearRing></gml:exterior>"
)


def point_of(shape: str) -> Point | None:
    return read(several_locations(a_location("x", "Caller", locationByValue=pidf(shape=shape)))).point


@pytest.mark.parametrize(
    ("shape", "latitude", "longitude", "uncertainty"),
    [
        (gs("Point", POS), 46.87, -96.71, None),
        (
            gs("Point", "<gml:pos>46.87 -96.71 280</gml:pos>", "urn:ogc:def:crs:EPSG::4979"),
            46.87,
            -96.71,
            None,
        ),
        (gs("Circle", f"{POS}<gs:radius>50</gs:radius>"), 46.87, -96.71, 50),
        (gs("Ellipse", ELLIPSE), 46.87, -96.71, 120),
        (gs("Circle", f'{POS}<gs:radius uom="furlong">5</gs:radius>'), 46.87, -96.71, None),
        (gs("Polygon", SQUARE), 46.5, -96.5, 67_000),
        (gs("Polygon", CORNERS), 46.5, -96.5, 67_000),
    ],
)
def test_each_shape_becomes_a_point(
    shape: str, latitude: float, longitude: float, uncertainty: float | None
) -> None:
    point = point_of(shape)
    assert point
    assert (point.latitude, point.longitude) == (latitude, longitude)
    assert point.uncertainty_m == (None if uncertainty is None else pytest.approx(uncertainty, rel=0.02))


def test_a_cell_sector_points_at_the_middle_of_its_band_east_of_the_tower() -> None:
    point = point_of(gs("ArcBand", SECTOR))
    assert point
    assert point.latitude == pytest.approx(46.87, abs=0.0005)
    assert (point.longitude + 96.71) * 76_100 == pytest.approx(1_000, rel=0.01)
    assert point.uncertainty_m == pytest.approx(1_239, rel=0.01)  # to the far corners, thirty degrees off


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (gs("Point", "<gml:pos>-96.71 46.87</gml:pos>"), "not a latitude followed by a longitude"),
        (gs("Point", "<gml:pos>0 0</gml:pos>"), "0 0, which systems send"),
        (gs("Point", "<gml:pos>nan 1</gml:pos>"), "not a number"),
        (gs("Point", "<gml:pos>46.87</gml:pos>"), "not two or three numbers"),
        (gs("Point", POS, "urn:ogc:def:crs:EPSG::26915"), "not in WGS 84"),
        (gs("Polygon", "<gml:posList>46 -97 46 -96</gml:posList>"), "fewer than three corners"),
        (gs("Polygon", "<gml:posList>1e300 1e300 1 1 2 2</gml:posList>"), "not a latitude"),
    ],
)
def test_a_position_that_cannot_be_meant_is_kept_with_its_reason(shape: str, reason: str) -> None:
    location = a_location("x", "Caller", locationByValue=pidf(shape=shape))
    call = read(several_locations(location))
    assert call.point is None
    assert reason in " ".join(call.remarks)
    assert kept(call, "locationComponent[0].locationByValue") == json.dumps(
        location["locationByValue"], ensure_ascii=False
    )


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<presence {NAMESPACES}><civicAddress><RD>&b;</RD></civicAddress></presence>"
)
STOLEN = BOMB.replace('"ha"', 'SYSTEM "file:///etc/passwd"').replace("&a;&a;", "&a;")


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (BOMB, "declares a document type"),
        (STOLEN, "declares a document type"),
        ("<presence><a></presence>", "not well-formed"),
        ("Larch Street 1420", "not well-formed"),
        ('<?xml version="1.0" encoding="no-such-code"?><a/>', "not"),
        ("<a>" * 20_000, "not well-formed"),
        (f"<presence>{' ' * 100_000}</presence>", "longer than"),
        (pidf(), "neither an address nor a position"),
    ],
)
def test_xml_that_attacks_or_is_broken_costs_that_location_and_not_the_call(xml: str, reason: str) -> None:
    bad = a_location("bad", "CurrentIncident", locationByValue=xml)
    good = a_location("good", "Caller", locationByValue=pidf(LARCH_STREET))
    call = read(several_locations(bad, good))
    assert call.place.startswith("1420 N Larch")
    assert "passwd" not in call.place
    assert reason in call.remarks[0]
    assert kept(call, "locationComponent[0].locationByValue")


def test_what_a_location_says_beside_its_place_is_kept() -> None:
    civic = LARCH_STREET | {"PLC": "school"}
    location = a_location("x", "Caller", locationByValue=pidf(civic, beside="<gp:method>Cell</gp:method>"))
    call = read(several_locations(location))
    assert ("locationComponent[0].locationByValue#PLC", '"school"') in call.not_understood
    assert ("locationComponent[0].locationByValue#method", '"Cell"') in call.not_understood


# Notes and cautions


def test_notes_are_plain_text_in_order_with_their_line_breaks() -> None:
    call = read(full())
    assert [note.text for note in call.notes] == [
        "Says people follow him & has not slept.\nBrother is with him.",
        "Sat down when asked.\nNot threatening.",
    ]
    assert [(note.at, note.by) for note in call.notes] == [
        (utc(3, 12), "R. Okafor"),
        (utc(3, 13), "R. Okafor"),
    ]


def test_a_hostile_note_loses_its_script_and_keeps_its_words() -> None:
    first, second = read(hostile_notes()).notes
    assert first.text == "He is calm."
    assert (
        second.text == "<script>alert(3)</script> as text"
    )  # escaped text stays text; it is never shown as HTML


def test_letters_that_turn_text_around_or_cannot_be_stored_are_taken_out() -> None:
    call = read(minimal(notesComponent=[a_note("n", "a\u202eb\x00c\ud800d\x07")]))
    assert call.notes[0].text == "abc\ufffdd"


def test_a_note_longer_than_a_page_can_bear_is_cut_and_says_so() -> None:
    call = read(minimal(notesComponent=[a_note("n", "word " * 7_000)]))
    assert len(call.notes[0].text) < NOTE_LENGTH + 50
    assert call.notes[0].text.endswith("[The rest of this note was cut.]")
    assert kept(call, "notesComponent[0].notesActionComments")


def test_markup_nested_beyond_reason_is_cut_before_it_is_parsed() -> None:
    call = read(minimal(notesComponent=[a_note("n", "<div>" * 7_000 + "deep")]))
    assert "[The rest of this note was cut.]" in call.notes[0].text


def test_a_caution_names_its_source_and_suggests_an_answer() -> None:
    caller = a_person("p", "Caller", "Ann", "Hale")
    call = read(minimal(cautionComponent=[a_caution(cautionSource="p")], personComponent=[caller]))
    assert (call.cautions[0].kind, call.cautions[0].words, call.cautions[0].severity) == (
        "Weapons", "Pocket knife seen", "high",
    )  # fmt: skip
    assert (call.cautions[0].source, call.cautions[0].since) == ("Ann Hale", utc(3, 10, 30))
    assert call.codes == {"weapon": "yes"}


@pytest.mark.parametrize(
    ("kind", "caution", "codes"),
    [
        ("MTLV", "Other", {"violence": "yes"}),
        ("SUICTHRT", "Firearm", {"danger": "yes", "weapon": "yes"}),
        ("MNTL", "Weapon collector nearby", {}),
        ("WELFARE", "Other", {}),
    ],
)
def test_only_a_registry_value_without_doubt_suggests_an_answer_and_only_yes(
    kind: str, caution: str, codes: dict[str, str]
) -> None:
    incident = an_incident(incidentTypeCommonRegistryText=kind)
    assert (
        read(minimal(incidentComponent=incident, cautionComponent=[a_caution(kind=caution)])).codes == codes
    )
    assert set(codes) <= set(QUESTIONS)


@pytest.mark.parametrize(
    ("niem", "age"),
    [
        ({"ageMeasure": [{"value": [{"value": "41"}], "unit": [{"value": "years"}]}]}, "41 years"),
        ({"ageMeasure": [{"integerValue": [{"value": 9}], "timeUnitCode": [{"value": "MON"}]}]}, "9 months"),
        ({"birthDate": [{"date": [{"value": "1985-02-03"}]}]}, "born 1985-02-03"),
        ({"ageDescription": "teenager"}, "teenager"),
        ({"ageMeasure": [{}]}, ""),
    ],
)
def test_an_age_is_read_from_the_forms_that_niem_has_for_it(niem: dict[str, Any], age: str) -> None:
    assert (
        read(minimal(personComponent=[a_person("p", "Patient", "Gordon", "Hale", **niem)])).people[0].age
        == age
    )


# The same document, and a newer one


def test_the_order_of_properties_does_not_change_the_digest() -> None:
    document = full()
    assert read(dict(reversed(document.items()))).digest == read(document).digest


def test_an_update_has_the_same_key_another_digest_and_a_later_time() -> None:
    first, second = read(full()), read(update(full()))
    assert first.key == second.key
    assert first.digest != second.digest
    assert first.updated_at < second.updated_at


# Kept and shown, never dropped


def test_extensions_are_kept_under_their_own_names() -> None:
    call = read(with_extensions())
    assert dict(call.not_understood)["alderWeather"] == '{"temperature":-14,"wind":"NW"}'
    assert kept(call, "incidentComponent.alderTriage") == '{"rule":14,"answers":["one","two"]}'
    assert kept(call, "locationComponent[1].alderGateCode") == '"ask the desk"'
    assert kept(call, "eidoExtensionId") == '["alder.frequency"]'


def test_a_component_that_is_not_mapped_is_kept_whole() -> None:
    assert "CrisisInterventionUnit" in kept(read(full()), "emergencyResourceComponent[0]")


def test_what_is_kept_is_cut_at_a_length_that_says_so() -> None:
    value = kept(read(minimal(alderLog="x" * 5_000)), "alderLog")
    assert len(value) == KEPT_LENGTH
    assert value.endswith("(5,002 characters in all)")


def walked(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in pairs:
        yield from walked(inside, (*path, step))


def holder(document: Any, path: Path_) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def said(path: Path_) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


PATHS = [path for path, _ in walked(full()) if path]
OBJECTS = [path for path, value in walked(full()) if isinstance(value, dict)]


@pytest.mark.parametrize("path", OBJECTS, ids=said)
def test_an_unknown_property_is_kept_wherever_it_stands(path: Path_) -> None:
    document = full()
    holder(document, (*path, "alderExtra"))["alderExtra"] = "canary"
    assert any("canary" in value for _, value in read(document).not_understood)


# Liberties that senders take


def test_one_thing_where_a_list_belongs_is_read_as_a_list_of_one_and_noted() -> None:
    document = full()
    document["cautionComponent"] = document["cautionComponent"][0]
    document["agencyComponent"][0]["agencyType"] = "psap"
    call = read(document)
    assert len(call.cautions) == 1
    assert call.agencies[0].kinds == ("psap",)
    assert "cautionComponent was sent as one value; it was read as a list of one." in call.remarks


def test_a_list_of_one_incident_is_read_and_of_two_is_refused() -> None:
    document = minimal()
    document["incidentComponent"] = [an_incident()]
    assert read(document).key == INCIDENT
    document["incidentComponent"] = [an_incident(), an_incident()]
    assert refusal(document).field == "incidentComponent"


def test_null_is_read_as_absent() -> None:
    document = full(vehicleComponent=None, mediaComponent=[None])
    document["incidentComponent"]["internalIncidentId"] = None
    assert read(document).remarks == ()


def test_a_bare_id_and_one_with_a_hash_are_read_as_references() -> None:
    document = full()
    for reference in ("callback-1", ref("#callback-1")):
        document["callComponent"][1]["callBackReference"] = reference
        phone = read(document).calls[0].phone
        assert phone
        assert phone.number == "+12185550142"


def test_a_reference_to_nothing_is_noted_and_kept() -> None:
    call = read(minimal(incidentComponent=an_incident(locationReference=[ref("nowhere")])))
    assert call.remarks == ("incidentComponent.locationReference[0] refers to nothing in this document.",)
    assert kept(call, "incidentComponent.locationReference[0]") == '{"$ref":"nowhere"}'


def test_references_in_a_ring_are_noted_and_not_followed() -> None:
    one = a_location("a", "Caller", locationDereferencedFromReference=ref("b"))
    other = a_location("b", "Caller", locationDereferencedFromReference=ref("a"))
    remarks = read(several_locations(one, other)).remarks
    assert len([remark for remark in remarks if "leads back to itself" in remark]) == 1


def test_a_newer_version_one_is_read_and_noted() -> None:
    call = read(minimal(eidoVersion="1.4"))
    assert call.version == "1.4"
    assert "newer than 1.0" in call.remarks[0]
    assert refusal(minimal(eidoVersion="2.0")).field == "eidoVersion"


def test_a_component_time_without_an_offset_is_unknown_rather_than_guessed() -> None:
    call = read(minimal(notesComponent=[a_note("n", "text", at="2021-04-30T18:40:00.0")]))
    assert call.notes[0].at is None
    assert kept(call, "notesComponent[0].lastUpdateTimeStamp") == '"2021-04-30T18:40:00.0"'


def test_a_fault_in_a_component_that_is_only_kept_does_not_cost_the_call() -> None:
    call = read(minimal(vehicleComponent=[{"plate": "none seen"}], dispatchComponent=[7]))
    assert (
        "vehicleComponent[0].$id: This is missing. The standard requires it. It was kept as it came."
        in call.remarks
    )
    assert "none seen" in kept(call, "vehicleComponent[0]")
    assert kept(call, "dispatchComponent") == "[7]"


# Refusals


@pytest.mark.parametrize(
    ("component", "name", "value", "sentence"),
    [
        ("callComponent", "callStartTimestamp", None, "This is missing."),
        ("callComponent", "callStartTimestamp", "03:10", "with its offset"),
        ("callComponent", "callStartTimestamp", "2026-11-21T03:10:00", "offset"),
        ("callComponent", "callStartTimestamp", "2026-02-31T03:10:00Z", "calendar"),
        ("callComponent", "callStartTimestamp", "0001-01-01T00:00:00+09:00", "cal"),
        ("callComponent", "direction", "inbound", "one of: incoming, outgoing, internal"),
        ("callComponent", "answerDate", 5, "This must be text."),
        ("callComponent", "$id", "  ", "not blank"),
        ("callComponent", "$id", "x" * 501, "at most 500"),
        ("notesComponent", "notesActionComments", None, "This is missing."),
        ("personComponent", "ncPersonComponent", "Ann", "must be an object"),
        ("cautionComponent", "cautionSeverity", "huge", "one of: highest"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_what_is_expected(
    component: str, name: str, value: object, sentence: str
) -> None:
    document = full()
    document["callComponent"].reverse()
    document[component][0][name] = value
    broken = refusal(document)
    assert broken.field == f"{component}[0].{name}"
    assert sentence in broken.sentence


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "one JSON object"),
        (None, "one JSON object"),
        (minimal(vehicleComponent=[{}] * (COMPONENTS + 1)), "more than 2,000 components"),
        (minimal(alder=nested(DEPTH + 1)), "nested deeper than 40"),
        (minimal(alder=nested(900)), "nested deeper than 40"),
        (minimal(alder=["x"] * 100_001), "more than 100,000 values"),
        (minimal(alder="x" * (CHARACTERS + 1)), "more than 2,000,000 characters"),
        (minimal(alder=float("inf")), "nothing that JSON can hold"),
        (minimal(alder=10**5_000), "nothing that JSON can hold"),
        (minimal(alder=b"bytes"), "nothing that JSON can hold"),
        (minimal(alder={7: "seven"}), "name must be text"),
    ],
    ids=range(11),
)
def test_a_document_beyond_the_limits_is_refused_with_a_sentence(document: object, sentence: str) -> None:
    broken = refusal(document)
    assert broken.field == "document"
    assert sentence in broken.sentence


def test_a_large_document_within_the_limits_is_read() -> None:
    notes = [a_note(f"note-{number}", "<p>Calm.</p>") for number in range(1_500)]
    assert len(read(minimal(notesComponent=notes)).notes) == 1_500


CANARY = "Zebra Quux of Alder Falls"


@pytest.mark.parametrize(
    "wrong", [CANARY, [CANARY], {CANARY: CANARY}, [[CANARY]]], ids=["text", "list", "object", "deep"]
)
def test_no_word_that_was_sent_gets_into_a_refusal_or_a_remark(wrong: object) -> None:
    for path in PATHS:
        document = full()
        holder(document, path)[path[-1]] = deepcopy(wrong)
        try:
            words = " ".join(read(document).remarks)
        except Broken as broken:
            words = f"{broken} {broken.field} {broken.sentence}"
        assert "Zebra" not in words, said(path)


# Any document at all


def required_in(path: Path_) -> tuple[str, ...]:
    """What the standard requires in the object at this path; nothing where it does not know the object."""
    schema: Any = SCHEMA
    for step in (*path, None):
        while "$ref" in schema and isinstance(schema["$ref"], str):
            schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
        if step is None:
            break
        schema = (
            schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
        )
    return tuple(schema.get("required", ()))


OPTIONAL = [path for path in PATHS if isinstance(path[-1], str) and path[-1] not in required_in(path[:-1])]
OPTIONAL_BUT_CALLS = [path for path in OPTIONAL if path != ("callComponent",)]


@given(st.sets(st.sampled_from(OPTIONAL_BUT_CALLS), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_whatever_optional_parts_are_left_out_the_document_still_reads(dropped: set[Path_]) -> None:
    document = full()
    for path in sorted(dropped, key=len, reverse=True):
        holder(document, path).pop(path[-1])
    assert read(document).called_at == utc(3, 9, 30)


NAMES = st.sampled_from(
    sorted({name for definition in SCHEMA["$defs"].values() for name in definition.get("properties", {})})
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(NAMES | st.text(), inside, max_size=5),
    max_leaves=25,
)


@given(st.sampled_from(PATHS), JSON)
@settings(max_examples=150, deadline=None)
def test_a_wrong_value_is_refused_by_its_path_or_the_document_still_reads(path: Path_, wrong: object) -> None:
    document = full()
    holder(document, path)[path[-1]] = wrong
    try:
        call = read(document)
    except Broken as broken:
        assert (
            broken.field == "document"
            or broken.field.startswith(said(path))
            or said(path).startswith(broken.field)
        )
    else:
        assert call.key


@given(JSON | st.dictionaries(NAMES, JSON, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_json_at_all_is_a_call_or_a_refusal(document: object) -> None:
    try:
        assert read(document).key
    except Broken as broken:
        assert broken.field
        assert broken.sentence.endswith(".")


# Agreement with the published standard

# The required names that we read otherwise; `app/eido/schema.py` says why.
NOT_REQUIRED = {"Alternate": {"TimeStamp", "Value"}}
# `eidoVersion` and `@vocab` are the only fixed values that we widen.
WIDENED = {"eidoVersion", "@vocab"}


def published() -> dict[str, Any]:
    beside = Path(__file__).resolve().parents[2]
    found = sorted(beside.glob("*/data/eido/openapi.yaml"))
    if not found:
        pytest.skip(
            "The published EIDO file is not beside the project, so agreement with it was not checked."
        )
    schemas: dict[str, Any] = yaml.safe_load(found[0].read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas


def flat(schema: dict[str, Any], schemas: dict[str, Any]) -> tuple[set[str], dict[str, Any]]:
    """Required names and properties of a published type with its prologue."""
    required, properties = set(schema.get("required", ())), dict(schema.get("properties", {}))
    for piece in schema.get("allOf", ()):
        more = schemas[piece["$ref"].rpartition("/")[2]] if "$ref" in piece else piece
        inside_required, inside = flat(more, schemas)
        required |= inside_required
        properties |= inside
    return required, properties


def shape(schema: dict[str, Any]) -> object:
    """Type, reference and fixed values of a property: what the two files must agree on."""
    target = schema.get("$ref")
    if isinstance(target, str):
        return "object" if "NIEMComponents" in target else target.rpartition("/")[2]
    if "items" in schema:
        return [shape(schema["items"])]
    return (schema["type"], tuple(schema.get("enum", ())))


def test_our_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_our_schema_requires_what_the_published_standard_requires() -> None:
    schemas = published()
    ours = SCHEMA["$defs"]
    assert set(ours) == set(schemas)
    for name, schema in schemas.items():
        assert set(ours[name].get("required", ())) == flat(schema, schemas)[0], name


def test_our_schema_has_the_published_properties_types_and_values() -> None:
    schemas = published()
    for name, schema in schemas.items():
        mine = SCHEMA["$defs"][name]
        assert mine.get("enum") == schema.get("enum"), name
        theirs = flat(schema, schemas)[1]
        assert set(mine.get("properties", {})) == set(theirs), name
        for field, value in theirs.items():
            if field in WIDENED | {"@context", "Alternate"}:
                continue
            told = shape(mine["properties"][field])
            assert (told[0] if told == ("object", ()) else told) == shape(value), f"{name}.{field}"


def test_the_alternate_value_differs_from_the_published_one_only_by_its_slip() -> None:
    theirs = published()["AlternateValuesType"]["properties"]["Alternate"]["items"]
    mine = SCHEMA["$defs"]["AlternateValuesType"]["properties"]["Alternate"]["items"]
    assert set(theirs["required"]) - set(mine["required"]) == NOT_REQUIRED["Alternate"]
    assert not NOT_REQUIRED["Alternate"] & set(theirs["properties"])
