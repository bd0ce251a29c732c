"""Calendar links: made and taken back on one's own page, read by a calendar program with the secret alone."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from app.access import ROLES, ROTA_ROLES, allowed, public
from app.rota.calendar import USED_EVERY, WHOSE, feed, find_link, make_link, revoke_link
from app.tables import calendar_links, people
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell

bp = Blueprint("calendars", __name__)
SECRET_AT_MOST = 100


@bp.get("/calendar/<secret>.ics")
@public("a calendar program has no session: the link is the secret, and it can be taken back")
def read(secret: str) -> ResponseReturnValue:
    """The feed."""
    here, now = shell(), shell().clock.now()
    with here.store.read() as connection:
        link = find_link(connection, secret) if len(secret) <= SECRET_AT_MOST else None
        if link is None:
            abort(404, "This calendar link does not open anything. Make a new one on your own page.")
        body = feed(connection, link, now)
    if link.used_at is None or now - link.used_at > USED_EVERY:
        with here.store.write() as connection:
            used = calendar_links.update().where(calendar_links.c.id == link.id)
            connection.execute(used.values(used_at=now))
    return Response(
        body, mimetype="text/calendar", headers={"Content-Disposition": "inline; filename=rota.ics"}
    )


@bp.get("/account/calendar")
@allowed(*ROLES, purpose="own calendar")
def show() -> ResponseReturnValue:
    """My links."""
    return _page({})


@bp.post("/account/calendar")
@allowed(*ROLES, purpose="own calendar")
def make() -> ResponseReturnValue:
    """A new link; this answer is the only one that shows it."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        whose = form.choice("whose", _may_make(), needed="Choose whose shifts the link shows.")
        form.done()
        made: list[str] = []

        def write(connection: Connection) -> int:
            secret, seq = make_link(connection, shell(), me(), whose)
            made.append(secret)
            return seq

        change(write)
        address = f"{shell().settings.base_url}/calendar/{made[0]}.ics"
        return render_template("calendars-once.html", address=address, words=WHOSE[whose])

    return or_again(act, _page)


@bp.post("/account/calendar/<link>/revoke")
@allowed(*ROLES, object="my_calendar_link", purpose="own calendar")
def revoke(link: str) -> ResponseReturnValue:
    """It opens nothing from this second on."""
    return _revoke(link)


@bp.post("/rota/calendar/<link>/revoke")
@allowed(*ROTA_ROLES, object="calendar_link", purpose="rota")
def revoke_any(link: str) -> ResponseReturnValue:
    """A colleague's link: their phone was lost."""
    return _revoke(link)


def _revoke(link: str) -> ResponseReturnValue:
    def act() -> ResponseReturnValue:
        change(lambda connection: revoke_link(connection, shell(), me(), link))
        return redirect(url_for("calendars.show"))

    return or_again(act, _page)


def _may_make() -> dict[str, str]:
    return WHOSE if me().roles & set(ROTA_ROLES) else {"person": WHOSE["person"]}


def _page(errors: dict[str, str]) -> str:
    mine = calendar_links.c.made_by == me().id
    everybodys = calendar_links.c.program == me().program
    with shell().store.read() as connection:
        links = connection.execute(
            select(calendar_links)
            .where(everybodys if me().roles & set(ROTA_ROLES) else mine)
            .order_by(calendar_links.c.revoked_at.is_not(None), calendar_links.c.created_at.desc())
            .limit(100)
        ).all()
        names = names_of(connection, me().program)
    return render_template(
        "calendars.html",
        links=links,
        names=names,
        whose=_may_make(),
        words=WHOSE,
        given=request.form,
        errors=errors,
    )


def names_of(connection: Connection, program: str) -> dict[str, str]:
    """Names of a program's people by id."""
    return dict(
        connection.execute(select(people.c.id, people.c.name).where(people.c.program == program)).all()
    )
