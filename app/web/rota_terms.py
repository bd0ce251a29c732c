"""A program's terms of the rota: shown, tried, and set only once their effect was on the page."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from app.access import allowed
from app.rota.set_terms import HouseTerms, set_house_terms, standing_terms
from app.rota.terms_effect import effect
from app.tables import credentials, people
from app.web.change import change, or_again
from app.web.here import me, shell
from app.web.rota_terms_form import (
    APPROVALS,
    COUNTS,
    LENGTHS,
    NUMBERS,
    PEOPLE_AT_MOST,
    SKILLS,
    WEIGHTS,
    YES_NO,
    read,
    same_as,
    shown,
)
from app.world import TIERS
from dispatch.rota.law import STATES, laws_of, none_known
from dispatch.rota.staff import CREDENTIALS
from dispatch.rota.standing import STANDINGS, TITLES
from dispatch.rota.terms import RULE_WORDS, RULES

bp = Blueprint("rota_terms", __name__, url_prefix="/admin/rota-terms")
LISTS = ("csrf", "key", "seen", *(f"required_{tier}" for tier in TIERS))


@bp.get("")
@allowed("manager", "admin", purpose="rota")
def show() -> ResponseReturnValue:
    """The terms as they stand."""
    return _page({})


@bp.post("")
@allowed("manager", "admin", purpose="rota")
def save() -> ResponseReturnValue:
    """Say what they would do; the same form sent again sets them."""

    def act() -> ResponseReturnValue:
        with shell().store.read() as connection:
            new = read(request.form, standing_terms(connection, me().program), titles_in_use(connection))
            if request.form.get("seen") != same_as(new):
                return _page({}, new, effect(connection, shell(), me().program, new))
        change(lambda connection: set_house_terms(connection, shell(), me(), new))
        return redirect(url_for("rota_terms.show"))

    return or_again(act, _page)


def titles_in_use(connection: Connection) -> list[str]:
    """Every title that a person or a license of this program carries."""
    mine = people.c.program == me().program, people.c.active
    of_people = connection.scalars(select(people.c.credential).where(*mine))
    of_licenses = connection.scalars(
        select(credentials.c.title).join(people, people.c.id == credentials.c.person).where(*mine)
    )
    return sorted({title.strip() for title in (*of_people, *of_licenses) if title.strip()})


def _page(errors: dict[str, str], new: HouseTerms | None = None, effects: tuple[str, ...] = ()) -> str:
    with shell().store.read() as connection:
        standing = standing_terms(connection, me().program)
        titles = titles_in_use(connection)
    house = new or standing
    return render_template(
        "rota-terms.html",
        given={**shown(house, titles), **(_typed() if errors else {})},
        errors=errors,
        effects=effects,
        seen=same_as(new) if new else "",
        titles=[(title, STANDINGS[TITLES.get(title.upper(), "unknown")]) for title in titles],
        laws=laws_of(house.state),
        none_known=none_known(house.state),
        **_choices(),
    )


def _typed() -> dict[str, Any]:
    lists = {f"required_{tier}": request.form.getlist(f"required_{tier}") for tier in TIERS}
    return {**{name: value for name, value in request.form.items() if name not in LISTS}, **lists}


def _choices() -> dict[str, Any]:
    return {
        "states": [("", "None chosen"), *((code, f"{code}, {name}") for code, name in STATES.items())],
        "lengths": LENGTHS,
        "numbers": NUMBERS,
        "approvals": tuple(APPROVALS.items()),
        "yes_no": tuple(YES_NO.items()),
        "rules": [(rule, RULE_WORDS[rule]) for rule in RULES],
        "weights": tuple(WEIGHTS.items()),
        "tiers": TIERS,
        "kinds": tuple(CREDENTIALS.items()),
        "skills": tuple(SKILLS.items()),
        "counts": tuple(COUNTS.items()),
        "people_at_most": PEOPLE_AT_MOST,
        "standings": tuple(STANDINGS.items()),
    }
