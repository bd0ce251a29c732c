"""Synthetic pages to numbers of our own, through each provider by itself: sent, heard as they come back, or late."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, or_, select

from app.house_alarms import end_alarm, raise_alarm, standing
from app.outgoing.hooks import hooks_of
from app.own_thread import OwnThread
from app.shell import Shell
from app.tables import probes
from notify.health import EVERYBODY
from notify.outcomes import FAILURES
from notify.transport import Call, Channel, Outcome, Sendable, Text, Transport, Wires
from notify.twiml import say

KIND: Final = "probe"
EVERY: Final[dict[Channel, timedelta]] = {"text": timedelta(minutes=5), "call": timedelta(minutes=30)}
LATE: Final = timedelta(minutes=3)
SLOW: Final = timedelta(seconds=60)
LOOK_SECONDS: Final = 5.0
# What is older than this is told nowhere, and a code of it means nothing any more.
FORGOTTEN: Final = timedelta(days=1)
KEPT: Final = timedelta(days=30)
CODE: Final = re.compile(r"(?<!\d)\d{8}(?!\d)")
WORDS: Final = "Standby test {}. Nothing has happened and nobody need answer."
# Somebody, or something, picked up: that much a call can show by itself.
PICKED_UP: Final = frozenset({"in-progress", "human", "ended", "machine"})


@dataclass(frozen=True)
class _Due:
    """One synthetic page to send now."""

    id: int
    wire: Transport
    channel: Channel
    what: Sendable


def heard(connection: Connection, shell: Shell, body: str, now: datetime) -> bool:
    """Is this text a synthetic page that came in again? Its code is a secret of ours: whoever has it got it from us,
    from whichever number it comes back."""
    code = CODE.search(body)
    if code is None:
        return False
    row = connection.execute(
        select(probes).where(probes.c.code == code[0], probes.c.sent_at > now - FORGOTTEN)
    ).first()
    if row is None:
        return False
    if row.heard_at is None:
        _note_heard(connection, shell, row, now)
    return True


def told_of(shell: Shell, probe: int, provider: str, number: str, status: str, code: str | None) -> bool:
    """A provider says how far a synthetic page came. False: it sent none with this id to this number."""
    theirs = select(probes).where(
        probes.c.id == probe, probes.c.provider == provider, probes.c.number == number
    )
    with shell.store.read() as connection:
        row = connection.execute(theirs).first()
    if row is not None:
        _came(shell, row, status, code)
    return row is not None


def _came(shell: Shell, row: Row[Any], status: str, code: str | None) -> None:
    """What follows from how far one came. A call shows by itself that somebody picked up; a text must come in again."""
    if row.heard_at is not None:
        return
    if row.channel == "call" and status in PICKED_UP:
        with shell.store.write() as connection:
            _note_heard(connection, shell, row, shell.clock.now())
    elif status in FAILURES and row.failed is None:
        _lost(shell, row.id, row.provider, row.channel, code or status)


def _lost(shell: Shell, key: int, provider: str, channel: str, code: str) -> None:
    now = shell.clock.now()
    how = "has not come back for 3 minutes" if code == "late" else f"was refused, code {code}"
    sentence = (
        f"A synthetic {'call' if channel == 'call' else 'text'} through {provider.capitalize()} {how}. Pages by it "
        "may be late too. Look at the provider, and call people where a page is silent."
    )
    with shell.store.write() as connection:
        connection.execute(probes.update().where(probes.c.id == key).values(failed=code[:20]))
        raise_alarm(connection, KIND, f"{provider}:{channel}", sentence, now=now)
    shell.health.note(EVERYBODY, channel, provider, "bad", code)


def _note_heard(connection: Connection, shell: Shell, row: Row[Any], now: datetime) -> None:
    connection.execute(probes.update().where(probes.c.id == row.id).values(heard_at=now))
    mark = "slow" if now - row.sent_at > SLOW else "good"
    shell.health.note(EVERYBODY, row.channel, row.provider, mark, sent_at=row.sent_at)  # type: ignore[arg-type]
    if now - row.sent_at <= LATE:
        end_alarm(connection, KIND, f"{row.provider}:{row.channel}", now)


class Prober:
    """`step()` sends what is due and says what is late; `start()` gives it a thread of its own, so that a provider
    that hangs holds up nobody's page."""

    def __init__(self, shell: Shell, wires: Wires) -> None:
        self._shell = shell
        self._wires = wires
        self._numbers = shell.settings.outside.watched.probes
        # The provider's id of each call on its way, where its answer named one: how far it came is asked, too.
        self._calls: dict[int, tuple[Transport, str]] = {}
        self._began = shell.clock.now()
        self._swept = False
        self._thread = OwnThread("prober", self.step, LOOK_SECONDS)

    def start(self) -> None:
        """Look every few seconds until `stop()`."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; what is on the wire is left to its time-out."""
        self._thread.stop()

    def step(self) -> int:
        """One look; answers how many were sent: none where no number of ours is set."""
        self._sweep()
        if not self._numbers:
            return 0
        self._ask_after_calls()
        self._tell_late()
        due = self._written_down()
        for one in due:
            self._settle(one, one.wire.send(one.what))
        return len(due)

    def _written_down(self) -> list[_Due]:
        """A row for each that is due, before it is sent."""
        now = self._shell.clock.now()
        wanted = [(wire, channel) for wire, channel in self._probed() if self._is_due(wire, channel, now)]
        if not wanted:
            return []
        found = []
        with self._shell.store.write() as connection:
            connection.execute(probes.delete().where(probes.c.sent_at < now - KEPT))
            for wire, channel in wanted:
                code = f"{secrets.randbelow(90_000_000) + 10_000_000}"
                number = self._next_number(connection, wire.name)
                key = connection.execute(
                    probes.insert().values(
                        provider=wire.name, channel=channel, number=number, code=code, sent_at=now
                    )
                ).inserted_primary_key
                assert key is not None
                what = self._what(int(key[0]), wire.name, channel, number, code)
                found.append(_Due(int(key[0]), wire, channel, what))
        return found

    def _probed(self) -> list[tuple[Transport, Channel]]:
        """What is tried at all."""
        return [
            (wire, channel)
            for channel in EVERY
            for wire in self._wires.get(channel, ())
            if self._numbers_for(wire.name)
        ]

    def _names(self) -> set[str]:
        """What alarms call these."""
        return {f"{wire.name}:{channel}" for wire, channel in self._probed()}

    def _sweep(self) -> None:
        """Once, for settings are read at the start: what is not tried any more can show nobody that it is well again,
        so its alarm ends."""
        if self._swept:
            return
        probed = self._names()
        with self._shell.store.read() as connection:
            over = [one.about for one in standing(connection) if one.kind == KIND and one.about not in probed]
        if over:
            with self._shell.store.write() as connection:
                for about in over:
                    end_alarm(connection, KIND, about, self._shell.clock.now())
        self._swept = True

    def _is_due(self, wire: Transport, channel: Channel, now: datetime) -> bool:
        newest = select(func.max(probes.c.sent_at)).where(
            probes.c.provider == wire.name,
            probes.c.sent_at > now - EVERY[channel],
            probes.c.channel == channel,
        )
        with self._shell.store.read() as connection:
            return connection.scalar(newest) is None

    def _numbers_for(self, provider: str) -> list[str]:
        """Our numbers; no provider is asked to text its own sender."""
        outside = self._shell.settings.outside
        own = {
            "twilio": outside.twilio.sender if outside.twilio else "",
            "telnyx": outside.telnyx.sender if outside.telnyx else "",
        }.get(provider, "")
        return [number for number in self._numbers if number != own]

    def _next_number(self, connection: Connection, provider: str) -> str:
        """Each in turn."""
        numbers = self._numbers_for(provider)
        return numbers[(connection.scalar(select(func.max(probes.c.id))) or 0) % len(numbers)]

    def _what(self, key: int, provider: str, channel: Channel, number: str, code: str) -> Sendable:
        hooks = f"{self._shell.settings.base_url}{hooks_of(provider)}"
        if channel == "call":
            return Call(number, say([WORDS.format("call")]), f"{hooks}/call?p={key}", "0")
        return Text(number, WORDS.format(code), f"{hooks}/status?p={key}", "0")

    def _settle(self, one: _Due, outcome: Outcome) -> None:
        if one.channel == "call" and outcome.provider_id:
            self._calls[one.id] = (one.wire, outcome.provider_id)
        if outcome.kind == "refused":
            _lost(self._shell, one.id, one.wire.name, one.channel, outcome.code or "refused")

    def _ask_after_calls(self) -> None:
        for key, (wire, provider_id) in list(self._calls.items()):
            seen = wire.fetch("call", provider_id)
            if seen is None or seen.status not in PICKED_UP | FAILURES.keys():
                continue
            del self._calls[key]
            with self._shell.store.read() as connection:
                row = connection.execute(select(probes).where(probes.c.id == key)).first()
            if row is not None:
                _came(self._shell, row, seen.status, seen.code)

    def _tell_late(self) -> None:
        """What has not come in again by now is late; said once of each. Of a call from before we started it cannot be
        told: its report may have come while nobody was there."""
        now = self._shell.clock.now()
        late = select(probes).where(
            or_(probes.c.channel != "call", probes.c.sent_at >= self._began),
            probes.c.sent_at.between(now - FORGOTTEN, now - LATE),
            probes.c.heard_at.is_(None),
            probes.c.failed.is_(None),
        )
        with self._shell.store.read() as connection:
            rows = connection.execute(late).all()
        probed = self._names()
        for row in rows:
            self._calls.pop(row.id, None)
            if f"{row.provider}:{row.channel}" in probed:
                _lost(self._shell, row.id, row.provider, row.channel, "late")
