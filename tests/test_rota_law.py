"""Who may work a shift: rest, nights, hours, calls at night, time off, one place at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.may_work import CURE, Objection, SetAside, objections
from dispatch.rota.rest import night_of, nights_of, week_of
from dispatch.rota.rules import Assignment, Away
from dispatch.rota.staff import Worker
from dispatch.rota.terms import NEVER_SET_ASIDE, RULE_WORDS, RULES, RotaTerms, read_terms, write_terms
from dispatch.rota.wall import instant

CHICAGO = ZoneInfo("America/Chicago")
OSEI = Worker("dov", "Osei", title="Peer")
TERMS = RotaTerms()


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """A time on the wall in Chicago, as an instant."""
    return instant(datetime(year, month, day, hour, minute), CHICAGO)


def on(start: datetime, end: datetime, tier: str = "primary", source: str = "s") -> Assignment:
    return Assignment("dov", tier, start, end, source)


def night(day: int, **more: str) -> Assignment:
    """19:00 to 07:00."""
    return on(at(day, 19), at(day + 1, 7), **more)


def against(
    wanted: Assignment,
    *others: Assignment,
    terms: RotaTerms = TERMS,
    call_outs: tuple[tuple[datetime, datetime], ...] = (),
    away: tuple[Away, ...] = (),
    worker: Worker = OSEI,
    set_aside: tuple[SetAside, ...] = (),
    zone: ZoneInfo = CHICAGO,
) -> tuple[Objection, ...]:
    return objections(worker, wanted, others, terms, zone, call_outs, away, set_aside=set_aside)


def rules(found: tuple[Objection, ...]) -> list[str]:
    return [one.rule for one in found]


# --- rest ---------------------------------------------------------------------------------------------------


def test_exactly_eleven_hours_are_rest_enough() -> None:
    assert not against(on(at(10, 18), at(10, 22)), on(at(9, 23), at(10, 7)))


def test_a_minute_less_than_eleven_hours_is_not() -> None:
    found = against(on(at(10, 17, 59), at(10, 22)), on(at(9, 23), at(10, 7)))
    assert rules(found) == ["rest"] and found[0].weight == "hard"
    assert found[0].sentence.startswith(
        "Osei would have 10 h 59 min rest before this shift; 11 h is the rule here."
    )


def test_the_sentence_says_what_to_do() -> None:
    (found,) = against(on(at(10, 13), at(10, 19)), on(at(9, 23), at(10, 7)))
    assert found.sentence == (
        "Osei would have 6 h rest before this shift; 11 h is the rule here. "
        "Choose another, or set the rule aside by name."
    )


def test_rest_is_owed_after_a_shift_as_well() -> None:
    (found,) = against(on(at(9, 12), at(9, 20)), on(at(10, 3), at(10, 9)))
    assert "7 h rest after this shift" in found.sentence


def test_a_soft_rule_warns_and_names_no_cure() -> None:
    terms = RotaTerms(weights={**RULES, "rest": "soft"})
    (found,) = against(on(at(10, 13), at(10, 19)), on(at(9, 23), at(10, 7)), terms=terms)
    assert found.weight == "soft" and CURE not in found.sentence


def test_a_rule_that_is_off_says_nothing() -> None:
    terms = RotaTerms(weights={**RULES, "rest": "off"})
    assert not against(on(at(10, 13), at(10, 19)), on(at(9, 23), at(10, 7)), terms=terms)


def test_when_the_clocks_go_back_the_wall_shows_less_rest_than_there_is() -> None:
    # 1 November 2026: 01:00 comes twice. 20:00 to 06:00 on the wall are eleven true hours.
    before = on(at(31, 12, month=10), at(31, 20, month=10))
    assert not against(on(at(1, 6), at(1, 12)), before)
    assert rules(against(on(at(1, 5, 59), at(1, 12)), before)) == ["rest"]


def test_when_the_clocks_go_forward_the_wall_shows_more_rest_than_there_is() -> None:
    # 8 March 2026: 02:00 is skipped. 20:00 to 07:00 on the wall are ten true hours.
    before = on(at(7, 12, month=3), at(7, 20, month=3))
    (found,) = against(on(at(8, 7, month=3), at(8, 12, month=3)), before)
    assert "10 h rest before" in found.sentence
    assert not against(on(at(8, 8, month=3), at(8, 12, month=3)), before)


def test_one_shift_after_the_other_without_a_break_is_no_rest() -> None:
    (found,) = against(on(at(10, 7), at(10, 19)), night(9, source="t"))
    assert found.rule == "rest" and "24 h on end" in found.sentence and "16 h here" in found.sentence


def test_two_halves_of_two_shifts_make_one_shift() -> None:
    assert not against(on(at(10, 1), at(10, 7)), on(at(9, 19), at(10, 1), source="o"))
    assert not against(on(at(9, 23), at(10, 7)), on(at(9, 15), at(9, 23), source="o")), "exactly 16 h"
    assert rules(against(on(at(9, 23), at(10, 8)), on(at(9, 15), at(9, 23), source="o"))) == ["rest"]


def test_a_turn_that_a_layer_hands_out_in_pieces_is_one_long_shift() -> None:
    days = [on(at(day, 8), at(day + 1, 8), source="layer", tier="supervisor") for day in (9, 10, 11)]
    assert "rest" not in rules(against(days[1], days[0], days[2]))


def test_rest_is_counted_from_the_end_of_the_whole_stretch() -> None:
    halves = on(at(9, 19), at(10, 1), source="o"), on(at(10, 1), at(10, 7), source="p")
    (found,) = against(on(at(10, 15), at(10, 19)), *halves)
    assert "8 h rest before" in found.sentence


# --- nights -------------------------------------------------------------------------------------------------


def test_four_nights_running_are_allowed_and_a_fifth_is_not() -> None:
    nights = [night(day) for day in (9, 10, 11)]
    assert not against(night(12), *nights)
    (found,) = against(night(13), *nights, night(12))
    assert found.rule == "nights_running"
    assert "5 nights running, Mon 9 Nov 2026 to Fri 13 Nov 2026; 4 is the rule here" in found.sentence


def test_a_night_that_joins_two_runs_is_counted_with_both() -> None:
    found = against(night(11), night(9), night(10), night(12), night(13))
    assert rules(found) == ["nights_running"]


def test_a_night_off_begins_the_count_again() -> None:
    assert not against(
        night(14), *(night(day) for day in (9, 10, 11, 12)), terms=RotaTerms(week_hours=timedelta(hours=90))
    )


def test_a_long_run_elsewhere_does_not_speak_against_this_day() -> None:
    run = [night(day) for day in (1, 2, 3, 4, 5)]
    assert "nights_running" not in rules(against(on(at(7, 8), at(7, 16)), *run))


def test_an_evening_is_no_night_and_half_a_night_is_one() -> None:
    assert not nights_of(at(9, 15), at(9, 23), TERMS, CHICAGO)
    assert nights_of(at(9, 19), at(10, 1), TERMS, CHICAGO) == (date(2026, 11, 9),)
    assert not nights_of(at(9, 19), at(10, 0, 59), TERMS, CHICAGO)
    assert nights_of(at(10, 1), at(10, 7), TERMS, CHICAGO) == (date(2026, 11, 9),)


def test_a_night_is_an_hour_longer_or_shorter_when_the_clocks_change() -> None:
    long, short = night_of(date(2026, 10, 31), TERMS, CHICAGO), night_of(date(2026, 3, 7), TERMS, CHICAGO)
    assert long[1] - long[0] == timedelta(hours=13) and short[1] - short[0] == timedelta(hours=11)


def test_a_week_on_call_is_seven_nights() -> None:
    week = on(at(9, 8), at(16, 8))
    assert len(nights_of(week.starts_at, week.ends_at, TERMS, CHICAGO)) == 7
    assert "nights_running" in rules(against(week))


def test_a_night_may_begin_after_midnight() -> None:
    terms = RotaTerms(night_starts=0, night_ends=6)
    assert nights_of(at(10, 0), at(10, 3), terms, CHICAGO) == (date(2026, 11, 10),)


# --- hours in a week ----------------------------------------------------------------------------------------


def test_sixty_hours_in_a_week_are_allowed_and_more_is_warned_of() -> None:
    days = [on(at(day, 7), at(day, 19)) for day in (9, 10, 11, 12)]
    assert not against(on(at(14, 7), at(14, 19)), *days)
    (found,) = against(on(at(14, 7), at(14, 19, 15)), *days)
    assert (found.rule, found.weight) == ("week_hours", "soft")
    assert (
        found.sentence
        == "Osei would be on call 60 h 15 min in the week of Mon 9 Nov 2026; 60 h is the rule here."
    )


def test_a_persons_own_hours_come_first() -> None:
    part_time = Worker("dov", "Osei", week_hours=timedelta(hours=20))
    days = [on(at(9, 7), at(9, 19))]
    assert rules(against(on(at(11, 7), at(11, 19)), *days, worker=part_time)) == ["week_hours"]


def test_a_night_from_sunday_to_monday_counts_in_both_weeks() -> None:
    terms = RotaTerms(week_hours=timedelta(hours=6))
    (found,) = against(night(8), terms=terms)  # Sunday 8 November: 5 h before midnight, 7 h after
    assert "7 h in the week of Mon 9 Nov" in found.sentence


def test_the_week_in_which_the_clocks_go_back_has_an_hour_more() -> None:
    start, end = week_of(date(2026, 10, 26), CHICAGO)
    assert end - start == timedelta(hours=169)
    terms = RotaTerms(week_hours=timedelta(hours=12))
    (found,) = against(on(at(31, 19, month=10), at(1, 7)), terms=terms)
    assert "13 h in the week" in found.sentence


def test_an_hour_in_two_tiers_is_one_hour() -> None:
    terms = RotaTerms(week_hours=timedelta(hours=12), weights={**RULES, "two_tiers": "off"})
    assert not against(night(9), night(9, tier="backup", source="b"), terms=terms)


# --- called out at night ------------------------------------------------------------------------------------


def test_a_long_call_at_night_pushes_the_next_shift() -> None:
    out = ((at(10, 1), at(10, 4)),)
    (found,) = against(on(at(10, 8), at(10, 16)), call_outs=out)
    assert (found.rule, found.weight) == ("after_call_out", "soft")
    assert found.sentence == (
        "Osei was called out at night until Tue 10 Nov 04:00, 4 h before this shift; 11 h is the rule here."
    )


def test_exactly_two_hours_out_count_and_a_minute_less_does_not() -> None:
    morning = on(at(10, 8), at(10, 16))
    assert against(morning, call_outs=((at(10, 2), at(10, 4)),))
    assert not against(morning, call_outs=((at(10, 2), at(10, 3, 59)),))


def test_only_the_part_of_a_call_that_lies_in_the_night_counts() -> None:
    assert not against(on(at(10, 12), at(10, 16)), call_outs=((at(10, 6), at(10, 10)),))
    assert against(on(at(10, 12), at(10, 16)), call_outs=((at(10, 5), at(10, 10)),))


def test_the_shift_after_the_rest_is_not_pushed() -> None:
    out = ((at(10, 1), at(10, 4)),)
    assert not against(on(at(10, 15), at(10, 22)), call_outs=out)
    assert against(on(at(10, 14, 59), at(10, 22)), call_outs=out)


def test_the_hour_that_comes_twice_counts_twice_for_whoever_was_out_in_it() -> None:
    # 00:30 to 01:30 the second time, on the wall one hour, in truth two.
    left, back = at(1, 0, 30), datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert back - left == timedelta(hours=2)
    assert against(on(at(1, 8), at(1, 16)), call_outs=((left, back),))


# --- time off, and one place at a time ----------------------------------------------------------------------


def test_time_off_speaks_against_a_shift_that_it_touches() -> None:
    off = Away("dov", at(10), at(12), "vacation")
    (found,) = against(night(9), away=(off,))
    assert (found.rule, found.weight) == ("time_off", "hard") and "(vacation)" in found.sentence
    assert not against(on(at(9, 19), at(10, 0)), away=(off,)), "it ends when the time off begins"
    assert not against(night(9), away=(Away("ana", at(9), at(12), "vacation"),))


def test_time_off_that_is_only_asked_for_is_warned_of() -> None:
    (found,) = against(night(9), away=(Away("dov", at(9), at(12), "asked"),))
    assert found.weight == "soft" and "has asked for time off" in found.sentence


def test_nobody_is_on_call_in_two_tiers_at_once() -> None:
    found = against(night(9), on(at(10, 6), at(10, 12), tier="backup", source="b"))
    assert (
        "two_tiers" in rules(found)
        and "on backup from Tue 10 Nov 06:00 to 12:00 already" in found[0].sentence
    )


def test_another_persons_shift_never_counts() -> None:
    assert not against(night(9), Assignment("ana", "backup", at(9, 12), at(9, 20), "t"))


# --- a rule set aside ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aside", "freed"),
    [
        (SetAside("dov", "rest", at(10, 13), at(10, 19)), True),
        (SetAside("dov", "rest", at(9), at(12)), True),
        (SetAside("dov", "rest", at(10, 13, 1), at(12)), False),
        (SetAside("dov", "rest", at(9), at(10, 18, 59)), False),
        (SetAside("dov", "nights_running", at(9), at(12)), False),
        (SetAside("ana", "rest", at(9), at(12)), False),
    ],
)
def test_a_rule_is_set_aside_for_one_person_one_rule_and_the_whole_shift(
    aside: SetAside, freed: bool
) -> None:
    found = against(on(at(10, 13), at(10, 19)), on(at(9, 23), at(10, 7)), set_aside=(aside,))
    assert bool(found) != freed


def test_hard_rules_are_said_before_soft_ones() -> None:
    out = ((at(10, 1), at(10, 4)),)
    found = against(on(at(10, 8), at(10, 16)), on(at(9, 23), at(10, 2)), call_outs=out)
    assert rules(found) == ["rest", "after_call_out"]


# --- the terms ----------------------------------------------------------------------------------------------


def test_terms_read_again_are_the_terms_that_were_written() -> None:
    terms = RotaTerms(
        rest=timedelta(hours=12),
        on_end=timedelta(hours=14),
        required={"primary": ("license", "driver")},
        titles={"CM": "practitioner"},
        weights={**RULES, "license": "off"},
    )
    assert read_terms(write_terms(terms)) == terms
    assert read_terms({}) == RotaTerms()


def test_every_rule_has_words_and_those_never_set_aside_are_rules() -> None:
    assert set(RULE_WORDS) == set(RULES) and set(RULES) > NEVER_SET_ASIDE
