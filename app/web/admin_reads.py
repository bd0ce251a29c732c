"""Admin: who saw what, newest first."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.queries.reads import A_PAGE, reads_of
from app.queries.staff import staff_of
from app.web.forms import Form
from app.web.here import me, shell

bp = Blueprint("admin_reads", __name__, url_prefix="/admin/reads")
NEWEST_ID = 10**8 - 1


@bp.get("")
@allowed("admin", purpose="audit")
def show() -> ResponseReturnValue:
    """One page of the audit rows, by person and by incident or client."""
    form = Form(request.args)
    person, subject = form.line("person", most=40), form.line("subject", most=40)
    before = form.whole("before", 1, NEWEST_ID)
    form.done()
    with shell().store.read() as connection:
        rows = reads_of(connection, me().program, person, subject, before)
        staff = staff_of(connection, me().program, shell().clock.now())
    return render_template(
        "admin-reads.html",
        rows=rows,
        staff=[("", "Everybody"), *((one.id, one.name) for one in staff)],
        person=person,
        subject=subject,
        older=rows[-1].id if len(rows) == A_PAGE else None,
        first=before is None,
    )
