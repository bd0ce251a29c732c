"""The EIDO as a JSON Schema (2020-12), written from NENA's published standard and read with judgement.

The published OpenAPI file has slips. Each is listed here with our reading; `docs/eido.md` tells senders the
same.

- `agentRoleRegistryText` says `minItems: 1,` (the comma makes it a text): read as `minItems: 1`.
- `ReferenceType` has a property literally named `$ref` and no `type`: read as an object with one text, an
  `$id`.
- `ncPersonComponent`, `ncOrganizationComponent`, `ncVehicleComponent`, `jCommercialVehicleComponent` and
  `ncItemType` point at NIEM files that are not part of it (one through a doubled slash): read as any object,
  kept whole.
- `AlternateValuesType` requires `TimeStamp` and `Value` while it defines `Timestamp` and `OtherValue`: either
  spelling is read and neither is required.
- `AlternateValuesType`, `ItemInformationType` and `UnitEmergencyStateType` are defined, but the root names no
  list that holds them: such lists are extensions, kept under whatever name they come.
- `AlternateValueReferences` and `connectedSharedCommunicationResources` break the naming of their neighbours,
  and `externalSourceAcessString` is misspelled: names are taken as published, and other spellings are kept.
- `incidentComponent` is one object where every other component is a list: read so, and a list of one is
  accepted.
- `incidentCommonPriorityNumber` has no range, while the text of the standard says 0 to 10: see `priority.py`.
- `eidoVersion` allows "1.0" alone, while the file already holds what came after: read as any 1.x.
- `locationByValue` or `locationByReferenceUrl` should exclude each other by the text; the file lets both
  pass, as we do.
- `@vocab` is fixed to a relative path of the publisher's folder: any text is accepted.
- `format: date-time` is where the standard's own sample leaves the offset out: see `instant.py`.

Unknown properties are allowed everywhere. Two bounds are ours: an `$id` is neither blank nor above 500
characters.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
SOME_TEXTS: Schema = {"type": "array", "items": TEXT, "minItems": 1}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
ANY_OBJECT: Schema = {"type": "object"}
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": r"\S"}
WHEN: Schema = {"type": "string", "format": "date-time"}
INSTANT: Schema = WHEN | {"pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$"}
URGENCY: Schema = {"type": "string", "enum": ["highest", "high", "normal", "low", "lowest"]}


def of(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def many(name: str) -> Schema:
    return {"type": "array", "items": of(name)}


def choice(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def plain(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


LINK = of("ReferenceType")
LINKS = many("ReferenceType")

PROLOGUE: Schema = {
    "$id": ID,
    "lastUpdateTimeStamp": WHEN,
    "updatedByAgencyReference": LINK,
    "updatedByAgentReference": LINK,
    "AlternateValueReferences": LINKS,
    "externalInformationSourceReferences": LINKS,
    "mediaReferences": LINKS,
}
PROLOGUE_REQUIRED = ("$id", "lastUpdateTimeStamp", "updatedByAgencyReference")


def component(*required: str, **properties: Schema) -> Schema:
    """An object with the common prologue; written out, so that one look at a type tells all."""
    return plain(*PROLOGUE_REQUIRED, *required, **(PROLOGUE | properties))


REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": TEXT}}

CALL_AND_PLACE: Schema = {
    "CallInformationType": component(
        "callStateRegistryText",
        "standardPrimaryCallType",
        "direction",
        "callStartTimestamp",
        relatedCallIdentifier=TEXTS,
        queueIdentifier=TEXT,
        standardPrimaryCallType=TEXT,
        standardSecondaryCallType=TEXT,
        localCallType=TEXT,
        direction=choice("incoming", "outgoing", "internal"),
        priorityIdentifier=URGENCY,
        additionalDataReference=LINKS,
        callStartTimestamp=INSTANT,
        answerDate=WHEN,
        callStateRegistryText=TEXT,
        agentReference=LINKS,
        callBackReference=LINK,
        verstat=TEXT,
        sipIdentity=TEXT,
        locationReference=LINKS,
        notesReference=LINKS,
        personReference=LINKS,
        organizationReference=LINKS,
        agencyReference=LINKS,
    ),
    "CallbackType": component(
        callBackInformationUri=TEXTS,
        deviceContactHeader=TEXT,
        updatedCbn=of("UpdatedCBNType"),
    ),
    "UpdatedCBNType": component(
        "updatedCbnIdentifierUri",
        updatedCbnIdentifierUri=TEXT,
        updatedCbnCallerDescription=TEXT,
    ),
    "LocationInformationType": component(
        "locationTypeDescriptionRegistryText",
        locationTypeDescriptionRegistryText=TEXT,
        locationByValue=TEXT,
        locationByReferenceUrl=TEXT,
        locationDereferencedFromReference=LINK,
        locationDescriptionText=TEXT,
        crossStreetByValue=TEXTS,
        crossStreetByReferenceUrl=TEXTS,
        intersectingStreetByValue=TEXTS,
        intersectingStreetByReferenceUrl=TEXTS,
        cellTowerSectorId=TEXT,
        additionalDataReference=LINKS,
        localIdentifier=TEXTS,
        notesReference=LINKS,
    ),
    "CallLegStateType": component(
        "callReference",
        "callStateRegistryText",
        callReference=LINK,
        callStateRegistryText=TEXT,
    ),
}

INCIDENT: Schema = {
    "IncidentInformationType": component(
        "incidentTypeCommonRegistryText",
        incidentTypeInternalCode=TEXT,
        incidentTypeInternalText=TEXT,
        incidentTypeCommonRegistryText=TEXT,
        incidentStatusInternalText=TEXTS,
        incidentStatusCommonRegistryText=TEXTS,
        internalIncidentId=TEXT,
        agentReference=LINKS,
        locationReference=LINKS,
        personReference=LINKS,
        organizationReference=LINKS,
        vehicleReference=LINKS,
        documentIdentification=TEXTS,
        reportNumberType=TEXT,
        incidentPriorityInternalText=TEXT,
        incidentCommonPriorityNumber=WHOLE,
        beatOrDispatchGroupText=TEXT,
        dispositionComponent=many("DispositionType"),
        notesReference=LINKS,
    ),
    "DispositionType": component(
        "dispositionCommonRegistryCode",
        dispositionCommonRegistryCode=TEXT,
        dispositionPrimaryIndicator=FLAG,
        dispositionCategoryText=TEXT,
        dispositionDescriptionText=TEXT,
        notesReference=LINKS,
    ),
    "NotesType": component(
        "notesActionComments",
        notesActionComments=TEXT,
        agentReference=LINK,
        cautionReference=LINKS,
    ),
    "CautionType": component(
        "cautionTypeInternalText",
        "cautionTypeCommonRegistryText",
        "cautionSeverity",
        cautionTypeInternalText=TEXT,
        cautionTypeCommonRegistryText=TEXT,
        cautionTypeCommonSubRegistryText=TEXTS,
        cautionSeverity=URGENCY,
        cautionSource=TEXT,
        startDate=WHEN,
    ),
    "MergeInformationType": component(
        "incidentTrackingIdentifier",
        "incidentMergeDirectionCode",
        incidentTrackingIdentifier=TEXT,
        incidentMergeDirectionCode=of("IncidentMergeDirectionCodeSimpleType"),
    ),
    "IncidentMergeDirectionCodeSimpleType": choice("REPLACING", "REPLACED", "SPLIT"),
    "LinkInformationType": component(
        "incidentTrackingIdentifier",
        "linkDirectionCode",
        incidentTrackingIdentifier=TEXT,
        transactionReasonText=TEXT,
        involvedAgencyReference=LINK,
        linkDirectionCode=of("LinkDirectionCodeSimpleType"),
    ),
    "LinkDirectionCodeSimpleType": choice("PARENT", "CHILD", "RELATED", "UNLINK"),
}

WHO: Schema = {
    "AgencyType": component(
        "agencyRoleDescriptionRegistryText",
        "agencyType",
        agencyJcard=TEXT,
        agencyRoleDescriptionRegistryText=TEXTS,
        agencyType=TEXTS,
        notesReference=LINKS,
        incidentOwningAgencyIndicator=FLAG,
        actingOnBehalfOfAgencyReference=LINKS,
        agencyCallLegState=many("CallLegStateType"),
    ),
    "AgentType": component(
        "agentRoleRegistryText",
        "agencyReference",
        agentJcard=TEXT,
        agentWorkstationPositionIdentification=TEXT,
        agentRoleRegistryText=SOME_TEXTS,
        agencyReference=LINK,
        notesReference=LINKS,
        agentCallLegState=many("CallLegStateType"),
    ),
    "PersonInformationType": component(
        "personIncidentRoleRegistryText",
        ncPersonComponent=ANY_OBJECT,
        personIncidentRoleRegistryText=TEXTS,
        callIdentifier=TEXTS,
        locationReference=LINKS,
        destinationReference=LINK,
        eta=WHEN,
        notesReference=LINKS,
        additionalDataReference=LINKS,
        callBackReference=LINK,
        personCallLegState=many("CallLegStateType"),
        itemReference=LINKS,
    ),
    "OrganizationInformationType": component(
        "organizationIncidentRoleRegistryText",
        ncOrganizationComponent=ANY_OBJECT,
        organizationIncidentRoleRegistryText=TEXTS,
        additionalDataReference=LINKS,
        locationReference=LINKS,
        notesReference=LINKS,
        callBackReference=LINK,
    ),
}

RESOURCES: Schema = {
    "DispatchInformationType": component(
        agencyReference=LINK,
        agentReference=LINK,
        emergencyResourceReference=LINKS,
        notesReference=LINKS,
    ),
    "EmergencyResourceType": component(
        "agentReference",
        "emergencyResourceTypeCommonRegistryText",
        "primaryUnitStatusRegistryText",
        "resourceAttributeRegistryText",
        "secondaryUnitStatusRegistryText",
        emergencyResourceTypeCommonRegistryText=TEXT,
        emergencyResourceTypeInternalText=TEXT,
        resourceAttributeRegistryText=TEXTS,
        resourceAttributeInternalText=TEXTS,
        emergencyResourceName=TEXT,
        primaryUnitStatusRegistryText=TEXT,
        secondaryUnitStatusRegistryText=TEXTS,
        notesReference=LINKS,
        unitStatusInternal=TEXTS,
        agentReference=LINKS,
        unitLocationReference=LINK,
        unitDestinationReference=LINK,
        eta=WHEN,
        personReference=LINKS,
        vehicleReference=LINKS,
        itemReference=LINKS,
        activeOnIncidentId=TEXT,
        stackedOnIncidentId=TEXTS,
    ),
    "VehicleInformationType": component(
        "vehicleRelationshipType",
        "vehicleRelationshipTimeStamp",
        ncVehicleComponent=ANY_OBJECT,
        vehicleRelationshipType=SOME_TEXTS,
        vehicleRelationshipTimeStamp=WHEN,
        additionalDataReference=LINKS,
        locationReference=LINKS,
        destinationReference=LINK,
        eta=WHEN,
        notesReference=LINKS,
        jCommercialVehicleComponent=ANY_OBJECT,
        itemReference=LINKS,
    ),
    "AlarmsSensorsType": component(
        csaaAlarmInformation=TEXT,
        alarmUrl=TEXT,
        agentReference=LINK,
        notesReference=LINKS,
    ),
    "AdditionalDataType": component(
        additionalDataByReferenceUrl=TEXT,
        additionalDataByValue=TEXT,
        additionalDataDereferencedFromReference=LINK,
        urlPurpose=TEXT,
        notesReference=LINKS,
        cautionReference=LINKS,
    ),
    "MediaType": component("uri", "contentType", uri=TEXT, contentType=TEXT, label=TEXT),
    "SharedCommunicationResourceType": component(
        "sharedCommunicationResourceType",
        sharedCommunicationResourceType=TEXT,
        sharedCommunicationResourceByReferenceUrl=TEXT,
        sharedCommunicationResourceByValue=TEXT,
        connectedSharedCommunicationResources=LINKS,
        notesReference=LINKS,
    ),
    "ExternalInformationSourceType": component(
        "externalSourceRegistryText",
        externalSourceRegistryText=TEXT,
        externalSourceAcessString=TEXT,
    ),
    "ItemInformationType": component(ncItemType=ANY_OBJECT, locationReference=LINKS, notesReference=LINKS),
    "UnitEmergencyStateType": component(
        "severity",
        "startTimestamp",
        severity=URGENCY,
        originatingDevice=TEXT,
        emergencyStateType=TEXT,
        reportingAgentReference=LINK,
        terminatingAgentReference=LINK,
        startTimestamp=WHEN,
        stopTimestamp=WHEN,
        acknowledgementTimestamp=WHEN,
        notesReference=LINKS,
    ),
    "AlternateValuesType": plain(
        "DataComponentReference",
        "Element",
        "Alternate",
        DataComponentReference=LINK,
        Element=TEXT,
        Alternate={"type": "array", "items": plain("Constituent", Constituent=TEXT, OtherValue=TEXT)},
    ),
}

ROOT: Schema = component(
    "eidoVersion",
    "issuingElementIdentification",
    "agencyComponent",
    **{"@context": ANY_OBJECT},
    eidoVersion={"type": "string", "pattern": r"^1(\.\d{1,4}){1,2}$"},
    eidoExtensionId=TEXTS,
    issuingElementIdentification=TEXT,
    mergeComponent=many("MergeInformationType"),
    linkComponent=many("LinkInformationType"),
    incidentComponent=of("IncidentInformationType"),
    callComponent=many("CallInformationType"),
    callbackComponent=many("CallbackType"),
    dispatchComponent=many("DispatchInformationType"),
    notesComponent=many("NotesType"),
    emergencyResourceComponent=many("EmergencyResourceType"),
    alarmsSensorsComponent=many("AlarmsSensorsType"),
    agencyComponent=many("AgencyType"),
    agentComponent=many("AgentType"),
    additionalDataComponent=many("AdditionalDataType"),
    locationComponent=many("LocationInformationType"),
    personComponent=many("PersonInformationType"),
    vehicleComponent=many("VehicleInformationType"),
    cautionComponent=many("CautionType"),
    mediaComponent=many("MediaType"),
    sharedCommunicationResourceComponent=many("SharedCommunicationResourceType"),
    externalInformationSourceComponent=many("ExternalInformationSourceType"),
)
ROOT["properties"]["lastUpdateTimeStamp"] = INSTANT

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Emergency Incident Data Object, as Standby reads it",
    "$ref": "#/$defs/EmergencyIncidentDataObjectType",
    "$defs": {
        "ReferenceType": REFERENCE,
        "PrologueType": plain(*PROLOGUE_REQUIRED, **PROLOGUE),
        **CALL_AND_PLACE,
        **INCIDENT,
        **WHO,
        **RESOURCES,
        "EmergencyIncidentDataObjectType": ROOT,
    },
}
