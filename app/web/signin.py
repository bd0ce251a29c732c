"""Signing in and out: e-mail and password, a code when the account has one, and a slow door for guessers."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, or_, select

from app.access import ROLES, allowed, public
from app.commit import record
from app.passwords import code_step, fits
from app.sessions import begin, end
from app.tables import people
from app.tries import TOO_MANY, note_wrong, too_many
from app.web.forms import Form
from app.web.gate import cookie_name
from app.web.here import me, shell, somebody

bp = Blueprint("signin", __name__)
TOTP = "people.totp"
WRONG = "That password does not fit this e-mail. Try again."
NOT_THE_CODE = "That code does not fit. Wait for the next one."
RAN_OUT = "That one-time password has run out. Ask an admin for a new one."
START = {
    "dispatcher": "/board",
    "supervisor": "/board",
    "responder": "/tasks",
    "manager": "/rota",
    "admin": "/admin",
}


@bp.get("/sign-in")
@public("everybody must be able to reach the door")
def show() -> ResponseReturnValue:
    if somebody():
        return redirect(url_for("signin.home"))
    return _page(next=_inside(request.args.get("next", "")))


@bp.post("/sign-in")
@public("the door itself")
def enter() -> ResponseReturnValue:
    form = Form(request.form)
    email = form.line("email").lower()
    password = request.form.get("password", "")
    code = form.line("code", most=12)
    onward = _inside(form.line("next"))
    here = shell()
    if too_many(here, email):
        return _page(429, email=email, next=onward, errors={"password": TOO_MANY})
    with here.store.read() as connection:
        row = connection.execute(select(people).where(people.c.email == email, people.c.active)).first()
    if not fits(row.password_hash if row else None, password) or row is None:
        note_wrong(here, email)
        return _page(422, email=email, next=onward, errors={"password": WRONG})
    if row.password_ends_at is not None and row.password_ends_at <= here.clock.now():
        return _page(422, email=email, next=onward, errors={"password": RAN_OUT})
    step = _step(row, code)
    if row.totp_sealed is not None and step is None:
        if code:
            note_wrong(here, email)
        wrong = {"code": NOT_THE_CODE} if code else {}
        return _page(422 if code else 200, email=email, next=onward, ask_code=True, errors=wrong)
    with here.store.write() as connection:
        if step is not None and not spend(connection, row.id, step):
            return _page(422, email=email, next=onward, ask_code=True, errors={"code": NOT_THE_CODE})
        token = begin(connection, here, row.id)
        _note(connection, row.program, row.id, "SignedIn")
    answer = redirect(onward or _start(frozenset(row.roles)))
    answer.set_cookie(
        cookie_name(), token, httponly=True, samesite="Lax", secure=here.settings.secure, path="/"
    )
    return answer


def spend(connection: Connection, person: str, step: int) -> bool:
    """Count this code as used. False when another sign-in used it while this one's password was looked at."""
    later = or_(people.c.totp_step.is_(None), people.c.totp_step < step)
    used = people.update().where(people.c.id == person, later).values(totp_step=step)
    return connection.execute(used).rowcount == 1


def _step(row: Row[Any], code: str) -> int | None:
    if row.totp_sealed is None:
        return None
    here = shell()
    secret = here.keyring.open(TOTP, row.id, row.totp_sealed)
    return code_step(secret, code, here.clock.now(), row.totp_step)


@bp.post("/sign-out")
@allowed(*ROLES, purpose="leave")
def leave() -> ResponseReturnValue:
    here = shell()
    with here.store.write() as connection:
        end(connection, me().session)
        _note(connection, me().program, me().id, "SignedOut")
    answer = redirect(url_for("signin.show"))
    answer.delete_cookie(cookie_name(), path="/", secure=here.settings.secure, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.get("/")
@public("sends each person to where their work is")
def home() -> ResponseReturnValue:
    person = somebody()
    return redirect(_start(person.roles) if person else url_for("signin.show"))


def _start(roles: frozenset[str]) -> str:
    return next(path for role, path in START.items() if role in roles)


def _inside(path: str) -> str:
    """A path of this site, or nothing: a sign-in page must not send anybody elsewhere."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if ours and not parts.scheme and not parts.netloc else ""


def _note(connection: Connection, program: str, person: str, kind: str) -> None:
    record(connection, shell(), program=program, stream=person, by=person, via="board", kind=kind, fact="{}")


def _page(status: int = 200, **values: Any) -> ResponseReturnValue:
    settings = shell().settings
    page = render_template("signin.html", agency=settings.org, desk_number=settings.desk_phone, **values)
    return page, status
