"""Builds the web service from its parts: one function wires, and nothing else does."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_socketio import SocketIO

from app.access import public, require_every_route_declares
from app.demo import handsets
from app.live import Live
from app.shell import Shell, new_id
from app.web import faults, gate, sockets
from app.web.blueprints import ALL
from app.web.here import somebody
from app.web.zone import zone_here
from app.wiring import ROOT, speakers_for

# Role -> the pages its navigation shows.
NAVIGATION = {
    "dispatcher": {"board", "log", "people", "on_call", "rota"},
    "supervisor": {"board", "review", "log", "people", "on_call", "rota", "shifts"},
    "responder": {"tasks", "rota", "shifts"},
    "manager": {"on_call", "rota"},
    "admin": {"on_call", "rota", "admin"},
}


def create_app(shell: Shell) -> Flask:
    """The service around one shell. Raises RuntimeError when a route does not declare who may use it."""
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "app" / "static"))
    app.extensions["standby"] = shell
    app.config.update(MAX_FORM_MEMORY_SIZE=gate.FORM_BYTES, MAX_FORM_PARTS=2_000)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    public("styles, scripts and marks")(app.view_functions["static"])
    for blueprint in ALL:
        app.register_blueprint(blueprint)
    if shell.settings.demo:
        app.register_blueprint(handsets.bp)
    gate.install(app, speakers_for(shell))
    faults.install(app)
    _context(app, shell)
    _name_static_files_by_content(app)
    _live(app, shell)
    require_every_route_declares(app)
    return app


def _name_static_files_by_content(app: Flask) -> None:
    """A style or script is asked for once: its address carries the digest of what is in it."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
    folder = Path(str(app.static_folder))

    @cache
    def mark(filename: str) -> str:
        return hashlib.sha256((folder / filename).read_bytes()).hexdigest()[:12]

    @app.url_defaults
    def add_mark(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values.setdefault("v", mark(values["filename"]))


def _context(app: Flask, shell: Shell) -> None:
    @app.context_processor
    def always() -> dict[str, object]:
        person = somebody()
        may = set().union(*(NAVIGATION[role] for role in person.roles)) if person else set()
        return {
            "now": shell.clock.now(),
            "zone": zone_here(),
            "demo": shell.settings.demo,
            "nonce": g.get("nonce", ""),
            "me": person,
            "may": may,
            "csrf": person.csrf if person else "",
            "new_key": new_id,
            "org": shell.settings.org,
            "desk_number": shell.settings.desk_phone,
        }


def _live(app: Flask, shell: Shell) -> None:
    # async_mode is always named: left to itself the library picks whatever happens to be installed.
    sockets_server = SocketIO(app, async_mode="threading", cors_allowed_origins=[shell.settings.base_url])
    sockets.install(app, sockets_server)
    app.extensions["sockets"] = sockets_server
    shell.listeners.append(Live(sockets_server).tell)
