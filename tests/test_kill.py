"""Kill -9 of the real service between any two of its steps: the page still goes out, at most twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.carriers import HANDS_EACH
from app.claims import LEASE
from app.tables import outbox
from tests.house import PHONES
from tests.loopback.twilio_faults import held
from tests.loopback.twilio_server import LoopbackTwilio
from tests.served import Served, a_service, until

pytestmark = pytest.mark.servers
SOON = 20.0
AFTER_THE_LEASE = LEASE.total_seconds() + 15


@pytest.fixture
def twilio() -> Iterator[LoopbackTwilio]:
    with LoopbackTwilio(check_shape=False) as twilio:
        yield twilio


@pytest.fixture
def served(tmp_path: Path, twilio: LoopbackTwilio) -> Iterator[Served]:
    with a_service(tmp_path, twilio) as served:
        yield served


def texts(twilio: LoopbackTwilio, number: str | None = None) -> list[str]:
    """The words of every text that was sent, or tried."""
    return [seen.form["Body"] for seen in twilio.sends(number) if "Body" in seen.form]


def unsettled(served: Served, incident: str, *states: str) -> int:
    """How many of an incident's texts are in one of these states."""
    mine = (outbox.c.incident == incident) & (outbox.c.channel == "text")
    with served.shell.store.read() as connection:
        found = select(func.count()).where(mine, outbox.c.state.in_(states))
        return connection.scalar(found) or 0


@pytest.mark.parametrize("arrived", [True, False], ids=["taken", "not taken"])
def test_killed_with_a_text_on_the_wire_the_page_still_goes_out(
    served: Served, twilio: LoopbackTwilio, arrived: bool
) -> None:
    incident, ref = served.a_call()
    twilio.fault(held(accepted=arrived), number=PHONES["ana"])
    assert served.desk().post(f"/incidents/{ref}/dispatch", lead="ana", second="ben").status_code < 400
    until(lambda: twilio.sends(PHONES["ana"]), SOON, "the first send")
    until(lambda: unsettled(served, incident, "sending") == 1, SOON, "the settling of the other page")
    served.kill()
    assert unsettled(served, incident, "sending") == 1
    served.start()
    until(lambda: unsettled(served, incident, "sent") == 2, AFTER_THE_LEASE, "the second try")
    taken = [text for text in twilio.messages.values() if text.to == PHONES["ana"]]
    assert len(taken) == 1, "one text on the phone"
    assert len(texts(twilio, PHONES["ana"])) == (1 if arrived else 2)
    assert len(texts(twilio, PHONES["ben"])) == 1


def test_killed_after_the_commit_and_before_the_send_the_page_goes_out_at_once_on_the_next_start(
    served: Served, twilio: LoopbackTwilio
) -> None:
    desk = served.desk()
    twilio.fault(*[held()] * HANDS_EACH)
    for _ in range(HANDS_EACH // 2):
        assert desk.post(f"/incidents/{served.a_call()[1]}/dispatch").status_code < 400
    until(lambda: len(texts(twilio)) == HANDS_EACH, SOON, "every sender's hanging send")
    incident, ref = served.a_call()
    assert desk.post(f"/incidents/{ref}/dispatch", lead="ana", second="ben").status_code < 400
    served.kill()
    assert unsettled(served, incident, "owed") == 2
    assert not [text for text in texts(twilio) if str(ref) in text]
    served.start()
    until(lambda: unsettled(served, incident, "sent") == 2, SOON, "the pages")
    bodies = [text for text in texts(twilio) if str(ref) in text]
    assert len(bodies) == 2
    until(lambda: len(twilio.messages) >= HANDS_EACH + 2, AFTER_THE_LEASE, "the pages that hung")
