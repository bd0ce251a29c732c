"""Deny by default: each route declares who may use it, on what and why; the service does not start if one does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
Door = Literal["session", "page_link", "token", "signature", "public"]
ROLES = ("dispatcher", "responder", "supervisor", "manager", "admin")
# Who may change the rota of others.
ROTA_ROLES = ("manager", "supervisor", "admin")


@dataclass(frozen=True)
class Access:
    """What a route declares. `object` names the rule for the thing in the URL (see app/objects.py); `purpose` goes
    into the audit row when a record is read; `poll` marks background requests that never keep a session alive;
    `provider` is whose signature opens the route."""

    door: Door
    roles: frozenset[str] = frozenset()
    object: str = "none"
    purpose: str = ""
    scope: str = ""
    poll: bool = False
    provider: str = ""


def _declared(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


def allowed(*roles: str, object: str = "none", purpose: str, poll: bool = False) -> Callable[[View], View]:
    """A signed-in person with one of the roles, where the object rule says yes."""
    assert roles and set(roles) <= set(ROLES), roles
    return _declared(Access("session", frozenset(roles), object, purpose, poll=poll))


def by_page_link(purpose: str, poll: bool = False) -> Callable[[View], View]:
    """Whoever holds the link of one page: one page, one person, half an hour."""
    return _declared(Access("page_link", object="page_link", purpose=purpose, poll=poll))


def by_token(scope: str, purpose: str) -> Callable[[View], View]:
    """A program with an API token of this scope."""
    return _declared(Access("token", scope=scope, purpose=purpose))


def by_signature(purpose: str, provider: str = "twilio") -> Callable[[View], View]:
    """A telephone provider, by its signature."""
    return _declared(Access("signature", purpose=purpose, provider=provider))


def public(purpose: str) -> Callable[[View], View]:
    """Anybody. Says why."""
    return _declared(Access("public", purpose=purpose))


def access_of(app: Flask, endpoint: str | None) -> Access | None:
    """What the endpoint declares; None when it does not exist."""
    view = app.view_functions.get(endpoint or "")
    return getattr(view, "access", None)


def require_every_route_declares(app: Flask) -> None:
    """Refuse to start when a route says nothing about who may use it."""
    silent = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None}
    )
    if silent:
        raise RuntimeError(f"These routes do not declare who may use them: {', '.join(silent)}.")
