"""A change of the rota is shown with its price before anybody makes it: who goes off, who comes on, what it costs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.preview import Difference, difference, price
from dispatch.rota.rules import Assignment, Away, Bring, Override, Rules, TierNeed
from dispatch.rota.span_words import span_words
from dispatch.rota.staff import Credential, Worker

CHICAGO = ZoneInfo("America/Chicago")
# Thursday 29 October 2026, 19:00 in the county, to 07:00.
DUSK = datetime(2026, 10, 30, 0, 0, tzinfo=UTC)
DAWN = DUSK + timedelta(hours=12)
END = DUSK + timedelta(days=60)
NEED = (TierNeed("primary"),)
LICENSE = Credential("license", ends_on=date(2026, 10, 29), state="MN", title="LICSW")
STAFF = {
    one.id: one
    for one in (
        Worker("ana", "Ana Vela", skills=frozenset({"spanish"})),
        Worker("ben", "Ben Whitcomb", credentials=(replace(LICENSE, ends_on=None),)),
        Worker("cyd", "Cyd Raman"),
        Worker("dov", "Dov Osei", credentials=(LICENSE,)),
    )
}


def on(person: str, tier: str = "primary", start: float = 0, end: float = 12, day: int = 0) -> Assignment:
    from_day = DUSK + timedelta(days=day)
    hours = from_day + timedelta(hours=start), from_day + timedelta(hours=end)
    return Assignment(person, tier, *hours, f"{person}{tier}{day}")


def rules(*shifts: Assignment) -> Rules:
    return Rules(shifts=shifts)


def priced(before: Rules, after: Rules, needs: tuple[TierNeed, ...] = NEED) -> tuple[str, ...]:
    return price(before, after, needs, STAFF, CHICAGO, DUSK, END)


# --- the difference ---------------------------------------------------------------------------------------


def test_the_difference_names_who_goes_off_and_who_comes_on() -> None:
    before = rules(on("ana"))
    after = replace(before, overrides=(Override("o", 1, "primary", DUSK, DAWN, "ana", "ben"),))
    assert difference(before, after, DUSK, END) == (
        Difference("ana", "primary", DUSK, DAWN, "off"),
        Difference("ben", "primary", DUSK, DAWN, "on"),
    )


def test_a_person_who_stays_on_by_another_rule_makes_no_difference() -> None:
    before = rules(on("ana", end=6), on("ana", start=6))
    assert difference(before, rules(on("ana")), DUSK, END) == ()


def test_only_the_hours_that_change_are_named() -> None:
    found = difference(rules(on("ana")), rules(on("ana", end=4), on("ana", start=8)), DUSK, END)
    hours = DUSK + timedelta(hours=4), DUSK + timedelta(hours=8)
    assert found == (Difference("ana", "primary", *hours, "off"),)


def test_the_difference_looks_sixty_days_ahead_and_no_further() -> None:
    found = difference(rules(), rules(on("ana", end=24 * 400)), DUSK, DUSK + timedelta(days=400))
    assert [(one.starts_at, one.ends_at) for one in found] == [(DUSK, DUSK + timedelta(days=60))]


# --- what gets worse --------------------------------------------------------------------------------------


def test_a_new_hole_is_said_with_its_day_and_hours() -> None:
    assert priced(rules(on("ben")), rules()) == ("Leaves nobody on primary Thu 29 Oct 19:00 to 07:00.",)


def test_a_hole_that_was_there_before_is_no_price_of_the_change() -> None:
    backup = rules(on("cyd", "backup"))
    assert priced(rules(), backup) == ()


def test_a_change_without_a_price_says_nothing() -> None:
    assert priced(rules(on("cyd")), rules(replace(on("cyd"), person="ben"))) == ()


def test_too_few_people_are_counted() -> None:
    need = (TierNeed("primary", people=2),)
    assert priced(rules(on("ben"), on("cyd")), rules(on("ben")), need) == (
        "Leaves 1 of 2 people on primary Thu 29 Oct 19:00 to 07:00.",
    )


def test_one_more_than_is_needed_may_go_without_a_word() -> None:
    assert priced(rules(on("ben"), on("cyd")), rules(on("ben"))) == ()


def test_the_last_spanish_speaker_is_missed_for_exactly_her_hours() -> None:
    before = rules(on("ana", start=3 + 2 / 3, end=5 + 1 / 6), on("cyd"))
    assert priced(before, rules(on("cyd"))) == ("Leaves no Spanish speaker Thu 29 Oct 22:40 to 00:10.",)


def test_a_speaker_in_another_tier_is_still_there_for_the_program_and_missed_in_hers() -> None:
    backup = on("ana", "backup")
    before, after = rules(on("ana"), on("cyd")), rules(on("cyd"), backup)
    assert priced(before, after) == ()
    need = (TierNeed("primary", bring=(Bring("spanish"),)),)
    assert priced(before, after, need) == ("Leaves no Spanish speaker on primary Thu 29 Oct 19:00 to 07:00.",)


def test_a_license_that_ends_at_midnight_is_missed_from_midnight_on() -> None:
    before = rules(on("ben"), on("cyd"))
    after = rules(on("dov"), on("cyd"))
    assert priced(before, after) == ("Leaves no licensed person Fri 30 Oct 00:00 to 07:00.",)


def test_one_person_in_two_tiers_is_said() -> None:
    before = rules(on("ana"), on("cyd", "backup"))
    after = rules(on("ana"), on("ana", "backup", start=6))
    assert priced(before, after) == (
        "Leaves nobody on backup Thu 29 Oct 19:00 to 01:00.",
        "Puts Ana Vela on backup and primary at once Fri 30 Oct 01:00 to 07:00.",
    )


def test_somebody_who_was_switched_off_fills_no_hole() -> None:
    gone = replace(on("cyd"), person="zed")
    assert priced(rules(on("cyd")), rules(gone)) == ("Leaves nobody on primary Thu 29 Oct 19:00 to 07:00.",)


def test_a_tier_that_nobody_set_up_can_still_be_emptied() -> None:
    assert priced(rules(on("ben", "tele")), rules(), ()) == (
        "Leaves nobody on tele clinician Thu 29 Oct 19:00 to 07:00.",
    )


def test_a_hole_each_night_is_not_told_sixty_times() -> None:
    before = rules(*(on("ben", day=day) for day in range(60)))
    said = priced(before, rules())
    assert len(said) == 4
    assert said[-1] == "Leaves nobody on primary 57 times more until Mon 28 Dec 06:00."


def test_time_off_has_a_price_like_any_other_change() -> None:
    before = rules(on("cyd"))
    after = replace(before, away=(Away("cyd", DUSK + timedelta(hours=2), END, "sick"),))
    assert priced(before, after) == ("Leaves nobody on primary Thu 29 Oct 21:00 to 07:00.",)


# --- what it mends ----------------------------------------------------------------------------------------


def test_what_it_mends_stands_after_what_it_costs() -> None:
    before, after = rules(on("ana")), rules(on("cyd", start=6, end=18))
    assert priced(before, after) == (
        "Leaves nobody on primary Thu 29 Oct 19:00 to 01:00.",
        "Leaves no Spanish speaker Fri 30 Oct 01:00 to 07:00.",
        "Fills the hole on primary of Fri 30 Oct 07:00 to 13:00.",
    )


def test_half_a_mend_is_not_called_whole() -> None:
    need = (TierNeed("primary", people=2, bring=(Bring("licensed"),)),)
    first = priced(rules(), rules(on("cyd")), need)
    assert first == ("Fills the hole on primary of Thu 29 Oct 19:00 to 07:00, with 1 of 2 people.",)
    second = priced(rules(on("cyd")), rules(on("cyd"), on("ben")), need)
    assert second == (
        "Brings primary to 2 of 2 people Thu 29 Oct 19:00 to 07:00.",
        "Brings a licensed person to primary Thu 29 Oct 19:00 to 07:00.",
    )


def test_the_end_of_two_places_at_once_is_a_mend() -> None:
    before = rules(on("ana"), on("cyd", "backup"), on("ana", "backup"))
    assert priced(before, rules(on("ana"), on("cyd", "backup"))) == (
        "Ends that Ana Vela is on backup and primary at once Thu 29 Oct 19:00 to 07:00.",
    )


# --- spans in words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_at", "hours", "words"),
    [
        (datetime(2026, 10, 30, 0, tzinfo=UTC), 12, "Thu 29 Oct 19:00 to 07:00"),
        (datetime(2026, 10, 30, 0, tzinfo=UTC), 24, "Thu 29 Oct 19:00 to Fri 30 Oct 19:00"),
        (datetime(2026, 10, 30, 0, tzinfo=UTC), 25, "Thu 29 Oct 19:00 to Fri 30 Oct 20:00"),
        # The night of the clock going back is thirteen hours long, and reads as any other.
        (datetime(2026, 11, 1, 0, tzinfo=UTC), 13, "Sat 31 Oct 19:00 to 07:00"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 1, "Sun 1 Nov 01:30 CDT to 01:30 CST"),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), 2, "Sun 8 Mar 01:00 to 04:00"),
        (datetime(2026, 11, 1, 6, 45, tzinfo=UTC), 0.5, "Sun 1 Nov 01:45 CDT to 01:15 CST"),
    ],
)
def test_a_span_reads_as_the_wall_shows_it(starts_at: datetime, hours: float, words: str) -> None:
    assert span_words(starts_at, starts_at + timedelta(hours=hours), CHICAGO) == words
