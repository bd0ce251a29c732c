"""The life of a cover: asked of colleagues, taken whole or in part, given back, approved, over."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dispatch.cover import Span, holes
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant, wall_of
from dispatch.value import Refused, require

# cover: it stays with its holder until somebody takes it. sick, leave: the holder is off it already, so it is a hole
# until then. swap: one shift for one of a named colleague.
Kind = Literal["cover", "swap", "sick", "leave"]
# waiting: somebody said yes and a manager must approve. given_back: taken, and returned before it began.
State = Literal["open", "waiting", "taken", "given_back", "withdrawn", "closed", "past"]
Reminder = Literal["noon", "day", "manager", "past"]
HOLES: Final = ("sick", "leave")
# Whoever cuts a shift leaves no piece that nobody would come for.
PIECE_AT_LEAST: Final = timedelta(hours=1)
REMIND_BEFORE: Final = timedelta(hours=24)
NOON: Final = time(12)


@dataclass(frozen=True)
class Ask:
    """One colleague who was asked, and what they said; None: nothing yet."""

    person: str
    asked_at: datetime
    answer: Literal["yes", "no"] | None = None


@dataclass(frozen=True)
class Cover:
    """One shift, or part of one, for which somebody else is wanted. `person` holds it; a swap names what comes back."""

    id: str
    ref: int
    kind: Kind
    person: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    state: State
    made_at: datetime
    asked: tuple[Ask, ...] = ()
    taken_by: str | None = None
    taken_at: datetime | None = None
    other: str | None = None
    other_tier: str | None = None
    other_starts_at: datetime | None = None
    other_ends_at: datetime | None = None

    @property
    def span(self) -> Span:
        """From when to when."""
        return self.starts_at, self.ends_at

    @property
    def is_hole(self) -> bool:
        """Nobody stands there until it is taken."""
        return self.kind in HOLES

    def ask_of(self, person: str) -> Ask | None:
        """What this colleague was asked."""
        return next((one for one in self.asked if one.person == person), None)


def life(cover: Cover, now: datetime) -> State:
    """Where it stands now. What nobody took is past by the clock alone: no timer has to say so."""
    return "past" if cover.state in ("open", "waiting") and now >= ends(cover) else cover.state


def ends(cover: Cover) -> datetime:
    """Until when it can be taken: a hole for as long as it is one, anything else until it begins."""
    if cover.is_hole:
        return cover.ends_at
    return min(cover.starts_at, cover.other_starts_at or cover.starts_at)


def ahead(cover: Cover, now: datetime) -> Span:
    """All of it that is still ahead: of a hole that began, nobody covers what has passed."""
    return max(cover.starts_at, now), cover.ends_at


def require_part(whole: Span, part: Span, now: datetime) -> None:
    """A part is a real part of the shift, still ahead, and leaves no crumbs."""
    start, end = part
    require(end != start, "From and to are the same time. Write a later end.")
    require(end > start, "The end is before the start. A night ends on the next day.")
    require(whole[0] <= start and end <= whole[1], "That is not within the shift. Look at its hours above.")
    require(end > now, "That part is over already. Write one that is still ahead.")
    if part == whole:
        return
    require(end - start >= PIECE_AT_LEAST, "A part is at least an hour. Write more, or the whole shift.")
    crumbs = any(rest < PIECE_AT_LEAST for rest in (start - whole[0], whole[1] - end) if rest)
    require(not crumbs, "That leaves less than an hour beside it. Take that too, or leave more.")


def pieces_left(whole: Span, part: Span) -> list[Span]:
    """What a part leaves of the whole, in order."""
    return holes([part], *whole)


def require_can_take(cover: Cover, person: str, now: datetime, names: dict[str, str], zone: ZoneInfo) -> None:
    """May this person still say yes? A late one hears the truth."""
    require(person != cover.person, "That is your own request. It stays yours until somebody else says yes.")
    if cover.ask_of(person) is None:
        raise Refused("You were not asked for that shift. Look at My shifts.")
    require_open(cover, person, now, names, zone)


def require_open(cover: Cover, person: str, now: datetime, names: dict[str, str], zone: ZoneInfo) -> None:
    """It still waits for a taker; if not, what became of it."""
    state = life(cover, now)
    if state == "open":
        return
    if state in ("taken", "waiting"):
        assert cover.taken_by is not None and cover.taken_at is not None
        at = clock_time(cover.taken_at, now, zone)
        who = "You" if cover.taken_by == person else names.get(cover.taken_by, "Somebody")
        if state == "waiting":
            raise Refused(f"{who} said yes {at}. It waits for a manager.")
        raise Refused(f"{who} took it {at}.")
    raise Refused(OVER[state])


OVER: Final = {
    "given_back": "It was given back and asked anew. Look at My shifts.",
    "withdrawn": "It was taken back: it is not needed any more.",
    "closed": "A manager has settled it. Nothing is needed from you.",
    "past": "It is too late: the shift has begun.",
}


def require_can_give_back(cover: Cover, person: str, now: datetime) -> None:
    """A taken shift goes back only by the one who took it, and before it begins."""
    require(cover.kind != "swap", "A swap is not given back. Offer the two shifts back instead.")
    require(cover.state == "taken" and cover.taken_by == person, "You do not have that shift.")
    require(now < cover.starts_at, "It has begun. Say that you cannot come, and we ask everybody at once.")


def reminders(cover: Cover, terms: RotaTerms, zone: ZoneInfo) -> list[tuple[Reminder, datetime]]:
    """What an open request says again, and when: to those asked at noon of the next day and a day before; to the
    managers and the holder a day before; to the holder that it is past. What falls before it was asked, or after it
    is over, is left out; the managers hear at once of one that comes too late for their hour."""
    wanted: list[tuple[Reminder, datetime]] = [
        ("noon", noon_after(cover.made_at, zone)),
        ("day", cover.starts_at - REMIND_BEFORE),
    ]
    found = [(name, at) for name, at in wanted if cover.made_at < at < ends(cover)]
    manager = cover.starts_at - terms.manager_hears_before
    # Of a hole the managers hear as it opens.
    if manager > cover.made_at or not cover.is_hole:
        found.append(("manager", max(manager, cover.made_at)))
    return [*found, ("past", ends(cover))]


def noon_after(at: datetime, zone: ZoneInfo) -> datetime:
    """Noon of the next day on the wall."""
    return instant(datetime.combine(wall_of(at, zone).date() + timedelta(days=1), NOON), zone)


def clock_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time of today as 14:02, of another day with the day."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
