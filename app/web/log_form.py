"""The log's filter as it stands in an address, and back again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from app.queries.log import SORTS, STAGES, UNTRIAGED_LAST, Cursor, Filter
from app.record.form_decision import DISPOSITIONS
from app.web.forms import Form
from dispatch.desk import CHANNELS

CURSOR = re.compile(r"([0-9]{1,17})\.([0-9]{1,9})\.([1-4])")
DAY = "Write a date as 2026-11-10."
TURNED = "The first day is after the last. Turn them round."
NOT_OURS = "That is not one of our pages. Start from the first."
YEARS = (2000, 2200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """The areas and people that may be asked for."""

    areas: tuple[str, ...]
    people: tuple[tuple[str, str], ...]

    @property
    def area_pairs(self) -> list[tuple[str, str]]:
        """The areas as a list to choose from."""
        return [(area, area) for area in self.areas]


def read(form: Form, known: Known) -> Filter:
    """The filter, with every choice taken from a list; what is wrong is noted in the form."""
    acuity = form.choice("acuity", ("1", "2", "3"))
    since, until = _day(form, "since"), _day(form, "until")
    if since and until and since > until:
        form.wrong("since", TURNED)
    return Filter(
        since,
        until,
        form.choice("area", known.areas),
        int(acuity) if acuity else None,
        form.choice("disposition", DISPOSITIONS),
        form.choice("person", [person for person, _ in known.people]),
        form.choice("stage", STAGES),
        form.choice("channel", CHANNELS),
        form.choice("sort", SORTS) or "newest",
    )


def written(wanted: Filter) -> str:
    """The filter as a query string in one fixed order, without what is not asked for."""
    fields: Mapping[str, object] = {**vars(wanted), "sort": "" if wanted.sort == "newest" else wanted.sort}
    return urlencode({name: str(value) for name, value in fields.items() if value})


def cursor(form: Form) -> Cursor | None:
    """Where the next page begins."""
    text = form.line("after", most=40)
    if not text:
        return None
    found = CURSOR.fullmatch(text)
    if found is None:
        form.wrong("after", NOT_OURS)
        return None
    return Cursor(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]), int(found[3]))


def marker(at: Cursor | None) -> str:
    """The cursor as it stands in an address."""
    if at is None:
        return ""
    return f"{(at.opened_at - _EPOCH) // timedelta(microseconds=1)}.{at.ref}.{min(at.acuity, UNTRIAGED_LAST)}"


def _day(form: Form, name: str) -> date | None:
    text = form.line(name, most=10)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        form.wrong(name, DAY)
        return None
    if not YEARS[0] <= day.year < YEARS[1]:
        form.wrong(name, DAY)
        return None
    return day
