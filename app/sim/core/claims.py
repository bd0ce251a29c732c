"""The model's claims: what goes out together, taken by lease and fence, and settled with the fence."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.claims import LEASE, LINE_LOOKED_AT, LOOK_AFTER
from app.next_try import after, begins_next, patience, refusing
from app.sim.core.row import Row
from app.sim.core.tries import Outbox
from dispatch.reach import PHONE
from notify.outcomes import DELIVERED
from notify.transport import Outcome


class Held(NamedTuple):
    """One row of a claim, as it stood when it was taken; `before` is the provider that had it then."""

    row: Row
    fence: int
    before: str | None


class Claim(NamedTuple):
    """What one worker, and only this one until `lease_until`, may send as one text or call. The first of `held` names
    it. `ambiguous`: it may have gone out before, by `looked_for_at`."""

    held: tuple[Held, ...]
    provider: str
    lease_until: datetime
    ambiguous: bool
    reached: int

    @property
    def row(self) -> Row:
        """The row that it goes out as."""
        return self.held[0].row

    @property
    def looked_for_at(self) -> str | None:
        """Who had it before."""
        return self.held[0].before

    @property
    def rows(self) -> tuple[Row, ...]:
        """All that it tells."""
        return tuple([one.row for one in self.held])


# Of a channel, urgent or not, given who has refused it: the provider and a hand of it; "" when all are busy.
Choose = Callable[[str, bool, tuple[str, ...]], str]


def claim(outbox: Outbox, wanted: Sequence[Row], choose: Choose, now: datetime) -> list[Claim]:
    """Take what waits, in its order, as far as there are hands. Pages that wait for one phone together go out as one
    text, and one call at a time goes to one phone."""
    claims: list[Claim] = []
    taken: set[str] = set()
    for bundle in _bundles(wanted):
        lead = bundle[0]
        if lead.way.channel == "call":
            until = now if lead.way.address in taken else outbox.lines.taken_until(lead, now)
            if lead.state == "owed" and until is not None:
                outbox.lines.wait(lead, max(until, now + LINE_LOOKED_AT), now)
                outbox.seen["line_taken"] += 1
                continue
            taken.add(lead.way.address)
        provider = choose(lead.way.channel, lead.urgent, lead.refused_by)
        if provider:
            claims.append(_take(outbox, bundle, provider, now))
            continue
        for row in bundle:
            outbox.keep(row)
    return claims


def _bundles(wanted: Sequence[Row]) -> Iterable[Sequence[Row]]:
    """Rows that go out as one: the first texts of several pages to one phone. What may have gone out in one text is
    looked for as that text."""
    if len(wanted) == 1:
        return (wanted,)
    found: dict[object, list[Row]] = {}
    for row in wanted:
        found.setdefault(_together(row), []).append(row)
    return found.values()


def _together(row: Row) -> object:
    if row.page is None or row.way.channel != "text":
        return row.id
    if row.attempts > 0 or row.state != "owed":
        return (row.bundled_in or row).id
    return row.message.to, row.way.address


def _take(outbox: Outbox, bundle: Sequence[Row], provider: str, now: datetime) -> Claim:
    lead, until = bundle[0], now + LEASE
    ambiguous = lead.state in ("sending", "ambiguous")
    held = []
    for row in bundle:
        row.fence += 1
        held.append(Held(row, row.fence, row.provider))
        row.state, row.attempts, row.provider, row.lease_until = "sending", row.attempts + 1, provider, until
        row.wire_at = row.wire_at or now
        outbox.push(until, row)
    if not (ambiguous and lead.reached):
        _tell(lead, bundle[1:])
    if lead.way.channel == "call" and lead.attempts == 1:
        outbox.lines.rings(lead, now)
    return Claim(tuple(held), provider, until, ambiguous, lead.reached)


def _tell(lead: Row, others: Sequence[Row]) -> None:
    """What stands in this text, and in no other any more; it says nothing of a page that it told of before."""
    for row in (lead, *others):
        if row.bundled_in is not None:
            row.bundled_in.told = tuple([one for one in row.bundled_in.told if one is not row])
            row.bundled_in = None
    for row in lead.told:
        row.bundled_in = None
    lead.told = tuple(others)
    for row in others:
        row.bundled_in = lead


def settle(
    outbox: Outbox,
    held: Held,
    provider: str,
    outcome: Outcome,
    others: Iterable[str],
    now: datetime,
    asked: bool = True,
) -> str:
    """Write down what came of one row of a claim: "" when another worker has it by now; else what follows: `sent`,
    `lost`, `begin` (the next one, beside it) or `again`."""
    row = held.row
    if row.fence != held.fence or row.state != "sending":
        return ""
    refused = refusing(row.refused_by, provider, outcome)
    left = any(name not in refused for name in others)
    state, again_at, forget = after(row.attempts, outcome, refused, left, now, asked)
    row.state, row.lease_until, row.refused_by = state, None, () if forget else refused
    row.known = row.known or outcome.provider_id is not None
    if outcome.code == "not_seen":
        # Looked for and not seen: whoever was to send it next has not had it.
        row.provider = held.before
    if row.failed is None:
        row.code = outcome.code
    row.sent_at = now if outcome.kind == "sent" else None
    if state == "sent":
        _watch(outbox, row, outcome, now)
        return "sent"
    outbox.lines.may_be_free(row, now)
    row.patience_at = row.look_at = None
    if state == "failed":
        return "lost"
    outbox.at(row, again_at)
    return "begin" if row.urgent and begins_next(state, outcome, left) else "again"


def _watch(outbox: Outbox, row: Row, outcome: Outcome, now: datetime) -> None:
    """When the next channel begins beside it, and when its provider is asked, though nobody says anything."""
    row.patience_at = row.look_at = None
    if row.way.channel not in PHONE or row.reached >= DELIVERED:
        return
    if row.urgent:
        row.patience_at = now + patience(row.way.channel, outbox.reach.silent_after)
        outbox.push(row.patience_at, row)
    if outcome.provider_id is not None and row.failed is None:
        row.look_at = now + LOOK_AFTER
        outbox.push(row.look_at, row)


def came_back(row: Row) -> bool:
    """Was the report of its failure here before we knew that it was sent?"""
    return row.heard.lost
