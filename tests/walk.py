"""Walking through the site as a person does: a page gives the token, a form is sent with it."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.shell import new_id

_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


def csrf(client: FlaskClient, page: str = "/account") -> str:
    """The anti-forgery token of this client's session, read off a page as a browser would."""
    found = _TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, f"{page} has no form"
    return found[1]


def post(client: FlaskClient, url: str, *, key: str | None = None, **fields: Any) -> TestResponse:
    """Send a form as the page would: with its token and a fresh idempotency key, unless one is given."""
    return client.post(url, data={"csrf": csrf(client), "key": key or new_id(), **fields})


def text(answer: TestResponse) -> str:
    """The page's words without its tags, as a person reads them."""
    bare = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", answer.get_data(as_text=True), flags=re.S)
    return re.sub(r"\s+", " ", bare)
