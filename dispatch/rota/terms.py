"""A program's terms of the rota: rest, nights, hours, what needs approval, and which rules are hard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

HOUR: Final = timedelta(hours=1)
Weight = Literal["hard", "soft", "off"]
# Every rule that a change is checked against, and how it counts unless the program says otherwise. Hard: refused
# unless somebody who may sets it aside by name. Soft: warned of. Off: not looked at.
RULES: Final[Mapping[str, Weight]] = {
    "rest": "hard",
    "nights_running": "hard",
    "week_hours": "soft",
    "after_call_out": "soft",
    "time_off": "hard",
    "two_tiers": "hard",
    "license": "hard",
    "driver": "hard",
    "first_aid": "soft",
    "background": "hard",
    "population_training": "soft",
    "training_hours": "soft",
    "composition": "hard",
    "people_at_once": "hard",
    "bring": "hard",
    "second_way": "soft",
}
# What each rule is called on a page.
RULE_WORDS: Final[Mapping[str, str]] = {
    "rest": "Rest between shifts",
    "nights_running": "Nights running",
    "week_hours": "Hours in a week",
    "after_call_out": "Rest after a call at night",
    "time_off": "Time off",
    "two_tiers": "On call once at a time",
    "license": "License",
    "driver": "Driver's license",
    "first_aid": "First aid",
    "background": "Background check",
    "population_training": "Training for a population",
    "training_hours": "Training hours by law",
    "composition": "Who may go together by law",
    "people_at_once": "People at once",
    "bring": "What a tier must bring",
    "second_way": "A second way to reach someone",
}
# These speak of a tier or a telephone, not of one person's shift: nobody can be freed of them.
NEVER_SET_ASIDE: Final = frozenset({"people_at_once", "second_way"})


@dataclass(frozen=True)
class RotaTerms:
    """Numbers of one program. Defaults are ours, not a law's (docs/rota.md names what is law)."""

    rest: timedelta = 11 * HOUR
    # Shifts that follow one another without a break count as one, up to this length.
    on_end: timedelta = 16 * HOUR
    nights_running: int = 4
    week_hours: timedelta = 60 * HOUR
    # Being called out for so long at night moves the start of the next shift.
    call_out_from: timedelta = 2 * HOUR
    night_starts: int = 19
    night_ends: int = 7
    weights: Mapping[str, Weight] = field(default_factory=lambda: dict(RULES))
    # What a manager must approve before it counts.
    approve_cover: bool = False
    approve_swap: bool = False
    approve_time_off: bool = True
    remind_before: timedelta = 2 * HOUR
    manager_hears_before: timedelta = 24 * HOUR
    # Credentials that everybody of a tier needs, by kind.
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # What a title counts as in the state's law (dispatch/rota/standing.py), where the program knows better.
    titles: Mapping[str, str] = field(default_factory=dict)

    def weight(self, rule: str) -> Weight:
        """How a rule counts here."""
        return self.weights.get(rule, RULES[rule])


_HOURS: Final = {
    "rest_hours": "rest",
    "on_end_hours": "on_end",
    "week_hours": "week_hours",
    "call_out_from_hours": "call_out_from",
    "remind_before_hours": "remind_before",
    "manager_hears_before_hours": "manager_hears_before",
}
_PLAIN: Final = (
    "nights_running",
    "night_starts",
    "night_ends",
    "approve_cover",
    "approve_swap",
    "approve_time_off",
)


def read_terms(stored: Mapping[str, Any]) -> RotaTerms:
    """Terms from their stored form: hours by name, `weights` and `required` as they are."""
    given: dict[str, Any] = {to: HOUR * stored[name] for name, to in _HOURS.items() if name in stored}
    given |= {name: stored[name] for name in _PLAIN if name in stored}
    given["weights"] = {**RULES, **stored.get("weights", {})}
    given["required"] = {tier: tuple(kinds) for tier, kinds in stored.get("required", {}).items()}
    given["titles"] = dict(stored.get("titles", {}))
    return RotaTerms(**given)


def write_terms(terms: RotaTerms) -> dict[str, Any]:
    """The stored form of terms."""
    return {
        **{name: getattr(terms, to) / HOUR for name, to in _HOURS.items()},
        **{name: getattr(terms, name) for name in _PLAIN},
        "weights": dict(terms.weights),
        "required": {tier: list(kinds) for tier, kinds in terms.required.items()},
        "titles": dict(terms.titles),
    }
