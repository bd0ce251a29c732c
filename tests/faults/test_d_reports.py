"""F50 and F75: whatever is reported of a page's tries, in any order and multiplicity, comes to the same; and no report
ever answers it."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from app.delivered import report
from app.tables import outbox
from dispatch import commands as c
from notify.outcomes import DELIVERED, FAILURES, RANKS, Delivery, heard, join
from tests.crisis import Crisis
from tests.house import House, a_house

WORDS = sorted(RANKS) + sorted(FAILURES)
ASKED = ("ana", "ben")


class Reports(RuleBasedStateMachine):
    """One page to two people by two providers; reports of each try come as the machine likes. What is known must be
    the join of what was heard of that try, whatever came of it meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="standby-reports-")
        self._open = a_house(Path(self._folder.name))
        self.house: House = self._open.__enter__()
        self.crisis = Crisis(self.house).received()
        self.crisis.ask(c.Triage("ruiz", 2))
        self.crisis.ask(c.Dispatch("ruiz", *ASKED))
        self.house.worker.tick()
        self.heard: dict[int, list[tuple[str, str | None]]] = {}
        self.answered = False

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)
        self._folder.cleanup()

    def rows(self) -> list[Any]:
        with self.house.shell.store.read() as connection:
            return list(connection.execute(select(outbox).order_by(outbox.c.id)))

    @rule(
        which=st.integers(0, 30), word=st.sampled_from(WORDS), code=st.sampled_from([None, "30003", "30008"])
    )
    def a_report_comes(self, which: int, word: str, code: str | None) -> None:
        out = [row for row in self.rows() if row.attempts > 0]
        row = out[which % len(out)]
        assert report(self.house.shell, row.id, word, code)
        self.heard.setdefault(row.id, []).append((word, code))

    @rule(data=st.data(), times=st.integers(1, 5))
    def one_that_came_comes_again(self, data: st.DataObject, times: int) -> None:
        if not self.heard:
            return
        row = data.draw(st.sampled_from(sorted(self.heard)))
        word, code = data.draw(st.sampled_from(self.heard[row]))
        before = self.rows()
        for _ in range(times):
            assert report(self.house.shell, row, word, code)
        assert self.rows() == before, "nothing that was said twice is new"

    @rule(word=st.sampled_from(["exploded", "", "DELIVERED"]))
    def an_unknown_word_comes(self, word: str) -> None:
        before = self.rows()
        assert not report(self.house.shell, before[0].id, word, None)
        assert not report(self.house.shell, 10_000_000, "delivered", None)
        assert self.rows() == before

    @rule(seconds=st.sampled_from([1, 5, 25]))
    def time_passes(self, seconds: int) -> None:
        self.house.pass_time(seconds=seconds)

    @precondition(lambda self: not self.answered)
    @rule(who=st.sampled_from(ASKED))
    def somebody_says_yes(self, who: str) -> None:
        page = next(page for page in self.crisis.incident().pages if page.person == who)
        if page.state in ("asked", "unreachable", "lapsed") and self.crisis.incident().member(who) is None:
            try:
                self.crisis.ask(c.Accept(who, page.id, 10))
            except Exception:  # the rules may say no; then nothing has changed
                return
            self.answered = True

    @invariant()
    def what_is_known_is_the_join_of_what_was_heard(self) -> None:
        for row in self.rows():
            expected = Delivery()
            for word, code in self.heard.get(row.id, []):
                expected = join(expected, heard(word, code))
            if row.reached > expected.reached and row.id not in self.heard:
                continue  # the provider was asked, and said so itself
            assert row.failed == expected.failed
            assert row.reached >= expected.reached

    @invariant()
    def no_report_answers_a_page(self) -> None:
        if not self.answered:
            assert not self.crisis.incident().members

    @invariant()
    def nobody_is_asked_twice_for_one_seat_and_somebody_is_always_asked(self) -> None:
        incident = self.crisis.incident()
        open_pages = [page.person for page in incident.pages if page.state == "asked"]
        assert len(open_pages) == len(set(open_pages))
        assert open_pages or incident.members or incident.standing

    @invariant()
    def what_was_delivered_is_not_lost(self) -> None:
        for row in self.rows():
            assert not (row.reached >= DELIVERED and row.state == "failed" and row.failed is None)


TestReports = Reports.TestCase
TestReports.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
