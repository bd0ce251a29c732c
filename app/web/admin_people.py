"""Admin: the staff list, a new person, and what is written down of one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict

from app.access import ROLES, allowed
from app.duty import DUTIES, UNFIT
from app.passwords import one_time_password
from app.phones import as_spoken, e164
from app.queries.house import program_of
from app.queries.staff import Person, person_of, staff_of
from app.staff import ROLE_NAMES, SKILLS, Particulars, add_person, change_person
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from dispatch.value import Refused

bp = Blueprint("admin_people", __name__, url_prefix="/admin")
E_MAIL = "Write a work e-mail, such as a.vela@county.example."
Given = dict[str, object]


@bp.get("")
@allowed("admin", purpose="staff")
def people() -> ResponseReturnValue:
    """Everybody who works here."""
    now = shell().clock.now()
    with shell().store.read() as connection:
        staff = staff_of(connection, me().program, now)
    return render_template("admin-people.html", staff=staff, role_names=ROLE_NAMES, spoken=as_spoken)


@bp.get("/people/new")
@allowed("admin", purpose="staff")
def new() -> ResponseReturnValue:
    """The empty form."""
    return _new({})


@bp.post("/people")
@allowed("admin", purpose="staff")
def add() -> ResponseReturnValue:
    """A new person, and the one-time password they come in with."""

    def act() -> ResponseReturnValue:
        given, password = _particulars(), one_time_password()
        added: list[str] = []

        def write(connection: Connection) -> int:
            person, seq = add_person(connection, shell(), me(), given, password)
            added.append(person)
            return seq

        change(write)
        return shown_once(added[0], given.name, given.email, password)

    return or_again(act, lambda errors: _new(errors))


@bp.get("/people/<person>")
@allowed("admin", object="person", purpose="staff")
def show(person: str) -> ResponseReturnValue:
    """One person."""
    return person_page(person, {})


@bp.post("/people/<person>")
@allowed("admin", object="person", purpose="staff")
def save(person: str) -> ResponseReturnValue:
    """What changed of them."""

    def act() -> ResponseReturnValue:
        given = _particulars()
        change(lambda connection: change_person(connection, shell(), me(), person, given))
        return redirect(url_for("admin_people.show", person=person))

    return or_again(act, lambda errors: person_page(person, errors, request.form))


def person_page(person: str, errors: dict[str, str], typed: MultiDict[str, str] | None = None) -> str:
    """The page of one person, with what was typed when it could not be taken."""
    now = shell().clock.now()
    with shell().store.read() as connection:
        one = person_of(connection, person, now)
        zone = program_of(connection, me().program).zone
    return render_template(
        "admin-person.html",
        person=one,
        given=_typed(typed) if typed is not None else _kept(one),
        errors=errors,
        here_zone=zone,
        duties=DUTIES,
        unfit=UNFIT,
        **_choices(),
    )


def shown_once(person: str, name: str, email: str, password: str) -> str:
    """The one page that ever shows a one-time password."""
    return render_template(
        "admin-once.html", person=person, name=name, email=email, secret=password, what="one-time password"
    )


def _new(errors: dict[str, str]) -> str:
    return render_template("admin-person-new.html", given=_typed(request.form), errors=errors, **_choices())


def _choices() -> Given:
    return {"role_names": ROLE_NAMES, "skill_names": SKILLS, "spoken": as_spoken}


def _typed(form: MultiDict[str, str]) -> Given:
    plain: Given = {name: form.get(name, "") for name in ("name", "credential", "email", "phone")}
    return {**plain, "roles": form.getlist("roles"), "skills": form.getlist("skills")}


def _kept(one: Person) -> Given:
    return {
        "name": one.name,
        "credential": one.credential,
        "email": one.email,
        "phone": as_spoken(one.phone),
        "roles": one.roles,
        "skills": one.skills,
    }


def _particulars() -> Particulars:
    form = Form(request.form)
    email = form.line("email", most=200, needed=E_MAIL).lower()
    name, _, domain = email.partition("@")
    if not (name and "." in domain and "@" not in domain and " " not in email and email.isascii()):
        form.wrong("email", E_MAIL)
    given = Particulars(
        name=form.line("name", most=80, needed="Write the name as the desk says it."),
        credential=form.line("credential", most=40),
        email=email,
        phone=_phone(form),
        roles=form.several("roles", ROLES, needed="Choose at least one role."),
        skills=form.several("skills", SKILLS),
    )
    form.done()
    return given


def _phone(form: Form) -> str | None:
    said = form.line("phone")
    if not said:
        return None
    try:
        return e164(said)
    except Refused as refused:
        form.wrong("phone", refused.sentence)
        return None
