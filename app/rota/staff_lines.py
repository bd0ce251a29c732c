"""What one line of a staff, credentials, training or rota file must hold, told against what stands already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.access import ROLES
from app.phones import e164
from app.rota.shifts import AHEAD_AT_MOST, LONGEST, ROLE_FOR
from app.shell import new_id
from app.staff import PAGED, SKILLS
from app.tables import credentials, people, shifts, training
from dispatch.rota.staff import CREDENTIALS, TRAINING
from dispatch.rota.wall import instant
from dispatch.value import Refused, require

# What a file holds is told by its header; these columns must be there, the others may.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "staff": (
        frozenset({"name", "email", "roles"}),
        frozenset({"phone", "credential", "skills", "hired_on", "week_hours"}),
    ),
    "credentials": (
        frozenset({"email", "kind"}),
        frozenset({"state", "title", "starts_on", "ends_on"}),
    ),
    "training": (frozenset({"email", "training", "hours", "done_on"}), frozenset({"title"})),
    "rota": (frozenset({"email", "tier", "starts_at", "ends_at"}), frozenset({"team"})),
}
# Where a line that is longer or shorter than the header says so.
MISFIT = "\0"


@dataclass
class House:
    """What stands already, and what this file adds as it is read: a line may not clash with one above it."""

    program: str
    by: str
    zone: ZoneInfo
    now: datetime
    by_email: dict[str, Any] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    spans: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    place: dict[str, int] = field(default_factory=dict)


Values = dict[str, Any]
Reader = Callable[[Mapping[str, str], House], tuple[str, Values]]


def _staff(row: Mapping[str, str], house: House) -> tuple[str, Values]:
    name = _needed(row, "name", 80, "Write the name as the desk says it.")
    email = _email(row)
    require(email not in house.emails, "That e-mail has an account already.")
    roles = _codes(row, "roles", ROLES)
    require(roles, f"Write at least one role: {', '.join(ROLES)}.")
    skills = _codes(row, "skills", SKILLS)
    phone = e164(row["phone"]) if row.get("phone") else None
    require(phone or not PAGED & set(roles), "Write a mobile number: without one no page can reach them.")
    require(phone not in house.phones, "Another person has that number. Each needs their own.")
    values = {
        "id": new_id(),
        "name": name,
        "credential": _most(row, "credential", 40),
        "email": email,
        "phone": phone,
        "roles": list(roles),
        "program": house.program,
        "skills": list(skills),
        "hired_on": _day(row, "hired_on"),
        "week_hours": _whole(row, "week_hours", 1, 168),
        "active": True,
        "created_at": house.now,
    }
    house.emails.add(email)
    if phone:
        house.phones.add(phone)
    return f"{name}, {', '.join(roles)}", values


def _credential(row: Mapping[str, str], house: House) -> tuple[str, Values]:
    person = _person(row, house)
    kind = _one_of(row, "kind", CREDENTIALS)
    starts_on, ends_on = _day(row, "starts_on"), _day(row, "ends_on")
    require(not (starts_on and ends_on) or str(starts_on) <= str(ends_on), "It ends before it starts.")
    state = _state(row)
    values = {
        "id": new_id(),
        "person": person.id,
        "kind": kind,
        "state": state,
        "title": _most(row, "title", 40),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "added_at": house.now,
    }
    return f"{person.name}: {CREDENTIALS[kind]}{f' until {ends_on}' if ends_on else ''}, not verified", values


def _training(row: Mapping[str, str], house: House) -> tuple[str, Values]:
    person = _person(row, house)
    kind = _one_of(row, "training", TRAINING)
    try:
        minutes = round(float(row.get("hours", "").replace(",", ".")) * 60)
    except (ValueError, OverflowError):
        minutes = 0
    require(0 < minutes <= 500 * 60, "Write the hours as a number, such as 6 or 1.5.")
    done_on = _day(row, "done_on")
    require(done_on, "Write the day it was done, such as 2026-10-01.")
    require(str(done_on) <= house.now.astimezone(house.zone).date().isoformat(), "That day is still ahead.")
    values = {
        "id": new_id(),
        "person": person.id,
        "kind": kind,
        "minutes": minutes,
        "done_on": done_on,
        "title": _most(row, "title", 80),
        "added_by": house.by,
        "added_at": house.now,
    }
    return f"{person.name}: {TRAINING[kind]}, {minutes / 60:g} h", values


def _rota(row: Mapping[str, str], house: House) -> tuple[str, Values]:
    person = _person(row, house)
    tier = _one_of(row, "tier", ROLE_FOR)
    require(ROLE_FOR[tier] in person.roles, f"{person.name} is not a {ROLE_FOR[tier]}.")
    require(person.phone, f"{person.name} has no phone number and cannot be paged.")
    starts_at, ends_at = _moment(row, "starts_at", house.zone), _moment(row, "ends_at", house.zone)
    require(starts_at < ends_at, "It ends before it starts, or at once. A night ends on the next day.")
    require(ends_at - starts_at <= LONGEST, "A shift is at most 7 days.")
    require(ends_at > house.now, "That shift is over.")
    require(starts_at - house.now <= AHEAD_AT_MOST, "Write shifts at most 400 days ahead.")
    spans = house.spans.setdefault(person.id, [])
    clash = any(start < ends_at and end > starts_at for start, end in spans)
    require(not clash, f"{person.name} is on call then already, or in a line above.")
    spans.append((starts_at, ends_at))
    place = house.place.get(tier, 0)
    house.place[tier] = place + 1
    team = _most(row, "team", 10)
    require(
        not team or team.replace(" ", "").isalnum(), "Write a call sign of letters and digits, such as C4."
    )
    local = starts_at.astimezone(house.zone)
    values = {
        "id": new_id(),
        "program": house.program,
        "tier": tier,
        "person": person.id,
        "team": team or None,
        "place_in_line": place,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    return f"{person.name}: {tier} from {local:%Y-%m-%d %H:%M}", values


READERS: Mapping[str, tuple[Reader, Any]] = {
    "staff": (_staff, people),
    "credentials": (_credential, credentials),
    "training": (_training, training),
    "rota": (_rota, shifts),
}


def _person(row: Mapping[str, str], house: House) -> Any:
    found = house.by_email.get(_email(row))
    if found is None:
        raise Refused("Nobody here has that e-mail. Take the staff file first.")
    return found


def _email(row: Mapping[str, str]) -> str:
    _whole_line(row)
    email = row.get("email", "").lower()
    name, _, domain = email.partition("@")
    good = (
        name
        and "." in domain
        and "@" not in domain
        and " " not in email
        and email.isascii()
        and len(email) <= 200
    )
    require(good, "Write a work e-mail, such as a.vela@county.example.")
    return email


def _whole_line(row: Mapping[str, str]) -> None:
    if row[MISFIT]:
        raise Refused(row[MISFIT])


def _needed(row: Mapping[str, str], name: str, most: int, sentence: str) -> str:
    _whole_line(row)
    require(row.get(name), sentence)
    return _most(row, name, most)


def _most(row: Mapping[str, str], name: str, most: int) -> str:
    text = row.get(name, "")
    require(len(text) <= most, f"`{name}` holds at most {most} letters.")
    return text


def _codes(row: Mapping[str, str], name: str, among: Any) -> tuple[str, ...]:
    given = {code.strip().lower() for code in row.get(name, "").replace("|", " ").replace(",", " ").split()}
    unknown = sorted(given - set(among))
    require(not unknown, f"There is no {', '.join(unknown)[:60]} in {name}. Write: {', '.join(among)}.")
    return tuple(code for code in among if code in given)


def _one_of(row: Mapping[str, str], name: str, among: Mapping[str, Any]) -> str:
    code = row.get(name, "").lower()
    require(code in among, f"Write `{name}` as one of: {', '.join(among)}.")
    return code


def _state(row: Mapping[str, str]) -> str | None:
    state = row.get("state", "").upper()
    require(not state or len(state) == 2 and state.isalpha(), "Write the state with two letters, such as MN.")
    return state or None


def _day(row: Mapping[str, str], name: str) -> str | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"Write `{name}` as 2026-11-21.") from None
    require(1950 <= day.year < 2100, f"`{name}` is a day between 1950 and 2099.")
    return day.isoformat()


def _whole(row: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    text = row.get(name, "")
    if not text:
        return None
    good = text.isascii() and text.isdecimal() and len(text) < 6 and low <= int(text) <= high
    require(good, f"Write `{name}` as a whole number from {low} to {high}.")
    return int(text)


def _moment(row: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime:
    """A local time of the program, or an instant with its offset."""
    try:
        given = datetime.fromisoformat(row.get(name, "").replace(" ", "T", 1))
        if not 2000 <= given.year < 2100 or len(row.get(name, "")) < 16:
            raise ValueError
        return instant(given, zone) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"Write `{name}` as 2026-11-10 19:00, or with an offset.") from None
