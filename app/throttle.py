"""How fast one person's phone is texted. A page, and whatever else cannot wait, is never held up or counted; notices of
the rota wait their turn, and those that wait are told in one text."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, or_, select, update

from app.tables import outbox
from dispatch.messages import (
    CoverAsked,
    CoverFound,
    CoverOpen,
    CoverOver,
    Message,
    NotesDue,
    QuestionAsked,
    RotaNotice,
    RotaPublished,
    ShiftSoon,
    SwapAsked,
)

# What is true for hours and stands on its reader's own page too. Any other message is for this minute, or is the
# answer to what its reader just did: a new kind is one of those until it is written down here.
ORDINARY: Final[tuple[type[Message], ...]] = (
    CoverAsked,
    CoverFound,
    CoverOpen,
    CoverOver,
    NotesDue,
    QuestionAsked,
    RotaNotice,
    RotaPublished,
    ShiftSoon,
    SwapAsked,
)
KINDS: Final = tuple(kind.__name__ for kind in ORDINARY)
TEXTS_AT_MOST, WITHIN = 3, timedelta(minutes=5)
# More than a person is owed in a week; those behind them come with the next look.
LOOKED_AT: Final = 200
# What was put off goes within minutes: older rows than this were sent long ago.
OWED_WITHIN = timedelta(hours=2)

# Texts of late, however many notices stood in each.
_SENT = (
    select(outbox.c.person, func.count().label("texts"), func.min(outbox.c.wire_at).label("first"))
    .where(
        outbox.c.person.in_(bindparam("persons", expanding=True)),
        outbox.c.owed_at > bindparam("owed", type_=outbox.c.owed_at.type),
        outbox.c.wire_at > bindparam("since", type_=outbox.c.wire_at.type),
        outbox.c.kind.in_(KINDS),
        outbox.c.channel == "text",
        outbox.c.state != "owed",
        or_(outbox.c.bundled_in.is_(None), outbox.c.bundled_in == outbox.c.id),
    )
    .group_by(outbox.c.person)
)
_PUT_OFF = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id"))
    .values(available_at=bindparam("until", type_=outbox.c.available_at.type))
)


def let_out(connection: Connection, rows: Sequence[Any], now: datetime) -> list[list[Any]]:
    """Of what is due and not urgent, what goes out now: each list is one text. What has to wait is put off to when
    its turn comes, and nothing is dropped."""
    texts: dict[object, list[Any]] = {}
    waiting: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if row.kind not in KINDS or row.channel != "text":
            texts[row.id] = [row]
        elif row.state != "owed":
            # It may have gone out: what stood in one text is looked for, and sent again, as that text.
            texts.setdefault(("again", row.bundled_in or row.id), []).append(row)
        else:
            waiting.setdefault((row.person, row.address or row.phone or ""), []).append(row)
    sent = _sent_of_late(connection, sorted({person for person, _ in waiting}), now)
    found = list(texts.values())
    for (person, _), theirs in waiting.items():
        texts_before, first = sent.get(person, (0, now))
        room = TEXTS_AT_MOST - texts_before
        if room <= 0:
            until = max(first + WITHIN, now + timedelta(seconds=1))
            connection.execute(_PUT_OFF, [{"the_id": row.id, "until": until} for row in theirs])
        elif len(theirs) <= room and not any(row.available_at > row.owed_at for row in theirs):
            found += [[row] for row in theirs]
        else:
            found.append(theirs)
    return found


def _sent_of_late(
    connection: Connection, persons: list[str], now: datetime
) -> dict[str, tuple[int, datetime]]:
    if not persons:
        return {}
    asked = {"persons": persons, "owed": now - OWED_WITHIN, "since": now - WITHIN}
    return {row.person: (row.texts, row.first) for row in connection.execute(_SENT, asked)}
