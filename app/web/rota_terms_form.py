"""The form of a program's terms of the rota: what a page shows of them, and how it is read."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.rota.set_terms import HouseTerms
from app.web.forms import Form
from app.world import TIERS
from dispatch.rota.law import STATES
from dispatch.rota.rules import Bring, TierNeed
from dispatch.rota.staff import CREDENTIALS
from dispatch.rota.standing import STANDINGS
from dispatch.rota.terms import HOUR, RULES, write_terms

WEIGHTS = {"hard": "Hard", "soft": "Soft", "off": "Off"}
SKILLS = {
    "licensed": "Licensed",
    "spanish": "Spanish",
    "child": "Children",
    "woman": "A woman",
    "wheelchair": "Wheelchair car",
    "perinatal": "Perinatal care",
    "idd": "Developmental disability",
    "veteran": "Veterans",
    "sud": "Substance use",
}
COUNTS = {"": "None", "1s": "1, a wish", "1h": "1, a must", "2h": "2, a must", "3h": "3, a must"}
PEOPLE_AT_MOST = 20


@dataclass(frozen=True)
class Number:
    """One number of the terms: its field, its words and bounds. Lengths are in hours."""

    name: str
    words: str
    low: int
    high: int
    hint: str = ""


LENGTHS = (
    Number(
        "rest",
        "Rest between shifts, hours",
        0,
        24,
        "11 is our default. A law or a contract may ask for more.",
    ),
    Number(
        "on_end", "Shifts that follow at once count as one, up to hours", 8, 168, "Longer, and it is no rest."
    ),
    Number("week_hours", "Hours on call in a week", 8, 168, "A person's own number comes first."),
    Number("call_out_from", "A call at night of so many hours moves the next shift", 1, 12),
    Number("remind_before", "Remind before a shift, hours", 0, 24),
    Number("manager_hears_before", "Tell the manager of a hole, hours before", 0, 168),
)
NUMBERS = (
    Number("nights_running", "Nights running at most", 1, 7),
    Number("night_starts", "The night begins at, full hour", 0, 23),
    Number("night_ends", "The night ends at, full hour", 0, 23),
)
APPROVALS = {
    "approve_cover": "Cover waits for a manager",
    "approve_swap": "A swap waits for a manager",
    "approve_time_off": "Time off waits for a manager",
}
YES_NO = {"yes": "Yes", "no": "No"}


def shown(house: HouseTerms, titles: Iterable[str]) -> dict[str, Any]:
    """The fields as they stand."""
    terms = house.terms
    fields: dict[str, Any] = {"state": house.state or ""}
    fields |= {one.name: f"{getattr(terms, one.name) / HOUR:g}" for one in LENGTHS}
    fields |= {one.name: str(getattr(terms, one.name)) for one in NUMBERS}
    fields |= {name: "yes" if getattr(terms, name) else "no" for name in APPROVALS}
    fields |= {f"weight_{rule}": terms.weight(rule) for rule in RULES}
    needs = {need.tier: need for need in house.needs}
    for tier in TIERS:
        fields[f"people_{tier}"] = str(needs[tier].people) if tier in needs else ""
        fields[f"required_{tier}"] = list(terms.required.get(tier, ()))
        bring = {one.skill: _code(one) for one in (needs[tier].bring if tier in needs else ())}
        fields |= {f"bring_{tier}_{skill}": bring.get(skill, "") for skill in SKILLS}
    fields |= {f"counts_{title}": terms.titles.get(title, "") for title in titles}
    return fields


def read(given: Any, house: HouseTerms, titles: Iterable[str]) -> HouseTerms:
    """The terms that the form asks for. Raises `BadFields`. What the form does not speak of stays as it is."""
    form = Form(given)
    changes: dict[str, Any] = {one.name: HOUR * (_number(form, one) or 0) for one in LENGTHS}
    changes |= {one.name: _number(form, one) or 0 for one in NUMBERS}
    if changes["night_starts"] == changes["night_ends"]:
        form.wrong("night_ends", "A night that ends when it begins is none. Write another hour.")
    changes |= {name: form.choice(name, YES_NO, needed="Choose yes or no.") == "yes" for name in APPROVALS}
    changes["weights"] = {
        rule: form.choice(f"weight_{rule}", WEIGHTS, needed="Choose hard, soft or off.") for rule in RULES
    }
    required = {tier: form.several(f"required_{tier}", CREDENTIALS) for tier in TIERS}
    changes["required"] = {tier: kinds for tier, kinds in required.items() if kinds}
    counts = {title: form.choice(f"counts_{title}", STANDINGS) for title in titles}
    kept = {title: code for title, code in house.terms.titles.items() if title not in counts}
    changes["titles"] = kept | {title: code for title, code in counts.items() if code}
    state = form.choice("state", STATES)
    needs = tuple(need for tier in TIERS if (need := _need(form, tier, house)) is not None)
    form.done()
    return HouseTerms(state or None, replace(house.terms, **changes), needs)


def same_as(house: HouseTerms) -> str:
    """A short word for these terms: a form that carries it was shown what they do."""
    needs = [[one.tier, one.people, [[b.skill, b.count, b.hard] for b in one.bring]] for one in house.needs]
    said = json.dumps([house.state, write_terms(house.terms), needs], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _number(form: Form, one: Number) -> int | None:
    return form.whole(one.name, one.low, one.high, needed=f"{one.words}: write {one.low} to {one.high}.")


def _need(form: Form, tier: str, house: HouseTerms) -> TierNeed | None:
    people = form.whole(f"people_{tier}", 0, PEOPLE_AT_MOST)
    stood = next((need for need in house.needs if need.tier == tier), None)
    before = {one.skill: one for one in (stood.bring if stood else ())}
    bring = [one for one in before.values() if one.skill not in SKILLS]
    for skill in SKILLS:
        # A count that another door wrote and this list does not offer stays when it is left alone.
        codes = {*COUNTS, *(_code(one) for one in before.values() if one.skill == skill)}
        code = form.choice(f"bring_{tier}_{skill}", codes)
        if code:
            bring.append(Bring(skill, int(code[:-1]), code.endswith("h")))
    if people is None:
        if bring and f"people_{tier}" not in form.sentences:
            form.wrong(f"people_{tier}", "Write how many people at once, or ask for nothing.")
        return None
    return TierNeed(tier, people, tuple(bring))


def _code(one: Bring) -> str:
    return f"{one.count}{'h' if one.hard else 's'}"
