"""Every part of the site, one line each."""

from flask import Blueprint

from app.api import eido
from app.web import (
    account,
    admin_people,
    admin_person,
    admin_program,
    admin_reads,
    admin_shifts,
    admin_tokens,
    api,
    assess,
    chart,
    health,
    hooks,
    intake,
    intake_links,
    on_call,
    people,
    phone,
    signin,
    tasks,
)

ALL: tuple[Blueprint, ...] = (
    signin.bp,
    assess.bp,
    chart.bp,
    phone.bp,
    tasks.bp,
    hooks.bp,
    account.bp,
    admin_people.bp,
    admin_person.bp,
    admin_program.bp,
    admin_reads.bp,
    admin_shifts.bp,
    admin_tokens.bp,
    api.bp,
    health.bp,
    on_call.bp,
    intake.bp,
    intake_links.bp,
    people.bp,
    eido.bp,
)
