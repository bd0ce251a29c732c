"""The readiness lint: everything that is to mend in a rota, as a function of the scene alone."""

from collections.abc import Callable, Iterator
from typing import Final

from dispatch.rota.lint import (
    clocks,
    covers,
    doubles,
    gaps,
    layers,
    leave,
    papers,
    phones,
    rest,
    skills,
    team,
)
from dispatch.rota.lint.found import Finding, Found
from dispatch.rota.lint.look import Look, look
from dispatch.rota.lint.merge import merged
from dispatch.rota.lint.scene import Scene

RULES: Final[tuple[Callable[[Look], Iterator[Found]], ...]] = (
    gaps.find,
    skills.find,
    layers.find,
    doubles.find,
    rest.find,
    team.find,
    phones.find,
    papers.find,
    leave.find,
    covers.find,
    clocks.find,
)


def lint(scene: Scene) -> tuple[Finding, ...]:
    """What is to mend from `scene.now` to `scene.end`, by date. A program without tiers has nothing to keep."""
    if not scene.needs:
        return ()
    seen = look(scene)
    return merged((one for rule in RULES for one in rule(seen)), scene.zone)
