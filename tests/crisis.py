"""One crisis walked through a house by its real commands, as far as a test needs it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app import charts
from app.commit import commit, load_incident, next_ref
from app.queries.notes import Notes, notes_of
from app.shell import new_id
from app.tables import incidents, intake
from dispatch import commands as c
from tests.house import PROGRAM, House

CALM = tuple((code, "no") for code in ("danger", "weapon", "violence", "medical", "attempt"))
HOSTILE = "<script>alert('x')</script> & \"quotes\" \u202erev"

FACTS = [{"time": "02:04", "fact": "Stood on the road in socks", "source": "Vela, saw it"}]
WAYS = [{"way": "Crisis bed", "happened": "Full until 09:00", "time": "02:31"}]
SCREENED = {f"cssrs_{q}": "no" for q in ("q1", "q2", "q6")}
# A chart that can be signed.
FINISHED: dict[str, Any] = {
    **SCREENED,
    "narrative": "We came at 03:20. He sat on the stairs.",
    "disposition": "community",
    "recommendation": "community",
    "facts": FACTS,
}


class Crisis:
    """An incident of a house, and who is on it."""

    def __init__(self, house: House, program: str = PROGRAM) -> None:
        self.house, self.program = house, program
        self.id = new_id()
        with house.shell.store.write() as connection:
            self.ref = next_ref(connection)

    def ask(self, command: c.Command) -> None:
        commit(self.house.shell, self.id, command, via="board")

    def received(self, channel: str = "phone", band: str = "adult", answers: Any = CALM) -> "Crisis":
        self.ask(c.Receive("ruiz", self.id, self.ref, self.program, channel, answers))
        shell = self.house.shell
        with shell.store.write() as connection:
            connection.execute(
                intake.insert().values(
                    incident=self.id,
                    age_band=band,
                    version=1,
                    updated_at=shell.clock.now(),
                    person_name_sealed=shell.keyring.seal("intake.person_name", self.id, "Marta Lind"),
                )
            )
        return self

    def sent(self, acuity: int = 2, reason: str | None = None) -> "Crisis":
        """Triaged, and Ana and Ben have said yes."""
        self.ask(c.Triage("ruiz", acuity, reason))
        self.ask(c.Dispatch("ruiz", "ana", "ben"))
        for person in ("ana", "ben"):
            page = next(page for page in self.incident().pages if page.person == person)
            self.ask(c.Accept(person, page.id, 12))
        return self

    def on_scene(self, after_minutes: float = 20) -> "Crisis":
        self.pass_time(after_minutes)
        for person in ("ana", "ben"):
            self.ask(c.GoEnRoute(person, person))
            self.ask(c.Arrive(person, person))
        self.ask(c.MeetPerson("ana", "ana"))
        return self

    def cleared(self, after_minutes: float = 15) -> "Crisis":
        self.pass_time(after_minutes)
        self.ask(c.Clear("ana", "ana"))
        return self

    def written(self, **more: Any) -> "Crisis":
        """Ana has written a chart that can be signed."""
        self.save("ana", {**FINISHED, **more})
        return self

    def signed(self, after_minutes: float = 10, **more: Any) -> "Crisis":
        self.pass_time(after_minutes)
        self.written(**more)
        charts.sign(self.house.shell, self.id, "ana", self.notes().chart.row)
        return self

    def save(
        self, by: str, changes: dict[str, Any], base: int | None = None, window: str = ""
    ) -> charts.Saved:
        row = self.notes().chart.row if base is None else base
        return charts.save(self.house.shell, self.id, by, charts.Entry(changes, row, window or f"w-{by}"))

    def pass_time(self, minutes: float) -> None:
        """Without the worker: nothing comes due unless the test asks."""
        self.house.clock.move(timedelta(minutes=minutes))

    def incident(self) -> Any:
        with self.house.shell.store.read() as connection:
            return load_incident(connection, self.id)

    def notes(self) -> Notes:
        with self.house.shell.store.read() as connection:
            return notes_of(connection, self.house.shell, self.id)

    def column(self, name: str) -> Any:
        with self.house.shell.store.read() as connection:
            return connection.scalar(select(incidents.c[name]).where(incidents.c.id == self.id))


def a_crisis(house: House, **more: Any) -> Crisis:
    """Received and no further."""
    return Crisis(house).received(**more)
