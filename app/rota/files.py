"""The rota as a file: what a file says of a span, and the stored rota of a program written as one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.queries.api import instant as written
from app.rota.load import needs_of, rules_of
from app.tables import programs, rota_layers
from dispatch.rota.file import RotaFile, read_file, write_file
from dispatch.rota.final import final
from dispatch.rota.gaps import gaps
from dispatch.rota.read import Unreadable
from dispatch.rota.rules import Assignment, Broken, TierNeed
from dispatch.rota.wall import instant

BYTES_AT_MOST: Final = 20_000_000
SPAN_AT_MOST: Final = timedelta(days=5 * 366)
# All that was ever stored.
_SINCE, _UNTIL = datetime(1971, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)


def open_file(path: Path) -> RotaFile:
    """The rota in a file. Raises `Unreadable` with a sentence for whoever wrote it."""
    try:
        if path.stat().st_size > BYTES_AT_MOST:
            raise Unreadable(f"{path} is larger than a rota can be. Give a file of at most 20 MB.")
        return read_file(json.loads(path.read_text("utf-8-sig")))
    except OSError:
        raise Unreadable(f"{path} cannot be opened. Look at its name and whose file it is.") from None
    except (ValueError, RecursionError):
        raise Unreadable(f"{path} is not JSON. Look for a missing comma or quote.") from None


def read_span(start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A span from two texts: times with their offset, or of the zone's wall. Raises `Unreadable`."""
    begins, ends = _time(start, "--from", zone), _time(end, "--to", zone)
    if ends <= begins:
        raise Unreadable("The span ends before it begins, or at once. Write a later --to.")
    if ends - begins > SPAN_AT_MOST:
        raise Unreadable("The span is longer than 5 years. Ask for less at once.")
    return begins, ends


def resolved(rota: RotaFile, start: datetime, end: datetime) -> dict[str, Any]:
    """The final rota of a span as plain values: who is on, tier by tier, where too few are, what cannot be read."""
    found = final(rota.rules, start, end)
    needs = _needs(rota)
    short = gaps(found, needs, start, end)
    return {
        "from": written(start),
        "to": written(end),
        "zone": rota.zone.key,
        "tiers": [
            {
                "tier": need.tier,
                "shifts": [_shift(one, start, end) for one in found if one.tier == need.tier],
                "gaps": [
                    {
                        "starts_at": written(gap.starts_at),
                        "ends_at": written(gap.ends_at),
                        "missing": gap.need - gap.have,
                    }
                    for gap in short
                    if gap.tier == need.tier
                ],
            }
            for need in needs
        ],
        "broken": [{"id": one.id, "why": one.why, "among": one.among} for one in rota.rules.broken],
    }


def as_table(said: dict[str, Any]) -> str:
    """The same for a reader, in local time; each time names its offset, for an hour may come twice."""
    zone = ZoneInfo(said["zone"])

    def local(at: str) -> str:
        return f"{datetime.fromisoformat(at).astimezone(zone):%a %d %b %Y %H:%M %Z}"

    lines = [f"{local(said['from'])} to {local(said['to'])}, {said['zone']}"]
    for tier in said["tiers"]:
        lines += ["", tier["tier"]]
        rows = [(one["starts_at"], one["ends_at"], _who(one)) for one in tier["shifts"]]
        rows += [(one["starts_at"], one["ends_at"], f"GAP: {one['missing']} missing") for one in tier["gaps"]]
        lines += [f"  {local(begins)}  {local(ends)}  {who}" for begins, ends, who in sorted(rows)]
        lines += [] if rows else ["  nobody is needed, and nobody is on"]
    lines += ["", "Cannot be read:"] if said["broken"] else []
    lines += [f"  {one['id']}: {one['why']}" for one in said["broken"]]
    return "\n".join(lines)


def stored_file(connection: Connection, program: str) -> dict[str, Any]:
    """The whole stored rota of a program as a rota file. A layer that cannot be read stands in it as it is."""
    zone = ZoneInfo(connection.scalars(select(programs.c.zone).where(programs.c.id == program)).one())
    rules = rules_of(connection, program, _SINCE, _UNTIL)
    file = write_file(RotaFile(zone, needs_of(connection, program), rules))
    file["layers"] += [_as_stored(connection, one) for one in rules.broken]
    return file


def _needs(rota: RotaFile) -> tuple[TierNeed, ...]:
    """What the file says of its tiers, and one person for each tier of which it says nothing."""
    rules = rota.rules
    by_name = [one.tier for one in rules.shifts] + [one.tier for one in rules.overrides]
    seen = dict.fromkeys([one.tier for one in rules.layers] + by_name)
    said = {need.tier for need in rota.needs}
    return (*rota.needs, *(TierNeed(tier) for tier in seen if tier not in said))


def _shift(one: Assignment, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "person": one.person,
        "starts_at": written(max(one.starts_at, start)),
        "ends_at": written(min(one.ends_at, end)),
        "source": one.source,
        "team": one.team,
    }


def _who(shift: dict[str, Any]) -> str:
    team = f", {shift['team']}" if shift["team"] else ""
    return f"{shift['person']} ({shift['source']}{team})"


def _time(given: str, name: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(given)
        at = instant(found, zone) if found.tzinfo is None else found.astimezone(UTC)
        if not _SINCE <= at <= _UNTIL:
            raise ValueError
    except (ValueError, OverflowError):
        raise Unreadable(
            f"Write {name} as 2026-11-02T19:00, a time in {zone.key}, or with its offset: "
            "2026-11-02T19:00-06:00."
        ) from None
    return at


def _as_stored(connection: Connection, broken: Broken) -> dict[str, Any]:
    row = connection.execute(select(rota_layers).where(rota_layers.c.id == broken.id)).one()
    try:
        body = json.loads(row.body)
    except (ValueError, RecursionError):
        body = None
    return {**(body if isinstance(body, dict) else {"tier": row.tier}), "id": row.id}
