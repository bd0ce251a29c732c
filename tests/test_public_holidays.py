"""Public holidays by state."""

from datetime import date

from app.public_holidays import STATES, holidays_between

CHRISTMAS = date(2026, 12, 25)


def test_a_federal_holiday_is_one_in_every_state() -> None:
    for state in (None, *STATES):
        assert "Christmas Day" in holidays_between(state, CHRISTMAS, CHRISTMAS)[CHRISTMAS]


def test_a_state_keeps_days_of_its_own() -> None:
    eve = date(2026, 12, 24)
    assert eve in holidays_between("WI", eve, eve)
    assert eve not in holidays_between("NY", eve, eve)
    assert eve not in holidays_between(None, eve, eve)


def test_a_span_over_the_new_year_knows_both_years_in_order() -> None:
    found = holidays_between("MN", date(2026, 12, 1), date(2027, 1, 31))
    assert list(found) == [CHRISTMAS, date(2027, 1, 1), date(2027, 1, 18)]


def test_a_span_that_ends_before_it_starts_has_none() -> None:
    assert holidays_between("MN", date(2027, 1, 31), date(2026, 12, 1)) == {}


def test_a_state_that_nobody_knows_gets_the_holidays_of_the_federation() -> None:
    span = date(2026, 1, 1), date(2026, 12, 31)
    assert holidays_between("ZZ", *span) == holidays_between(None, *span)
