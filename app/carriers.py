"""Which provider tries what now: by health, by who has said no already, and by who has a hand free."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from app.claims import Claim
from app.shell import Shell
from notify.transport import Transport, Wires

# Each provider has hands of its own: one that never answers holds up nobody else's.
HANDS_EACH = 8
# These stay free for what is urgent, however many notices wait.
KEPT_FREE = 3


class Carriers:
    """The providers and their hands. `hands` is None where each send runs where it is asked."""

    def __init__(self, shell: Shell, wires: Wires, hands: int = HANDS_EACH) -> None:
        self._shell = shell
        self._wires = wires
        self._hands = hands
        self._lock = Lock()
        self._busy: Counter[str] = Counter()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every provider, once."""
        return tuple(dict.fromkeys(one.name for carriers in self._wires.values() for one in carriers))

    def named(self, channel: str) -> tuple[str, ...]:
        """The providers of a channel, the preferred one first."""
        return tuple(one.name for one in self._of(channel))

    def carried_by(self, name: str) -> tuple[str, ...]:
        """The channels of a provider: when it does not answer at all, that is true of every one."""
        return tuple(
            channel for channel, carriers in self._wires.items() if any(one.name == name for one in carriers)
        )

    def wire(self, channel: str, name: str) -> Transport | None:
        """One provider of a channel."""
        return next((one for one in self._of(channel) if one.name == name), None)

    def _of(self, channel: str) -> tuple[Transport, ...]:
        return self._wires.get(channel, ())  # type: ignore[call-overload, no-any-return]

    def choose(self, program: str, channel: str, urgent: bool, refused: Sequence[str]) -> str | None:
        """The provider to try and a hand of it, taken; "" when all that could are busy; None when none carries this."""
        carriers = self.named(channel)
        if not carriers:
            return None
        fresh = [name for name in carriers if name not in refused] or list(carriers)
        most = self._hands if urgent else self._hands - KEPT_FREE
        with self._lock:
            for name in self._shell.health.order(program, channel, fresh):
                if self._busy[name] < most:
                    self._busy[name] += 1
                    return name
        return ""

    def gives_up(self, program: str, channel: str, provider: str) -> bool:
        """Does this one carry nothing, while another one of the channel does? Then what it may have taken is not asked
        for: the other one has it now."""
        nothing = self._shell.health.carries_nothing
        return nothing(program, channel, provider) and not all(
            nothing(program, channel, name) for name in self.named(channel)
        )

    def room(self) -> int:
        """How many hands are free."""
        with self._lock:
            return sum(max(0, self._hands - self._busy[name]) for name in self.names) or int(not self.names)

    def done(self, claim: Claim) -> None:
        """A hand is free again."""
        if claim.provider:
            with self._lock:
                self._busy[claim.provider] = max(0, self._busy[claim.provider] - 1)

    def recount(self, out: Iterable[Claim]) -> None:
        """After a beat that failed: only what is really out holds a hand."""
        with self._lock:
            self._busy = Counter(claim.provider for claim in out if claim.provider)

    def pool(self, claim: Claim) -> ThreadPoolExecutor:
        """The hands that send this claim."""
        name = claim.provider or "nobody"
        if name not in self._pools:
            self._pools[name] = ThreadPoolExecutor(self._hands, thread_name_prefix=f"send-{name}")
        return self._pools[name]

    def stop(self) -> None:
        """Wait for what is on the wire."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)
