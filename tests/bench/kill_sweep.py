"""Kill -9 at any write, send or settle of a page: lost, late or twice? python -m tests.bench.kill_sweep."""

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.bench.figures import machine, percentile, show
from tests.faults import strace
from tests.faults.service import REACHES_NOTHING, Stricken, stricken
from tests.house import PHONES
from tests.postgres import missing, running_postgres
from tests.served import until

# Each is struck at its first, second ... call on one thread, until a page goes out with nobody killed, or so often.
CALLS = {
    "pwrite64": [*range(1, 16), *range(16, 61, 4)],
    "fdatasync": [*range(1, 9)],
    "sendto": [*range(1, 9)],
    "recvfrom": [*range(1, 7)],
}
OVER_A_SOCKET = {"sendto": [*range(1, 16), *range(16, 91, 5)], "recvfrom": [*range(1, 12)]}
CLEAN_ENOUGH = 2
ASKED = ("ana", "ben")
NEVER = 60.0


@dataclass
class Struck:
    """What came of the kills at one kind of call: seconds from the kill until it answers again, and to the first
    try for somebody who had none before it; pages that never came; most copies of one text beyond the first."""

    kills: int = 0
    restarts: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    lost: int = 0
    copies: list[int] = field(default_factory=list)


def sweep(house: Stricken, calls: dict[str, list[int]]) -> dict[str, Struck]:
    """Kill it at each of these calls while a page is decided, sent and settled."""
    found = {}
    for call, places in calls.items():
        struck = found[call] = Struck()
        clean = 0
        for nth in places:
            if clean >= CLEAN_ENOUGH:
                break
            clean = 0 if one_kill(house, call, nth, struck) else clean + 1
            print(".", end="", file=sys.stderr, flush=True)
    return found


def one_kill(house: Stricken, call: str, nth: int, struck: Struck) -> bool:
    """One page, one kill. False: it went out before the process came to that call."""
    desk = house.desk()
    incident, ref = house.a_call()

    def seen(person: str) -> list[float]:
        about = [one for one in house.twilio.sends(PHONES[person]) if str(ref) in one.form.get("Body", "")]
        return [one.at for one in about]

    key = f"{call}{nth}-{incident}"
    team = {"lead": ASKED[0], "second": ASKED[1], "key": key}
    path = f"/incidents/{ref}/dispatch"
    with house.dying(call, nth) as kill:
        try:
            desk.http.post(
                desk.address + path, data={"csrf": desk.csrf, **team}, allow_redirects=False, timeout=4
            )
        except (requests.RequestException, *REACHES_NOTHING):
            pass
        deadline = time.monotonic() + 6
        while not kill.dead and time.monotonic() < deadline and house.count(incident, "sent") < 2:
            time.sleep(0.02)
        killed, at = kill.dead, time.monotonic()
        if killed:
            house.served.kill()
    if killed:
        house.served.start()
        struck.restarts.append(time.monotonic() - at)
        desk.post(path, **team)  # the dispatcher presses again: the same wish
        struck.kills += 1
    try:
        until(lambda: all(seen(person) for person in ASKED), NEVER, "both pages")
    except AssertionError:
        struck.lost += sum(not seen(person) for person in ASKED)
    if killed:
        # What may come a second time has come by then: two looks, three seconds apart, and a send.
        until(lambda: house.count(incident, "sending", "ambiguous") == 0, NEVER, "the end of every try")
        for person in ASKED:
            times = seen(person)
            struck.waits += [] if not times or times[0] < at else [times[0] - at]
            struck.copies.append(len(house.taken(person, ref)) - 1)
    house.over(incident)
    return killed


def told(database: str, found: dict[str, Struck]) -> list[tuple[str, ...]]:
    rows = []
    for call, struck in found.items():
        waits, restarts = struck.waits or [0.0], struck.restarts or [0.0]
        rows.append(
            (
                f"{database}, {call}",
                str(struck.kills),
                str(struck.lost),
                f"{percentile(restarts, 0.5):.1f}",
                f"{max(restarts):.1f}",
                f"{percentile(waits, 0.5):.1f}",
                f"{max(waits):.1f}",
                str(sum(copies > 0 for copies in struck.copies)),
                str(max(struck.copies, default=0)),
            )
        )
    return rows


def main() -> None:
    if strace.missing():
        print(strace.missing())
        return
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder, stricken(Path(folder), None) as house:
        rows += told("SQLite", sweep(house, CALLS))
    if not missing():
        with running_postgres() as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
            with stricken(Path(folder), url) as house:
                rows += told("PostgreSQL", sweep(house, OVER_A_SOCKET))
    show(
        f"Kill -9 at each call of a page's path, restart included. {machine()}",
        (
            "struck at",
            "kills",
            "lost",
            "up again p50",
            "worst",
            "on the wire p50",
            "worst s",
            "came twice",
            "most extra",
        ),
        rows,
    )


if __name__ == "__main__":
    main()
