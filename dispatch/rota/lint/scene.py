"""All that the lint looks at, as values: the rules of a rota, its people, and the ways to reach them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.reach import CHANNELS
from dispatch.rota.may_work import SetAside
from dispatch.rota.rules import Away, Rules, TierNeed
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms

# Rest, nights and hours of a week are judged by what lies around a shift.
AROUND = timedelta(days=8)


@dataclass(frozen=True)
class Way:
    """One way to a person: "text", "call", "push" or "email", whether it was ever proved, and when it last rang and
    answered. `no_texts`: no text arrives there any more."""

    id: str
    kind: str
    address: str
    verified_at: datetime | None = None
    tried_at: datetime | None = None
    answered_at: datetime | None = None
    no_texts: bool = False


@dataclass(frozen=True)
class OpenCover:
    """Somebody wants out of a shift, and nobody has taken it."""

    id: str
    person: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    sick: bool


@dataclass(frozen=True)
class Scene:
    """One program, looked at from `now` to `end`. `rules` must hold all from `now` less `AROUND` on. `workers` are
    the people who work here; `names` are of everybody whom a rule may name; `role_for` is who may stand in a tier.
    `stopped` are people who refuse our texts; `carried` are the channels that this house has, and
    `channels_at_least` how many different ones everybody keeps; `leave_asked` is time off that nobody has decided, with
    its id as the reason. `moved` are sentences about shifts that a new law of time has put elsewhere."""

    now: datetime
    end: datetime
    zone: ZoneInfo
    rules: Rules
    needs: tuple[TierNeed, ...]
    terms: RotaTerms = RotaTerms()
    workers: Mapping[str, Worker] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    role_for: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    channels_at_least: int = 2
    carried: frozenset[str] = frozenset(CHANNELS)
    leave_asked: tuple[Away, ...] = ()
    covers: tuple[OpenCover, ...] = ()
    moved: tuple[str, ...] = ()
    state: str | None = None
    set_aside: tuple[SetAside, ...] = ()
    layer_names: Mapping[str, str] = field(default_factory=dict)

    def name(self, person: str) -> str:
        """A person's name, for a sentence."""
        return self.names.get(person, "Somebody who is not on the staff list")

    def layer(self, layer: str) -> str:
        """A layer's name, for a sentence."""
        return self.layer_names.get(layer) or layer
