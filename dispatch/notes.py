"""Who may write the notes of an incident, and until when: those who were there, until one of them signs."""

from dispatch.incident import Incident
from dispatch.stages import Stage
from dispatch.value import Refused, require


def require_writer(incident: Incident, person: str) -> None:
    """The notes may begin on the way and at the person's side; signing and the review end them."""
    require(incident.was_on_team(person), "Only the responders on this incident write its notes.")
    require(incident.signed_by is None, "These notes are signed. Add to them with an addendum.")
    require(
        incident.stage is not Stage.REVIEWED, "This incident is reviewed. Its notes cannot change any more."
    )


def may_write(incident: Incident, person: str) -> bool:
    """The same, asked before a form is shown."""
    try:
        require_writer(incident, person)
    except Refused:
        return False
    return True
