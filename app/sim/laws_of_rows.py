"""Laws about what is written: timers, pages, projections, the outbox, the journal."""

from collections.abc import Iterator

from app.sim.county import County
from app.sim.step import Step as Seen
from app.sim.step import instant, state_of
from dispatch import facts as f
from dispatch import messages as m
from dispatch.clock import next_wake
from dispatch.stages import COMMITTED, Stage

FINAL = frozenset({"sent", "failed", "superseded"})
MOVES = {
    "owed": {"sending", "superseded"},
    "ambiguous": {"sending", "superseded", "sent"},  # a report proves that it went out
    "sending": {"sending", "sent", "failed", "ambiguous", "owed", "superseded"},
}


def owned_or_timed(seen: Seen, county: County) -> Iterator[str]:
    """Every incident that is not reviewed has a time when the clock looks again, or an alarm that stands."""
    for one in seen.commits:
        row = seen.stored[one.incident]
        if one.after.stage is not Stage.REVIEWED and row["wake_at"] is None and not row["alarms"]:
            yield f"{one.after.ref} is {one.after.stage}, and nothing is due and no alarm stands"


def an_empty_seat_is_somebodys(seen: Seen, county: County) -> Iterator[str]:
    """A seat to be filled is being asked for, or will be at a set time, or an alarm says that it is not."""
    for one in seen.commits:
        alarmed = any(alarm.kind == "nobody_answered" for alarm in one.after.alarms)
        if one.after.unasked_seats() and one.after.again_at is None and not alarmed:
            yield f"nobody looks for {one.after.ref}'s {one.after.unasked_seats()}"


def a_page_commits_with_its_decision(seen: Seen, county: County) -> Iterator[str]:
    """The decision to ask somebody, the page's row and the text that is owed are one commit."""
    for one in seen.commits:
        for fact in one.facts(f.Asked):
            owed = [x for x in one.messages if isinstance(x, m.PageResponder) and x.page == fact.page]
            row = seen.rows("SELECT person, answer_by FROM pages WHERE id = ?", fact.page)
            if len(owed) != 1 or not row or row[0]["person"] != fact.person:
                yield f"{fact.page} was decided and {len(owed)} texts are owed"
            elif instant(row[0]["answer_by"]) != fact.answer_by:
                yield f"{fact.page} has another deadline in its row"


def the_state_is_its_facts(seen: Seen, county: County) -> Iterator[str]:
    """The stored state is what the journal's facts alone make of it."""
    folded = {one.incident: one.after for one in seen.commits}
    for incident, after in folded.items():
        if state_of(seen.stored[incident]) != after:
            yield f"{after.ref} is stored as something else than its facts make it"


def the_columns_are_the_state(seen: Seen, county: County) -> Iterator[str]:
    """The columns that boards and the worker ask are those of the state."""
    for one in {one.incident: one for one in seen.commits}.values():
        after, row = one.after, seen.stored[one.incident]
        columns = {
            "stage": after.stage.value,
            "on_board": after.on_board,
            "reviewable": after.reviewable,
            "acuity": after.acuity,
            "client": after.client,
            "disposition": after.disposition,
            "alarms": len([alarm for alarm in after.alarms if alarm.taken_by is None]),
            "seq": one.seq,
        }
        wrong = [name for name, value in columns.items() if row[name] != value]
        if wrong:
            yield f"{after.ref} has other columns than its state: {wrong}"
        if instant(row["wake_at"]) != next_wake(after):
            yield f"{after.ref} wakes at {instant(row['wake_at'])} and should at {next_wake(after)}"


def the_rows_are_the_state(seen: Seen, county: County) -> Iterator[str]:
    """Pages, seats and who worked on it stand in their tables as they stand in the state."""
    for one in {one.incident: one for one in seen.commits}.values():
        after = one.after
        pages = {
            (row["id"], row["person"], row["seat"], row["state"], instant(row["answer_by"]))
            for row in seen.rows("SELECT * FROM pages WHERE incident = ?", after.id)
        }
        if pages != {(p.id, p.person, p.seat.value, p.state, p.answer_by) for p in after.pages}:
            yield f"the pages of {after.ref} stand otherwise in their table"
        held = {
            (r["person"], r["seat"]) for r in seen.rows("SELECT * FROM seats WHERE incident = ?", after.id)
        }
        members = after.members if after.stage in COMMITTED else ()
        if held != {(member.person, member.seat.value) for member in members}:
            yield f"the seats of {after.ref} stand otherwise in their table"
        worked = {r["person"] for r in seen.rows("SELECT person FROM worked_on WHERE incident = ?", after.id)}
        if worked != set(after.worked):
            yield f"those who worked on {after.ref} stand otherwise in their table"


def a_milestone_is_the_first_time(seen: Seen, county: County) -> Iterator[str]:
    """A milestone is written once, and they come in order where no time is entered late."""
    for move in seen.moves:
        if move.what == "milestone rewritten":
            yield f"{move.now} of {move.id} was written twice"
    for row in seen.stored.values():
        for names in (
            ("opened_at", "triaged_at"),
            ("triaged_at", "dispatched_at"),
            ("dispatched_at", "accepted_at"),
        ):
            early, late = row[names[0]], row[names[1]]
            if late is not None and (early is None or early > late):
                yield f"{row['ref']} has {names[1]} before {names[0]}"
        if row["signed_at"] and row["reviewed_at"] and row["signed_at"] > row["reviewed_at"]:
            yield f"{row['ref']} was reviewed before it was signed"


def the_fence_only_grows(seen: Seen, county: County) -> Iterator[str]:
    """A claim moves the fence by one, nothing moves it back, and what is settled stays settled."""
    for move in seen.moves:
        if move.what != "outbox" or (move.was == move.now and not move.a):
            continue
        if move.was in FINAL or move.now not in MOVES[move.was]:
            yield f"message {move.id} went from {move.was} to {move.now}"
        if move.a != (1 if move.now == "sending" else 0):
            yield f"the fence of message {move.id} moved by {move.a}"


def an_answer_cancels_what_is_owed(seen: Seen, county: County) -> Iterator[str]:
    """Once a page is answered, nothing of it goes out any more that is not on the wire already."""
    for one in {one.incident: one for one in seen.commits}.values():
        left = seen.rows(
            "SELECT outbox.id FROM outbox JOIN pages ON pages.id = outbox.page WHERE outbox.incident = ? "
            "AND outbox.state IN ('owed', 'ambiguous') AND pages.state != 'asked'",
            one.incident,
        )
        if left:
            yield f"{[row['id'] for row in left]} are owed still, and {one.after.ref} has its answer"


def a_lease_is_honoured(seen: Seen, county: County) -> Iterator[str]:
    """What one worker has claimed no other one claims before the lease is over."""
    for move in seen.moves:
        if move.what == "lease broken":
            yield f"message {move.id} was claimed while somebody else had it"


def nobody_is_rung_for_it(seen: Seen, county: County) -> Iterator[str]:
    """A phone rings for what is urgent, and for nothing else."""
    for one in seen.commits:
        rung = seen.rows(
            "SELECT id FROM outbox WHERE incident = ? AND incident_seq = ? AND channel = 'call' AND priority >= 5",
            one.incident,
            one.seq,
        )
        if rung:
            yield f"{[row['id'] for row in rung]} are not urgent and ring a phone"


def reports_only_add(seen: Seen, county: County) -> Iterator[str]:
    """What is known of a delivery never shrinks, in whatever order reports come."""
    for move in seen.moves:
        if move.what == "outbox" and move.c < 0:
            yield f"message {move.id} is less delivered than before"


def the_journal_has_no_gap(seen: Seen, county: County) -> Iterator[str]:
    """Journal numbers follow each other: a gap would be a row that was taken out."""
    if seen.seqs and seen.seqs != tuple(range(seen.seqs[0], seen.seqs[-1] + 1)):
        yield f"the journal jumps in {seen.seqs[0]}..{seen.seqs[-1]}"
    if (
        seen.seqs
        and seen.seqs[0] > 1
        and not seen.rows("SELECT 1 FROM journal WHERE seq = ?", seen.seqs[0] - 1)
    ):
        yield f"the journal jumps before {seen.seqs[0]}"
