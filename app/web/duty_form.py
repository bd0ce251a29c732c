"""Reading the duty form, which stands on a person's own page and on the admin's page of them."""

from collections.abc import Mapping
from datetime import datetime

from app.duty import DUTIES, UNFIT
from app.web.forms import Form


def duty_of(given: Mapping[str, str], zone: str, now: datetime) -> tuple[str, datetime | None, str]:
    """Duty, until when, and the reason's code; raises `BadFields`."""
    form = Form(given)
    duty = form.choice("duty", DUTIES, needed="Choose ready, on a break, or not fit.")
    until = form.local_time("until", zone, now)
    reason = form.choice("reason", UNFIT)
    form.done()
    return duty, until if duty != "on_call" else None, reason
