"""From a provider's late no to the next channel on the wire: python -m tests.bench.async_failure."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
from sqlalchemy import select

from app.clock import SystemClock
from app.commit import commit
from app.delivered import report
from app.schema import upgrade
from app.shell import Shell
from app.tables import outbox, people, shifts
from app.wiring import carried_by, shell_for
from dispatch.commands import Cancel, Dispatch
from dispatch.reach import Reach
from notify.twilio_wire import TwilioTransport
from tests.bench.elsewhere import Wire, a_wire
from tests.bench.figures import machine, show, spread
from tests.bench.page_latency import Cycling, in_threads
from tests.house import furnish, settings_for
from tests.loopback.twilio_signing import sign
from tests.served import Served, a_service, until

SINGLES = 60
AT_ONCE = 10
ROUNDS = 3
ALTERNATIVES = 8
TARGET = "target p99 250"
CODE = "30003"


@dataclass
class Sent:
    """One text that is out: its own row, the row of the call that comes next, and its incident."""

    incident: str
    text: int
    call: int


def staffed(shell: Shell, pairs: int) -> list[tuple[str, str]]:
    """As many pairs of responders on call, each with a phone of their own."""
    now = shell.clock.now()
    made = [(f"r{n}a", f"r{n}b") for n in range(pairs)]
    with shell.store.write() as connection:
        like = connection.execute(select(people).where(people.c.id == "ana")).one()._mapping
        shift = connection.execute(select(shifts).where(shifts.c.person == "ana")).one()._mapping
        for number, person in enumerate(person for pair in made for person in pair):
            own = {"id": person, "name": f"R. {person}", "email": f"{person}@alder.example"}
            row = {**like, **own, "phone": f"+1218555{2000 + number}", "created_at": now}
            connection.execute(people.insert().values(row))
            connection.execute(shifts.insert().values({**shift, "id": f"s-{person}", "person": person}))
    return made


def page(served: Served, wire: Wire, pair: tuple[str, str]) -> Sent:
    """A dispatch to this pair; its first text is on the wire."""
    incident, _ = served.a_call()
    commit(served.shell, incident, Dispatch("ruiz", *pair), via="board")
    text, call = rows_of(served.shell, incident, pair[0])
    until(lambda: text in on_wire(wire), 20, "the page's text")
    # Its settling is a moment behind the wire; a report may come before it, but this is about those that come later.
    until(lambda: is_settled(served.shell, text), 20, "the text's settling")
    return Sent(incident, text, call)


def rows_of(shell: Shell, incident: str, person: str) -> tuple[int, int]:
    """The first text and the first call of this person's page."""
    with shell.store.read() as connection:
        rows = connection.execute(
            select(outbox.c.id, outbox.c.channel)
            .where(outbox.c.incident == incident, outbox.c.person == person, outbox.c.page.is_not(None))
            .order_by(outbox.c.step)
        ).all()
    first = {row.channel: row.id for row in reversed(rows)}
    return first["text"], first["call"]


def is_settled(shell: Shell, message: int) -> bool:
    """Is its send written down?"""
    with shell.store.read() as connection:
        return connection.scalar(select(outbox.c.state).where(outbox.c.id == message)) == "sent"


def on_wire(wire: Wire) -> dict[int, float]:
    """When each of our rows first came in at the provider, in monotonic seconds."""
    return {ours: at for at, ours in reversed(wire.sends())}


def fail_over_http(served: Served, wire: Wire, message: int) -> float:
    """The provider's callback, signed; when it began to be sent."""
    url = f"{served.address}/hooks/twilio/status?m={message}"
    form = {"AccountSid": wire.account_sid, "MessageStatus": "undelivered", "ErrorCode": CODE}
    signed = {"X-Twilio-Signature": sign(wire.auth_token, url, list(form.items()))}
    began = time.monotonic()
    answer = requests.post(url, data=form, headers=signed, timeout=20)
    assert answer.status_code == 204, answer.status_code
    return began


def to_the_call(wire: Wire, sent: list[Sent], began: dict[int, float], within: float = 30) -> list[float]:
    """From each failure to the call that follows it."""
    until(lambda: all(one.call in on_wire(wire) for one in sent), within, "every call")
    seen = on_wire(wire)
    return [seen[one.call] - began[one.text] for one in sent]


def is_over(served: Served, sent: Sent) -> None:
    """Nobody is wanted any more, and the call has ended: its phone is free for the next one."""
    commit(served.shell, sent.incident, Cancel("ruiz", "test"), via="board")
    until(lambda: is_settled(served.shell, sent.call), 20, "the call's settling")
    report(served.shell, sent.call, "no-answer", None)


def over_http() -> list[tuple[str, list[float]]]:
    """The real service under gunicorn, and the provider's callbacks over HTTP."""
    with tempfile.TemporaryDirectory() as folder, a_wire() as wire, a_service(Path(folder), wire) as served:  # type: ignore[arg-type]
        pairs = staffed(served.shell, AT_ONCE)
        singles: list[float] = []
        for number in range(SINGLES):
            sent = page(served, wire, pairs[number % AT_ONCE])
            began = {sent.text: fail_over_http(served, wire, sent.text)}
            singles += to_the_call(wire, [sent], began)
            is_over(served, sent)
        crowd: list[float] = []
        for _ in range(ROUNDS):
            crowd += crowded(served, wire, pairs)
        return [("one at a time", singles), (f"{AT_ONCE} at once", crowd)]


def crowded(served: Served, wire: Wire, pairs: list[tuple[str, str]]) -> list[float]:
    """As many failures in the same moment."""
    sent = [page(served, wire, pair) for pair in pairs]
    began: dict[int, float] = {}

    def fail(one: Sent) -> None:
        began[one.text] = fail_over_http(served, wire, one.text)

    in_threads([partial(fail, one) for one in sent])
    times = to_the_call(wire, sent, began)
    for one in sent:
        is_over(served, one)
    return times


def polled(every: float) -> list[tuple[str, list[float]]]:
    """The same, where nothing is nudged and a worker looks every so many seconds."""
    with in_process(every) as (served, wire, pairs):
        times: list[float] = []
        for number in range(ALTERNATIVES):
            sent = page(served, wire, pairs[number])
            threading.Event().wait(every * number / ALTERNATIVES)
            began = {sent.text: time.monotonic()}
            report(served.shell, sent.text, "undelivered", CODE)
            times += to_the_call(wire, [sent], began)
        return [("one at a time", times)]


def timed_out() -> list[tuple[str, list[float]]]:
    """The same, where a failure is not listened to: the next channel begins when the first has been silent for long."""
    with in_process(1.0) as (served, wire, pairs):
        sent = [page(served, wire, pair) for pair in pairs[:ALTERNATIVES]]
        began = on_wire(wire)
        long = Reach().next_after.total_seconds() + 30
        return [("one at a time", to_the_call(wire, sent, {one.text: began[one.text] for one in sent}, long))]


@contextmanager
def in_process(every: float) -> Iterator[tuple[Served, Wire, list[tuple[str, str]]]]:
    """A worker that looks every so many seconds, beside us."""
    with tempfile.TemporaryDirectory() as folder, a_wire() as wire:
        shell = shell_for(
            settings_for(f"sqlite:///{folder}/standby.db", demo_channels=("text", "call")), SystemClock()
        )
        upgrade(shell.store)
        furnish(shell)
        twilio = TwilioTransport(
            wire.account_sid, wire.auth_token, wire.sender, wire.base, calls_from=wire.sender
        )
        worker = Cycling(shell, carried_by(twilio), every)
        pairs = staffed(shell, max(AT_ONCE, ALTERNATIVES))
        worker.start()
        try:
            yield Served(shell, {}, 0), wire, pairs
        finally:
            worker.stop()
            shell.store.close()


def main() -> None:
    """All ways, one table."""
    ways = [
        ("the failure begins the next", over_http()),
        ("polled every 5 s", polled(5.0)),
        ("after the silence", timed_out()),
    ]
    rows = [[way, case, *spread(seconds)] for way, cases in ways for case, seconds in cases]
    title = f"From an undelivered text to the call on the wire, ms ({TARGET}); {machine()}"
    show(title, ["next channel", "failures", "calls", "p50", "p99", "worst"], rows)


if __name__ == "__main__":
    main()
