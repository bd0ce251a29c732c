"""A staff phone number as people write it, as the E.164 form that a text goes to."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

from dispatch.value import Refused, require

HOME = "US"
# With what belongs to the US. None: a line that no phone has yet, which costs nobody anything.
AT_HOME = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP", None})
LONGEST = 40
# The North American plan: area code and exchange both begin with 2 to 9.
_NORTH_AMERICA = re.compile(r"\+1[2-9]\d\d[2-9]\d{6}")
HOW = "Write it with the area code, such as 218 555 0134."
TOO_SHORT = (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)


def e164(text: str) -> str:
    """The number, or `Refused` with a sentence that says what to write."""
    require(len(text) <= LONGEST, f"That is too long for a phone number. {HOW}")
    require(not re.search(r"[A-Za-z]{3}", text), f"Write the number in digits. {HOW}")
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        raise Refused(f"That is not a phone number. {HOW}") from None
    require(not number.extension, "A text cannot reach an extension. Write a mobile number.")
    possible = phonenumbers.is_possible_number_with_reason(number)
    require(possible not in TOO_SHORT, f"That number is too short. {HOW}")
    require(possible != ValidationResult.TOO_LONG, f"That number is too long. {HOW}")
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    ours = number.country_code != 1 or _NORTH_AMERICA.fullmatch(written)
    require(possible == ValidationResult.IS_POSSIBLE and ours, f"No phone has that number. {HOW}")
    return written


def at_home(number: str) -> bool:
    """Is this a number of the US or Canada? Other countries share their +1, and some of those lines cost dollars a
    text: whoever can make us text there can make us pay them."""
    parsed = phonenumbers.parse(number)
    dear = phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE
    return parsed.country_code == 1 and phonenumbers.region_code_for_number(parsed) in AT_HOME and not dear


def as_spoken(number: str | None) -> str:
    """A kept number as people read it out; an empty string for none."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    national = parsed.country_code == 1
    form = PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
