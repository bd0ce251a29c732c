"""A report of a synthetic page, which comes to the same addresses as any and has a row of its own."""

import re

from flask import request

from app.probe import told_of
from app.web.here import shell

PROBE = re.compile(r"[0-9]{1,9}")


def of_probe(provider: str, number: str, status: str, code: str | None) -> bool:
    """Was this about a synthetic page to that number? Then it has been heard."""
    probe = request.args.get("p", "")
    return PROBE.fullmatch(probe) is not None and told_of(shell(), int(probe), provider, number, status, code)
