"""A house whose phones are the demo's: two recorders carry its texts and calls, and its handsets hear them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.demo.county import PHONES as HANDSETS
from app.demo.handsets import Handsets
from app.demo.house import PROVIDERS
from app.tables import outbox, people
from app.wiring import carried_by
from app.worker import Worker
from notify.recorder import Recorder
from tests.house import House, a_house
from tests.loopback.phone import SAID, WORDS
from tests.wired import a_call

ONE = timedelta(seconds=1)
ANA, BEN = HANDSETS["lindqvist"], HANDSETS["osei"]


@dataclass
class Demo:
    """A house on two recorders, with the handsets of Ana and Ben."""

    house: House
    worker: Worker
    handsets: Handsets

    def pass_seconds(self, seconds: int) -> None:
        """Second by second, as the worker and the phones see it."""
        for _ in range(seconds):
            self.house.clock.move(ONE)
            self.worker.tick()
            self.handsets.lines.tick()
        self.worker.tick()

    def post(self, address: str, **given: str) -> tuple[int, dict[str, Any]]:
        answer = self.house.app.test_client().post(f"/demo/{address}", json=given)
        return answer.status_code, answer.get_json()

    def phone(self, number: str) -> dict[str, Any]:
        """What the page is told of this handset."""
        told = self.house.app.test_client().get("/demo/handsets.json").get_json()
        return next(one for one in told["handsets"] if one["number"] == number)

    def call(self, number: str) -> dict[str, Any]:
        """The newest call to this handset."""
        found: dict[str, Any] = self.phone(number)["calls"][-1]
        return found

    def type_code(self, number: str) -> None:
        """The code that was said, one key after the other as on the page."""
        found = SAID.search(self.call(number)["said"][-1]["text"])
        assert found
        for word in found.group(1).split(", "):
            assert self.post(f"handsets/{number}", digits=str(WORDS.index(word)))[0] == 200
        self.worker.tick()

    def tries(self, person: str) -> list[Any]:
        with self.house.shell.store.read() as connection:
            return list(
                connection.execute(select(outbox).where(outbox.c.person == person).order_by(outbox.c.id))
            )


@contextmanager
def a_demo(folder: Path) -> Iterator[Demo]:
    """A house whose phones are the demo's; time passes only when the test says so."""
    with a_house(folder, demo_channels=("text", "call")) as house:
        recorders = [Recorder(house.clock.now, name=name) for name in PROVIDERS]
        with house.shell.store.write() as connection:
            for person, number in (("ana", ANA), ("ben", BEN)):
                connection.execute(people.update().where(people.c.id == person).values(phone=number))
        handsets = Handsets(house.shell, *recorders)
        house.app.extensions["handsets"] = handsets
        yield Demo(house, Worker(house.shell, carried_by(*recorders)), handsets)


def called(demo: Demo) -> str:
    """Ana and Ben are asked by text, answer nothing, and their phones ring."""
    incident = a_call(demo.house.shell)
    demo.pass_seconds(1)
    assert "Crisis page 2001" in demo.phone(ANA)["talk"][0]["text"]
    assert demo.phone(ANA)["calls"] == []
    demo.pass_seconds(60)
    return incident
