"""A house on two wires: the real clients of both providers, and a loopback of each that calls back over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.clock import VirtualClock
from app.outside import Outside, Telnyx, Twilio
from app.refused import refusals
from app.tables import house_alarms, outbox
from app.worker import Worker
from notify.telnyx_wire import TelnyxTransport
from notify.transport import Wires
from notify.twilio_wire import TwilioTransport
from tests.house import NIGHT, PHONES
from tests.loopback.telnyx_server import LoopbackTelnyx
from tests.loopback.twilio_server import LoopbackTwilio
from tests.wired import BASE, OnTheWire, hooked

# What a send may take in all: as in a county, and less where a provider hangs, for that is waited for.
PATIENT, HURRIED = 8.0, 1.0


@dataclass
class WiredTwice(OnTheWire):
    """The parts a test holds on to."""

    twilio: LoopbackTwilio
    telnyx: LoopbackTelnyx

    def tick(self, times: int = 3) -> None:
        """Let the worker run: what came back from the wire is settled at the beginning of the next beat."""
        for _ in range(times):
            self.worker.tick()

    def pass_time(self, **length: float) -> None:
        """Let time pass and let the worker see it."""
        self.clock.move(timedelta(**length))
        self.tick()

    def tries(self, person: str, channel: str | None = None) -> list[Any]:
        """The rows of what this person was sent, oldest first."""
        with self.shell.store.read() as connection:
            mine = select(outbox).where(outbox.c.person == person).order_by(outbox.c.id)
            return [row for row in connection.execute(mine) if channel in (None, row.channel)]

    def texts(self, person: str) -> list[str]:
        """What this person's phone got, from whichever provider, oldest first by provider."""
        number = PHONES[person]
        first = [text.body for text in self.twilio.messages.values() if text.to == number]
        return first + [text.body for text in self.telnyx.messages.values() if text.to == number]

    def alarms(self) -> dict[str, str]:
        """The alarms of the house that stand: about what, and the sentence."""
        with self.shell.store.read() as connection:
            standing = select(house_alarms).where(house_alarms.c.ended_at.is_(None))
            return {row.about: row.sentence for row in connection.execute(standing)}

    def refused(self) -> dict[str, int]:
        with self.shell.store.read() as connection:
            return refusals(connection)


@contextmanager
def a_house_on_two_wires(
    directory: Path,
    *,
    database_url: str | None = None,
    seconds: float = PATIENT,
    twilio_base: str | None = None,
    telnyx_base: str | None = None,
    warm: bool = True,
) -> Iterator[WiredTwice]:
    """Texts and calls go out by Twilio first and by Telnyx second; time passes only when the test says so. `..._base`
    is where one of them is looked for in place of its loopback."""
    clock = VirtualClock(NIGHT)
    with (
        LoopbackTwilio(public_base=BASE, now=clock.now) as twilio,
        LoopbackTelnyx(public_base=BASE, now=clock.now) as telnyx,
    ):
        first = Twilio(
            twilio.account_sid,
            twilio.auth_token,
            None,
            twilio.sender,
            twilio_base or twilio.base,
            twilio.sender,
        )
        second = Telnyx(
            telnyx.api_key,
            telnyx.public_key,
            telnyx.sender,
            telnyx.account,
            telnyx.voice_app,
            telnyx_base or telnyx.base,
        )
        with hooked(directory, clock, Outside(first, second), database_url) as (shell, app, address):
            twilio.webhook_base = telnyx.webhook_base = address
            worker = Worker(shell, hurried(first, second, seconds, warm))
            yield WiredTwice(shell, clock, worker, app, twilio, telnyx)


def hurried(first: Twilio, second: Telnyx, seconds: float, warm: bool = True) -> Wires:
    """What `wires_for` makes, with less patience."""
    one = TwilioTransport(
        first.account_sid,
        first.auth_token,
        first.sender,
        first.api_base,
        total_seconds=seconds,
        calls_from=first.calls_from,
    )
    other = TelnyxTransport(
        second.api_key, second.sender, second.account, second.voice_app, second.api_base, seconds
    )
    assert other.is_ready(60)
    if warm:  # the first exchange of a process is slow, and not what is measured here
        one.fetch("text", "SM" + "f" * 32)
        other.fetch("text", "40319a2e-0000-4000-8000-ffffffffffff")
    return {"text": (one, other), "call": (one, other)}
