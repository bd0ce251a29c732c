"""Pushes and letters from the real service, as `standby serve` runs it, to a push service and a mail server."""

from pathlib import Path

import pytest

from notify.push_address import public_key
from tests.loopback.mail_server import LoopbackMail
from tests.loopback.push_server import LoopbackPush
from tests.loopback.twilio_server import LoopbackTwilio
from tests.pushed import SECRET
from tests.served import a_service, until

pytestmark = pytest.mark.servers


def test_a_browser_and_a_mailbox_are_reached_by_the_service_itself(tmp_path: Path) -> None:
    with LoopbackTwilio() as twilio, LoopbackPush(public_key(SECRET)) as push, LoopbackMail() as mail:
        settings = {
            "VAPID_PRIVATE_KEY": SECRET,
            "PUSH_HOSTS": "localhost",
            "SMTP_URL": f"smtp://{mail.host}:{mail.port}",
            "MAIL_FROM": "standby@alder.example",
        }
        with a_service(tmp_path, twilio, **settings) as served:
            ana = served.desk("ana")
            browser = push.browser()
            answer = ana.post("/push/subscribe", endpoint=browser.endpoint, **browser.keys)
            assert answer.status_code == 302, answer.text
            until(lambda: push.taken, 20, "the test of the browser")
            said = {"seen": push.taken[0].payload["seen"], "said": "shown"}
            assert ana.http.post(f"{served.address}/push/seen", data=said, timeout=20).status_code == 204
            ana.post("/account/ways", kind="email", number="ana.vela@home.example")
            until(lambda: mail.letters, 20, "the letter with the code")
            _, ref = served.a_call()
            served.desk().post(f"/incidents/{ref}/dispatch", lead="ana", second="ben")
            until(lambda: len(push.taken) > 1, 20, "the page in the browser")
            assert push.taken[1].payload["body"] == f"Page {ref} waits for you. Open it." and push.wrong == []
