"""A program's terms of the rota: read as they stand, and set, with the bars that follow, in one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.note import note
from app.rota.bars import rebar
from app.rota.load import needs_of, terms_of
from app.sessions import Me
from app.shell import Shell
from app.tables import programs, rota_tiers
from dispatch.rota.rules import TierNeed
from dispatch.rota.terms import RotaTerms, write_terms


@dataclass(frozen=True)
class HouseTerms:
    """All that a program sets about its rota: the state whose law counts, the terms, and what each tier needs."""

    state: str | None
    terms: RotaTerms
    needs: tuple[TierNeed, ...]


def standing_terms(connection: Connection, program: str) -> HouseTerms:
    """What stands now."""
    state = connection.scalar(select(programs.c.state).where(programs.c.id == program))
    return HouseTerms(state, terms_of(connection, program), needs_of(connection, program))


def set_house_terms(connection: Connection, shell: Shell, by: Me, new: HouseTerms) -> int:
    """Set them. Whoever a rule keeps off a tier from now on is off in the same transaction."""
    row = connection.execute(select(programs.c.rota).where(programs.c.id == by.program)).one()
    stored = {**(row.rota or {}), **write_terms(new.terms)}
    tiers = [_tier(need) for need in new.needs]
    connection.execute(
        programs.update().where(programs.c.id == by.program).values(state=new.state, rota=stored)
    )
    connection.execute(rota_tiers.delete().where(rota_tiers.c.program == by.program))
    if tiers:
        rows = [{**tier, "program": by.program, "place": place} for place, tier in enumerate(tiers)]
        connection.execute(rota_tiers.insert(), rows)
    rebar(connection, by.program, shell.clock.now())
    return note(
        connection,
        shell,
        by,
        by.program,
        "RotaTermsChanged",
        state=new.state,
        terms=write_terms(new.terms),
        tiers=tiers,
    )


def _tier(need: TierNeed) -> dict[str, Any]:
    bring = [{"skill": one.skill, "count": one.count, "hard": one.hard} for one in need.bring]
    return {"tier": need.tier, "people": need.people, "bring": bring}
