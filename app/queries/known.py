"""Is it someone we know: who it may be, and what the record of the linked client says first."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from app.client_index import suggestions
from app.clients import words_of_client
from app.queries.client_record import Crisis, Plan, crises_of, plan_of
from app.queries.intake import Sheet
from app.shell import Shell
from app.tables import clients, crisis_plans, told_apart

SIGN_WORDS = {"name": "name", "birth": "birth date", "phone": "phone", "place": "home"}
PAST_SHOWN = 3
THEM = {"she": "her", "he": "him"}


@dataclass(frozen=True)
class Possible:
    """A client who may be the one: as little of the record as it takes to ask the caller."""

    client: str
    short: str
    age: int | None
    them: str
    words: str
    agree: str
    differ: str
    plan_of: datetime | None


@dataclass(frozen=True)
class Linked:
    """The client whom a person linked to the call."""

    client: str
    name: str
    age: int | None
    pronouns: str
    know: str
    guardian: str
    plan: Plan | None
    crises: tuple[Crisis, ...]


def possible(connection: Connection, shell: Shell, sheet: Sheet, today: date) -> list[Possible]:
    """Suggestions for an unlinked call, best first; those who were told apart do not come back."""
    incident = sheet.incident
    apart = connection.scalars(
        select(told_apart.c.other).where(told_apart.c.incident == incident.id, told_apart.c.kind == "client")
    )
    found = suggestions(connection, shell, incident.program, sheet.values, frozenset(apart))
    shown = []
    for one in found:
        row = connection.execute(select(clients).where(clients.c.id == one.client)).one()
        words = words_of_client(shell, row)
        reviewed = select(func.max(crisis_plans.c.signed_at)).where(crisis_plans.c.client == one.client)
        shown.append(
            Possible(
                one.client,
                short_name(words["name"]),
                age_on(words["born"], today),
                THEM.get((row.pronouns or "").partition(",")[0].strip().casefold(), "them"),
                one.match.words,
                _said(one.match.agree),
                _said(one.match.differ),
                connection.scalar(reviewed),
            )
        )
    return shown


def linked(connection: Connection, shell: Shell, sheet: Sheet, today: date) -> Linked | None:
    """What a dispatcher needs of the linked client while the call is on the line."""
    client = sheet.incident.client
    if client is None:
        return None
    row = connection.execute(select(clients).where(clients.c.id == client)).one()
    words = words_of_client(shell, row)
    past = [one for one in crises_of(connection, client) if one.ref != sheet.incident.ref]
    return Linked(
        client,
        words["name"],
        age_on(words["born"], today),
        row.pronouns or "",
        words["know"],
        words["guardian"],
        plan_of(connection, shell, client),
        tuple(past[:PAST_SHOWN]),
    )


def short_name(name: str) -> str:
    """Enough to ask by, not the whole: the first name and the letter of the last."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def age_on(born: str, today: date) -> int | None:
    """Whole years, from a birth date as it is kept."""
    if not born:
        return None
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _said(signs: tuple[str, ...]) -> str:
    return ", ".join(SIGN_WORDS[sign] for sign in signs)
