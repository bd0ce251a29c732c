"""Several notices that wait for one phone, told in one text: their own words where they fit, else how many they are."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from app.claims import Claim
from app.settings import Settings
from notify.gsm7 import SEGMENT, is_gsm7, plain, septets
from notify.wording import words

WHERE = "/shifts"


def joined(settings: Settings, claims: Sequence[Claim], mark: str, zone: ZoneInfo) -> str:
    """One text for them all, within one segment. One that this version cannot read is counted all the same."""
    count = f"{len(claims)} notices wait for you. Open Standby"
    said = (_said(claims, mark, zone), f"{count}: {settings.base_url}{WHERE}", f"{count}, My shifts.")
    demo = "DEMO " if settings.demo else ""
    org = f"{plain(settings.org)}: " if settings.org else ""
    fitting = (
        text
        for one in said
        for text in (f"{demo}{org}{one}", f"{demo}{one}")
        if one and is_gsm7(text) and septets(text) <= SEGMENT
    )
    return next(fitting, count)


def _said(claims: Sequence[Claim], mark: str, zone: ZoneInfo) -> str:
    try:
        each = [words(one.message, link=None, org="", demo=False, zone=zone, mark=mark) for one in claims]
    except KeyError:
        return ""
    return " ".join(each)
