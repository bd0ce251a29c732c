"""My shifts on the phone: what comes, what is asked of me, cover, swap, sick, fit again."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROLES, allowed
from app.queries.my_shifts import MyShift, my_shift, my_shifts
from app.queries.swaps import swaps_for
from app.rota.cover_rows import Place
from app.rota.covers import ask_cover
from app.rota.shift_words import GONE, said, shift_of, span_code, span_of
from app.rota.sick import call_sick, fit_again
from app.rota.swaps import offer_swap
from app.rota.who_may import crew_for
from app.web.change import change, or_again
from app.web.cover_forms import UNTIL, part_of, until_of
from app.web.forms import BadFields, Form
from app.web.here import me, shell
from app.web.way_on import leads_back
from app.web.zone import in_zone
from dispatch.cover import Span
from dispatch.rota.cover import require_part
from dispatch.rota.rules import Assignment
from dispatch.value import Refused, require

bp = Blueprint("shifts", __name__, url_prefix="/shifts")
WORD_AT_MOST = 300


@bp.get("")
@allowed(*ROLES, purpose="own shifts")
def show() -> ResponseReturnValue:
    """The page that a person opens on the phone to know when they are on."""
    with shell().store.read() as connection:
        mine = my_shifts(connection, shell(), me().program, me().id)
    return render_template(
        "shifts.html", mine=mine, done=request.args.get("done", ""), **in_zone(mine.place.zone.key)
    )


@bp.get("/cover")
@allowed(*ROLES, purpose="own shifts")
def cover() -> ResponseReturnValue:
    """Who may be asked for one shift, or for the part of it in the address."""
    return _cover_page({})


@bp.post("/cover")
@allowed(*ROLES, purpose="own shifts")
def ask() -> ResponseReturnValue:
    """Ask those who are ticked."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        shift, part = _shift(form), span_of(form.line("part", most=40))
        persons = [one for one in request.form.getlist("person") if one][:100]
        word = form.words("word", most=WORD_AT_MOST)
        form.done()
        change(lambda connection: ask_cover(connection, shell(), me(), shift, part, persons, word)[1])
        return redirect(url_for("shifts.show", done="asked"), 303)

    return or_again(act, _cover_page)


@bp.get("/swap")
@allowed(*ROLES, purpose="own shifts")
def swap() -> ResponseReturnValue:
    """The shifts of colleagues that could be had for one of mine."""
    return _swap_page({})


@bp.post("/swap")
@allowed(*ROLES, purpose="own shifts")
def offer() -> ResponseReturnValue:
    """Offer one for one."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        mine = _shift(form)
        theirs = form.line("theirs", most=120, needed="Choose the shift that you would take.")
        word = form.words("word", most=WORD_AT_MOST)
        form.done()
        wanted = shift_of(theirs)
        change(lambda connection: offer_swap(connection, shell(), me(), mine, wanted, word)[1])
        return redirect(url_for("shifts.show", done="offered"), 303)

    return or_again(act, _swap_page)


@bp.get("/sick")
@allowed(*ROLES, purpose="own shifts")
def sick() -> ResponseReturnValue:
    """Until when I cannot come."""
    return _sick_page({})


@bp.post("/sick")
@allowed(*ROLES, purpose="own shifts")
def call_off() -> ResponseReturnValue:
    """I cannot come: everybody who may is asked at once."""

    def act() -> ResponseReturnValue:
        now = shell().clock.now()
        with shell().store.read() as connection:
            mine = my_shifts(connection, shell(), me().program, me().id)
        first = mine.next.one.ends_at if mine.next else None
        until = until_of(request.form, mine.place.zone.key, now, first)
        change(lambda connection: call_sick(connection, shell(), me(), me().id, until).seq)
        return redirect(url_for("shifts.show", done="sick"), 303)

    return or_again(act, _sick_page)


@bp.post("/fit")
@allowed(*ROLES, purpose="own duty")
def fit() -> ResponseReturnValue:
    """I am fit again."""
    change(lambda connection: fit_again(connection, shell(), me()))
    return redirect(url_for("shifts.show", done="fit"), 303)


def _way_on() -> tuple[str, str]:
    return (url_for("shifts.show"), "My shifts")


leads_back(bp, _way_on)


def _shift(form: Form) -> Assignment:
    """The shift of mine that the address or the form names."""
    shift = shift_of(form.line("shift", most=120))
    require(shift.person == me().id, GONE)
    return shift


def _cover_page(errors: dict[str, str]) -> str:
    """The form. What was asked for and cannot be a part is said, and the whole shift is shown."""
    now, given = shell().clock.now(), request.values
    with shell().store.read() as connection:
        place, shift = my_shift(connection, shell(), me().program, _shift(Form(given)))
        whole = shift.one.starts_at, shift.one.ends_at
        part, wrong = _part(given, place, whole, now)
        crew = crew_for(connection, shell(), place, me().id, shift.one.tier, part)
    ticked = request.form.getlist("person") if errors else [one.person for one in crew.may]
    return render_template(
        "shifts-cover.html",
        shift=shift,
        part=said(place, shift.one.tier, part) if part != whole else None,
        part_code=span_code(part),
        crew=crew,
        ticked=ticked,
        given=given,
        errors={**wrong, **errors},
        most=WORD_AT_MOST,
        **in_zone(place.zone.key),
    )


def _part(given: Any, place: Place, whole: Span, now: datetime) -> tuple[Span, dict[str, str]]:
    """The part that is meant: as a code from this page's own form, or as typed; the whole where nothing is."""
    try:
        if given.get("part"):
            part = span_of(given["part"])
        else:
            part = part_of(given, place.zone.key) or whole
        require_part(whole, part, now)
    except BadFields as bad:
        return whole, bad.sentences
    except Refused as refused:
        return whole, {"": refused.sentence}
    return part, {}


def _swap_page(errors: dict[str, str]) -> str:
    given = request.values
    with shell().store.read() as connection:
        place, shift = my_shift(connection, shell(), me().program, _shift(Form(given)))
        rows = swaps_for(connection, shell(), place, shift.one)
    return render_template(
        "shifts-swap.html",
        shift=shift,
        rows=rows,
        given=given,
        errors=errors,
        most=WORD_AT_MOST,
        **in_zone(place.zone.key),
    )


def _sick_page(errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        mine = my_shifts(connection, shell(), me().program, me().id)
    choices = _until_choices(mine.next)
    return render_template(
        "shifts-sick.html",
        mine=mine,
        choices=choices,
        given=request.form,
        errors=errors,
        **in_zone(mine.place.zone.key),
    )


def _until_choices(first: MyShift | None) -> list[tuple[str, str, str]]:
    shift = []
    if first is not None:
        shift = [("shift", f"{first.said.title}", f"Until it ends: {first.said.times}")]
    return [*shift, *UNTIL]
