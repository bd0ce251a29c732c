"""Every part of the site, one line each."""

from flask import Blueprint

from app.web import hooks, phone, signin, tasks

ALL: tuple[Blueprint, ...] = (
    signin.bp,
    phone.bp,
    tasks.bp,
    hooks.bp,
)
