"""Synthetic EIDO documents as 911 centres send them: fictional people, 555 numbers, places unheard of."""

import json
from copy import deepcopy
from typing import Any

Document = dict[str, Any]

AGENCY = "psap.alder.example"
AGENT = "r.okafor@psap.alder.example"
INCIDENT = "urn:emergency:uid:incidentid:a1b2c3:psap.alder.example"
CALL = "urn:emergency:uid:callid:c0ffee:psap.alder.example"

CIVIC = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
NAMESPACES = (
    'xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" '
    'xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"'
)
LARCH_STREET = {
    "country": "US", "A1": "MN", "A2": "Alder County", "A3": "Alder Falls", "PRD": "N", "RD": "Larch",
    "STS": "Street", "HNO": "1420", "UNIT": "4B", "PC": "56599",
}  # fmt: skip
CIRCLE = '<gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>46.87 -96.71</gml:pos>' \
    '<gs:radius uom="urn:ogc:def:uom:EPSG::9001">35</gs:radius></gs:Circle>'  # fmt: skip


def pidf(civic: dict[str, str] | None = None, shape: str = "", beside: str = "") -> str:
    """A PIDF-LO with an address, a shape or both."""
    parts = "".join(f"<{name}>{text}</{name}>" for name, text in (civic or {}).items())
    address = f'<civicAddress xmlns="{CIVIC}">{parts}</civicAddress>' if civic else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><presence {NAMESPACES} entity="pres:psap@alder.example">'
        f"<tuple id='t1'><status><gp:geopriv><gp:location-info>{shape}{address}</gp:location-info>{beside}"
        "</gp:geopriv></status></tuple></presence>"
    )


def ref(id: str) -> Document:
    return {"$ref": id}


def part(id: str, at: str = "2026-11-21T03:11:00Z", **fields: Any) -> Document:
    """A component with its prologue."""
    prologue = {"$id": id, "lastUpdateTimeStamp": at, "updatedByAgencyReference": ref(AGENCY)}
    return prologue | fields


def a_jcard(name: str, *more: list[Any]) -> str:
    return json.dumps(["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], *more]])


def an_agency(**fields: Any) -> Document:
    return part(
        AGENCY,
        agencyRoleDescriptionRegistryText=["CallReceiving", "Dispatching"],
        agencyType=["psap"],
        incidentOwningAgencyIndicator=True,
        agencyJcard=a_jcard("Alder County 911"),
    ) | fields  # fmt: skip


def an_agent(**fields: Any) -> Document:
    return part(
        AGENT,
        agentRoleRegistryText=["Call Taking"],
        agencyReference=ref(AGENCY),
        agentJcard=a_jcard("R. Okafor"),
    ) | fields  # fmt: skip


def a_call(id: str = CALL, **fields: Any) -> Document:
    return part(
        id,
        callStateRegistryText="callAnswered",
        standardPrimaryCallType="emergency",
        direction="incoming",
        callStartTimestamp="2026-11-20T21:09:30-06:00",
    ) | fields  # fmt: skip


def an_incident(**fields: Any) -> Document:
    return part(INCIDENT, incidentTypeCommonRegistryText="MNTL") | fields


def a_location(id: str, kind: str, at: str = "2026-11-21T03:11:00Z", **fields: Any) -> Document:
    return part(id, at, locationTypeDescriptionRegistryText=kind) | fields


def a_note(id: str, html: str, at: str = "2026-11-21T03:12:00Z", **fields: Any) -> Document:
    return part(id, at, notesActionComments=html, agentReference=ref(AGENT)) | fields


def a_caution(id: str = "caution-1", kind: str = "Weapons", **fields: Any) -> Document:
    return part(
        id,
        cautionTypeInternalText="Pocket knife seen",
        cautionTypeCommonRegistryText=kind,
        cautionSeverity="high",
        cautionSource=AGENT,
        startDate="2026-11-21T03:10:30Z",
    ) | fields  # fmt: skip


def a_person(id: str, role: str, given: str, sur: str, **niem: Any) -> Document:
    name = {"personGivenName": [{"value": given}], "personSurName": [{"value": sur}]}
    return part(id, personIncidentRoleRegistryText=[role], ncPersonComponent={"name": [name]} | niem)


def minimal(**fields: Any) -> Document:
    """What the standard requires and an incident: nothing else."""
    return part(
        INCIDENT,
        eidoVersion="1.0",
        issuingElementIdentification="cad.psap.alder.example",
        agencyComponent=[an_agency()],
        incidentComponent=an_incident(),
    ) | fields  # fmt: skip


def call_without_incident(**fields: Any) -> Document:
    """A call that is passed on before anybody has made an incident of it."""
    document = minimal(callComponent=[a_call()])
    del document["incidentComponent"]
    return document | fields


def several_locations(*locations: Document, **fields: Any) -> Document:
    return minimal(locationComponent=list(locations), **fields)


def full(**fields: Any) -> Document:
    """A whole night call: two calls, three places, two people, notes, a caution, and a unit that is free."""
    return deepcopy(
        minimal(
            incidentComponent=an_incident(
                incidentTypeInternalText="PSYCH CHECK",
                incidentStatusCommonRegistryText=["Active"],
                incidentCommonPriorityNumber=6,
                internalIncidentId="26-118844",
                locationReference=[ref("place-now")],
                personReference=[ref("person-1"), ref("person-2")],
                notesReference=[ref("note-1"), ref("note-2")],
            ),
            callComponent=[
                a_call("call-late", direction="outgoing", callStartTimestamp="2026-11-21T03:05:00Z"),
                a_call(
                    answerDate="2026-11-21T03:09:41Z",
                    priorityIdentifier="normal",
                    callBackReference=ref("callback-1"),
                    personReference=[ref("person-1")],
                    locationReference=[ref("place-caller")],
                    agentReference=[ref(AGENT)],
                ),
            ],
            callbackComponent=[
                part(
                    "callback-1",
                    callBackInformationUri=[
                        "sip:2185550142@carrier.example;user=phone",
                        "tel:+1-218-555-0142",
                    ],
                    deviceContactHeader="sip:conference7@bridge.example;isfocus",
                )
            ],
            locationComponent=[
                a_location("place-caller", "Caller", locationByValue=pidf(shape=CIRCLE)),
                a_location(
                    "place-now",
                    "CurrentIncident",
                    locationByValue=pidf(LARCH_STREET, CIRCLE),
                    locationDescriptionText="Side door by the bins.",
                    crossStreetByValue=[pidf({"RD": "Mill", "STS": "Road"})],
                ),
                a_location("place-staging", "Staging", locationByValue=pidf(LARCH_STREET | {"HNO": "1500"})),
            ],
            personComponent=[
                a_person("person-1", "Caller", "Ann", "Hale"),
                a_person("person-2", "Patient", "Gordon", "Hale", ageDescription=[{"value": "about 40"}]),
            ],
            notesComponent=[
                a_note(
                    "note-2", "<p>Sat down when asked.</p><p>Not threatening.</p>", "2026-11-21T03:13:00Z"
                ),
                a_note("note-1", "Says people follow him &amp; has not slept.<br>Brother is with him."),
            ],
            cautionComponent=[a_caution()],
            agentComponent=[an_agent()],
            emergencyResourceComponent=[
                part(
                    "unit-1",
                    agentReference=[ref(AGENT)],
                    emergencyResourceTypeCommonRegistryText="CrisisInterventionUnit",
                    primaryUnitStatusRegistryText="Available",
                    resourceAttributeRegistryText=["CrisisInterventionSpecialist"],
                    secondaryUnitStatusRegistryText=["ShiftPending"],
                )
            ],
        )
        | fields
    )


def update(document: Document, at: str = "2026-11-21T03:20:00Z", **fields: Any) -> Document:
    """The same incident, later."""
    return deepcopy(document) | {"lastUpdateTimeStamp": at} | fields


def with_extensions() -> Document:
    """Fields and components that the standard does not have, at the root and inside."""
    document = full(eidoExtensionId=["alder.frequency"], alderWeather={"temperature": -14, "wind": "NW"})
    document["incidentComponent"]["alderTriage"] = {"rule": 14, "answers": ["one", "two"]}
    document["locationComponent"][1]["alderGateCode"] = "ask the desk"
    return document


def hostile_notes() -> Document:
    """Notes whose HTML would run, were it ever shown as HTML."""
    return full(
        notesComponent=[
            a_note(
                "note-1",
                '<script>alert(1)</script><p onclick="steal()">He is calm.</p><img src=x onerror=alert(2)>',
            ),
            a_note("note-2", "&lt;script&gt;alert(3)&lt;/script&gt; as text<style>p{display:none}</style>"),
        ]
    )
