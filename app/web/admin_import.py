"""Admin: staff, credentials, training and rotas out of a CSV file, looked at first and then written whole."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.rota.staff_file import Report, take_file
from app.web.change import change, or_again
from app.web.here import me, shell
from dispatch.value import require

bp = Blueprint("admin_import", __name__, url_prefix="/admin/import")
SHOWN_AT_MOST = 500


@bp.get("")
@allowed("admin", purpose="staff")
def show() -> ResponseReturnValue:
    """The form."""
    return _page({})


@bp.post("")
@allowed("admin", purpose="staff")
def take() -> ResponseReturnValue:
    """Look at a file, or write it: all of it, or the good lines when that is what is asked for."""

    def act() -> ResponseReturnValue:
        file = request.files.get("file")
        require(file is not None and file.filename, "Choose a file first.")
        assert file is not None
        body, how = file.read(), request.form.get("how", "look")
        reports: list[Report] = []

        def write(connection: Connection) -> int:
            report = take_file(
                connection, shell(), me().program, me().id, body, take_good=how == "good", write=how != "look"
            )
            reports.append(report)
            return report.seq

        if how == "look":
            with shell().store.read() as connection:
                write(connection)
        else:
            change(write)
        return _page({}, reports[0])

    return or_again(act, _page)


def _page(errors: dict[str, str], report: Report | None = None) -> str:
    said = report.said if report else ()
    wrong = [one for one in said if one.why]
    return render_template(
        "admin-import.html",
        report=report,
        wrong=wrong[:SHOWN_AT_MOST],
        good=[one for one in said if not one.why][:SHOWN_AT_MOST],
        more=SHOWN_AT_MOST,
        how=request.form.get("how", "look"),
        errors=errors,
    )
