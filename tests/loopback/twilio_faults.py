"""The ways in which Twilio can fail a send, to be scripted on the loopback."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """How a send goes wrong. Without `http_status` there is no answer: the line is cut, or held open."""

    http_status: int | None
    code: int | None = None
    accepted: bool = False
    held: bool = False


def refusing(code: int, http_status: int = 400) -> Fault:
    return Fault(http_status, code)


def too_many() -> Fault:
    return Fault(429, 20429)


def breaking_down(accepted: bool = False) -> Fault:
    return Fault(500, 20500, accepted)


def cut_off(accepted: bool = False) -> Fault:
    return Fault(None, accepted=accepted)


def held(accepted: bool = False) -> Fault:
    return Fault(None, accepted=accepted, held=True)
