"""How the pages of the notes are drawn: the questions of one page, what it shows, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from app.audit import trace
from app.charts import unfinished
from app.queries.notes import Notes, notes_of
from app.record import cssrs_wording, steps
from app.record.field import Field
from app.record.form import FIELDS, SECTIONS
from app.record.outline import stations
from app.record.reading import screener
from app.record.signing import Missing, cautions
from app.shell import new_id
from app.web.chart_form import given, questions
from app.web.here import incident_id, me, shell
from dispatch.review import STILL_THERE
from dispatch.stages import AT_PERSON

# The pages of the laptop, and the sections that each shows. The phone's pages go by the names of its steps.
ALL, LEVEL_OF_CARE = "all", "level-of-care"
PAGES: dict[str, tuple[str, ...]] = {
    ALL: tuple(section.id for section in SECTIONS),
    LEVEL_OF_CARE: ("disposition", "decision"),
}


@dataclass(frozen=True)
class Lacking:
    """Something that must be there before signing, and where to write it."""

    href: str
    sentence: str


def fields_of(page: str) -> tuple[Field, ...]:
    """The questions that a page of the laptop shows, or that one step of the phone shows."""
    if page not in PAGES:
        return tuple(FIELDS[name] for name in steps.fields(page))
    shown = (section for section in SECTIONS if section.id in PAGES[page])
    return tuple(field for section in shown for field in section.fields if field.kind != "stamp")


def read_notes(ref: int, purpose: str) -> Notes:
    """The notes, and the audit row that somebody read them."""
    notes, here = notes_behind(ref), shell()
    with here.store.write() as connection:
        trace(connection, here, me().id, purpose, "chart", [notes.incident.id])
    return notes


def notes_behind(ref: int) -> Notes:
    """The notes for an answer that shows nobody's words: what is missing, which page comes next."""
    here, incident = shell(), incident_id(ref)
    with here.store.read() as connection:
        return notes_of(connection, here, incident)


def form_of(
    notes: Notes,
    page: str,
    typed: Mapping[str, object] | None = None,
    wrong: Mapping[str, str] | None = None,
    window: str = "",
) -> dict[str, Any]:
    """What a template needs for a form of `page`: one of PAGES, or a step of the phone."""
    ref, window = notes.incident.ref, window or new_id()
    shown = fields_of(page)
    return {
        **frame(notes, page),
        "questions": questions(notes.chart, shown, notes.names, typed, wrong),
        "sections": [section for section in SECTIONS if section.id in PAGES.get(page, ())],
        "given": given(notes.chart, shown),
        "window": window,
        "errors": wrong or {},
        "changes_url": url_for("chart.changes", ref=ref, window=window, page=page),
        "wording": cssrs_wording,
        "asked_about": {f"cssrs_{question.id}": question for question in cssrs_wording.QUESTIONS},
    }


def frame(notes: Notes, page: str) -> dict[str, Any]:
    """What stands around a form and refreshes while one types."""
    lacking = unfinished(notes.chart.kept, notes.minor)
    return {
        "ref": notes.incident.ref,
        "notes": notes,
        "page": page,
        "so_far": screener(notes.chart.kept.answers),
        "lacking": [Lacking(_where(page, notes.incident.ref, each), each.sentence) for each in lacking]
        + _still_there(notes),
        "cautions": cautions(notes.chart.kept.answers, me().name),
        "stations": stations([each.field for each in lacking]),
    }


def fragments(notes: Notes, page: str, news: tuple[str, ...]) -> dict[str, str]:
    """The pieces that autosave.js puts in place after a save."""
    around = frame(notes, page)
    asked = [FIELDS[name].label for name in news if FIELDS[name].kind != "stamp"]
    return {
        "so-far": render_template("chart_so_far.html", **around),
        "missing": render_template("chart_missing.html", **around),
        "news": render_template("chart_news.html", news=asked, **around),
    }


def _still_there(notes: Notes) -> list[Lacking]:
    """The rule that refuses a signature at the scene, said before the button is pressed."""
    if notes.incident.stage not in AT_PERSON:
        return []
    return [Lacking(url_for("tasks.task", ref=notes.incident.ref), STILL_THERE)]


def _where(page: str, ref: int, missing: Missing) -> str:
    """On this page when it shows the field, else on the page that does."""
    anchor = f"f-{missing.field}"
    if page in PAGES:
        here = any(field.id == missing.field for field in fields_of(page))
        return f"#{anchor}" if here else url_for("chart.show", ref=ref, _anchor=anchor)
    step = steps.step_of(missing.field)
    return url_for("assess.show", ref=ref, step=step, _anchor=anchor)
