"""What the people of a night of the core see of the house: the board, their tasks, what is to be reviewed."""

from random import Random

from app.sim.core.house import House
from dispatch.incident import Incident


class Eyes:
    """Each look is at what is stored."""

    house: House
    chance: Random

    def refs(self) -> list[int]:
        return list(self.house.by_ref)

    def some_ref(self) -> int:
        return self.chance.choice(self.refs())

    def incident_by_ref(self, ref: int) -> Incident | None:
        found = self.house.by_ref.get(ref)
        return self.house.incidents[found] if found is not None else None

    def board(self) -> list[Incident]:
        return list(self.house.on_board.values())

    def is_busy(self) -> bool:
        return any(one.on_board for one in self.house.on_board.values())

    def to_review(self) -> list[Incident]:
        return [one for one in self.house.open.values() if one.reviewable]

    def tasks_of(self, person: str) -> list[Incident]:
        return [one for one in self.house.open.values() if person in one.worked]
