"""Reads a NENA EIDO document into a call: pure, every refusal a sentence, nothing that was sent dropped."""

from dataclasses import replace
from datetime import datetime

from app.eido.callback import phone_of
from app.eido.check import check
from app.eido.document import Document, Part
from app.eido.limits import digest, within
from app.eido.people import agencies, agency, caller, name_of, people
from app.eido.place import chosen
from app.eido.priority import codes, kind_words, priority
from app.eido.settle import settled
from app.eido.values import Broken, Caution, EidoCall, Line, Note, Person, Phone
from app.eido.words import plain

REMARKS = 100
CIRCLES = ("locationDereferencedFromReference", "additionalDataDereferencedFromReference")


def read(document: object) -> EidoCall:
    """Raises Broken, and nothing else, for what cannot be read as one incident or call."""
    copied = within(document)
    remarks: list[str] = []
    shaped = settled(copied, remarks)
    check(shaped, remarks)
    paper = Document(shaped, remarks)
    call = _call(paper, digest(copied))
    left_over = paper.left_over()
    return replace(call, not_understood=left_over, remarks=_few(remarks))


def _call(document: Document, mark: str) -> EidoCall:
    root = document.root.open()
    context = root.value.get("@context")
    if isinstance(context, dict) and list(context) == ["@vocab"] and isinstance(context["@vocab"], str):
        root.take("@context")  # it says where the vocabulary is kept, nothing of the incident
    incident = root.part("incidentComponent")
    lines = _lines(document)
    if incident is None and not lines:
        raise Broken(
            "incidentComponent", "Send an incidentComponent or a callComponent: there is nothing to answer."
        )
    call = lines[0][0] if lines else None
    near = [part for part in (incident, call) if part]
    where = chosen(document, near)
    everyone = people(document)
    who = caller(everyone, {part.id for part in (call.links("personReference") if call else ())})
    phone = _phone(document, lines[0][1] if lines else None, who)
    warnings = tuple(_caution(part, everyone) for part in root.parts("cautionComponent"))
    kind = (incident.text("incidentTypeCommonRegistryText") or None) if incident else None
    level, level_why = priority(incident, call)
    involved = agencies(document)
    ids = list(
        dict.fromkeys(part.id for part in [*([incident] if incident else []), *(part for part, _ in lines)])
    )
    for agent in root.parts("agentComponent"):
        name_of(agent)
    _note_circles(document)
    return EidoCall(
        key=ids[0],
        also_known_as=tuple(ids[1:]),
        document_id=root.id,
        version=_version(root),
        updated_at=_instant(root, "lastUpdateTimeStamp"),
        digest=mark,
        agency=agency(document, involved),
        agencies=involved,
        issued_by=root.text("issuingElementIdentification"),
        kind=kind,
        kind_words=kind_words(kind, incident.text("incidentTypeInternalText") if incident else ""),
        status=incident.texts("incidentStatusCommonRegistryText") if incident else (),
        priority=level,
        priority_why=level_why,
        called_at=lines[0][1].started_at if lines else None,
        calls=tuple(line for _, line in lines),
        caller_name=who.name if who else "",
        callback=phone.number if phone else None,
        callback_why=phone.why if phone else "No number to call back was sent.",
        place=where.place.line if where.place else "",
        place_why=where.why,
        directions=where.place.directions if where.place else "",
        point=where.place.point if where.place else None,
        other_places=where.others,
        people=everyone,
        notes=_notes(document),
        cautions=warnings,
        codes=codes(kind, warnings),
        remarks=(),
        not_understood=(),
    )


def _few(remarks: list[str]) -> tuple[str, ...]:
    each = list(dict.fromkeys(remarks))
    more = [f"{len(each) - REMARKS} more remarks are not listed."] if len(each) > REMARKS else []
    return (*each[:REMARKS], *more)


def _version(root: Part) -> str:
    version = root.text("eidoVersion")
    if version != "1.0":
        root.document.remarks.append(
            "eidoVersion is newer than 1.0; what we do not know of it is kept as it came."
        )
    return version


def _instant(part: Part, name: str) -> datetime:
    moment = part.when(name)
    if moment is None:
        raise Broken(part.at(name), "This is not a date and time of the calendar.")
    return moment


def _lines(document: Document) -> list[tuple[Part, Line]]:
    """The calls, the earliest incoming one first: the person in crisis or their family made it."""
    found = [(part, _line(part)) for part in document.root.parts("callComponent")]
    return sorted(found, key=lambda pair: (pair[1].direction != "incoming", pair[1].started_at))


def _line(part: Part) -> Line:
    back = part.link("callBackReference")
    return Line(
        id=part.id,
        direction=part.text("direction"),
        started_at=_instant(part, "callStartTimestamp"),
        answered_at=part.when("answerDate"),
        state=part.text("callStateRegistryText"),
        kind=part.text("standardPrimaryCallType"),
        phone=phone_of(back) if back else None,
    )


def _phone(document: Document, line: Line | None, who: Person | None) -> Phone | None:
    """The main call's number, else the caller's own, else the only one there is."""
    if line and line.phone:
        return line.phone
    if who and who.callback:
        return Phone(who.callback, "Used the caller's number, because the call itself has none.")
    every = [phone_of(part) for part in document.root.parts("callbackComponent")]
    found = [phone for phone in every if phone]
    return found[0] if len(found) == 1 else None


def _notes(document: Document) -> tuple[Note, ...]:
    """Oldest first; a note whose time is unknown comes last."""
    notes = [_note(part) for part in document.root.parts("notesComponent")]
    dated = sorted(
        (note for note in notes if note.at), key=lambda note: note.at.timestamp() if note.at else 0.0
    )
    return (*dated, *(note for note in notes if not note.at))


def _note(part: Part) -> Note:
    text, whole = plain(str(part.value.get("notesActionComments", "")))
    if whole:
        part.take("notesActionComments")
    else:
        part.document.remarks.append(
            f"{part.at('notesActionComments')} was too long to show whole; its end is cut."
        )
    author = part.link("agentReference") or part.link("updatedByAgentReference")
    by = name_of(author or part.link("updatedByAgencyReference"))
    return Note(text, part.when("lastUpdateTimeStamp"), by)


def _caution(part: Part, everyone: tuple[Person, ...]) -> Caution:
    more = part.texts("cautionTypeCommonSubRegistryText")
    own = part.text("cautionTypeInternalText")
    return Caution(
        kind=part.text("cautionTypeCommonRegistryText"),
        words=f"{own} ({', '.join(more)})" if more else own,
        severity=part.text("cautionSeverity"),
        source=_source(part, everyone),
        since=part.when("startDate"),
    )


def _source(caution: Part, everyone: tuple[Person, ...]) -> str:
    """A name for the id of somebody in the document; else the sender's own text."""
    said = caution.text("cautionSource")
    source = caution.document.find({"$ref": said})
    if source is None:
        return said
    person = next((one for one in everyone if one.id == source.id), None)
    return (person.name or ", ".join(person.roles)) if person else name_of(source)


def _note_circles(document: Document) -> None:
    """Components that came from one another in a ring: nothing is followed round, and the sender is told."""
    for name in CIRCLES:
        walked: set[str] = set()
        for part in document.by_id.values():
            trail: set[str] = set()
            step: Part | None = part
            while step and step.path not in walked:
                walked.add(step.path)
                trail.add(step.path)
                step = step.link(name)
            if step and step.path in trail:
                document.remarks.append(f"{step.at(name)} leads back to itself; it was not followed.")
