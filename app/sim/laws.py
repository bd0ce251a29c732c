"""The laws of a night: looked at after each step, after each beat of the worker, and once at the end."""

from datetime import datetime, timedelta
from pathlib import Path

from app.auditor.audit import audit
from app.auditor.laws.every import EVERY
from app.codec import load, plain
from app.commit import Done
from app.journal import verify
from app.next_try import ATTEMPTS_AT_MOST
from app.sim import laws_of_people, laws_of_rows
from app.sim.carrier import Carried, Network
from app.sim.county import CANARY
from app.sim.law import Broken, Law, laws_of
from app.sim.report import Report
from app.sim.scene import Scene
from app.sim.step import EPOCH, Step, Watch
from dispatch.incident import Incident
from notify.gsm7 import SEGMENT, is_gsm7, septets
from notify.transport import Call, Letter, Push, Sendable, Text

LAWS: list[Law] = laws_of(laws_of_rows) + laws_of(laws_of_people)

# What providers say of what will not arrive.
LOST_WORDS = ("undelivered", "failed", "busy", "no-answer", "ended", "machine", "canceled", "gone")
# Notes are signed here without a chart.
NOT_PLAYED = frozenset({"signed is there"})
AUDITED_WITHIN = 60.0  # a busy machine is not what is looked for here
LOST = ("every_page_goes_out", "nothing_is_forgotten", "nothing_owed_is_left")
UNOWNED = ("owned_or_timed", "reviewed_or_alarmed", "an_empty_seat_is_somebodys")
# Of what callers say (county.CANARY): words that no sentence of ours has, nor a time that is spoken.
PATIENT_WORDS = frozenset({"Quillfeather", "tablets"})


class Laws:
    """Watches one night."""

    def __init__(self, night: Scene, network: Network) -> None:
        self._night = night
        self._network = network
        self._watch = Watch(night.db, night.now)
        self._watch.begin()
        self._granted: set[str] = set()

    def after_step(self) -> None:
        """All laws that hold after each change."""
        seen = self._watch.look()
        if seen is None:
            return
        self._count(seen)
        for law in LAWS:
            for sentence in law(seen, self._night.county):
                raise Broken(law.__name__, sentence)
        self._of_tries(seen)

    def after_tick(self, started: datetime) -> None:
        """Nothing that was due when a healthy worker began is due when it has finished."""
        due = round((started - EPOCH) / timedelta(microseconds=1))
        late = self._night.db.execute("SELECT ref FROM incidents WHERE wake_at <= ?", (due,)).fetchall()
        if late:
            raise Broken("nothing_due_is_left", f"{[row['ref'] for row in late]} were not woken")
        owed = self._night.db.execute(
            "SELECT id FROM outbox WHERE state IN ('owed', 'ambiguous') AND NOT spare AND available_at <= ? "
            "OR state = 'sending' AND lease_until <= ? "
            "OR patience_at IS NOT NULL AND patience_at <= ? OR look_at IS NOT NULL AND look_at <= ?",
            (due, due, due, due),
        ).fetchall()
        if owed:
            raise Broken(
                "nothing_owed_is_left", f"messages {[row['id'] for row in owed]} were not looked after"
            )
        # The worker takes such a fault for an unclear send, so that nobody would see it here.
        ours = self._night.db.execute("SELECT id, channel FROM outbox WHERE code = 'our_fault'").fetchall()
        if ours:
            raise Broken("no_fault_of_ours", f"sending {[tuple(row) for row in ours]} raised an error")
        # One thread plays all hands here: time that a send took after the look is no time that was waited.
        self._silence_is_not_waited_for(due, round((self._night.now() - EPOCH) / timedelta(microseconds=1)))

    def _silence_is_not_waited_for(self, began: int, now: int) -> None:
        """Nobody knows whether a page's text arrived: the next channel has begun, or waits for a free line."""
        alone = self._night.db.execute(
            "SELECT one.id FROM outbox AS one JOIN pages ON pages.id = one.page AND pages.state = 'asked' "
            "WHERE one.channel = 'text' AND one.reached < 5 AND one.failed IS NULL AND pages.answer_by > :now "
            "AND (one.state = 'ambiguous' OR one.state = 'sent' AND one.sent_at <= :began - 25000000) "
            "AND EXISTS (SELECT 1 FROM outbox AS next WHERE next.delivery = one.delivery "
            "AND next.state = 'owed' AND next.attempts = 0 AND next.available_at > :now + 2000000) "
            "AND NOT EXISTS (SELECT 1 FROM outbox AS next WHERE next.delivery = one.delivery AND next.id != one.id "
            "AND next.channel != 'push' AND (next.attempts > 0 OR next.available_at <= :now + 2000000))",
            {"began": began, "now": now},
        ).fetchall()
        if alone:
            raise Broken("silence_is_not_waited_for", f"nothing began beside {[row['id'] for row in alone]}")

    def heard(self, number: str, status: str) -> None:
        """That something will not arrive was said, and is known."""
        if status not in LOST_WORDS:
            return
        row = self._night.db.execute("SELECT reached, failed FROM outbox WHERE id = ?", (number,)).fetchone()
        if row["failed"] is None and row["reached"] < 5:
            raise Broken("a_failure_is_known", f"message {number} was said to be {status}, and is not lost")

    def _of_tries(self, seen: Step) -> None:
        for move in seen.moves:
            if move.what == "outbox" and move.now == "sent" and move.was in ("sending", "ambiguous"):
                self._sent_is_true(move.id)
            elif move.what == "arrived":
                self._arrived_is_true(move.id)
            elif move.what == "lost":
                self._is_followed(move.id)

    def _sent_is_true(self, number: str) -> None:
        """Nothing says "sent" that the network did not take; a second copy has a fault that explains it; no
        message is sent without end."""
        *bundle, carried = self._carried(number)
        if bundle:
            self._night.report.coverage.faults["bundle"] += 1
            carried = carried if carried.copies else bundle[0]
        if carried.sends > ATTEMPTS_AT_MOST:
            raise Broken("tries_are_bounded", f"message {number} was sent {carried.sends} times")
        if not carried.copies:
            raise Broken("sent_is_true", f"message {number} says sent and never went out")
        if len(carried.copies) > 1 + carried.excuses:
            raise Broken("one_copy_unless_a_fault", f"message {number} went out {len(carried.copies)} times")

    def _arrived_is_true(self, number: str) -> None:
        """It arrived only if somebody said so: a machine that took a call, or a provider that took a text, did not."""
        said = {word for carried in self._carried(number) for word in carried.said}
        if not said & {"delivered", "human", "shown", "opened", "read"}:
            raise Broken("arrived_is_true", f"message {number} says it arrived; said was {sorted(said)}")

    def _carried(self, number: str) -> list[Carried]:
        """What the network holds of a message: of the text that told it with others, and last of its own, by which it
        is sent when the first of those others is needed no more."""
        row = self._night.db.execute("SELECT bundled_in FROM outbox WHERE id = ?", (number,)).fetchone()
        texts = [number] if row["bundled_in"] is None else [str(row["bundled_in"]), number]
        return [self._network.ledger[one] for one in texts]

    def _is_followed(self, number: str) -> None:
        """A try of a page is lost: another one begins now or is out, or the next person is asked now."""
        now = round((self._night.now() - EPOCH) / timedelta(microseconds=1))
        hope = self._night.db.execute(
            "SELECT 1 FROM outbox AS lost JOIN pages ON pages.id = lost.page AND pages.state = 'asked' "
            "WHERE lost.id = :id AND lost.reached < 5 AND pages.answer_by > :now AND NOT EXISTS "
            "(SELECT 1 FROM outbox AS one WHERE one.page = lost.page AND "
            "(one.state IN ('sending', 'ambiguous', 'sent') AND (one.failed IS NULL OR one.reached >= 5) "
            "OR one.state = 'owed' AND NOT one.spare AND (one.attempts > 0 OR one.available_at <= :now + 2000000)))",
            {"id": number, "now": now},
        ).fetchone()
        if hope is not None:
            raise Broken("a_failure_is_followed", f"try {number} is lost and nothing follows now")

    def granted(self, key: str, done: Done) -> None:
        """One wish has one effect, however often it is asked."""
        if done.facts and key in self._granted:
            raise Broken("one_wish_one_effect", f"{key} had two effects")
        if done.facts:
            self._granted.add(key)

    def lived_through(self, key: str) -> None:
        """The service died over this wish after it was durable."""
        self._granted.add(key)

    def on_a_phone(self, what: Sendable) -> None:
        """No patient word leaves the house, and every text is one plain SMS."""
        said = _words_of(what)
        if any(word in said for word in PATIENT_WORDS):
            raise Broken("no_words_out", "a patient's words are in a message")
        if isinstance(what, Text) and (not is_gsm7(said) or septets(said) > SEGMENT):
            raise Broken("one_plain_text", f"{said!r} is not one SMS")

    def at_the_end(self) -> None:
        """After the calm: every incident is reviewed or alarmed; every page was sent or is wanted no more."""
        night = self._night
        for row in night.db.execute("SELECT ref, state FROM incidents WHERE stage != 'reviewed'"):
            if not load(Incident, row["state"]).alarms:
                raise Broken("reviewed_or_alarmed", f"{row['ref']} is not reviewed and has no alarm")
        lost = night.db.execute(
            "SELECT page FROM outbox JOIN pages ON pages.id = outbox.page WHERE pages.state = 'asked' "
            "GROUP BY page HAVING sum(outbox.state = 'sent') = 0"
        ).fetchall()
        if lost:
            raise Broken("every_page_goes_out", f"pages {[row['page'] for row in lost]} did not")
        forgotten = night.db.execute(
            "SELECT id, state FROM outbox WHERE state IN ('owed', 'sending', 'ambiguous') AND NOT spare"
        ).fetchall()
        if forgotten:
            raise Broken(
                "nothing_is_forgotten", f"messages {[tuple(row) for row in forgotten]} are not settled"
            )
        self._the_auditor_agrees()
        self._journal_holds()
        self._no_words_in_the_open()

    def _the_auditor_agrees(self) -> None:
        """The laws that production asks each minute find nothing either."""
        for found in audit(self._night.shell, EVERY, seconds=AUDITED_WITHIN):
            if found.sentence and found.law.name not in NOT_PLAYED:
                raise Broken("the_auditor_agrees", f"{found.law.name}: {found.sentence}")

    def _journal_holds(self) -> None:
        shell = self._night.shell
        with shell.store.read() as connection:
            verdict = verify(connection, shell.settings.journal_key)
        if verdict.reason:
            raise Broken("the_journal_verifies", verdict.reason)

    def _no_words_in_the_open(self) -> None:
        name = self._night.db.execute("PRAGMA database_list").fetchone()["file"]
        for file in (Path(name), Path(f"{name}-wal")):
            if file.exists() and CANARY.encode() in file.read_bytes():
                raise Broken("no_words_out", f"a patient's words stand in the open in {file.name}")

    def _count(self, seen: Step) -> None:
        coverage = self._night.report.coverage
        for one in seen.commits:
            coverage.stages[one.after.stage.value] += 1
            for entry in one.entries:
                coverage.facts[type(entry.fact).__name__] += 1
                if type(entry.fact).__name__ == "AlarmRaised":
                    coverage.alarms[plain(entry.fact)["kind"]] += 1

    def reckon(self, report: Report) -> Report:
        """The night's figures."""
        db, ledger = self._night.db, self._network.ledger
        for row in db.execute("SELECT kind, count(*) AS n FROM outbox GROUP BY kind"):
            report.coverage.messages[row["kind"]] += row["n"]
        for row in db.execute("SELECT kind, count(*) AS n FROM journal WHERE via = 'clock' GROUP BY kind"):
            report.coverage.commands["Wake"] += row["n"] if row["kind"] == "Lapsed" else 0
            report.coverage.commands["MarkUnreachable"] += row["n"] if row["kind"] == "Unreachable" else 0
        report.incidents = db.execute("SELECT count(*) FROM incidents").fetchone()[0]
        report.texts = sum(len(carried.copies) for carried in ledger.values())
        report.duplicates = sum(max(0, len(carried.copies) - 1) for carried in ledger.values())
        report.lost = len([one for one in report.broken if one.law in LOST])
        report.unowned = len([one for one in report.broken if one.law in UNOWNED])
        return report


def _words_of(what: Sendable) -> str:
    match what:
        case Text(body=body):
            return body
        case Call(script=script):
            return script
        case Push(payload=payload):
            return " ".join(payload.values())
        case Letter(subject=subject, body=body):
            return f"{subject} {body}"
