"""Every part of the site, one line each."""

from flask import Blueprint

from app.web import signin

ALL: tuple[Blueprint, ...] = (signin.bp,)
