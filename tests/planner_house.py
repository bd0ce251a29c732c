"""A county whose rota is to be planned: enough people, what the tiers need, and nothing on it yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from app.rota.solving import Solvers
from app.tables import people, rota_drafts, rota_tiers, shifts
from tests.house import NIGHT, PROGRAM, House, a_house
from tests.walk import post

FIRST = date(2026, 12, 7)
NEEDS = (
    ("primary", 2, [{"skill": "spanish", "hard": False}]),
    ("backup", 1, []),
    ("supervisor", 1, []),
)
ASKED: dict[str, object] = {
    "starts_on": FIRST.isoformat(),
    "weeks": "4",
    "tiers": ["primary", "backup", "supervisor"],
    "shape": "halves",
    "moving": "locked",
    "seconds": "20",
}


@contextmanager
def a_planning_house(directory: Path, responders: int = 14) -> Iterator[House]:
    """A house with these many more responders, four more supervisors, and needs."""
    with a_house(directory) as house:
        with house.shell.store.write() as connection:
            for number in range(responders + 4):
                boss = number >= responders
                connection.execute(
                    people.insert().values(
                        id=f"r{number:02}",
                        name=f"Resp {number:02}" if not boss else f"Super {number:02}",
                        credential="LICSW" if boss else "Peer",
                        email=f"r{number:02}@alder.example",
                        phone=f"+1555556{number:04d}",
                        roles=["supervisor" if boss else "responder"],
                        program=PROGRAM,
                        skills=["spanish"] if number % 3 == 0 else [],
                        active=True,
                        created_at=NIGHT,
                    )
                )
            for place, (tier, count, bring) in enumerate(NEEDS):
                connection.execute(
                    rota_tiers.insert().values(
                        program=PROGRAM, tier=tier, people=count, bring=bring, place=place
                    )
                )
        try:
            yield house
        finally:
            solvers_of(house).stop_all()


def solvers_of(house: House) -> Solvers:
    found = house.app.extensions["standby_solvers"]
    assert isinstance(found, Solvers)
    return found


def make(house: House, **more: object) -> str:
    """Ask for a draft as a manager does; its id."""
    answer = post(house.client("brandvold"), "/rota/plan/new", **{**ASKED, **more})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"].rsplit("/", 1)[1]


def made(house: House, **more: object) -> str:
    """The same, once there is a first draft and the planner has stopped."""
    draft = make(house, **more)
    wait_for_answer(house, draft)
    post(house.client("brandvold"), f"/rota/plan/{draft}/stop")
    return draft


def wait_for_answer(house: House, draft: str) -> None:
    """Until a first draft is kept; the planner's own end is the latest."""
    for _ in range(200):
        with house.shell.store.read() as connection:
            if connection.scalar(select(rota_drafts.c.answer).where(rota_drafts.c.id == draft)):
                return
        solvers_of(house).wait(draft, 0.1)
    raise AssertionError("no draft came")


def shifts_of(house: House) -> list[tuple[str, str, str, str]]:
    """Who is on call by plain shifts from the draft's first day on."""
    begins = NIGHT + timedelta(days=20)
    with house.shell.store.read() as connection:
        rows = connection.execute(select(shifts).where(shifts.c.starts_at > begins))
        return sorted((row.starts_at.isoformat(), row.tier, row.person, row.id) for row in rows)
