"""What the intake page shows, put together and audited; the same pieces go back with each autosave."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from sqlalchemy import Connection

from app.audit import trace_look
from app.hazards import KINDS, REVIEWS, SOURCES, hazards_of
from app.places import SURE, read
from app.queries.advice import advice
from app.queries.from_911 import from_911
from app.queries.intake import Sheet, areas_of, sheet_of
from app.queries.known import linked, possible
from app.queries.same_event import same_event
from app.web.board import boards
from app.web.here import me, shell
from app.web.intake_form import AGE_BANDS, CALLER_KINDS, LANGUAGES, QUESTION, Drawn
from app.web.zone import zone_here
from app.world import policy_of
from dispatch.desk import CHANNELS, NEEDS
from dispatch.triage import QUESTIONS

PURPOSE = "intake"
ASKED = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"), ("", "Not asked"))
POINT_WORDS = {
    "wanted": "Looking it up. Nothing waits for it.",
    "not_found": "Not on our map. The words are what the team goes by.",
    "failed": "The map service does not answer. The words are what the team goes by.",
}
# id on the page -> its template; each is sent anew after an autosave.
PIECES = {
    "intake-actions": "actions",
    "place-found": "found",
    "side-priority": "priority",
    "side-known": "known",
    "side-same": "same",
    "side-hazards": "hazards",
}
# A half-written page is all that a person has: it comes back as it was typed.
Typed = Mapping[str, str]


def page_of(incident: str, *, whole: bool = True) -> dict[str, Any]:
    """All values of the page. Everything opened of a client is noted as a look."""
    here = shell()
    today = here.clock.now().astimezone(zone_here()).date()
    with here.store.read() as connection:
        sheet = sheet_of(connection, here, incident)
        one = linked(connection, here, sheet, today)
        maybe = [] if one else possible(connection, here, sheet, today)
        same = same_event(connection, here, sheet)
        values = {
            "ref": sheet.incident.ref,
            "call": sheet.incident,
            "sheet": sheet,
            "values": sheet.values,
            "answers": sheet.answers,
            "needs": sheet.incident.needs,
            "advice": advice(sheet.incident, policy_of(connection, sheet.incident.program)),
            "linked": one,
            "possible": maybe,
            "same": same,
            "hazards": hazards_of(
                connection,
                here,
                sheet.incident.program,
                client=sheet.incident.client,
                place=sheet.place_index,
            ),
            "sent": from_911(connection, here, sheet) if whole else None,
            "point_words": _point_words(sheet),
            "was": Drawn(sheet.values, sheet.answers, sheet.incident.needs).text(),
            **choices(connection, sheet.incident.program),
        }
    with here.store.write() as connection:
        trace_look(
            connection, here, me().id, PURPOSE, "record", [incident, *(other.incident for other in same)]
        )
        trace_look(connection, here, me().id, PURPOSE, "match", [each.client for each in maybe])
        trace_look(connection, here, me().id, PURPOSE, "plan", [one.client] if one else [])
    return values


def rail() -> dict[str, Any]:
    """The bar of alarms above the page, and the number from which it keeps itself fresh."""
    here = shell()
    board = boards().drawn(here, me().program, zone_here()).snapshot
    return {"board": board, "seq": board.seq, "alarms": board.counts["alarms"]}


def choices(connection: Connection, program: str) -> dict[str, Any]:
    """What the selects and ticks of the form offer."""
    blank = ("", "Not asked")
    return {
        "caller_kinds": [blank, *CALLER_KINDS.items()],
        "age_bands": [*AGE_BANDS.items()],
        "languages": [blank, *LANGUAGES.items()],
        "areas": [("", "Not said"), *((area, area) for area in areas_of(connection, program))],
        "questions": [(code, QUESTION + code, words) for code, words in QUESTIONS.items()],
        "asked": ASKED,
        "all_needs": [*NEEDS.items()],
        "channels": [*CHANNELS.items()],
        "hazard_kinds": [*KINDS.items()],
        "hazard_sources": [*SOURCES.items()],
        "hazard_reviews": [*REVIEWS.items()],
    }


def pieces(values: Mapping[str, Any]) -> dict[str, str]:
    """Every piece of the page that the last change may have changed."""
    drawn = {place: render_template(f"intake/{name}.html", **values) for place, name in PIECES.items()}
    raises = {each.code: each.becomes for each in values["advice"].opens}
    for code in QUESTIONS:
        said = {"code": code, "raises": raises, "answers": values["answers"]}
        drawn[f"raise-{code}"] = render_template("intake/raises.html", **said)
    return drawn


def _point_words(sheet: Sheet) -> tuple[str, str]:
    """How the place was found and what the map calls it; both empty while no place is written."""
    found = read(sheet.values["point"])
    if found is not None:
        return SURE[found.confidence], found.label
    settings = shell().settings
    if sheet.point_state == "wanted" and settings.geocoder_url is None and not settings.demo:
        return "", ""
    return POINT_WORDS.get(sheet.point_state or "", ""), ""
