"""Who may do what: every route, by every kind of visitor, on our things and on another program's."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import MapAdapter, Rule
from werkzeug.test import TestResponse

from app.access import Access, require_every_route_declares
from app.factory import create_app
from app.objects import OBJECTS
from tests.house import a_house
from tests.scenery import (
    FOREIGN,
    TOUCHED_BY_LOOKING,
    Scenery,
    Things,
    every_route,
    furnish_both,
    sign_in,
    snapshot,
)
from tests.walk import csrf, text

ROUTES = every_route()
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Everybody of our program that a route may meet. Ana said yes to our incident, Cyd did not.
VISITORS = {
    "ruiz": "dispatcher",
    "ana": "responder",
    "cyd": "responder",
    "okonjo": "supervisor",
    "brandvold": "manager",
    "root": "admin",
}
# Who the rule lets at OUR thing, told once more in words of its own: the test must not ask the code it tests.
SEE = {
    "none": set(VISITORS),
    "incident": {"ruiz", "okonjo", "ana"},
    "team_out": set(VISITORS),
    "house_alarm": set(VISITORS),
    "client": {"ruiz", "okonjo", "ana"},
    "client_kept": {"ruiz", "okonjo"},
    "person": set(VISITORS),
    "shift": set(VISITORS),
    "token": set(VISITORS),
    "view": {"ruiz"},
    "layer": set(VISITORS),
    "override": set(VISITORS),
    "cover": set(VISITORS),
    "time_off": set(VISITORS),
    "my_time_off": {"ana"},
    "exception": set(VISITORS),
    "draft": set(VISITORS),
    "credential": set(VISITORS),
    "training": set(VISITORS),
    "way": set(VISITORS),
    "my_way": {"ana"},
    "my_wish": {"ana"},
    "calendar_link": set(VISITORS),
    "my_calendar_link": {"ana"},
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ROLE, OBJECT, TOO_OLD = (
    "Your role does not open this page.",
    "There is nothing here that you may see.",
    "too old to send",
)


def of_door(*doors: str, methods: tuple[str, ...] = ("GET", *UNSAFE), named: bool = False) -> list[object]:
    """The routes behind these doors, each by a name one can read; `named` are those about a thing."""
    return [
        pytest.param(rule, access, method, id=f"{method} {rule.rule}")
        for rule, access in ROUTES
        for method in sorted(rule.methods or ())
        if access.door in doors and method in methods and (access.object != "none" or not named)
    ]


@pytest.fixture(scope="module")
def scenery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenery]:
    with a_house(tmp_path_factory.mktemp("access")) as house:
        yield furnish_both(house)


@pytest.fixture(scope="module")
def visitors(scenery: Scenery) -> dict[str, FlaskClient]:
    return {person: sign_in(scenery.house, person) for person in VISITORS}


@pytest.fixture(scope="module")
def stranger(scenery: Scenery) -> FlaskClient:
    """Somebody of the other program, signed in."""
    return sign_in(scenery.house, "fay")


@pytest.fixture(scope="module")
def urls(scenery: Scenery) -> MapAdapter:
    return scenery.house.app.url_map.bind("localhost")


def address(urls: MapAdapter, rule: Rule, things: Things) -> str:
    return urls.build(rule.endpoint, things.url(rule))


def said(answer: TestResponse) -> str:
    """The sentence of a refusal, or whatever else was answered, as words."""
    given = answer.get_json() if answer.is_json else None
    return str(given["error"]) if isinstance(given, dict) and "error" in given else text(answer)


# --- signed-in people --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "access", "method"), of_door("session"))
def test_a_stranger_gets_nothing(
    urls: MapAdapter, scenery: Scenery, rule: Rule, access: Access, method: str
) -> None:
    answer = scenery.house.app.test_client().open(address(urls, rule, scenery.ours), method=method)
    if method == "GET":
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=")
        script = scenery.house.app.test_client().get(
            address(urls, rule, scenery.ours), headers={"X-Standby": "1"}
        )
        assert script.status_code == 401 and script.is_json
    else:
        assert answer.status_code == 401 and "Sign in again." in said(answer)


@pytest.mark.parametrize(("rule", "access", "method"), of_door("session"))
def test_each_person_gets_what_role_and_object_allow_and_no_more(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    assert access.object in SEE, f"say in this test who sees the object {access.object}"
    for person, client in visitors.items():
        # Without its csrf token a form stops at the last gate: that it got there is what "allowed" means.
        answer = client.open(address(urls, rule, scenery.ours), method=method)
        where = f"{person} at {method} {rule.rule}: {answer.status_code} {said(answer)[:200]}"
        if VISITORS[person] not in access.roles:
            assert answer.status_code == 403 and ROLE in said(answer), where
        elif person not in SEE[access.object]:
            assert answer.status_code == 404 and OBJECT in said(answer), where
        elif method == "GET":
            assert answer.status_code in (200, 204, 302, 304, 409, 422), where
        else:
            assert answer.status_code == 403 and TOO_OLD in said(answer), where


@pytest.mark.parametrize(("rule", "access", "method"), of_door("session", named=True))
def test_another_programs_things_are_not_there(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    for person, client in visitors.items():
        if VISITORS[person] not in access.roles:
            continue
        answer = client.open(address(urls, rule, scenery.theirs), method=method)
        assert answer.status_code == 404 and OBJECT in said(answer), f"{person} at {method} {rule.rule}"


@pytest.mark.parametrize(("rule", "access", "method"), of_door("session", named=True))
def test_what_does_not_exist_reads_like_what_one_may_not_see(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    nothing = Things(999_999, dict.fromkeys(scenery.ours.names, "nothing"), "nothing")
    for ref in (999_999, 2**63, 10**30):
        nowhere = Things(ref, nothing.names, "nothing")
        for person, client in visitors.items():
            if VISITORS[person] in access.roles:
                answer = client.open(address(urls, rule, nowhere), method=method)
                assert answer.status_code == 404 and OBJECT in said(answer), (person, answer.status_code)


# What an area is for, told once more: whoever declares a route must not open an area by the way.
DESK, CARE = {"dispatcher", "supervisor"}, {"dispatcher", "responder", "supervisor"}
ALL = {*CARE, "manager", "admin"}
KEEPS_THE_ROTA = {"manager", "supervisor", "admin"}
AREAS = {
    "account": ALL,
    "admin": {"admin"},
    "admin/credentials": KEEPS_THE_ROTA,
    "admin/people/<person>/credentials": KEEPS_THE_ROTA,
    "admin/rota-terms": {"manager", "admin"},
    "board": DESK,
    "deliveries": {*DESK, "admin"},
    "incidents": CARE,
    "log": DESK,
    "on-call": {*DESK, "manager", "admin"},
    "people": CARE,
    "push": ALL,
    "review": {"supervisor"},
    "rota": ALL,
    "shifts": ALL,
    "sign-out": ALL,
    "tasks": {"responder", "supervisor"},
}


@pytest.mark.parametrize(("rule", "access", "method"), of_door("session"))
def test_no_route_opens_its_area_to_a_role_that_has_no_work_there(
    rule: Rule, access: Access, method: str
) -> None:
    path = f"{rule.rule[1:]}/"
    area = max((area for area in AREAS if path.startswith(f"{area}/")), key=len, default=None)
    assert area, f"say in this test who has work at /{path}"
    assert access.roles <= AREAS[area]


def test_every_object_rule_is_told_here_too() -> None:
    assert set(SEE) == set(OBJECTS)


def test_another_programs_words_never_show_on_a_page_without_an_object(
    urls: MapAdapter, scenery: Scenery, visitors: dict[str, FlaskClient]
) -> None:
    theirs = {f"{FOREIGN} County", f"{FOREIGN} fay", f"{FOREIGN} gil", str(scenery.theirs.ref)}
    for rule, access in ROUTES:
        if access.door != "session" or access.object != "none" or "GET" not in (rule.methods or ()):
            continue
        for person, client in visitors.items():
            if VISITORS[person] in access.roles:
                page = client.get(address(urls, rule, scenery.ours)).get_data(as_text=True)
                found = {word for word in theirs if re.search(rf"\b{word}\b", page)}
                assert not found, f"{person} reads {found} at {rule.rule}"


# --- looking changes nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "access", "method"), of_door("session", "page_link", "public", "token", methods=("GET",))
)
def test_looking_twice_changes_nothing_but_the_audit(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    before = snapshot(scenery.house, TOUCHED_BY_LOOKING)
    for client in (*visitors.values(), scenery.house.app.test_client()):
        for _ in range(2):
            client.get(
                address(urls, rule, scenery.ours),
                headers={"Authorization": f"Bearer {scenery.read_token}"} if access.door == "token" else None,
            )
            client.head(address(urls, rule, scenery.ours))
    after = snapshot(scenery.house, TOUCHED_BY_LOOKING)
    assert after == before, [name for name in after if after[name] != before[name]]


# --- forms from elsewhere ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "access", "method"), of_door("session", "public", "page_link", methods=UNSAFE)
)
def test_a_form_of_another_site_does_nothing(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    stranger: FlaskClient,
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    before = snapshot(scenery.house, TOUCHED_BY_LOOKING)
    foreign = csrf(stranger)
    for person, client in visitors.items():
        where = address(urls, rule, scenery.ours)
        if access.door == "session":
            if VISITORS[person] not in access.roles or person not in SEE[access.object]:
                continue
            for given in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": csrf(client)[:-1]}):
                answer = client.open(where, method=method, data=given)
                assert answer.status_code == 403 and TOO_OLD in said(answer)
            header = client.open(where, method=method, headers={"X-CSRF": foreign, "X-Standby": "1"})
            assert header.status_code == 403 and header.is_json
        for site in ("cross-site", "same-site"):
            data = {"csrf": csrf(client)} if access.door == "session" else None
            answer = client.open(where, method=method, data=data, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403 and "another site" in said(answer), (person, site)
    after = snapshot(scenery.house, {**TOUCHED_BY_LOOKING, "sessions": None, "journal": None})
    assert after == {name: before[name] for name in after}


# --- doors without a session ------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "access", "method"), of_door("token"))
def test_a_program_needs_a_token_of_the_right_scope(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    where = address(urls, rule, scenery.ours)
    stranger = scenery.house.app.test_client()

    def with_token(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return stranger.open(where, method=method, headers=headers).status_code

    for client in (stranger, *visitors.values()):
        answer = client.open(where, method=method)
        assert answer.status_code == 401 and "Authorization: Bearer" in said(answer)
    right, wrong = scenery.read_token, scenery.eido_token
    if access.scope == "eido":
        right, wrong = wrong, right
    assert with_token(wrong) == 403 and with_token(right + "x") == 401 and with_token("") == 401
    assert with_token(right) not in (401, 403)


@pytest.mark.parametrize(("rule", "access", "method"), of_door("signature"))
def test_nobody_speaks_for_the_telephone_provider(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    for client in (scenery.house.app.test_client(), *visitors.values()):
        for headers in (
            {},
            {"X-Twilio-Signature": ""},
            {"X-Twilio-Signature": "AAAA"},
            {"telnyx-signature-ed25519": "AAAA", "telnyx-timestamp": "1"},
        ):
            answer = client.open(address(urls, rule, scenery.ours), method=method, headers=headers)
            assert answer.status_code == 403


@pytest.mark.parametrize(("rule", "access", "method"), of_door("page_link"))
def test_a_page_link_that_was_guessed_opens_nothing(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    right = scenery.ours.link
    for guess in ("x", right[:-1], right[:-2] + "xx", right.swapcase(), "2001", "../admin", "%00"):
        things = Things(scenery.ours.ref, scenery.ours.names, guess)
        for client in (scenery.house.app.test_client(), visitors["ana"]):
            answer = client.open(address(urls, rule, things), method=method)
            assert answer.status_code in (404, 405, 410), (guess, answer.status_code)


# --- every answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "access", "method"), of_door("session", "page_link", "public", "token", "signature")
)
def test_every_answer_carries_the_headers_that_keep_it_safe(
    urls: MapAdapter,
    scenery: Scenery,
    visitors: dict[str, FlaskClient],
    rule: Rule,
    access: Access,
    method: str,
) -> None:
    for client in (scenery.house.app.test_client(), visitors["okonjo"], visitors["root"]):
        answer = client.open(address(urls, rule, scenery.ours), method=method)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, name
        policy = answer.headers["Content-Security-Policy"]
        assert (
            "'unsafe" not in policy and "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
        )
        assert access.door == "public" or answer.headers["Cache-Control"] == "no-store"
        if answer.mimetype == "text/html":
            nonce = re.search(r"'nonce-([^']{20,})'", policy)
            page = answer.get_data(as_text=True)
            scripts = re.findall(r"<script[^>]*>", page)
            assert nonce and all(f'nonce="{nonce[1]}"' in script for script in scripts)
            assert not re.search(r"<[^>]+\s(on\w+|style)=", page), "no inline handler, no inline style"


@pytest.mark.parametrize("path", sorted({rule.rule for rule, _ in ROUTES}))
def test_a_method_that_a_route_does_not_know_is_said_to_be_so(
    urls: MapAdapter, scenery: Scenery, visitors: dict[str, FlaskClient], path: str
) -> None:
    here = [rule for rule, _ in ROUTES if rule.rule == path]
    where = address(urls, here[0], scenery.ours)
    for method in {method for method in ("GET", *UNSAFE) if not urls.test(where, method)}:
        for client in (scenery.house.app.test_client(), visitors["okonjo"]):
            answer = client.open(where, method=method)
            assert answer.status_code == 405 and said(answer).strip(), (path, method)


def test_a_route_that_says_nothing_of_who_may_use_it_stops_the_start(scenery: Scenery) -> None:
    app = create_app(scenery.house.shell)
    require_every_route_declares(app)
    app.add_url_rule("/silent", "silent_one", lambda: "hello")
    with pytest.raises(RuntimeError, match="silent_one"):
        require_every_route_declares(app)


def test_every_purpose_of_looking_is_said() -> None:
    silent = [rule.rule for rule, access in ROUTES if not access.purpose]
    assert not silent
