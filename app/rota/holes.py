"""Shifts that nobody can work any more: each becomes a request that goes to everybody who may, at once."""

from datetime import datetime

from sqlalchemy import Connection, select

from app.note import note
from app.rota.cover_rows import Place, covers_where, draft, final_rota, insert_cover, update_cover
from app.rota.covers import asking, span_fact
from app.rota.who_may import crew_for
from app.sessions import Me
from app.shell import Shell
from app.tables import covers
from dispatch.cover import Span
from dispatch.messages import CoverOver, Message
from dispatch.rota.cover import Cover, Kind
from dispatch.rota.rules import Assignment


def shifts_within(
    connection: Connection, program: str, person: str, start: datetime, end: datetime
) -> list[Assignment]:
    """This person's shifts that touch a span, whole."""
    return [one for one in final_rota(connection, program, start, end) if one.person == person]


def open_holes(
    connection: Connection,
    shell: Shell,
    by: Me,
    place: Place,
    kind: Kind,
    shifts: list[Assignment],
    span: Span,
    via: str,
) -> tuple[list[Cover], list[Message]]:
    """One request for each shift, as far as it lies in the span; everybody who may is asked, backup too. Called when
    the time off is written, so that the rota has the holes already."""
    now, made, messages = shell.clock.now(), list[Cover](), list[Message]()
    for shift in shifts:
        part = max(shift.starts_at, span[0]), min(shift.ends_at, span[1])
        crew = crew_for(connection, shell, place, shift.person, shift.tier, part, steps_up=True)
        persons = [one.person for one in crew.may]
        cover = draft(kind, shift.person, shift.tier, part, now, persons)
        cover = insert_cover(connection, shell, place.program, cover)
        fact = {"ref": cover.ref, "why": kind, "asked": persons, **span_fact(cover)}
        note(connection, shell, by, cover.id, "CoverAsked", via=via, **fact)
        made.append(cover)
        messages += [asking(cover, one, place.names[shift.person]) for one in persons]
    return made, messages


def end_requests(
    connection: Connection, person: str, span: Span, now: datetime, asked_anew: bool
) -> list[Message]:
    """What this person had asked for within the span is over: another request takes its place, or they are back.
    Whoever is asked anew at once needs no second text."""
    alive = covers.c.state.in_(("open", "waiting"))
    theirs = (covers.c.person == person) & (covers.c.starts_at < span[1]) & (covers.c.ends_at > span[0])
    offered = (covers.c.other == person) & (covers.c.other_starts_at < span[1])
    offered &= covers.c.other_ends_at > span[0]
    messages: list[Message] = []
    for cover in covers_where(connection, select(covers).where(alive, theirs | offered)):
        update_cover(connection, cover.id, state="withdrawn", settled_at=now)
        told = {one.person for one in cover.asked if one.answer != "no"} | {cover.person}
        if cover.kind == "swap" or not asked_anew:
            messages += [CoverOver(one, cover.ref, "withdrawn") for one in sorted(told - {person})]
    return messages
