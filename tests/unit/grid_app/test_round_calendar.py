"""When rounds open and are due."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from grid_app.services.rounds.calendar import current_period


def test_a_template_without_a_frequency_has_no_period_of_its_own():
    assert current_period("once", date(2026, 11, 20), duration_days=8) is None


def test_a_week_runs_from_monday_to_friday_by_shanghai_days():
    period = current_period("weekly", date(2026, 11, 20), duration_days=5)

    assert (period.key, period.opens, period.due) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 20))
    assert period.opens_at == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert period.due_at == datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_the_days_of_the_new_year_belong_to_the_iso_year_of_their_week():
    assert current_period("weekly", date(2027, 1, 1), duration_days=5).key == "2026-W53"


def test_a_fortnight_holds_its_two_weeks_under_one_key():
    first = current_period("fortnightly", date(2026, 11, 16), duration_days=12)
    second = current_period("fortnightly", date(2026, 11, 27), duration_days=12)

    assert first == second
    assert first.opens == date(2026, 11, 16)


def test_a_month_is_named_by_its_number():
    assert current_period("monthly", date(2026, 2, 28), duration_days=28).key == "2026-M02"


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.sampled_from(["weekly", "fortnightly", "monthly"]))
def test_every_day_lies_in_the_period_that_it_names(day: date, frequency: str):
    period = current_period(frequency, day, duration_days=5)

    assert period.opens <= day
    assert current_period(frequency, period.opens, duration_days=5) == period
