"""A small stage for templates and scripts: real pages, and a board that the test changes by hand."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from werkzeug.serving import BaseWSGIServer, make_server

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 10, 9, 12, 44, tzinfo=UTC)
POLICY = (
    "default-src 'self'; script-src 'nonce-abc'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:"
)


@dataclass
class Person:
    name: str = "R. Castellan"


@dataclass
class Stage:
    """What base would know; the test writes it, the page reads it."""

    seq: int = 1
    rows: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    posts: list[dict[str, list[str]]] = field(default_factory=list)
    place: str = "Kestrel Ln"
    refuse: dict[str, str] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)
    app: Flask = field(default_factory=lambda: Flask("stage", static_folder=str(ROOT / "app/static")))
    server: BaseWSGIServer | None = None

    def row(self, ref: int, place: str = "9 Old Ferry Rd", state: str = "PGD", writing: bool = False) -> str:
        with self.app.test_request_context():
            return render_template(
                "stage/row.html", ref=ref, place=place, state=state, writing=writing, **self.context()
            ).strip()

    def change(self, **words: object) -> None:
        """One step of the journal, as the page will hear of it."""
        for name, value in words.items():
            setattr(self, name, value)
        self.seq += 1

    def context(self, **more: object) -> dict[str, object]:
        return {
            "now": NOW, "zone": ZoneInfo("America/Chicago"), "nonce": "abc", "csrf": "token", "demo": True,
            "desk_number": "555-0100", "agency": "Alder County", **more,
        }  # fmt: skip

    @property
    def address(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_port}"


def a_stage() -> Stage:
    stage = Stage()
    app = stage.app
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "tests/pages"), FileSystemLoader(ROOT / "templates")]
    )
    signed_in = {"me": Person(), "may": {"board", "review", "log", "people", "on_call", "admin"}}

    @app.after_request
    def guard(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @app.get("/board")
    def board() -> str:
        rows = Markup("".join(stage.rows.values()))
        return render_template(
            "stage/board.html", **stage.context(**signed_in, rows=rows, seq=stage.seq, here="board")
        )

    @app.get("/form")
    def form() -> str:
        return render_template("stage/form.html", **stage.context(**signed_in))

    @app.get("/phone")
    def phone() -> str:
        return render_template(
            "stage/phone.html",
            **stage.context(
                me=Person(),
                place=stage.place,
                seq=stage.seq,
                pulse_url="/board/pulse",
                text_instead="Text 2291 GO",
            ),
        )

    @app.get("/sign-in")
    def sign_in() -> str:
        return render_template(
            "signin.html", **stage.context(errors={"password": "It does not fit."}, ask_code=True)
        )

    @app.get("/error")
    def error() -> str:
        return render_template("error.html", **stage.context(sentence="There is no call with this number."))

    @app.get("/board/pulse")
    def pulse() -> Response:
        return jsonify(seq=stage.seq, now=(NOW + timedelta(minutes=1)).isoformat())

    @app.get("/board/changes")
    def changes() -> Response:
        return jsonify(
            seq=stage.seq, now=(NOW + timedelta(minutes=1)).isoformat(), rows=stage.rows, gone=stage.gone,
            order=stage.order, counts={"alarms": 2},
        )  # fmt: skip

    @app.post("/save")
    def save() -> Response:
        stage.posts.append(request.form.to_dict(flat=False))
        return jsonify(saved_at=NOW.isoformat(), version=2, fragments={}, errors=stage.refuse)

    @app.route("/<path:anything>", methods=["GET", "POST"])
    def elsewhere(anything: str) -> Response | str:
        stage.reached.append(f"{request.method} {anything}")
        if request.method == "POST":
            return redirect("/reached", 303)  # type: ignore[return-value]
        return render_template("error.html", **stage.context(sentence=f"Reached {anything}"))

    return stage


def served(stage: Stage) -> Stage:
    stage.server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    threading.Thread(target=stage.server.serve_forever, daemon=True).start()
    return stage
