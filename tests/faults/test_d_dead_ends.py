"""F71, for any policy: however the ladder is set and whoever cannot be reached, the asking ends at somebody who can."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch import commands as c
from dispatch import messages as m
from dispatch.board import Rung
from dispatch.clock import next_wake
from tests.builders import a_board, after_asking, an_incident, minute, told

TIERS = ("primary", "backup", "supervisor")
STAFF = ("ana", "ben", "cy", "fay", "sue", "max")
SUPERVISORS = frozenset({"sue", "max"})
LONGEST_RUNG, AGAIN = 15, 5

ladders = st.permutations(TIERS).flatmap(
    lambda tiers: st.lists(st.integers(1, LONGEST_RUNG), min_size=1, max_size=3).map(
        lambda lengths: tuple(
            Rung(tier, timedelta(minutes=length)) for tier, length in zip(tiers, lengths, strict=False)
        )
    )
)
rotas = st.lists(
    st.tuples(st.sampled_from(STAFF), st.sampled_from(TIERS)), max_size=6, unique_by=lambda one: one[0]
)
# Everybody may be out of reach but one of the supervisors: the last of them cannot be switched off.
out_of_reach = st.sampled_from(sorted(SUPERVISORS)).flatmap(
    lambda last: st.frozensets(st.sampled_from([person for person in STAFF if person != last]))
)


@given(ladders, rotas, out_of_reach, st.booleans(), st.integers(1, 3))
def test_f71_however_the_ladder_is_set_the_asking_ends_at_somebody_who_can_be_reached(
    ladder: tuple[Rung, ...],
    rota: list[tuple[str, str]],
    gone: frozenset[str],
    known: bool,
    rounds: int,
) -> None:
    """`known`: a phone that is gone is known to be, and its page ends at once; else it is silent to the end."""
    board = replace(a_board(on_call=rota, ladder=ladder, rounds_at_most=rounds), supervisors=SUPERVISORS)
    # A page to each, one after the other, and then the alarm: to those on call, and five minutes later to all.
    longest = len(STAFF) * LONGEST_RUNG + 2 * AGAIN
    incident, at = an_incident(), 0.0
    commands: list[c.Command] = [c.Dispatch("dee")]
    while at <= longest:
        now = replace(board, now=minute(at))
        while commands:
            command = commands.pop()
            heard = [
                one
                for one in told(incident, command, now)
                if isinstance(one, m.PageResponder | m.AlarmStands)
            ]
            if any(one.to not in gone for one in heard):
                return
            incident = after_asking(incident, command, now)
            if known:
                pages = [one.page for one in heard if isinstance(one, m.PageResponder)]
                commands += [c.MarkUnreachable(c.RULE, page, "30005") for page in pages]
        due = next_wake(incident)
        assert due is not None, "it is asleep, and nobody has heard of it"
        at = (due - minute(0)) / timedelta(minutes=1)
        commands = [c.Wake()]
    raise AssertionError(f"after {at:.0f} minutes nobody who can be reached has heard of it")
