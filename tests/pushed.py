"""A house whose pushes and letters really go out: to a push service and a mail server on the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Row, select
from werkzeug.test import TestResponse

from app.outside import Mail, Outside, Twilio, Vapid
from app.tables import outbox, ways
from app.worker import Worker
from notify.mail import MailTransport
from notify.push_address import public_key
from notify.web_push import PushTransport
from tests.house import House, a_house
from tests.loopback.mail_server import LoopbackMail
from tests.loopback.push_server import Browser, LoopbackPush, Taken
from tests.walk import post

SECRET = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
SENDER = "standby@alder.example"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@dataclass
class Pushed:
    """The parts a test holds on to."""

    house: House
    worker: Worker
    push: LoopbackPush
    mail: LoopbackMail

    def subscribe(self, client: FlaskClient, browser: Browser, **more: str) -> TestResponse:
        """This browser is turned on, as its script does it."""
        given = {"endpoint": browser.endpoint, **browser.keys, **more}
        return post(client, "/push/subscribe", headers={"X-Standby": "1", "User-Agent": CHROME}, **given)

    def turned_on(self, person: str, name: str = "one") -> Browser:
        """A browser of this person that has shown its test."""
        browser = self.push.browser(name)
        assert self.subscribe(self.house.client(person), browser).status_code == 204
        self.worker.tick()
        assert self.seen(self.push.taken[-1], "shown") == 204
        return browser

    def seen(self, taken: Taken, said: str) -> int:
        """The browser says so; what the site answered."""
        answer = self.house.app.test_client().post(
            "/push/seen", data={"seen": taken.payload["seen"], "said": said}
        )
        return answer.status_code

    def ways(self, person: str) -> list[Row[Any]]:
        with self.house.shell.store.read() as connection:
            wanted = select(ways).where(ways.c.person == person, ways.c.kind.in_(("push", "email")))
            return list(connection.execute(wanted.order_by(ways.c.added_at, ways.c.id)))

    def rows(self, channel: str = "push") -> list[Row[Any]]:
        """What is owed or was sent by this channel, oldest first."""
        with self.house.shell.store.read() as connection:
            return list(
                connection.execute(select(outbox).where(outbox.c.channel == channel).order_by(outbox.c.id))
            )

    def pass_time(self, **length: float) -> None:
        self.house.clock.move(timedelta(**length))
        self.worker.tick()


@contextmanager
def a_pushed_house(directory: Path, database_url: str | None = None) -> Iterator[Pushed]:
    """Texts and calls go to the recorder; time passes only when the test says so."""
    with LoopbackPush(public_key(SECRET)) as push, LoopbackMail() as mail:
        vapid = Vapid(SECRET, "keeper@alder.example", ("localhost",))
        # Named, so that texts and calls are planned; nothing goes there.
        twilio = Twilio("AC" + "0" * 32, "token", None, "+15005550006", None, "+15005550006")
        outside = Outside(twilio, vapid=vapid, mail=Mail(mail.host, mail.port, "", "", False, SENDER))
        with a_house(directory, database_url=database_url, outside=outside) as house:
            wires = {
                "text": (house.recorder,),
                "call": (house.recorder,),
                "push": (PushTransport(vapid.private_key, vapid.contact, vapid.hosts),),
                "email": (MailTransport(mail.host, mail.port, "", "", False, SENDER),),
            }
            yield Pushed(house, Worker(house.shell, wires), push, mail)  # type: ignore[arg-type]
