"""The alarm path: tells people outside by mail and by a web hook, and needs no provider of texts for it."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from app.outside import Mail, Watched
from notify.bounded_http import BoundedTransport
from notify.mail import MailTransport
from notify.transport import Letter

log = logging.getLogger("standby.alarm")
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
# Both ways are tried at once; each ends by itself within its own bound.
PATIENCE = 2 * TOTAL_SECONDS


class AlarmPath:
    """Everybody outside who hears when something is wrong. No patient word passes here: sentences are of the house.
    Never raises for what a network can do."""

    def __init__(self, org: str, address: str, watched: Watched, mail: Mail | None) -> None:
        self._org = org
        self._address = address
        self._watched = watched
        self._mail = (
            MailTransport(mail.host, mail.port, mail.user, mail.password, mail.tls, mail.sender)
            if mail is not None
            else None
        )

    @property
    def is_set(self) -> bool:
        """Is there anybody to tell?"""
        return bool(self._watched.url or (self._watched.emails and self._mail))

    def tell(self, sentences: Sequence[str], since: str, over: bool = False) -> bool:
        """Tell it by every way at once. True when at least one of them took it."""
        log.warning("%s %s", "over:" if over else "alarm:", " ".join(sentences))
        took: list[bool] = []
        ways = [self._by_mail(to, sentences, since, over) for to in self._watched.emails]
        if self._watched.url:
            ways.append(self._by_hook(self._watched.url, sentences, since, over))
        threads = [threading.Thread(target=lambda way=way: took.append(way()), daemon=True) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        return any(took)

    def ping(self) -> bool:
        """Say to whoever listens for our silence that all is well."""
        return self._watched.deadman is None or _asked("GET", self._watched.deadman, None)

    def _by_mail(self, to: str, sentences: Sequence[str], since: str, over: bool) -> Callable[[], bool]:
        subject = f"{self._org}: Standby is well again" if over else f"{self._org}: Standby needs you"
        letter = Letter(to, subject, self._body(sentences, since, over))

        def send() -> bool:
            if self._mail is None:
                return False
            outcome = self._mail.send(letter)
            if outcome.kind == "refused":
                log.error("the mail server refused an alarm: %s", outcome.code)
            return outcome.kind != "refused"

        return send

    def _by_hook(self, url: str, sentences: Sequence[str], since: str, over: bool) -> Callable[[], bool]:
        told = {
            "state": "over" if over else "alarm",
            "house": self._org,
            "address": self._address,
            "since": since,
            "sentences": list(sentences),
            "text": f"{self._org}: {' '.join(sentences)}",
        }
        return lambda: _asked("POST", url, told)

    def _body(self, sentences: Sequence[str], since: str, over: bool) -> str:
        lines = [*sentences, "", f"Since {since}.", self._address]
        if not over:
            lines += ["", "While pages may not go out: open the list of whom to call by hand, and print it:"]
            lines += [f"{self._address}/board/by-hand"]
        return "\n".join(lines) + "\n"


def _asked(method: str, url: str, told: Mapping[str, Any] | None) -> bool:
    # A connection of its own each time: the last one may have died with whatever is wrong.
    try:
        wire = BoundedTransport(url, CONNECT_SECONDS, TOTAL_SECONDS, 1)
        with httpx.Client(transport=wire, trust_env=False, follow_redirects=False) as client:
            answer = client.request(method, url, json=told)
    except Exception as fault:  # whatever a wire can do: the other way, and the next time, must come
        log.error("%s outside failed: %s", method, type(fault).__name__)
        return False
    if answer.status_code >= 300:
        log.error("%s outside: answer %s", method, answer.status_code)
    return answer.status_code < 300
