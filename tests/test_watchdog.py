"""The watchdog's rules, the guard who watches it, and the way that alarms take to people outside."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.heartbeats import beat, beats
from app.house_alarms import end_alarm, raise_alarm, standing, take
from app.outside import Mail, Watched
from app.watchdog.alarm_path import AlarmPath
from app.watchdog.config import Config, read_config
from app.watchdog.guard import GONE_LOOKS, STUCK_LOOKS, Guard
from app.watchdog.kept import Kept
from app.watchdog.teller import Teller
from app.watchdog.watcher import Pace, Seen, Tell, Watcher
from tests.house import House, a_house, on_both
from tests.loopback.ears import Ears
from tests.loopback.mail_server import Bad, LoopbackMail

LATE = Seen("The worker was last heard 12 s ago.", quiet=True)
WELL = Seen()

house = on_both(a_house)


# --- what the watchdog makes of what it sees ----------------------------------------------------------------------


def looks(watcher: Watcher, *seen: Seen, start: float = 0.0, every: float = 5.0) -> list[Tell | None]:
    """What it tells at each look."""
    return [watcher.look(start + number * every, one).tell for number, one in enumerate(seen)]


def test_one_bad_answer_is_nothing_two_are_told_and_then_not_again_for_ten_minutes() -> None:
    watcher = Watcher(Pace())
    told = looks(watcher, WELL, LATE, LATE, *([LATE] * 200))
    at = [number for number, one in enumerate(told) if one is not None]
    assert at == [2, 122], "with the second bad answer, and ten minutes later"
    assert told[2] == Tell(LATE.sentence, since=5.0)


def test_one_bad_answer_between_good_ones_is_never_told() -> None:
    assert looks(Watcher(Pace()), *([WELL, LATE] * 50)) == [None] * 100


def test_what_was_told_is_told_to_be_over_once_and_what_was_not_told_is_not() -> None:
    watcher = Watcher(Pace())
    told = looks(watcher, LATE, LATE, WELL, WELL, LATE, WELL)
    assert [one.over if one else None for one in told] == [None, False, True, None, None, None]


def test_a_ping_goes_out_each_minute_while_all_is_well_and_none_while_anything_is_not() -> None:
    watcher = Watcher(Pace())

    def pings(start: int, seen: Seen) -> list[int]:
        at = [second for second in range(start, start + 300, 5) if watcher.look(second, seen).ping]
        for second in at[-1:]:
            watcher.pinged(second)
        return at

    for second in range(0, 300, 5):
        if watcher.look(second, WELL).ping:
            watcher.pinged(second)
            assert second % 60 == 0
        else:
            assert second % 60
    assert pings(300, LATE) == []
    assert pings(600, Seen(quiet=False)) == [], "an alarm of the house stands and nobody has it"
    assert pings(900, WELL)[0] == 900


def test_a_ping_that_failed_is_tried_again_at_the_next_look() -> None:
    watcher = Watcher(Pace())
    assert [watcher.look(second, WELL).ping for second in (0, 5, 10)] == [True, True, True]


def test_a_service_that_was_told_to_stop_is_given_a_minute_to_end() -> None:
    watcher = Watcher(Pace())
    watcher.stopping(0.0)
    told = looks(watcher, *([LATE] * 14))
    assert [number * 5 for number, one in enumerate(told) if one] == [60]


# --- the way outside ----------------------------------------------------------------------------------------------


def path_to(ears: Ears | None, mail: LoopbackMail | None) -> AlarmPath:
    server = Mail("127.0.0.1", mail.port, "", "", False, "standby@alder.example") if mail else None
    emails = ("ops@alder.example", "boss@alder.example") if mail else ()
    watched = Watched(emails, ears.url("/alarm") if ears else None, ears.url("/ping") if ears else None)
    return AlarmPath("Alder County", "https://standby.example", watched, server)


def test_an_alarm_goes_by_mail_and_by_hook_and_says_where_to_look() -> None:
    with Ears() as ears, LoopbackMail() as mail:
        assert path_to(ears, mail).tell(["The worker stands still."], "2026-11-22 03:00:00 UTC")
        (hook,) = ears.told
        assert hook["state"] == "alarm" and hook["sentences"] == ["The worker stands still."]
        assert sorted(str(letter["to"]) for letter in mail.letters) == [
            "boss@alder.example",
            "ops@alder.example",
        ]
        letter = mail.letters[0]
        assert letter["subject"] == "Alder County: Standby needs you"
        assert "The worker stands still." in letter.get_content()
        assert "https://standby.example/board/by-hand" in letter.get_content()
        assert path_to(ears, mail).ping() and ears.pings == 1


def test_one_of_the_two_ways_is_enough_and_neither_is_told_as_such() -> None:
    with Ears() as ears, LoopbackMail() as mail:
        ears.deaf = True
        assert path_to(ears, mail).tell(["It is so."], "now") and len(mail.letters) == 2
        mail.bad(Bad("RCPT", "550 5.1.1 nobody"), Bad("RCPT", "550 5.1.1 nobody"))
        assert not path_to(ears, mail).tell(["It is so."], "now")
        assert not path_to(ears, mail).ping()
        ears.deaf = False
        mail.bad(Bad("RCPT", "550 5.1.1 nobody"), Bad("RCPT", "550 5.1.1 nobody"))
        assert path_to(ears, mail).tell(["It is so."], "now") and len(ears.told) == 1


def test_where_nobody_is_set_nobody_is_told_and_nothing_fails() -> None:
    path = AlarmPath("Alder County", "https://standby.example", Watched(), None)
    assert not path.is_set and not path.tell(["It is so."], "now") and path.ping()


def test_the_configuration_comes_out_as_it_went_in() -> None:
    mail = Mail("smtp.example", 587, "us", "päss\nword", True, "s@alder.example")
    given = Config(
        "http://127.0.0.1:1/healthz", "Alder", "https://x", Watched(("a@b.example",)), mail, Pace(ask=1), 5
    )
    assert "\n" not in given.line() and read_config(given.line()) == given


# --- alarms of the house are told by the service itself -----------------------------------------------------------


def test_an_alarm_of_the_house_is_told_again_until_somebody_has_it_and_once_when_over(house: House) -> None:
    with Ears() as ears:
        teller = Teller(house.shell, path_to(ears, None))
        teller.step()
        assert not ears.told
        with house.shell.store.write() as connection:
            raise_alarm(connection, "provider", "twilio:text", "It refuses all.", now=house.clock.now())
            raise_alarm(connection, "law", "owned", "A call has no owner.", now=house.clock.now())
        teller.step()
        teller.step()
        assert [sorted(one["sentences"]) for one in ears.told] == [
            ["A call has no owner.", "It refuses all."]
        ]
        house.clock.move(timedelta(minutes=10))
        with house.shell.store.write() as connection:
            law = next(one for one in standing(connection) if one.kind == "law")
            take(connection, law.id, "ruiz", house.clock.now())
        teller.step()
        assert ears.told[-1]["sentences"] == ["It refuses all."], "somebody has the other"
        with house.shell.store.write() as connection:
            end_alarm(connection, "provider", "twilio:text", house.clock.now())
            end_alarm(connection, "law", "owned", house.clock.now())
        teller.step()
        teller.step()
        assert [one["state"] for one in ears.told] == ["alarm", "alarm", "over"]
        assert set(ears.told[-1]["sentences"]) == {"Over: It refuses all.", "Over: A call has no owner."}


def test_what_nobody_took_is_tried_again_in_half_a_minute(house: House) -> None:
    with Ears() as ears:
        ears.deaf = True
        teller = Teller(house.shell, path_to(ears, None))
        with house.shell.store.write() as connection:
            raise_alarm(connection, "law", "owned", "A call has no owner.", now=house.clock.now())
        teller.step()
        ears.deaf = False
        house.clock.move(timedelta(seconds=29))
        teller.step()
        assert not ears.told
        house.clock.move(timedelta(seconds=1))
        teller.step()
        assert len(ears.told) == 1


def test_a_service_that_was_started_again_neither_repeats_nor_forgets_what_it_told(house: House) -> None:
    with Ears() as ears:
        with house.shell.store.write() as connection:
            raise_alarm(connection, "law", "owned", "A call has no owner.", now=house.clock.now())
        Teller(house.shell, path_to(ears, None)).step()
        again = Teller(house.shell, path_to(ears, None))
        again.step()
        assert len(ears.told) == 1
        with house.shell.store.write() as connection:
            end_alarm(connection, "law", "owned", house.clock.now())
        again.step()
        assert [one["state"] for one in ears.told] == ["alarm", "over"]


# --- the guard -----------------------------------------------------------------------------------------------------


@dataclass
class Dog:
    """A watchdog whose age a test sets."""

    seconds: float = 0.0
    anew: int = 0

    def age(self) -> float:
        return self.seconds

    def start_anew(self) -> None:
        self.anew += 1
        self.seconds = 0.0


@dataclass
class Parts:
    """Which threads run; what the guard said when it left."""

    runs: dict[str, bool] = field(default_factory=lambda: {"worker": True, "auditor": True})
    left: list[str] = field(default_factory=list)

    def guard(self, house: House, dog: Dog) -> Guard:
        alive = {name: (lambda name=name: self.runs[name]) for name in self.runs}
        return Guard(house.shell, dog, alive, self.left.append)


def test_a_watchdog_without_a_beat_is_started_anew_and_its_alarm_stands_long_enough_to_be_read(
    house: House,
) -> None:
    dog, parts = Dog(), Parts()
    guard = parts.guard(house, dog)
    house.worker.tick()
    guard.step()
    with house.shell.store.read() as connection:
        assert beats(connection)["watchdog"] == house.clock.now() and not standing(connection)
    dog.seconds = 16.0
    guard.step()
    assert dog.anew == 1

    def stand() -> list[str]:
        guard.step()
        with house.shell.store.read() as connection:
            return [one.kind for one in standing(connection)]

    assert stand() == ["watchdog"]
    house.clock.move(timedelta(seconds=59))
    assert stand() == ["watchdog"]
    house.clock.move(timedelta(seconds=1))
    assert stand() == [] and dog.anew == 1


def test_f10_a_thread_that_is_gone_ends_the_process_and_one_look_is_not_enough(house: House) -> None:
    parts = Parts()
    guard = parts.guard(house, Dog())
    parts.runs["auditor"] = False
    for _ in range(GONE_LOOKS - 1):
        guard.step()
    parts.runs["auditor"] = True
    guard.step()
    parts.runs["auditor"] = False
    for _ in range(GONE_LOOKS - 1):
        guard.step()
    assert not parts.left
    guard.step()
    assert parts.left == ["the thread auditor is gone"]


def test_f10_a_worker_that_only_stands_still_ends_the_process_in_the_end(house: House) -> None:
    parts = Parts()
    guard = parts.guard(house, Dog())
    beat(house.shell, "worker", house.clock.now())
    house.clock.move(timedelta(seconds=61))
    for _ in range(STUCK_LOOKS - 1):
        guard.step()
    assert not parts.left
    guard.step()
    assert parts.left == ["the worker stands still"]


def test_the_age_of_a_watchdog_counts_from_its_start(tmp_path: Path) -> None:
    kept = Kept(Config("http://127.0.0.1:9/healthz", "Alder", "https://x", Watched(), None))
    try:
        kept.start()
        assert kept.age() < 5.0
        first = kept.pid
        kept.start_anew()
        assert kept.pid != first and kept.age() < 5.0
    finally:
        kept.bye()
