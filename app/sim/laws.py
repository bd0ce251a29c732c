"""The laws of a night: looked at after each step, after each beat of the worker, and once at the end."""

from datetime import datetime, timedelta
from pathlib import Path

from app.claims import ATTEMPTS_AT_MOST
from app.codec import load, plain
from app.commit import Done
from app.journal import verify
from app.sim import laws_of_people, laws_of_rows
from app.sim.carrier import Carrier
from app.sim.county import CANARY
from app.sim.law import Broken, Law, laws_of
from app.sim.report import Report
from app.sim.scene import Scene
from app.sim.step import Step, Watch
from dispatch.incident import Incident
from notify.gsm7 import SEGMENT, is_gsm7, septets
from notify.transport import Text

LAWS: list[Law] = laws_of(laws_of_rows) + laws_of(laws_of_people)


class Laws:
    """Watches one night."""

    def __init__(self, night: Scene, carrier: Carrier) -> None:
        self._night = night
        self._carrier = carrier
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
        self._sent_is_true(seen)

    def after_tick(self, started: datetime) -> None:
        """Nothing that was due when a healthy worker began is due when it has finished."""
        due = round((started - datetime(1970, 1, 1, tzinfo=started.tzinfo)) / timedelta(microseconds=1))
        late = self._night.db.execute("SELECT ref FROM incidents WHERE wake_at <= ?", (due,)).fetchall()
        if late:
            raise Broken("nothing_due_is_left", f"{[row['ref'] for row in late]} were not woken")
        owed = self._night.db.execute(
            "SELECT id FROM outbox WHERE state IN ('owed', 'ambiguous') AND available_at <= ? "
            "OR state = 'sending' AND lease_until <= ?",
            (due, due),
        ).fetchall()
        if owed:
            raise Broken("nothing_owed_is_left", f"messages {[row['id'] for row in owed]} were not sent")

    def _sent_is_true(self, seen: Step) -> None:
        """Nothing says "sent" that the network did not take; a second copy has a fault that explains it; no
        message is sent without end."""
        ledger = self._carrier.ledger
        for move in seen.moves:
            if move.what == "outbox" and move.now == "sent" and move.was == "sending":
                carried = ledger[move.id]
                if carried.sends > ATTEMPTS_AT_MOST:
                    raise Broken("tries_are_bounded", f"message {move.id} was sent {carried.sends} times")
                if not carried.copies:
                    raise Broken("sent_is_true", f"message {move.id} says sent and never went out")
                times = len(carried.copies)
                if times > 1 + carried.looks_unanswered + len(carried.came_back):
                    raise Broken("one_text_unless_a_fault", f"message {move.id} went out {times} times")

    def granted(self, key: str, done: Done) -> None:
        """One wish has one effect, however often it is asked."""
        if done.facts and key in self._granted:
            raise Broken("one_wish_one_effect", f"{key} had two effects")
        if done.facts:
            self._granted.add(key)

    def lived_through(self, key: str) -> None:
        """The service died over this wish after it was durable."""
        self._granted.add(key)

    def on_a_phone(self, text: Text) -> None:
        """No patient word on a phone, and every text is one plain SMS."""
        if any(word in text.body for word in CANARY.split()[1:]):
            raise Broken("no_words_out", "a patient's words are in a text")
        if not is_gsm7(text.body) or septets(text.body) > SEGMENT:
            raise Broken("one_plain_text", f"{text.body!r} is not one SMS")

    def at_the_end(self) -> None:
        """After the calm: every incident is reviewed or alarmed; every page was sent or is wanted no more."""
        night = self._night
        for row in night.db.execute("SELECT ref, state FROM incidents WHERE stage != 'reviewed'"):
            if not load(Incident, row["state"]).alarms:
                raise Broken("reviewed_or_alarmed", f"{row['ref']} is not reviewed and has no alarm")
        lost = night.db.execute(
            "SELECT outbox.id, outbox.state FROM outbox JOIN pages ON pages.id = outbox.page "
            "WHERE outbox.state NOT IN ('sent', 'superseded') AND pages.state = 'asked'"
        ).fetchall()
        if lost:
            raise Broken("every_page_goes_out", f"pages {[tuple(row) for row in lost]} did not")
        self._journal_holds()
        self._no_words_in_the_open()

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
        db, ledger = self._night.db, self._carrier.ledger
        for row in db.execute("SELECT kind, count(*) AS n FROM outbox GROUP BY kind"):
            report.coverage.messages[row["kind"]] += row["n"]
        for row in db.execute("SELECT kind, count(*) AS n FROM journal WHERE via = 'clock' GROUP BY kind"):
            report.coverage.commands["Wake"] += row["n"] if row["kind"] == "Lapsed" else 0
            report.coverage.commands["MarkUnreachable"] += row["n"] if row["kind"] == "Unreachable" else 0
        report.incidents = db.execute("SELECT count(*) FROM incidents").fetchone()[0]
        report.texts = sum(len(carried.copies) for carried in ledger.values())
        report.duplicates = sum(max(0, len(carried.copies) - 1) for carried in ledger.values())
        report.lost = len([one for one in report.broken if one.law == "every_page_goes_out"])
        report.unowned = len(
            [one for one in report.broken if one.law in ("owned_or_timed", "reviewed_or_alarmed")]
        )
        return report
