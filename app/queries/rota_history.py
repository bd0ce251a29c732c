"""Every change of the rota out of the journal, newest first: what, of whom, when it is, who did it and when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, or_, select

from app.journal import newest
from app.rota.shifts import TIER_NAMES
from app.tables import journal
from dispatch.rota.span_words import span_words

A_PAGE: Final = 50
# The journal holds every night's work. One page looks back so far and says so, whatever lies in between.
LOOKED_AT: Final = 20_000
# What everybody who reads the rota may know of its changes.
OF_THE_ROTA: Final = {
    "ShiftAdded": "Shift written down",
    "ShiftEnded": "Shift ended early",
    "ShiftRemoved": "Shift taken off",
    "LayerAdded": "Layer added",
    "LayerChanged": "Layer changed",
    "LayerEnded": "Layer ends",
    "LayerRemoved": "Layer removed",
    "OverrideAdded": "Change",
    "CoverAsked": "Cover asked",
    "CoverDeclined": "Cover declined",
    "CoverTaken": "Cover taken",
    "CoverWaits": "Cover waits for approval",
    "CoverNotApproved": "Cover not approved",
    "CoverGivenBack": "Cover given back",
    "CoverReopened": "Cover asked again",
    "CoverRestOpened": "Cover asked for the rest",
    "CoverWithdrawn": "Request withdrawn",
    "CoverClosed": "Request closed",
    "SwapOffered": "Swap offered",
    "SwapMade": "Swap made",
    "DraftMade": "Draft begun",
    "DraftDiscarded": "Draft thrown away",
    "DraftPublished": "Draft published",
}
# What only those who keep the rota see of others.
OF_PEOPLE: Final = {
    "RotaTermsChanged": "Terms of the rota changed",
    "WorkTermsChanged": "Terms of work changed",
    "SickReported": "Called in sick",
    "SickEnded": "Fit again",
    "TimeOffAsked": "Time off asked",
    "TimeOffEntered": "Time off written down",
    "TimeOffApproved": "Time off approved",
    "TimeOffRefused": "Time off refused",
    "TimeOffWithdrawn": "Time off withdrawn",
    "CredentialAdded": "Credential added",
    "CredentialVerified": "Credential seen",
    "CredentialWithdrawn": "Credential withdrawn",
    "TrainingAdded": "Training added",
    "TrainingWithdrawn": "Training withdrawn",
    "RuleSetAside": "Rule set aside",
    "RuleCountsAgain": "Rule counts again",
    "WayAdded": "Number added",
    "WayProved": "Number proved",
    "WayRemoved": "Number removed",
    "WayRenewed": "Browser changed its address",
    "PlanChanged": "Order of ways changed",
    "DutyChanged": "Duty changed",
}
VIA: Final = {"board": "", "sms": "by text", "text": "by text", "clock": "by rule", "voice": "by phone"}


@dataclass(frozen=True)
class Line:
    """One change. `about` are the people it concerns, `span` the time on call that it is about."""

    seq: int
    at: datetime
    what: str
    about: str
    tier: str
    span: str
    by: str
    via: str


@dataclass(frozen=True)
class History:
    """A page of changes. `onward` is where the next page begins; None: this was the beginning."""

    lines: tuple[Line, ...]
    onward: int | None


def history(
    connection: Connection,
    program: str,
    names: Mapping[str, str],
    zone: ZoneInfo,
    *,
    person: str | None = None,
    before: int | None = None,
    everything: bool = False,
    most: int = A_PAGE,
) -> History:
    """Changes older than `before`, of one person or of all. `everything`: also what is only for those who keep
    the rota."""
    top = newest(connection) + 1 if before is None else before
    bottom = max(0, top - LOOKED_AT)
    kinds = [*OF_THE_ROTA, *(OF_PEOPLE if everything else ())]
    wanted = [
        journal.c.chain == program,
        journal.c.kind.in_(kinds),
        journal.c.seq < top,
        journal.c.seq >= bottom,
    ]
    if person is not None:
        # An id stands in a fact between quotes, whatever the field that names it.
        named = journal.c.fact.contains(json.dumps(person), autoescape=True)
        wanted.append(or_(named, journal.c.by == person, journal.c.stream == person))
    rows = connection.execute(
        select(journal).where(*wanted).order_by(journal.c.seq.desc()).limit(most + 1)
    ).all()
    lines = tuple(_line(row, names, zone) for row in rows[:most])
    if len(rows) > most:
        return History(lines, lines[-1].seq)
    return History(lines, bottom if bottom > 0 else None)


def _line(row: Row[Any], names: Mapping[str, str], zone: ZoneInfo) -> Line:
    fact = json.loads(row.fact)
    return Line(
        seq=row.seq,
        at=row.recorded_at,
        what=_what(row.kind, fact),
        about=_about(fact, row.stream, names),
        tier=TIER_NAMES.get(str(fact.get("tier")), ""),
        span=_span(fact, zone),
        by=names.get(row.by, "Standby"),
        via=VIA.get(str(fact.get("via") or row.via), ""),
    )


def _what(kind: str, fact: Mapping[str, Any]) -> str:
    """What was done, with the name of a layer or the number of a request where it has one."""
    if kind == "OverrideAdded" and fact.get("undoes"):
        return "Change taken back"
    said = {**OF_THE_ROTA, **OF_PEOPLE}[kind]
    called = fact.get("name") if kind.startswith("Layer") else fact.get("ref") or fact.get("number")
    return f"{said}: {called}" if called else said


def _about(fact: Mapping[str, Any], stream: str, names: Mapping[str, str]) -> str:
    """Who it concerns, in words: "Vela instead of Osei", "nobody instead of Osei", "Vela"."""
    person, instead = fact.get("person"), fact.get("instead_of")
    if instead in names:
        return f"{names.get(str(person), 'nobody')} instead of {names[str(instead)]}"
    if fact.get("other") in names:
        return f"{names.get(str(person), 'a colleague')} with {names[fact['other']]}"
    if fact.get("taker") in names:
        return f"{names[fact['taker']]} for {names.get(str(person), 'a colleague')}"
    return names.get(str(person), names.get(stream, ""))


def _span(fact: Mapping[str, Any], zone: ZoneInfo) -> str:
    try:
        starts_at, ends_at = (datetime.fromisoformat(fact[name]) for name in ("starts_at", "ends_at"))
    except (KeyError, TypeError, ValueError):
        return ""
    return span_words(starts_at, ends_at, zone)
