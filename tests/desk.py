"""The desk in tests: calls taken down and walked on by commands, and what a board answers."""

import json
from typing import Any

from flask.testing import FlaskClient

from app.commit import commit
from app.intake import open_incident
from dispatch import commands as c
from dispatch.incident import Incident
from tests.house import PROGRAM, House

CALM = {"danger": "no", "weapon": "no", "violence": "no"}


class Call:
    """One call of a house."""

    def __init__(self, house: House, by: str = "ruiz", **more: Any) -> None:
        answers, needs = more.pop("answers", CALM), more.pop("needs", ())
        channel = more.pop("channel", "phone")
        done = open_incident(house.shell, by, PROGRAM, channel, answers, needs, more, "board")
        self.house, self.incident = house, done.incident

    @property
    def id(self) -> str:
        return self.incident.id

    @property
    def ref(self) -> int:
        return self.incident.ref

    @property
    def row(self) -> str:
        """Its id on the board."""
        return f"call-{self.ref}"

    def do(self, command: c.Command, **words: str) -> Incident:
        """Ask one thing of it."""
        self.incident = commit(self.house.shell, self.id, command, via="board", words=words or None).incident
        return self.incident

    def triaged(self, acuity: int = 2, by: str = "ruiz") -> "Call":
        self.do(c.Triage(by, acuity, "help_there"))
        return self

    def sent(self, lead: str | None = "ana", second: str | None = "ben") -> "Call":
        """A team is being asked."""
        self.triaged()
        self.do(c.Dispatch("ruiz", lead, second))
        return self

    def page(self, person: str) -> str:
        """The newest page of this person."""
        return [page.id for page in self.incident.pages if page.person == person][-1]

    def going(self) -> "Call":
        """Ana and Ben have said yes."""
        self.sent()
        for person in ("ana", "ben"):
            self.do(c.Accept(person, self.page(person)))
        return self

    def there(self) -> "Call":
        """Ana and Ben are on scene."""
        self.going()
        for person in ("ana", "ben"):
            self.do(c.Arrive(person, person))
        return self


def changes(desk: FlaskClient, after: int) -> dict[str, Any]:
    """What a board that knows everything up to `after` is told."""
    answer = desk.get(f"/board/changes?after={after}", headers={"X-Standby": "1"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = json.loads(answer.get_data(as_text=True))
    return told


def pulse(desk: FlaskClient) -> dict[str, Any]:
    """What the heartbeat says."""
    told: dict[str, Any] = desk.get("/board/pulse", headers={"X-Standby": "1"}).get_json()
    return told
