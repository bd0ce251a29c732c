"""Walking through the site as a browser does: posts that carry what the page itself would send."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.shell import digest, new_id
from app.tables import sessions


def csrf(client: FlaskClient) -> str:
    """The session's own word, as every page with a form carries it."""
    cookie = client.get_cookie("standby")
    assert cookie is not None, "sign in first"
    with client.application.extensions["standby"].store.read() as connection:
        word = connection.scalar(select(sessions.c.csrf).where(sessions.c.digest == digest(cookie.value)))
    assert word is not None, "the session has ended"
    return str(word)


def post(
    client: FlaskClient, url: str, /, headers: dict[str, str] | None = None, **fields: Any
) -> TestResponse:
    """Post a form with its csrf word and a fresh key."""
    return client.post(url, data={"csrf": csrf(client), "key": new_id(), **fields}, headers=headers)


def text(answer: TestResponse) -> str:
    """The page's words without its tags, as a person reads them."""
    page = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.S))


def hidden(client: FlaskClient, url: str) -> dict[str, str]:
    """The hidden fields of a page's forms, as a browser would send them back."""
    page = client.get(url).get_data(as_text=True)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found if name not in ("csrf", "key")}
