"""The door of every request: who is asking, may they, is it really them; and the headers on every answer."""

import secrets
from datetime import timedelta

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.access import Access, access_of
from app.objects import OBJECTS
from app.passwords import same
from app.refused import Refusals
from app.sessions import SEEN_EVERY, Me, find, touch
from app.shell import digest
from app.tables import tokens
from app.web.here import shell, wants_json
from app.web.signed import Speakers, reason_to_refuse

EIDO_BYTES = 4 * 1024 * 1024
FORM_BYTES = 1024 * 1024
# What a one-time password opens.
WITH_ONE_TIME = frozenset({"account.show", "account.change_password", "signin.leave"})
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
USED_EVERY = timedelta(minutes=1)


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host; browsers only take that name over https."""
    return "__Host-standby" if shell().settings.secure else "standby"


def install(app: Flask, speakers: Speakers) -> None:
    """Put the gate before every request and the headers on every answer."""
    app.extensions["refusals"] = Refusals(app.extensions["standby"])

    @app.before_request
    def gate() -> BaseResponse | None:
        g.nonce = secrets.token_urlsafe(16)
        request.max_content_length = EIDO_BYTES if request.path.startswith("/api/") else FORM_BYTES
        access = access_of(app, request.endpoint)
        if access is None:
            return None  # no such route: the 404 or 405 follows
        return _pass(access, speakers)

    app.after_request(_headers)


def _pass(access: Access, speakers: Speakers) -> BaseResponse | None:
    if access.door == "signature":
        return _signed(access.provider, speakers)
    if access.door == "token":
        return _with_token(access)
    _recognize(access)
    if access.door == "session":
        return _with_session(access)
    if access.door in ("page_link", "public") and request.method in UNSAFE:
        _same_site()
    return None


def _recognize(access: Access) -> None:
    token = request.cookies.get(cookie_name(), "")
    if not token:
        return
    here = shell()
    with here.store.read() as connection:
        found = find(connection, here, token)
    if found is None:
        return
    g.me, seen_at = found
    now = here.clock.now()
    if not access.poll and now - seen_at > SEEN_EVERY:
        with here.store.write() as connection:
            touch(connection, g.me, now)


def _with_session(access: Access) -> BaseResponse | None:
    me: Me | None = g.get("me")
    if me is None:
        if request.method == "GET" and not wants_json():
            return redirect(url_for("signin.show", next=request.full_path.rstrip("?")))
        abort(401, "Sign in again. What you typed stays on this page.")
    if not me.roles & access.roles:
        abort(403, "Your role does not open this page. Ask a supervisor if you need it.")
    if me.one_time and request.endpoint not in WITH_ONE_TIME:
        if request.method == "GET" and not wants_json():
            return redirect(url_for("account.show"))
        abort(403, "Choose your own password first, on your own page.")
    with shell().store.read() as connection:
        if not OBJECTS[access.object](connection, shell(), me, request.view_args or {}):
            abort(404, "There is nothing here that you may see. Look on the board or ask the desk.")
    if request.method in UNSAFE:
        _same_site()
        given = request.form.get("csrf") or request.headers.get("X-CSRF") or ""
        if not same(given, me.csrf):
            abort(403, "This page is too old to send. Reload it, then send again.")
    return None


def _same_site() -> None:
    # Sent by every current browser; absent from other programs, which carry no cookie by accident.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "This came from another site. Open Standby itself and try again.")


def _with_token(access: Access) -> BaseResponse | None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    here = shell()
    with here.store.read() as connection:
        row = connection.execute(
            select(tokens).where(tokens.c.digest == digest(given.strip()), tokens.c.revoked_at.is_(None))
        ).first()
    if kind.lower() != "bearer" or row is None:
        abort(401, "Send a valid API token as 'Authorization: Bearer TOKEN'.")
    if row.scope != access.scope:
        abort(403, f"This token may not do that. It needs the scope {access.scope}.")
    g.token = row
    now = here.clock.now()
    if row.used_at is None or now - row.used_at > USED_EVERY:
        with here.store.write() as connection:
            connection.execute(tokens.update().where(tokens.c.id == row.id).values(used_at=now))
    return None


def _signed(provider: str, speakers: Speakers) -> BaseResponse | None:
    reason = reason_to_refuse(provider, speakers)
    if reason is not None:
        current_app.extensions["refusals"].note(provider, reason)
        abort(403, "The signature does not fit.")
    return None


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'nonce-{g.get('nonce', '')}' 'strict-dynamic'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), payment=()"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    if shell().settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
