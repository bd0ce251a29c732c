"""What cannot be done is said on a page that leads back to where it was asked."""

from collections.abc import Callable

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.web.faults import tell
from app.web.forms import BadFields
from app.web.here import wants_json
from dispatch.value import Refused


def leads_back(bp: Blueprint, way_on: Callable[[], tuple[str, str]]) -> None:
    """Every refusal in this part of the site ends with the link that `way_on` gives: its address and its words."""

    def sorry(status: int, sentence: str) -> ResponseReturnValue:
        if wants_json():
            return tell(status, sentence)
        return render_template("error.html", sentence=sentence, way_on=way_on()), status

    @bp.errorhandler(Refused)
    def refused(fault: Refused) -> ResponseReturnValue:
        return sorry(409, fault.sentence)

    @bp.errorhandler(BadFields)
    def bad_fields(fault: BadFields) -> ResponseReturnValue:
        return sorry(422, " ".join(dict.fromkeys(fault.sentences.values())))
