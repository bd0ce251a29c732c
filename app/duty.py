"""A person's own duty beside the rota: on a break, or not fit. Whoever is neither is asked in their turn."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.note import note
from app.sessions import Me
from app.shell import Shell
from app.tables import duties
from dispatch.value import require

DUTIES = {"on_call": "Ready for a page", "break": "On a break", "unfit": "Not fit for duty"}
UNFIT = {
    "tired": "Too tired to drive or decide",
    "ill": "Ill",
    "hurt": "Hurt",
    "after_call": "Needs time after a hard call",
    "other": "Something else",
}
BREAK_AT_MOST = timedelta(hours=4)
UNFIT_AT_MOST = timedelta(days=60)


def set_duty(
    connection: Connection, shell: Shell, by: Me, person: str, duty: str, until: datetime | None, reason: str
) -> int:
    """Write down a duty. A break must end by itself: nobody is forgotten on one."""
    now = shell.clock.now()
    require(duty in DUTIES, "Choose ready, on a break, or not fit.")
    require(until is None or until > now, "Write a time that is still ahead.")
    if duty == "break":
        require(
            until is not None and until - now <= BREAK_AT_MOST, "Say when the break ends, within 4 hours."
        )
    if duty == "unfit":
        require(reason in UNFIT, "Choose why they are not fit.")
        require(
            until is None or until - now <= UNFIT_AT_MOST, "Write a time within 60 days, or leave it open."
        )
    connection.execute(duties.delete().where(duties.c.person == person))
    if duty != "on_call":
        connection.execute(
            duties.insert().values(
                person=person,
                duty=duty,
                until=until,
                reason=reason if duty == "unfit" else None,
                set_at=now,
            )
        )
    return note(
        connection, shell, by, person, "DutyChanged", duty=duty, until=until.isoformat() if until else None
    )
