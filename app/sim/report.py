"""What one night came to: its figures, what it has seen, and the law that broke, if one did."""

from dataclasses import dataclass, field

from app.sim.coverage import Coverage
from app.sim.law import Broken


@dataclass
class Report:
    """What one night came to."""

    seed: int
    incidents: int = 0
    commands: int = 0
    texts: int = 0
    duplicates: int = 0
    lost: int = 0
    unowned: int = 0
    deaths: int = 0
    broken: list[Broken] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
