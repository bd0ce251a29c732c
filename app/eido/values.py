"""What one EIDO document says, as plain values, and the refusal of a document that cannot be read."""

from dataclasses import dataclass
from datetime import datetime


class Broken(Exception):
    """The document is refused. `field` and `sentence` hold the standard's names, never what was sent."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True)
class Point:
    """A position. `uncertainty_m` is None where the sender gave none: then it is not exact, it is unsaid."""

    latitude: float
    longitude: float
    uncertainty_m: float | None


@dataclass(frozen=True)
class Place:
    """One location of the document. `line` is the civic address in one line, empty where none was sent."""

    id: str
    kind: str
    words: str
    line: str
    directions: str
    point: Point | None
    at: datetime | None


@dataclass(frozen=True)
class Phone:
    """A number to call back: E.164 when the sender gave a country, else digits. `why` says which it is."""

    number: str
    why: str


@dataclass(frozen=True)
class Line:
    """One telephone call of the document."""

    id: str
    direction: str
    started_at: datetime
    answered_at: datetime | None
    state: str
    kind: str
    phone: Phone | None


@dataclass(frozen=True)
class Person:
    """Someone the document names or describes. `age` is in the sender's words, or "born 1985-02-03"."""

    id: str
    roles: tuple[str, ...]
    name: str
    age: str
    callback: str | None


@dataclass(frozen=True)
class Agency:
    """An agency that has a part in the incident; `name` is its id where it sent no name."""

    id: str
    name: str
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    owner: bool


@dataclass(frozen=True)
class Note:
    """A note as plain text. It is never HTML: show it escaped, with its line breaks."""

    text: str
    at: datetime | None
    by: str


@dataclass(frozen=True)
class Caution:
    """A warning about a person, place or vehicle."""

    kind: str
    words: str
    severity: str
    source: str
    since: datetime | None


@dataclass(frozen=True)
class EidoCall:
    """A call from a 911 centre. Text fields are empty, and others None, where the document says nothing."""

    key: str
    also_known_as: tuple[str, ...]
    document_id: str
    version: str
    updated_at: datetime
    digest: str
    agency: str
    agencies: tuple[Agency, ...]
    issued_by: str
    kind: str | None
    kind_words: str
    status: tuple[str, ...]
    priority: int | None
    priority_why: str
    called_at: datetime | None
    calls: tuple[Line, ...]
    caller_name: str
    callback: str | None
    callback_why: str
    place: str
    place_why: str
    directions: str
    point: Point | None
    other_places: tuple[Place, ...]
    people: tuple[Person, ...]
    notes: tuple[Note, ...]
    cautions: tuple[Caution, ...]
    codes: dict[str, str]
    remarks: tuple[str, ...]
    not_understood: tuple[tuple[str, str], ...]
