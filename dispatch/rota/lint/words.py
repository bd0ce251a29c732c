"""Days, times and lengths as the lint says them, on the wall of the program."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIERS = {"tele": "tele clinician"}
_SKILLS = {
    "licensed": "licensed clinician",
    "license": "licensed clinician",
    "spanish": "Spanish speaker",
    "child": "person trained for children",
    "perinatal": "person trained for perinatal care",
    "idd": "person trained for developmental disability",
    "veteran": "person trained for veterans",
    "sud": "person trained for substance use",
    "driver": "driver",
    "first_aid": "first aider",
}


def day(at: datetime, zone: ZoneInfo) -> str:
    """Thu 29 Oct."""
    local = at.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """19:00."""
    return f"{at.astimezone(zone):%H:%M}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Thu 29 Oct 19:00."""
    return f"{day(at, zone)} {clock(at, zone)}"


def length(of: timedelta) -> str:
    """12 h, 1 h 30 min, 20 min, 2 days 10 h, 5 days."""
    minutes = round(of / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        days, over = divmod(hours, 24)
        return f"{days} days {over} h" if over and days < 4 else f"{days} days"
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def tier(code: str) -> str:
    """A tier as people say it."""
    return _TIERS.get(code, code)


def skill(code: str) -> str:
    """What somebody is who can do this."""
    return _SKILLS.get(code, code.replace("_", " "))


def shifts(count: int) -> str:
    """1 shift, 2 shifts."""
    return "1 shift" if count == 1 else f"{count} shifts"


def ending(phrase: str) -> str:
    """The phrase as a sentence."""
    return phrase if phrase.endswith(".") else f"{phrase}."


def upper(phrase: str) -> str:
    """The phrase with a capital."""
    return phrase[:1].upper() + phrase[1:]
