"""The laws of the core: looked at after each commit, each beat and each settled try, and once at the end."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from app.clock import SLOWER
from app.next_try import ATTEMPTS_AT_MOST
from app.sim import laws_of_people
from app.sim.core.change import Change
from app.sim.core.house import House
from app.sim.core.network import Copy, Network
from app.sim.core.row import UNSETTLED, Row, is_needed
from app.sim.county import County
from app.sim.law import Broken, Law, laws_of
from app.sim.step import Step as Seen
from dispatch import facts as f
from dispatch.answers import STOOD_STILL
from dispatch.clock import next_wake
from dispatch.commands import RULE
from dispatch.reach import PHONE, TRIES_AT_MOST
from dispatch.stages import Stage
from notify.outcomes import DELIVERED

LAWS: list[Law] = laws_of(laws_of_people)
HALF_A_MINUTE = timedelta(seconds=30)
# The beat itself, and one that found no hand.
A_LITTLE = timedelta(seconds=2)


class Seeing:
    """One commit, as the laws of people look at it."""

    __slots__ = ("commits", "moves", "now", "out")

    def __init__(self, commit: Change, now: datetime, out: dict[str, str]) -> None:
        self.commits = (commit,)
        self.moves: tuple[()] = ()
        self.now = now
        self.out = out


class Laws:
    """Watches one night."""

    def __init__(self, county: County, house: House, network: Network) -> None:
        self._county = county
        self._house = house
        self._network = network
        self._granted: set[str] = set()
        self._asked: dict[str, tuple[datetime, timedelta, timedelta]] = {}
        self._marks: dict[tuple[str, str], deque[tuple[datetime, str]]] = {}
        self._lines: dict[str, tuple[datetime, Row]] = {}

    def after_commit(self, commit: Change, now: datetime) -> None:
        """All laws that hold after each change."""
        seen = cast(Seen, Seeing(commit, now, self._house.out))
        for law in LAWS:
            for sentence in law(seen, self._county):
                raise Broken(law.__name__, sentence)
        self._owned_or_timed(commit)
        self._one_level_at_a_time(commit)
        self._pages_and_tries_commit_together(commit)

    def _owned_or_timed(self, commit: Change) -> None:
        """Every incident that is not reviewed has a wake ahead or an alarm; every open seat is looked after."""
        after = commit.after
        if after.stage is Stage.REVIEWED:
            return
        if next_wake(after) is None and not after.alarms:
            raise Broken(
                "owned_or_timed", f"{after.ref} is {after.stage}, nothing is due and no alarm stands"
            )
        alarmed = any(alarm.kind == "nobody_answered" for alarm in after.alarms)
        if after.unasked_seats() and after.again_at is None and not alarmed:
            raise Broken("owned_or_timed", f"nobody looks for {after.ref}'s {after.unasked_seats()}")

    def _one_level_at_a_time(self, commit: Change) -> None:
        """The rules ask one person for each seat, never two in one go, and pass over nobody who was never asked."""
        asked = [fact.seat for fact in commit.facts(f.Asked) if fact.by == RULE]
        if len(set(asked)) < len(asked):
            raise Broken("one_level_at_a_time", f"two were asked for one seat of {commit.after.ref} at once")
        for fact in commit.facts(f.Lapsed):
            self._was_asked(fact)

    def _was_asked(self, fact: f.Lapsed) -> None:
        tries = self._house.outbox.of_page[fact.page]
        if any(row.sent_at is not None or row.state == "failed" for row in tries):
            return
        page = self._house.page_of(tries[0])
        if page is not None and fact.at - page.answer_by > STOOD_STILL:
            raise Broken("nobody_unasked", f"{fact.person} lapsed on {fact.page}, which no provider took")

    def owed(self, delivery: list[Row], now: datetime) -> None:
        """Something urgent begins at once, by whatever way comes first; for anything else nobody's phone rings."""
        if delivery[0].urgent and not any(row.available_at <= now and not row.spare for row in delivery):
            raise Broken(
                "a_page_begins_at_once", f"message {delivery[0].id} waits, and nothing of it goes out"
            )
        if not delivery[0].urgent and any(row.way.channel == "call" for row in delivery):
            raise Broken("nobody_is_rung_for_it", f"message {delivery[0].id} is not urgent and rings a phone")
        if len(delivery) > TRIES_AT_MOST:
            raise Broken("tries_are_bounded", f"message {delivery[0].id} has {len(delivery)} tries")

    def followed(self, row: Row, now: datetime) -> None:
        """A try is lost: another one begins now or is out; with no phone left that may ring, the next person is asked
        now, for a letter is read in the morning."""
        page = self._house.page_of(row)
        if page is None or page.state != "asked" or page.answer_by <= now:
            return
        tries = [one for one in row.delivery if one.state != "superseded"]
        phones = [one for one in tries if one.way.channel in PHONE]
        arrived = any(one.reached >= DELIVERED and one.way.channel != "email" for one in tries)
        left = not phones or any(one.stands(now) != "lost" for one in phones)
        if not arrived and not (left and any(_hope(one, now) for one in tries)):
            raise Broken("a_failure_is_followed", f"{row.page}: try {row.id} is lost and nothing follows now")

    def claimed(self, row: Row, now: datetime) -> None:
        """Nothing of a page goes out after the transaction of its answer; nothing else that is over begins."""
        if row.incident is None or row.page is None and row.attempts > 1:
            return
        if not is_needed(row.message, self._house.incidents[row.incident]):
            raise Broken("nothing_after_the_answer", f"try {row.id} goes out at {now}, and nobody needs it")

    def begins(self, row: Row) -> None:
        """What is kept for a failure does not begin after an arrival."""
        if row.kept and any(one.reached >= DELIVERED for one in row.delivery):
            raise Broken(
                "no_spare_after_an_arrival", f"try {row.id} begins, and message {row.id} has arrived"
            )

    def called(self, copy: Copy, until: datetime) -> None:
        """A phone has one call of ours on the line, but where it is not known what became of one of the two."""
        row, at = copy.rows[0], copy.at
        free_at, other = self._lines.get(row.way.address, (at, row))
        known = other is not row and other.state == "sent" and other.failed is None and row.attempts == 1
        if free_at > at and known:
            raise Broken("one_call_at_a_time", f"call {row.id} rings while {other.id} is on the same phone")
        self._lines[row.way.address] = (until, row) if until >= free_at else (free_at, other)

    def marked(self, channel: str, provider: str, mark: str, now: datetime) -> None:
        """What a provider did, in order."""
        self._marks.setdefault((channel, provider), deque(maxlen=4)).append((now, mark))

    def chosen(self, channel: str, provider: str, beside: Sequence[str], now: datetime) -> None:
        """Whoever failed four times in half a minute is not tried first while the other one carries."""
        recent = self._marks.get((channel, provider), ())
        fails = len(recent) == 4 and all(mark != "good" and at > now - HALF_A_MINUTE for at, mark in recent)
        for other in beside if fails else ():
            known = self._marks.get((channel, other), ())
            if len(known) == 4 and all(mark == "good" for _, mark in known):
                raise Broken("traffic_moves", f"a {channel} goes to {provider}, which fails, not to {other}")

    def _pages_and_tries_commit_together(self, commit: Change) -> None:
        for fact in commit.facts(f.Asked):
            if fact.page not in self._house.outbox.of_page:
                raise Broken("a_page_commits_with_its_decision", f"{fact.page} is owed to nobody")

    def after_tick(self, now: datetime, busy: bool) -> None:
        """Nothing that is due stays behind a healthy worker with a hand free."""
        wake = self._house.next_wake()
        if wake is not None and wake <= now:
            raise Broken("nothing_due_is_left", "an incident is due and was not woken")
        due = self._house.outbox.next_due()
        if due is not None and due <= now and not busy:
            raise Broken("nothing_owed_is_left", f"a try was due at {due} and was not taken")

    def in_true_time(self, commit: Change, true: datetime, idle: timedelta) -> None:
        """Whatever the wall clock says, a page's time is its time: nobody waits much longer for it."""
        for fact in commit.facts(f.Lapsed):
            began, within, idle_then = self._asked[fact.page]
            late = true - began - within - (idle - idle_then)
            if late > within * SLOWER + A_LITTLE:
                raise Broken("no_timer_is_late", f"{fact.page} lapsed {late} after its time")
        for fact in commit.facts(f.Asked, f.AskedAnew):
            self._asked[fact.page] = (true, fact.answer_by - fact.at, idle)

    def sent_is_true(self, row: Row) -> None:
        """Nothing says "sent" that no provider took; a second copy has a fault that explains it; tries end."""
        known = self._network.carried(row)
        if not known.copies:
            raise Broken("sent_is_true", f"try {row.id} says sent and nobody took it")
        if row.attempts > ATTEMPTS_AT_MOST:
            raise Broken("tries_are_bounded", f"try {row.id} was tried {row.attempts} times")
        if len(known.copies) > 1 + known.excuses:
            raise Broken("one_copy_unless_a_fault", f"try {row.id} went out {len(known.copies)} times")

    def heard(self, row: Row, before: int) -> None:
        """What is known of a delivery never shrinks."""
        if row.reached < before:
            raise Broken("reports_only_add", f"try {row.id} is less delivered than before")

    def granted(self, key: str) -> None:
        """One wish has one effect, however often it is asked."""
        if key in self._granted:
            raise Broken("one_wish_one_effect", f"{key} had two effects")
        self._granted.add(key)

    def at_the_end(self, now: datetime) -> None:
        """After the calm nothing is forgotten: every incident is reviewed or alarmed, every try settled, every page
        that nobody could be reached for went on to the next person."""
        for incident in self._house.incidents.values():
            wake = next_wake(incident)
            if incident.stage is not Stage.REVIEWED and not incident.alarms and (wake is None or wake <= now):
                raise Broken("owned_at_the_end", f"{incident.ref} is not reviewed and has no alarm")
        for row in self._house.outbox.rows.values():
            if row.state in UNSETTLED and not row.spare:
                raise Broken("nothing_is_forgotten", f"try {row.id} is {row.state} for ever")
        for page, tries in self._house.outbox.of_page.items():
            asked = self._house.page_of(tries[0])
            if asked is None or asked.state == "asked" and not any(row.state == "sent" for row in tries):
                raise Broken("nothing_is_forgotten", f"{page} waits, went out by no way, and nobody went on")


def _hope(row: Row, now: datetime) -> bool:
    if row.state == "owed":
        return not row.spare and (row.attempts > 0 or row.available_at <= now)
    return row.state in ("sending", "ambiguous", "sent") and (row.failed is None or row.reached >= DELIVERED)
