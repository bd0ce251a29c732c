"""What became of every page of the last day, try by try; how fast each channel and provider is, and how it stands."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.objects import REFS_BELOW
from app.queries.deliveries import deliveries_of
from app.queries.house import program_of
from app.queries.latency import SPANS, latency_of
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("deliveries", __name__)
OVER = {"hour": "The last hour", "day": "The last day", "week": "The last week"}


@bp.get("/deliveries")
@allowed("dispatcher", "supervisor", "admin", purpose="deliveries")
def show() -> ResponseReturnValue:
    """The page. What cannot be searched by is said, and everything is shown."""
    form, here = Form(request.args), shell()
    person = form.line("person", most=40)
    ref = form.whole("ref", 1, REFS_BELOW - 1, such="Write a call's number, such as 2001.")
    over = form.choice("over", SPANS) or "day"
    wrong = form.sentences
    now = here.clock.now()
    with here.store.read() as connection:
        program = program_of(connection, me().program)
        found = deliveries_of(connection, program.id, now, "" if "person" in wrong else person, ref)
        figures = latency_of(connection, here, program.id, over, now)
    page = render_template(
        "deliveries.html",
        found=found,
        figures=figures,
        person=person,
        ref=ref,
        over=over,
        spans=OVER,
        errors=wrong,
        **in_zone(program.zone),
    )
    return page, 422 if wrong else 200
