"""The way to a signature in five stations, and which of them nothing stands in front of any more."""

from collections.abc import Collection
from dataclasses import dataclass

from app.record.form import FIELDS
from app.record.form_decision import DECISION, DISPOSITION

_SAW, _OTHER_WAYS = ("facts",), ("other_ways", "voluntary", "voluntary_words")
_DECIDED = tuple(
    field.id for field in (*DISPOSITION.fields, *DECISION.fields) if field.id not in (*_SAW, *_OTHER_WAYS)
)
_ASSESSED = tuple(field for field in FIELDS if field not in (*_SAW, *_OTHER_WAYS, *_DECIDED))


@dataclass(frozen=True)
class Station:
    """`page` is where it is done, `anchor` the field to go to."""

    title: str
    page: str
    anchor: str
    done: bool


def stations(missing: Collection[str]) -> tuple[Station, ...]:
    """From the names of the fields that are still missing."""

    def done(fields: tuple[str, ...]) -> bool:
        return not set(fields) & set(missing)

    return (
        Station("Assessment", "all", "", done(_ASSESSED)),
        Station("What we saw", "level-of-care", "facts", done(_SAW)),
        Station("Other ways first", "level-of-care", "other_ways", done(_OTHER_WAYS)),
        Station("Decision", "level-of-care", "recommendation", done(_DECIDED)),
        Station("Sign", "sign", "", False),
    )
