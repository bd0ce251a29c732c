"""What a person counts as in the law of a state: from a license that counts that day, or else from a title."""

from collections.abc import Mapping
from datetime import date

from dispatch.rota.held import held
from dispatch.rota.staff import Worker

STANDINGS = {
    "professional": "Mental health professional",
    "practitioner": "Practitioner or clinical trainee",
    "peer": "Peer specialist",
    "aide": "Rehabilitation worker or other staff",
    "volunteer": "Volunteer",
    "unknown": "Not known",
}
# From general knowledge of the states' lists, not from their text: a program checks them and writes its own.
PROFESSIONAL_TITLES = frozenset(
    ("LICSW", "LCSW", "LP", "LPCC", "LPC", "LMFT", "LMHC", "PHD", "PSYD", "MD", "DO", "PMHNP", "APRN", "CNS")
)
TITLES: Mapping[str, str] = {
    **dict.fromkeys(PROFESSIONAL_TITLES, "professional"),
    **dict.fromkeys(
        ("LGSW", "LMSW", "LSW", "APSW", "CAPSW", "CSW", "RN", "CM", "MHP", "QMHA"), "practitioner"
    ),
    "QMHP": "professional",
    **dict.fromkeys(("PEER", "CPS", "CPSS", "CPRS", "CFPS"), "peer"),
    **dict.fromkeys(("MHRW", "LPN", "AIDE"), "aide"),
    "VOLUNTEER": "volunteer",
}


def standing(worker: Worker, day: date, state: str | None, titles: Mapping[str, str]) -> str:
    """What they count as on a day: a code of STANDINGS. Nobody is a professional by title alone: a license of this
    state must count on that day."""
    licenses = [one for one in held(worker, "license", state) if one.counts_on(day)]
    by_license = [_counts_as(one.title or worker.title, titles) for one in licenses]
    if "professional" in by_license:
        return "professional"
    by_title = _counts_as(worker.title, titles)
    if by_title not in ("professional", "unknown"):
        return by_title
    return next((one for one in by_license if one != "unknown"), "unknown")


def _counts_as(title: str, titles: Mapping[str, str]) -> str:
    known = {**TITLES, **{name.upper(): counts for name, counts in titles.items()}}
    return known.get(title.strip().upper().replace(".", ""), "unknown")
