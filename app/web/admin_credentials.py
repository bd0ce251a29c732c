"""What one of the staff may do, until when, and what they have learned: written down by whoever keeps the rota."""

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Table, select

from app.access import ROLES, ROTA_ROLES, allowed
from app.rota.credentials import (
    NewCredential,
    NewTraining,
    add_credential,
    add_training,
    set_work,
    verify_credential,
    withdraw_credential,
    withdraw_training,
)
from app.rota.papers import lines_of, papers_of
from app.tables import credentials, training
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone
from dispatch.rota.law import STATES
from dispatch.rota.staff import CREDENTIALS, TRAINING
from dispatch.rota.terms import HOUR, RULE_WORDS

bp = Blueprint("admin_credentials", __name__)
WEEK_HOURS = (1, 168)
TRAINING_HOURS, TRAINING_MINUTES = (0, 100), (0, 59)
EARLIEST, LATEST = date(1950, 1, 1), date(2099, 12, 31)
STATE_CHOICES = [("", "Choose")] + [(code, f"{code}, {name}") for code, name in STATES.items()]


@bp.get("/rota/people")
@allowed(*ROTA_ROLES, purpose="credentials")
def people() -> ResponseReturnValue:
    """Everybody, and what lapses or is missing."""
    with shell().store.read() as connection:
        lines = lines_of(connection, me().program, shell().clock.now())
    return render_template("admin-credentials-people.html", lines=lines)


@bp.get("/admin/people/<person>/credentials")
@allowed(*ROTA_ROLES, object="person", purpose="credentials")
def show(person: str) -> ResponseReturnValue:
    """One person's credentials and training."""
    return _page(person, {})


@bp.post("/admin/people/<person>/credentials")
@allowed(*ROTA_ROLES, object="person", purpose="credentials")
def add(person: str) -> ResponseReturnValue:
    """Write a credential down."""

    def act() -> ResponseReturnValue:
        new = _credential()
        change(lambda connection: add_credential(connection, shell(), me(), person, new))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.post("/admin/people/<person>/credentials/training")
@allowed(*ROTA_ROLES, object="person", purpose="credentials")
def train(person: str) -> ResponseReturnValue:
    """Write hours of training down."""

    def act() -> ResponseReturnValue:
        new = _training()
        change(lambda connection: add_training(connection, shell(), me(), person, new))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.post("/admin/people/<person>/credentials/work")
@allowed(*ROTA_ROLES, object="person", purpose="credentials")
def work(person: str) -> ResponseReturnValue:
    """The day of hiring, and the contract's hours in a week."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        hired_on = form.day("hired_on", earliest=EARLIEST, latest=LATEST)
        week_hours = form.whole("week_hours", *WEEK_HOURS)
        form.done()
        change(lambda connection: set_work(connection, shell(), me(), person, hired_on, week_hours))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.post("/admin/credentials/<held>/verify")
@allowed(*ROTA_ROLES, object="credential", purpose="credentials")
def verify(held: str) -> ResponseReturnValue:
    """I have seen it."""
    person = _whose(credentials, held)

    def act() -> ResponseReturnValue:
        change(lambda connection: verify_credential(connection, shell(), me(), held))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.post("/admin/credentials/<held>/withdraw")
@allowed(*ROTA_ROLES, object="credential", purpose="credentials")
def withdraw(held: str) -> ResponseReturnValue:
    """It does not count any more."""
    person = _whose(credentials, held)

    def act() -> ResponseReturnValue:
        change(lambda connection: withdraw_credential(connection, shell(), me(), held))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.post("/admin/credentials/training/<trained>/withdraw")
@allowed(*ROTA_ROLES, object="training", purpose="credentials")
def untrain(trained: str) -> ResponseReturnValue:
    """These hours were written down by mistake."""
    person = _whose(training, trained)

    def act() -> ResponseReturnValue:
        change(lambda connection: withdraw_training(connection, shell(), me(), trained))
        return _back(person)

    return or_again(act, lambda errors: _page(person, errors))


@bp.get("/account/credentials")
@allowed(*ROLES, purpose="own account")
def mine() -> ResponseReturnValue:
    """One's own, to read."""
    with shell().store.read() as connection:
        papers = papers_of(connection, me().program, me().id, shell().clock.now())
    return render_template("admin-credentials-own.html", papers=papers, **_words(), **in_zone(papers.zone))


def _page(person: str, errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        papers = papers_of(connection, me().program, person, shell().clock.now())
    return render_template(
        "admin-credentials.html",
        papers=papers,
        week_hours=_in_hours(papers.worker.week_hours),
        given=request.form,
        errors=errors,
        **_words(),
        **in_zone(papers.zone),
    )


def _words() -> dict[str, object]:
    return {
        "kinds": tuple(CREDENTIALS.items()),
        "kind_names": CREDENTIALS,
        "trainings": tuple(TRAINING.items()),
        "training_names": TRAINING,
        "states": STATE_CHOICES,
        "rule_words": RULE_WORDS,
    }


def _in_hours(length: timedelta | None) -> int | None:
    return None if length is None else int(length / HOUR)


def _back(person: str) -> ResponseReturnValue:
    return redirect(url_for("admin_credentials.show", person=person))


def _whose(table: Table, row: str) -> str:
    with shell().store.read() as connection:
        return str(connection.execute(select(table.c.person).where(table.c.id == row)).scalar_one())


def _credential() -> NewCredential:
    form = Form(request.form)
    kind = form.choice("kind", CREDENTIALS, needed="Choose what it is.")
    state = form.choice("state", STATES)
    if kind == "license" and not state:
        form.wrong("state", "A license counts in one state. Choose which.")
    starts_on = form.day("starts_on", earliest=EARLIEST, latest=LATEST)
    ends_on = form.day("ends_on", earliest=EARLIEST, latest=LATEST)
    if starts_on and ends_on and ends_on < starts_on:
        form.wrong("ends_on", "The last day is before the first. Write a later one.")
    title = form.line("title", most=40)
    form.done()
    return NewCredential(kind, state or None, title, starts_on, ends_on)


def _training() -> NewTraining:
    form = Form(request.form)
    kind = form.choice("training", TRAINING, needed="Choose which training.")
    hours = form.whole("hours", *TRAINING_HOURS) or 0
    minutes = form.whole("minutes", *TRAINING_MINUTES) or 0
    if "hours" not in form.sentences and "minutes" not in form.sentences and not hours * 60 + minutes:
        form.wrong("hours", "Write how long it was.")
    done_on = form.day("done_on", earliest=EARLIEST, latest=LATEST)
    if done_on is None:
        form.wrong("done_on", "Write the day, such as 2026-11-21.")
    course = form.line("course", most=80)
    form.done()
    assert done_on is not None
    return NewTraining(kind, hours * 60 + minutes, done_on, course)
