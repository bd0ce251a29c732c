"""How I am reached: my phones, browsers and mailboxes, each proved and tested, and the order they are tried in."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROLES, allowed
from app.journal import newest
from app.phones import as_spoken
from app.plan_words import WAY
from app.queries.house import program_of
from app.queries.own_plan import own_plan
from app.queries.ready import phones_of
from app.rota.plan import as_usual, move_way
from app.rota.ring import ring, ring_first
from app.rota.ring_heard import heard_letter
from app.rota.ways import CODE_TRIES, KINDS, add_way, prove, remove_way, send_code
from app.web.change import change, or_again
from app.web.forms import BadFields, Form
from app.web.here import me, shell
from app.web.ready import ring_channel
from app.web.zone import in_zone
from dispatch.own_plan import Pick
from dispatch.reach import CHANNELS

bp = Blueprint("ways", __name__, url_prefix="/account/ways")
MOVES = ("up", "down")
RING = {
    "text": "Text me now",
    "call": "Ring my phone now",
    "push": "Show me a notice now",
    "email": "Write to me now",
}
REFS_BELOW = 2**31 - 1
WRONG = f"That is not the code. You have {CODE_TRIES} tries for each."


@bp.get("")
@allowed(*ROLES, purpose="own numbers")
def show() -> ResponseReturnValue:
    """The page."""
    return _page({})


@bp.post("")
@allowed(*ROLES, purpose="own numbers")
def add() -> ResponseReturnValue:
    """A further way. It gets its code at once."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        kind = form.choice("kind", KINDS, needed="Say what it is for.")
        needed = "Write the mail address." if kind == "email" else "Write the number, such as 218 555 0134."
        number = form.line("number", needed=needed)
        form.done()
        change(lambda connection: add_way(connection, shell(), me(), kind, number))
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/code")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def code(way: str) -> ResponseReturnValue:
    """A fresh code."""

    def act() -> ResponseReturnValue:
        change(lambda connection: send_code(connection, shell(), me(), way))
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/prove")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def prove_way(way: str) -> ResponseReturnValue:
    """The code that came there proves it. A wrong one is counted."""
    fits: list[bool] = []

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        typed = "".join(form.line(f"code-{way}", most=12, needed="Type the six digits of the code.").split())
        form.done()

        def tried(connection: Connection) -> int:
            seq, right = prove(connection, shell(), me(), way, typed)
            fits.append(right)
            return seq

        change(tried)
        if not fits[-1]:
            raise BadFields({f"code-{way}": WRONG})
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/remove")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def remove(way: str) -> ResponseReturnValue:
    """Take a way away."""

    def act() -> ResponseReturnValue:
        change(lambda connection: remove_way(connection, shell(), me(), way))
        return _back()

    return or_again(act, _page)


@bp.post("/plan")
@allowed(*ROLES, purpose="own numbers")
def move() -> ResponseReturnValue:
    """One entry of my plan earlier or later."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        channel = form.choice("channel", CHANNELS, needed="Say which channel. Reload the page.")
        to = form.choice("to", MOVES, needed="Say where to. Reload the page.")
        way = form.line("way", most=40)
        form.done()
        pick = Pick(channel, way)  # type: ignore[arg-type]
        change(lambda connection: move_way(connection, shell(), me(), pick, to))  # type: ignore[arg-type]
        return _back("plan")

    return or_again(act, _page)


@bp.post("/plan/usual")
@allowed(*ROLES, purpose="own numbers")
def usual() -> ResponseReturnValue:
    """No order of my own any more."""

    def act() -> ResponseReturnValue:
        change(lambda connection: as_usual(connection, shell(), me()))
        return _back("plan")

    return or_again(act, _page)


@bp.post("/ring")
@allowed(*ROLES, purpose="own numbers")
def ring_mine() -> ResponseReturnValue:
    """Test the number that pages go to, by text or by a call."""

    def act() -> ResponseReturnValue:
        channel = ring_channel()
        change(lambda connection: ring_first(connection, shell(), me(), me().id, channel or "text"))
        return _back("ways")

    return or_again(act, _page)


@bp.post("/<way>/ring")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def ring_way(way: str) -> ResponseReturnValue:
    """Test another way of mine by one of its channels."""

    def act() -> ResponseReturnValue:
        channel = ring_channel()
        change(lambda connection: ring(connection, shell(), me(), way, channel))
        return _back("ways")

    return or_again(act, _page)


@bp.post("/<way>/heard")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def heard(way: str) -> ResponseReturnValue:
    """The number of a test letter: it arrived."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        field = f"number-{way}"
        number = form.whole(field, 1, REFS_BELOW, needed="Type the number that stands in the letter.")
        form.done()
        found: list[bool] = []

        def hear(connection: Connection) -> int:
            found.append(heard_letter(connection, shell(), me().id, number or 0, shell().clock.now()))
            return newest(connection)

        change(hear)
        if not found[-1]:
            raise BadFields({field: "No test of the last day has that number."})
        return _back("ways")

    return or_again(act, _page)


def _back(part: str = "ways") -> ResponseReturnValue:
    return redirect(url_for("ways.show", _anchor=part))


def _page(errors: dict[str, str]) -> str:
    now, carried = shell().clock.now(), shell().settings.carried
    with shell().store.read() as connection:
        phones = phones_of(connection, me().id, now, carried)
        zone = program_of(connection, me().program).zone
        numbers = [each.number for each in phones]
        plan = own_plan(connection, shell(), me().id, me().program, numbers)
    return render_template(
        "ways.html",
        phones=phones,
        plan=plan.ways,
        sentence=plan.sentence,
        own=plan.own,
        short=plan.short,
        ends=plan.ends,
        words=WAY,
        labels=RING,
        kinds=tuple((kind, words) for kind, words in KINDS.items() if kind in carried),
        push_on=shell().settings.outside.vapid is not None,
        given=request.form,
        spoken=as_spoken,
        errors=errors,
        **in_zone(zone),
    )
