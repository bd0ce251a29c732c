"""What may go out now: claimed by lease and fence, settled with the fence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, null, or_, select, update

from app.codec import load_message
from app.next_try import after, begins_next, patience, refusing
from app.outbox import URGENT_BELOW, USUAL
from app.tables import OUTBOX_UNSETTLED, outbox, pages, people, ways
from app.throttle import LOOKED_AT, let_out
from dispatch.messages import Message
from dispatch.reach import PHONE
from notify.outcomes import DELIVERED
from notify.transport import Outcome

LEASE = timedelta(seconds=15)
# A look comes back empty while the provider's list lags: only the second one is believed.
LOOKS = 2
# More than there are hands: what waits for one phone is told it in one text, however much it is.
READ_AT_ONCE = 200
# When the provider is asked about what it has said nothing of.
LOOK_AFTER = timedelta(seconds=30)
# A call of which no end is heard is taken for ended after this.
ON_THE_LINE_AT_MOST = timedelta(seconds=60)
LINE_LOOKED_AT = timedelta(seconds=2)
# How far back a call may have been owed that is on the line now: as long as the house may have been down.
OWED_WITHIN = timedelta(days=7)
# As much as is kept of what a provider says: whatever it is, it can be written down.
LONGEST_CODE, LONGEST_ID = 20, 100

# Made once: building a statement costs more than running it, and the worker asks these all day.
_NOW = bindparam("now", type_=outbox.c.available_at.type)
_WAITING = and_(
    OUTBOX_UNSETTLED,
    outbox.c.spare.is_(False),
    or_(
        and_(outbox.c.state.in_(("owed", "ambiguous")), outbox.c.available_at <= _NOW),
        and_(outbox.c.state == "sending", outbox.c.lease_until <= _NOW),
    ),
)
_ANYTHING = select(outbox.c.id).where(_WAITING).limit(1)
# A page that its incident no longer wants is not sent.
_UNWANTED = exists().where(pages.c.id == outbox.c.page, pages.c.state != "asked")
_SUPERSEDE = update(outbox).where(_WAITING, _UNWANTED).values(state="superseded")
# Nor is one sent again whose answer came while it was on the wire.
_NOT_AGAIN = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id"), outbox.c.state.in_(("owed", "ambiguous")), _UNWANTED)
    .values(state="superseded")
)
# A page whose time is over is not sent: the clock gives it new time, or asks the next person, in the same beat.
_IN_TIME = or_(
    outbox.c.page.is_(None),
    exists().where(pages.c.id == outbox.c.page, pages.c.answer_by > _NOW),
    outbox.c.incident.in_(bindparam("poisoned", expanding=True)),
)
_WANTED = (
    select(*outbox.c, people.c.phone, people.c.program, ways.c["keys"].label("way_keys"))
    .join(people, people.c.id == outbox.c.person)
    .outerjoin(ways, ways.c.id == outbox.c.way)
    .where(_WAITING, _IN_TIME, outbox.c.priority.between(bindparam("first"), bindparam("last")))
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("behind"))
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id"))
    .values(
        state="sending",
        lease_until=bindparam("until"),
        fence=outbox.c.fence + 1,
        attempts=outbox.c.attempts + 1,
        provider=bindparam("by"),
        wire_at=func.coalesce(outbox.c.wire_at, bindparam("at", type_=outbox.c.wire_at.type)),
        bundled_in=bindparam("lead"),
    )
)
# A text that goes out again without a page that it told of before says nothing of that page any more.
_NOT_IN_IT = (
    update(outbox)
    .where(
        outbox.c.bundled_in.is_not(None),
        outbox.c.bundled_in == bindparam("lead"),
        outbox.c.id.not_in(bindparam("ids", expanding=True)),
    )
    .values(bundled_in=None)
)
_SETTLE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("the_id"),
        outbox.c.fence == bindparam("the_fence"),
        outbox.c.state == "sending",
    )
    .values(
        state=bindparam("now_state"),
        available_at=bindparam("again_at"),
        lease_until=None,
        provider=func.coalesce(bindparam("still_with", type_=outbox.c.provider.type), outbox.c.provider),
        provider_id=func.coalesce(
            bindparam("known_as", type_=outbox.c.provider_id.type), outbox.c.provider_id
        ),
        # A delivery report may be here before its send is settled; its code stays with its failure.
        code=case(
            (outbox.c.failed.is_not(None), outbox.c.code), else_=bindparam("said", type_=outbox.c.code.type)
        ),
        sent_at=bindparam("sent"),
        refused_by=bindparam("refusing"),
        patience_at=case(
            (outbox.c.reached >= DELIVERED, null()),
            else_=bindparam("patience", type_=outbox.c.patience_at.type),
        ),
        look_at=case(
            (or_(outbox.c.reached >= DELIVERED, outbox.c.failed.is_not(None)), null()),
            else_=bindparam("look", type_=outbox.c.look_at.type),
        ),
    )
)
_ON_THE_LINE = (
    select(outbox.c.address, people.c.phone)
    .join(people, people.c.id == outbox.c.person)
    .where(
        outbox.c.person.in_(bindparam("persons", expanding=True)),
        outbox.c.owed_at > bindparam("owed", type_=outbox.c.owed_at.type),
        outbox.c.channel == "call",
        outbox.c.failed.is_(None),
        or_(
            and_(
                outbox.c.state == "sent",
                outbox.c.sent_at > bindparam("since", type_=outbox.c.sent_at.type),
            ),
            and_(outbox.c.state == "sending", outbox.c.lease_until > _NOW),
        ),
    )
)
_PUT_OFF = update(outbox).where(outbox.c.id == bindparam("the_id")).values(available_at=bindparam("at"))
_VOID = update(outbox).where(OUTBOX_UNSETTLED, outbox.c.state == "sending").values(lease_until=_NOW)
# Program, channel, urgent, who refused it already -> the provider to try; "" to leave it for now; None: nobody
# carries this channel.
Choose = Callable[[str, str, bool, tuple[str, ...]], str | None]


@dataclass(frozen=True)
class Claim:
    """One try that this worker, and only this worker until `lease_until`, may send. `provider` carries it now;
    `looked_for_at` is who had it before, when it is not known what became of that. `beside` are other pages told
    in the same text."""

    id: int
    delivery: str
    fence: int
    attempts: int
    kind: str
    stored: str
    priority: int
    person: str
    program: str
    channel: str
    address: str | None
    way: str | None
    keys: Mapping[str, str]
    page: str | None
    incident: str | None
    provider: str | None
    looked_for_at: str | None
    refused_by: tuple[str, ...]
    ambiguous: bool
    owed_at: datetime
    lease_until: datetime
    # When it first went to a wire, if it did before this.
    wire_at: datetime | None = None
    # What was heard of it though its send was not answered.
    reached: int = 0
    known_as: str | None = None
    beside: tuple["Claim", ...] = ()

    @property
    def message(self) -> Message:
        """Read when it is sent, not when it is claimed: one that this version cannot read (KeyError) is given
        up by itself, and holds up no other."""
        return load_message(self.kind, self.stored)

    @property
    def urgent(self) -> bool:
        """Does it begin the next channel when it stays silent?"""
        return self.priority < URGENT_BELOW


@dataclass(frozen=True)
class Settled:
    """What a settled claim asks for: the try is lost, or the next one begins beside it; or neither."""

    claim: Claim
    lost: bool = False
    begin_next: bool = False


def claim(
    connection: Connection,
    now: datetime,
    most: int,
    choose: Choose,
    poisoned: Iterable[str] = (),
) -> list[Claim]:
    """Take up to `most` tries that are due, or whose worker let its lease run out. Pages that wait for
    one phone together go out as one text."""
    connection.execute(_SUPERSEDE, {"now": now})
    asked = {"now": now, "poisoned": list(poisoned)}
    urgent = {**asked, "first": 0, "last": URGENT_BELOW - 1, "most": READ_AT_ONCE}
    claims: list[Claim] = []
    busy = 0
    while len(claims) < most:
        rows = connection.execute(_WANTED, {**urgent, "behind": busy}).all()
        taken, left = _taken(connection, _bundles(rows), most - len(claims), choose, now)
        claims += taken
        busy += left
        if len(rows) < READ_AT_ONCE:
            break
    if len(claims) < most:
        waiting = {**asked, "first": URGENT_BELOW, "last": 99, "most": LOOKED_AT, "behind": 0}
        let = let_out(connection, connection.execute(_WANTED, waiting).all(), now)
        claims += _taken(connection, let, most - len(claims), choose, now)[0]
    return claims


def _taken(
    connection: Connection, bundles: list[list[Any]], most: int, choose: Choose, now: datetime
) -> tuple[list[Claim], int]:
    """The first of them that can go out now, and how many rows wait for a provider's hand. What waits for that, or for
    a free line, holds up nothing behind it."""
    claims: list[Claim] = []
    busy = 0
    ringing = _ringing(connection, bundles, now)
    for bundle in bundles:
        if len(claims) == most:
            break
        lead = bundle[0]
        if lead.channel == "call" and not _free_line(connection, lead, ringing, now):
            continue
        refused = tuple(name for name in lead.refused_by.split(",") if name)
        by = choose(lead.program, lead.channel, lead.priority < URGENT_BELOW, refused)
        if by == "":
            busy += len(bundle)
            continue
        claims.append(_with([_claim(row, by, now) for row in bundle]))
        # Of an unclear one that was spoken of since nothing goes out again: it stays in the text that told it.
        went = lead.state != "owed" and lead.reached
        connection.execute(
            _TAKE,
            [
                {
                    "the_id": row.id,
                    "until": now + LEASE,
                    "by": by or row.provider,
                    "at": now,
                    "lead": row.bundled_in if went else lead.id if row is not lead else None,
                }
                for row in bundle
            ],
        )
        if lead.attempts > 0 and not went:
            connection.execute(_NOT_IN_IT, {"lead": lead.id, "ids": [row.id for row in bundle]})
    return claims, busy


def _ringing(connection: Connection, bundles: list[list[Any]], now: datetime) -> set[str]:
    """The phones that we ring, or are talking to, now."""
    persons = sorted({bundle[0].person for bundle in bundles if bundle[0].channel == "call"})
    if not persons:
        return set()
    asked = {"persons": persons, "owed": now - OWED_WITHIN, "since": now - ON_THE_LINE_AT_MOST, "now": now}
    rows = connection.execute(_ON_THE_LINE, asked)
    return {row.address or row.phone for row in rows}


def _free_line(connection: Connection, row: Any, ringing: set[str], now: datetime) -> bool:
    """Two calls to one phone at once: the second would find it busy, and be lost by our own doing. It waits until the
    first is over."""
    number = row.address or row.phone
    if number in ringing and row.state == "owed":
        connection.execute(_PUT_OFF, {"the_id": row.id, "at": now + LINE_LOOKED_AT})
        return False
    ringing.add(number)
    return True


def _bundles(rows: Sequence[Any]) -> list[list[Any]]:
    """Rows that go out as one: the first texts of several pages to one phone. What may have gone out in one text is
    looked for as that text."""
    found: dict[object, list[Any]] = {}
    for row in rows:
        found.setdefault(_together(row), []).append(row)
    return list(found.values())


def _together(row: Any) -> object:
    if row.channel != "text" or row.page is None:
        return row.id
    if row.attempts > 0 or row.state != "owed":
        return "again", row.bundled_in or row.id
    return "to", row.person, row.address or row.phone


def _with(taken: list[Claim]) -> Claim:
    lead, *beside = taken
    if not beside:
        return lead
    return Claim(**{**lead.__dict__, "beside": tuple(beside)})


def _claim(row: Any, provider: str | None, now: datetime) -> Claim:
    return Claim(
        id=row.id,
        delivery=row.delivery,
        fence=row.fence + 1,
        attempts=row.attempts + 1,
        kind=row.kind,
        stored=row.message,
        priority=row.priority,
        person=row.person,
        program=row.program,
        channel=row.channel,
        address=row.address or row.phone,
        way=row.way,
        keys=dict(row.way_keys or {}),
        page=row.page,
        incident=row.incident,
        provider=provider,
        looked_for_at=row.provider,
        refused_by=tuple(name for name in row.refused_by.split(",") if name),
        # Sent by someone who died before settling, or by a request without an answer: look, then send.
        ambiguous=row.state in ("sending", "ambiguous"),
        owed_at=row.owed_at,
        lease_until=now + LEASE,
        wire_at=row.wire_at,
        reached=row.reached,
        known_as=row.provider_id,
    )


def settle(
    connection: Connection,
    claim: Claim,
    outcome: Outcome,
    now: datetime,
    *,
    others: Iterable[str] = (),
    silent_after: timedelta = USUAL.silent_after,
    asked: bool = True,
) -> Settled | None:
    """Write down what came of a claim. None when the fence has moved on: another worker has it, so it is
    discarded. `others` are further providers that carry its channel; `asked`: its own can be asked what it holds."""
    refused = refusing(claim.refused_by, claim.provider, outcome)
    left = [name for name in others if name not in refused]
    state, available_at, forget = after(claim.attempts, outcome, refused, bool(left), now, asked)
    phone = claim.channel in PHONE
    changed = connection.execute(
        _SETTLE,
        {
            "the_id": claim.id,
            "the_fence": claim.fence,
            "now_state": state,
            "again_at": available_at,
            "known_as": outcome.provider_id and outcome.provider_id[:LONGEST_ID],
            # Looked for and not seen: whoever was to send it next has not had it.
            "still_with": claim.looked_for_at if outcome.code == "not_seen" else None,
            "said": outcome.code and outcome.code[:LONGEST_CODE],
            "sent": now if outcome.kind == "sent" else None,
            "refusing": "" if forget else ",".join(refused)[:60],
            "patience": now + patience(claim.channel, silent_after)
            if state == "sent" and claim.urgent and phone
            else None,
            "look": now + LOOK_AFTER if state == "sent" and phone and outcome.provider_id else None,
        },
    )
    if changed.rowcount != 1:
        return None
    if state in ("owed", "ambiguous") and connection.execute(_NOT_AGAIN, {"the_id": claim.id}).rowcount:
        return Settled(claim)
    return Settled(
        claim,
        lost=state == "failed",
        begin_next=claim.urgent and begins_next(state, outcome, bool(left)),
    )


def anything_owed(connection: Connection, now: datetime) -> bool:
    """Is there anything to claim? Read without a writer's turn."""
    return connection.execute(_ANYTHING, {"now": now}).first() is not None


def void_leases(connection: Connection, now: datetime) -> int:
    """Nobody else is alive who could hold a lease: what a dead process left on the wire is looked for now."""
    return connection.execute(_VOID, {"now": now}).rowcount
