"""Planning the rota: drafts, how they come along, two side by side, and publishing one."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.queries.house import program_of
from app.queries.rota_drafts import (
    STATE_WORDS,
    DraftPage,
    draft_page,
    drafts_of,
    live_mark,
)
from app.queries.staff import staff_of
from app.rota.draft_problem import WEEKS, Asked
from app.rota.drafts import BUSY, end_interrupted, keeps, make_draft, throw_away
from app.rota.free_weeks import free_from, monday_from
from app.rota.load import needs_of, rules_of, terms_of
from app.rota.publish import publish, publishing
from app.rota.shifts import ROLE_FOR, TIER_NAMES
from app.rota.solving import Solvers, is_installed
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone
from dispatch.rota.wall import wall_of
from dispatch.value import Refused, require

bp = Blueprint("rota_plan", __name__, url_prefix="/rota/plan")
KEEPERS = ("manager", "admin")
SECONDS = {"20": "20 seconds", "60": "1 minute", "300": "5 minutes"}
AHEAD_AT_MOST = timedelta(days=300)


@bp.record_once
def _have_solvers(setup: BlueprintSetupState) -> None:
    setup.app.extensions.setdefault("standby_solvers", Solvers())


def solvers() -> Solvers:
    """The planner processes of this service."""
    found = current_app.extensions["standby_solvers"]
    assert isinstance(found, Solvers)
    return found


@bp.get("")
@allowed(*KEEPERS, purpose="rota")
def show() -> ResponseReturnValue:
    """The drafts that are kept."""
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        rows = drafts_of(connection, program.id, solvers().running())
    return render_template("rota-plan.html", drafts=rows, states=STATE_WORDS, **in_zone(program.zone))


@bp.get("/new")
@allowed(*KEEPERS, purpose="rota")
def new() -> ResponseReturnValue:
    """What to plan."""
    return _new_page({})


@bp.post("/new")
@allowed(*KEEPERS, purpose="rota")
def make() -> ResponseReturnValue:
    """Begin a draft; the planner works on it while the page is watched."""

    def act() -> ResponseReturnValue:
        asked = _asked()
        require(not solvers().running(), BUSY)
        made: list[str] = []

        def begin(connection: Connection) -> int:
            draft, problem, seq = make_draft(connection, shell(), me(), asked)
            made.extend((draft, problem))
            return seq

        change(begin)
        draft, problem = made
        solvers().start(draft, problem, asked.seconds, keeps(shell()))
        return redirect(url_for("rota_plan.draft", draft=draft))

    return or_again(act, _new_page)


@bp.get("/<draft>")
@allowed(*KEEPERS, object="draft", purpose="rota")
def draft(draft: str) -> ResponseReturnValue:
    """One draft: how it comes along, what each person has, its holes, its weeks."""
    return _draft_page("rota-plan-draft.html", draft)


@bp.get("/<draft>/live")
@allowed(*KEEPERS, object="draft", purpose="rota", poll=True)
def live(draft: str) -> ResponseReturnValue:
    """The changing part of that page, when it has changed."""
    with shell().store.read() as connection:
        mark = live_mark(connection, me().program, draft, draft in solvers().running())
    if request.args.get("seen") == mark:
        return "", 204
    return _draft_page("_rota_plan_live.html", draft)


@bp.post("/<draft>/stop")
@allowed(*KEEPERS, object="draft", purpose="rota")
def stop(draft: str) -> ResponseReturnValue:
    """Keep what there is."""
    solvers().stop(draft)
    with shell().store.write() as connection:
        end_interrupted(connection, draft)
    return redirect(url_for("rota_plan.draft", draft=draft))


@bp.post("/<draft>/discard")
@allowed(*KEEPERS, object="draft", purpose="rota")
def discard(draft: str) -> ResponseReturnValue:
    """Throw a draft away."""

    def act() -> ResponseReturnValue:
        _mend(draft)
        change(lambda connection: throw_away(connection, shell(), me(), draft))
        return redirect(url_for("rota_plan.show"))

    return or_again(act, lambda errors: _draft_page("rota-plan-draft.html", draft, errors))


@bp.get("/<draft>/compare")
@allowed(*KEEPERS, object="draft", purpose="rota")
def compare(draft: str) -> ResponseReturnValue:
    """This draft beside another."""
    running = solvers().running()
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        others = [one for one in drafts_of(connection, program.id, running) if one.id != draft]
        ours = draft_page(connection, program.id, draft, draft in running)
        chosen = Form(request.args).choice("with", {one.id for one in others})
        theirs = draft_page(connection, program.id, chosen, chosen in running) if chosen else None
    return render_template(
        "rota-plan-compare.html",
        ours=ours,
        theirs=theirs,
        others=others,
        both=_side_by_side(ours, theirs),
        **in_zone(program.zone),
    )


@bp.get("/<draft>/publish")
@allowed(*KEEPERS, object="draft", purpose="rota")
def look(draft: str) -> ResponseReturnValue:
    """What publishing would do, before it counts."""
    return _look_page(draft, {})


@bp.post("/<draft>/publish")
@allowed(*KEEPERS, object="draft", purpose="rota")
def put(draft: str) -> ResponseReturnValue:
    """Publish: everything is checked once more, then written and told."""

    def act() -> ResponseReturnValue:
        _mend(draft)
        change(lambda connection: publish(connection, shell(), me(), draft))
        return redirect(url_for("rota_plan.draft", draft=draft))

    return or_again(act, lambda errors: _look_page(draft, errors))


def _mend(draft: str) -> None:
    """A draft whose planner went down with the service may be used."""
    if draft not in solvers().running():
        with shell().store.write() as connection:
            end_interrupted(connection, draft)


def _draft_page(template: str, draft: str, errors: dict[str, str] | None = None) -> str:
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        page = draft_page(connection, program.id, draft, draft in solvers().running())
    return render_template(
        template,
        page=page,
        states=STATE_WORDS,
        tiers=TIER_NAMES,
        installed=is_installed(),
        errors=errors or {},
        **in_zone(program.zone),
    )


def _look_page(draft: str, errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        page = draft_page(connection, program.id, draft, draft in solvers().running())
        try:
            ready = publishing(connection, program.id, draft, shell().clock.now())
        except Refused as refused:
            ready, errors = None, {"": refused.sentence} | errors
    return render_template(
        "rota-plan-publish.html", page=page, ready=ready, errors=errors, **in_zone(program.zone)
    )


def _new_page(errors: dict[str, str]) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        needs = [need for need in needs_of(connection, program.id) if need.people]
        terms = terms_of(connection, program.id)
        staff = staff_of(connection, program.id, now)
        layers = rules_of(connection, program.id, now, now).layers
    today = wall_of(now, ZoneInfo(program.zone)).date()
    soonest = today + timedelta(days=7 - today.weekday())
    free = {need.tier: free_from(layers, need.tier, soonest, time(terms.night_ends)) for need in needs}
    first = monday_from(min((day for day in free.values() if day), default=soonest))
    return render_template(
        "rota-plan-new.html",
        free=[tier for tier, day in free.items() if day and day <= first],
        needs=[(need.tier, TIER_NAMES[need.tier], need.people) for need in needs],
        people=[
            (one.id, one.name) for one in staff if one.active and set(ROLE_FOR.values()) & set(one.roles)
        ],
        weeks=WEEKS,
        lengths=tuple(SECONDS.items()),
        day=f"{terms.night_ends:02}:00",
        night=f"{terms.night_starts:02}:00",
        monday=first,
        installed=is_installed(),
        given=request.form,
        errors=errors,
        **in_zone(program.zone),
    )


def _asked() -> Asked:
    form = Form(request.form)
    now = shell().clock.now()
    with shell().store.read() as connection:
        zone = program_of(connection, me().program).zone
        staff = [one.id for one in staff_of(connection, me().program, now)]
    today = wall_of(now, ZoneInfo(zone)).date()
    starts_on = form.day("starts_on", earliest=today + timedelta(days=1), latest=today + AHEAD_AT_MOST)
    if starts_on is None:
        form.wrong("starts_on", "Write the first day, such as 2026-12-07.")
    weeks = form.whole("weeks", WEEKS[0], WEEKS[-1], needed="Write how many weeks, from 4 to 13.")
    tiers = form.several("tiers", TIER_NAMES, needed="Choose at least one tier.")
    shape = form.choice("shape", ("halves", "days"), needed="Choose how long a shift is.")
    freed = form.several("freed", staff)
    moving = form.choice("moving", ("locked", "few"), needed="Choose what becomes of published shifts.")
    seconds = form.choice("seconds", SECONDS, needed="Choose how long to search.")
    form.done()
    assert isinstance(starts_on, date) and weeks is not None
    return Asked(starts_on, weeks, tiers, shape == "halves", freed, moving == "few", int(seconds))


def _side_by_side(ours: DraftPage, theirs: DraftPage | None) -> list[tuple[str, object, object]]:
    """Everybody who is in either draft, with their line in each."""
    if theirs is None:
        return []
    left = {line.id: line for line in ours.people}
    right = {line.id: line for line in theirs.people}
    names = {line.id: line.name for line in (*ours.people, *theirs.people)}
    return [
        (name, left.get(id), right.get(id)) for id, name in sorted(names.items(), key=lambda pair: pair[1])
    ]
