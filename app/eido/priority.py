"""What sort of call it is and how urgent, in our words; and the few answers that a registry value settles."""

from app.eido.document import Part
from app.eido.values import Caution

KINDS = {
    "MNTL": "Mental health crisis, not violent",
    "MTLV": "Mental health crisis, violent",
    "SUICIDE": "Suicide",
    "SUICTHRT": "Suicide attempt or threat",
    "WELFARE": "Welfare check",
    "NONEMERG": "Not an emergency",
}
# The standard's number runs from 0 (low) to 10 (high). A call's own priority is one of five words: our steps.
STEPS = {"highest": 10, "high": 8, "normal": 5, "low": 2, "lowest": 0}

# Registry values that leave no doubt. Others are shown, and the desk asks.
WEAPONS = frozenset(
    {"weapon", "weapons", "firearm", "firearms", "gun", "guns", "knife", "armed", "armedperson"}
)
OUTRIGHT = {"MTLV": "violence", "SUICTHRT": "danger"}


def kind_words(code: str | None, own: str) -> str:
    """Our words for the registry's code, with the 911 centre's own words beside them."""
    if code is None:
        return own
    known = KINDS.get(code.upper(), code)
    return f"{known} (their words: {own})" if own and own.casefold() != known.casefold() else known


def priority(incident: Part | None, call: Part | None) -> tuple[int | None, str]:
    """0 to 10, and where it came from. The published file gives the number no range."""
    number = incident.value.get("incidentCommonPriorityNumber") if incident else None
    if incident and isinstance(number, int | float):
        if 0 <= number <= 10:
            incident.take("incidentCommonPriorityNumber")
            return int(number), "The incident's common priority, from 0 (low) to 10 (high)."
        at = incident.at("incidentCommonPriorityNumber")
        incident.document.remarks.append(f"{at} is not between 0 and 10; it was not used.")
    step = STEPS.get(call.text("priorityIdentifier")) if call else None
    if step is None:
        return None, "No priority was sent."
    return step, f"The call's own priority, read as {step} on the scale from 0 (low) to 10 (high)."


def codes(kind: str | None, cautions: tuple[Caution, ...]) -> dict[str, str]:
    """Suggested answers by the code of triage's question. Only "yes": nothing shows a danger's absence."""
    said = {}
    if any(_letters(caution.kind) in WEAPONS for caution in cautions):
        said["weapon"] = "yes"
    if kind and kind.upper() in OUTRIGHT:
        said[OUTRIGHT[kind.upper()]] = "yes"
    return said


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())
