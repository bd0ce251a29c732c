"""A program's numbers for reaching one person: when the next channel begins, and how many channels each keeps."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.outside import Outside
from app.tables import programs
from dispatch.reach import CHANNELS, Channel, Reach

# Setting in the stored policy -> from, to. Longer than a page waits, and the next channel would never begin.
NEXT_SECONDS = (15, 300)
SILENT_SECONDS = (5, 120)
CHANNELS_AT_LEAST = (1, 3)
_POLICY = select(programs.c.policy).where(programs.c.id == bindparam("program"))


def read_reach(stored: Mapping[str, Any]) -> Reach:
    """The numbers in a program's stored policy; those that it does not set are ours."""
    ours = Reach()
    return Reach(
        next_after=timedelta(seconds=stored.get("next_seconds", ours.next_after.total_seconds())),
        silent_after=timedelta(seconds=stored.get("silent_seconds", ours.silent_after.total_seconds())),
        channels_at_least=stored.get("channels_at_least", ours.channels_at_least),
    )


def reach_of(connection: Connection, program: str) -> Reach:
    """One program's numbers."""
    return read_reach(connection.scalar(_POLICY, {"program": program}) or {})


def carried(outside: Outside, demo: bool = False) -> tuple[Channel, ...]:
    """The channels that somebody carries for this house."""
    calls = (outside.twilio is not None and outside.twilio.calls_from is not None) or (
        outside.telnyx is not None and outside.telnyx.voice_app is not None
    )
    there = {
        "text": outside.twilio is not None or outside.telnyx is not None,
        "call": calls,
        "push": outside.vapid is not None,
        "email": outside.mail is not None,
    }
    nothing_leaves = demo and outside.twilio is None
    return tuple(channel for channel in CHANNELS if nothing_leaves or there[channel])
