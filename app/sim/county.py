"""A county for one night: who works there and how each is reached, who is on call, its policy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from dispatch.own_plan import TAKES

FIRST_NIGHT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)  # the night in which the county's clocks go back
PROGRAM = "alder"
# What a caller says. It may stand nowhere but under a seal.
CANARY = "Mrs Quillfeather took forty tablets"
CLIENTS = ("k1", "k2", "k3")
NAMES = ("Ana", "Ben", "Cyd", "Dov", "Zoë", "Ödön", "Fay", "Gil", "Hal", "Ida")


@dataclass(frozen=True)
class Extra:
    """A further way to somebody: a second number, a browser, a mailbox."""

    id: str
    kind: str
    address: str


@dataclass(frozen=True)
class Person:
    """One of the staff. `tier` is where they stand on tonight's ladder; `phone` None: no mobile on file. `plan` is
    the order of their ways as they wrote it, if they wrote one: (channel, way)."""

    id: str
    name: str
    role: str
    tier: str | None
    phone: str | None
    shift: tuple[datetime, datetime] | None
    more: tuple[Extra, ...] = ()
    plan: tuple[tuple[str, str], ...] | None = None

    @property
    def channels(self) -> list[tuple[str, str]]:
        """Every (channel, way) that leads to them; way "" is the number on the staff list."""
        own = [("text", ""), ("call", "")] if self.phone else []
        return own + [(channel, one.id) for one in self.more for channel in TAKES[one.kind]]


@dataclass(frozen=True)
class County:
    """All that one night starts from."""

    start: datetime
    people: tuple[Person, ...]
    policy: dict[str, object]

    def of(self, role: str) -> list[Person]:
        """Everybody with this role."""
        return [person for person in self.people if person.role == role]

    def person(self, person_id: str) -> Person | None:
        """The person with this id, if they are one of the staff."""
        return next((person for person in self.people if person.id == person_id), None)


def a_county(seed: int) -> County:
    """A small county by chance: thin rotas, shifts that end at night, people without a mobile."""
    chance = Random(seed * 7919 + 1)
    start = FIRST_NIGHT + timedelta(days=seed % 365, minutes=chance.randrange(600))
    staff = [_person(chance, start, f"d{n}", "dispatcher", None) for n in range(chance.choice((1, 2)))]
    for tier, most in (("primary", 4), ("backup", 3), ("supervisor", 2)):
        role = "supervisor" if tier == "supervisor" else "responder"
        count = chance.randrange(most + 1)
        staff += [_person(chance, start, f"{tier[0]}{n}", role, tier) for n in range(count)]
    staff += [_person(chance, start, f"r{n}", "responder", None) for n in range(chance.choice((1, 2, 3)))]
    staff += [_person(chance, start, f"h{n}", "supervisor", None) for n in range(2)]
    policy: dict[str, object] = {
        "alone_allowed": chance.random() < 0.5,
        "rounds_at_most": chance.choice((1, 3, 3)),
    }
    return County(start, tuple(staff), policy)


def _person(chance: Random, start: datetime, person: str, role: str, tier: str | None) -> Person:
    number = 1000 + sum(ord(letter) * 31**place for place, letter in enumerate(person)) % 9000
    phone = None if chance.random() < 0.05 else f"+1555555{number:04d}"
    begins = start - timedelta(hours=chance.choice((1, 8)))
    ends = start + timedelta(hours=chance.choice((1, 2, 12, 12, 12)))
    more = tuple(_more(chance, person, number))
    known = Person(
        person, f"{chance.choice(NAMES)} {person}", role, tier, phone, (begins, ends) if tier else None, more
    )
    if chance.random() < 0.7:
        return known
    order = known.channels
    chance.shuffle(order)
    return replace(known, plan=tuple(order))


def _more(chance: Random, person: str, number: int) -> Iterator[Extra]:
    if chance.random() < 0.4:
        yield Extra(f"w-{person}-push", "push", f"https://push.example/{person}")
    if chance.random() < 0.5:
        yield Extra(f"w-{person}-mail", "email", f"{person}@alder.example")
    if chance.random() < 0.15:
        yield Extra(f"w-{person}-home", "call", f"+1555556{number:04d}")
    if chance.random() < 0.1:
        yield Extra(f"w-{person}-work", "text", f"+1555557{number:04d}")
