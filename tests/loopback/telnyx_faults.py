"""The ways in which Telnyx can fail a send, to be scripted on the loopback."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """How a send goes wrong. Without `http_status` there is no answer: the line is cut, held open, or `drips` one byte
    at a time. `text` is a body that is no JSON, `location` where a redirect points."""

    http_status: int | None
    code: str | None = None
    accepted: bool = False
    held: bool = False
    drips: str = ""
    text: str | None = None
    location: str | None = None


def refusing(code: str, http_status: int = 400) -> Fault:
    return Fault(http_status, code)


def too_many() -> Fault:
    return Fault(429, "10011")


def breaking_down(accepted: bool = False) -> Fault:
    return Fault(500, "10007", accepted)


def cut_off(accepted: bool = False) -> Fault:
    return Fault(None, accepted=accepted)


def held(accepted: bool = False) -> Fault:
    return Fault(None, accepted=accepted, held=True)


def dripping(what: str, accepted: bool = True) -> Fault:
    """An answer whose "headers" or "body" come a byte at a time."""
    return Fault(None, accepted=accepted, drips=what)
