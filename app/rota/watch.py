"""What the rota tells people by itself: reminders before a shift, and holes to those who can fill them."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.journal import newest
from app.own_thread import OwnThread
from app.queries.handover import DueHandOver, due_handovers, still_theirs
from app.rota.at_start import tests_at_start
from app.rota.cannot_reach import unreached
from app.rota.cover_reminders import due_reminders
from app.rota.once import Telling, tell, waiting
from app.rota.remind import shifts_soon
from app.rota.warn import holes_to_come, news_of_the_morning
from app.rota.weekly import weekly_tests
from app.rota.zones import keep_zones
from app.shell import Shell
from app.tables import programs, rota_tiers
from dispatch.messages import Message

log = logging.getLogger("standby.watch")
EVERY_SECONDS = 30.0
_WATCHED = (
    select(
        programs.c.id,
        programs.c.zone,
        programs.c.id.in_(select(rota_tiers.c.program)).label("has_rota"),
    )
    .where(programs.c.active)
    .order_by(programs.c.id)
)

Prepare = Callable[[Connection], list[Telling]]


def watch(shell: Shell) -> int:
    """Owe every reminder and notice that is due now and was not told before; answers how many. Called every half
    minute; a thing is told once, and what is past is not told at all."""
    now = shell.clock.now()
    with shell.store.read() as connection:
        watched = connection.execute(_WATCHED).all()
    return sum(_watched(shell, row.id, row.zone, row.has_rota, now) for row in watched)


def _watched(shell: Shell, program: str, zone_name: str, has_rota: bool, now: datetime) -> int:
    every = _phones(shell, program, zone_name, now)
    if has_rota:
        every += _rota(shell, program, zone_name, now)
    return sum(_told(shell, program, prepare, now) for prepare in every)


def _phones(shell: Shell, program: str, zone_name: str, now: datetime) -> tuple[Prepare, ...]:
    """Of whoever is on call, also by shifts that were written by hand: a page finds them through nothing else."""
    # A zone that is not known must fail within the guard, not outside it.
    return (
        lambda connection: unreached(connection, shell, program, now),
        lambda connection: tests_at_start(connection, shell, program, now),
        lambda connection: weekly_tests(connection, shell, program, ZoneInfo(zone_name), now),
    )


def _rota(shell: Shell, program: str, zone_name: str, now: datetime) -> tuple[Prepare, ...]:
    return (
        lambda connection: hand_overs(connection, program, now),
        lambda connection: shifts_soon(connection, program, now),
        lambda connection: holes_to_come(connection, program, ZoneInfo(zone_name), now),
        lambda connection: _covers(connection, program, now),
        lambda _: [_clocks(program, now)],
        lambda connection: news_of_the_morning(connection, shell, program, ZoneInfo(zone_name), now),
    )


def _told(shell: Shell, program: str, prepare: Prepare, now: datetime) -> int:
    """Look without a writer's turn, for a page may wait behind it; then note and owe in one transaction. What fails
    here holds up nothing else, and is tried again in half a minute."""
    try:
        with shell.store.read() as connection:
            due = waiting(connection, prepare(connection))
        if not due:
            return 0
        with shell.store.write() as connection:
            count = tell(connection, program, due, now)
            seq = newest(connection)
    except Exception as fault:  # its text may hold what a person wrote
        log.error("the rota of program %s was not watched: %s", program, type(fault).__name__)
        return 0
    if count:
        shell.told(seq)
    return count


def _covers(connection: Connection, program: str, now: datetime) -> list[Telling]:
    return [
        Telling((due.key,), partial(_itself, message=due.message))
        for due in due_reminders(connection, program, now)
    ]


def hand_overs(connection: Connection, program: str, now: datetime) -> list[Telling]:
    """To the holder of each seat whose shift is over, and to the next who could take it."""
    return [
        Telling((key,), partial(_still_waits, due=due, message=message))
        for due in due_handovers(connection, program, now)
        for key, message in due.messages
    ]


def _still_waits(connection: Connection, due: DueHandOver, message: Message) -> list[Message]:
    return [message] if still_theirs(connection, due) else []


def _clocks(program: str, now: datetime) -> Telling:
    """Once a day how the clocks of the program are set is written down; the lint tells when they are not so again."""

    def keep(connection: Connection) -> list[Message]:
        keep_zones(connection, program, now)
        return []

    return Telling((f"clocks:{program}:{now.date()}",), keep)


def _itself(connection: Connection, message: Message) -> list[Message]:
    return [message]


class Watch:
    """`start()` gives the watch its own thread, so that it never stands in the way of a page."""

    def __init__(self, shell: Shell) -> None:
        self._thread = OwnThread("watch", partial(watch, shell), EVERY_SECONDS)

    def start(self) -> None:
        """Look every half minute until `stop()`."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; what it writes is whole or not there."""
        self._thread.stop()
