"""Admin: the program's name, zone and areas, its ladder, its clocks, and how one person is reached."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.note import note
from app.queries.house import program_of
from app.tables import programs
from app.terms import ANSWER, LATER, REACH, ROUNDS, SEND, TERMS, set_ladder, set_reach, set_terms
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.world import TIERS, write_policy

bp = Blueprint("admin_program", __name__, url_prefix="/admin")
AREAS_AT_MOST, AREA_LONGEST = 60, 60
TIER_HELD = {"": "Nobody", **{tier: tier.capitalize() for tier in TIERS}}
ZONES = ("America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles", "America/Anchorage")


@bp.get("/program")
@allowed("admin", purpose="program")
def show() -> ResponseReturnValue:
    """Name, zone and areas."""
    return _program_page({})


@bp.post("/program")
@allowed("admin", purpose="program")
def save() -> ResponseReturnValue:
    """Change them."""

    def act() -> ResponseReturnValue:
        row = _program_form()

        def write(connection: Connection) -> int:
            connection.execute(programs.update().where(programs.c.id == me().program).values(row))
            return note(connection, shell(), me(), me().program, "ProgramChanged", **row)

        change(write)
        return redirect(url_for("admin_program.show"))

    return or_again(act, _program_page)


@bp.get("/ladder")
@allowed("admin", purpose="program")
def ladder() -> ResponseReturnValue:
    """Who is asked in which order, and every clock."""
    return _ladder_page({})


@bp.post("/ladder")
@allowed("admin", purpose="program")
def save_ladder() -> ResponseReturnValue:
    """Change the order of asking."""

    def act() -> ResponseReturnValue:
        rungs = _ladder_form()
        change(lambda connection: set_ladder(connection, shell(), me(), rungs))
        return redirect(url_for("admin_program.ladder"))

    return or_again(act, _ladder_page)


@bp.post("/terms")
@allowed("admin", purpose="program")
def save_terms() -> ResponseReturnValue:
    """Change the clocks."""

    def act() -> ResponseReturnValue:
        given = _terms_form()
        change(lambda connection: set_terms(connection, shell(), me(), given))
        return redirect(url_for("admin_program.ladder"))

    return or_again(act, _ladder_page)


@bp.post("/reach")
@allowed("admin", purpose="program")
def save_reach() -> ResponseReturnValue:
    """Change when the next channel begins for one person, and how many each keeps."""

    def act() -> ResponseReturnValue:
        given = _reach_form()
        change(lambda connection: set_reach(connection, shell(), me(), given))
        return redirect(url_for("admin_program.ladder", _anchor="reach"))

    return or_again(act, _ladder_page)


def _program_page(errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
    given = {"name": program.name, "zone": program.zone, "areas": "\n".join(program.areas)}
    typed = {name: request.form[name] for name in given if name in request.form}
    return render_template("admin-program.html", given={**given, **typed}, errors=errors, zones=ZONES)


def _program_form() -> dict[str, Any]:
    form = Form(request.form)
    name = form.line("name", most=80, needed="Write the program's name.")
    zone = form.line("zone", most=60)
    if zone not in available_timezones():
        form.wrong("zone", "Write a zone such as America/Chicago.")
    areas = list(dict.fromkeys(filter(None, (line.strip() for line in form.words("areas").splitlines()))))
    if any(len(area) > AREA_LONGEST for area in areas):
        form.wrong("areas", f"Write at most {AREA_LONGEST} characters for one area.")
    if len(areas) > AREAS_AT_MOST:
        form.wrong("areas", f"Write at most {AREAS_AT_MOST} areas.")
    form.done()
    return {"name": name, "zone": zone, "areas": areas}


def _ladder_page(errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        stored = write_policy(program_of(connection, me().program).policy)
    given = {name: f"{stored[name]:g}" for name in REACH}
    given |= {term.code: _minutes(stored[term.code]) for term in TERMS}
    for place, length in enumerate(stored["send_minutes"], start=1):
        given[f"send_{place}"] = _minutes(length)
    for place, rung in enumerate(stored["ladder"][: len(TIERS)], start=1):
        given |= {f"tier_{place}": rung["tier"], f"minutes_{place}": _minutes(rung["minutes"])}
    given |= {
        "rounds_at_most": stored["rounds_at_most"],
        "alone_allowed": str(stored["alone_allowed"]).lower(),
    }
    typed = {name: value for name, value in request.form.items() if name not in ("csrf", "key")}
    return render_template(
        "admin-ladder.html",
        given={**given, **typed},
        errors=errors,
        terms=TERMS,
        places=range(1, len(TIERS) + 1),
        tiers=tuple(TIER_HELD.items()),
        later=LATER,
        answer=ANSWER,
        rounds=ROUNDS,
        send=SEND,
        reach=REACH,
    )


def _ladder_form() -> tuple[tuple[str, int], ...]:
    form = Form(request.form)
    low, high = ANSWER
    rungs = []
    for place in range(1, len(TIERS) + 1):
        tier = form.choice(f"tier_{place}", TIERS)
        if tier:
            sentence = f"Write how many minutes each has to answer, {low} to {high}."
            rungs.append((tier, form.whole(f"minutes_{place}", low, high, needed=sentence) or low))
    form.done()
    return tuple(rungs)


def _terms_form() -> dict[str, Any]:
    form = Form(request.form)
    given: dict[str, Any] = {}
    for term in TERMS:
        sentence = f"{term.words}: write {term.low} to {term.high} minutes."
        given[term.code] = form.whole(term.code, term.low, term.high, needed=sentence)
    given["send_minutes"] = [
        form.whole(f"send_{place}", low, high, needed=f"Priority {place}: write {low} to {high} minutes.")
        for place, (low, high) in enumerate(SEND, start=1)
    ]
    low, high = ROUNDS
    given["rounds_at_most"] = form.whole(
        "rounds_at_most", low, high, needed=f"Write {low} to {high} rounds of asking."
    )
    alone = form.choice("alone_allowed", ("true", "false"), needed="Choose whether one may go alone.")
    given["alone_allowed"] = alone == "true"
    form.done()
    return given


def _reach_form() -> dict[str, int]:
    form = Form(request.form)
    given = {
        name: form.whole(name, low, high, needed=f"Write a whole number from {low} to {high}.")
        for name, (low, high) in REACH.items()
    }
    form.done()
    return {name: number for name, number in given.items() if number is not None}


def _minutes(length: float) -> str:
    return f"{length:g}"
