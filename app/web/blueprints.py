"""Every part of the site, one line each."""

from flask import Blueprint

from app.web import assess, chart, hooks, phone, signin, tasks

ALL: tuple[Blueprint, ...] = (
    signin.bp,
    assess.bp,
    chart.bp,
    phone.bp,
    tasks.bp,
    hooks.bp,
)
