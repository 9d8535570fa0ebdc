"""When rounds open and are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_app.services.rounds.calendar import FRIDAY, Schedule, period_on, season_start, spring_festival
from grid_app.services.rounds.templates import TEMPLATES, THURSDAY

WEEKLY = Schedule("weekly", THURSDAY, 7)
TWICE = Schedule("half_monthly", FRIDAY, 0)
MONTHLY = Schedule("monthly", FRIDAY, 0)


def works(day: date) -> bool:
    return day.weekday() < 5


def asked(schedule: Schedule, day: date):
    return period_on(schedule, day, works=works)


def test_a_template_opened_by_hand_has_no_period_of_its_own():
    assert asked(Schedule("once", FRIDAY, 8), date(2026, 11, 20)) is None


def test_a_week_runs_from_friday_to_thursday_by_shanghai_days():
    period = asked(WEEKLY, date(2026, 11, 20))

    assert (period.key, period.opens, period.due) == ("2026-W48", date(2026, 11, 20), date(2026, 11, 26))
    assert period.opens_at == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert period.due_at == datetime(2026, 11, 26, 16, tzinfo=UTC)


def test_the_days_of_the_new_year_belong_to_the_iso_year_of_their_week():
    assert asked(WEEKLY, date(2026, 12, 31)).key == "2026-W53"


def test_a_township_closes_on_the_first_and_third_friday():
    assert asked(TWICE, date(2026, 11, 6)).due == date(2026, 11, 6)
    period = asked(TWICE, date(2026, 11, 21))
    assert (period.key, period.opens, period.due) == ("2026-12-1", date(2026, 11, 21), date(2026, 12, 4))


def test_a_month_ends_on_its_last_working_day():
    period = asked(MONTHLY, date(2026, 10, 12))
    assert (period.key, period.due) == ("2026-M10", date(2026, 10, 30))
    assert asked(MONTHLY, date(2026, 10, 31)).key == "2026-M11"


def test_a_fortnight_of_an_older_installation_holds_its_two_weeks_under_one_key():
    older = Schedule("fortnightly", FRIDAY, 12)
    first, second = asked(older, date(2026, 11, 16)), asked(older, date(2026, 11, 27))

    assert first == second
    assert first.opens == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("season", "year", "day"),
    [
        ("06-01", 2027, date(2027, 6, 1)),
        ("02-29", 2027, date(2027, 2, 28)),
        ("02-29", 2028, date(2028, 2, 29)),
        ("spring_festival-35", 2027, date(2027, 1, 2)),
    ],
)
def test_a_season_begins_on_its_day(season: str, year: int, day: date):
    assert season_start(season, year) == day


@pytest.mark.parametrize("season", ["", "13-01", "02-30", "6-1", "spring_festival", "spring_festival-"])
def test_a_season_that_is_no_date_is_refused(season: str):
    with pytest.raises(ValueError, match=r"season|month|day"):
        season_start(season, 2028)


def test_the_lunar_year_begins_when_the_state_council_says():
    """Days of the holiday notices of 2024 to 2026."""
    assert [spring_festival(year) for year in (2024, 2025, 2026)] == [
        date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
    ]  # fmt: skip


def test_a_season_over_the_new_year_keeps_its_year():
    wages = Schedule("yearly", FRIDAY, 61, "11-20")

    assert asked(wages, date(2027, 1, 10)) == asked(wages, date(2026, 11, 20))
    assert asked(wages, date(2027, 1, 20)).key == "2027-Y"


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.sampled_from([one[3] for one in TEMPLATES]))
def test_every_day_lies_in_the_period_it_names_or_before_it(day: date, schedule: Schedule):
    period = asked(schedule, day)
    if period is None:
        return

    assert day <= period.due
    assert period.opens <= period.due
    assert asked(schedule, period.due) == period
    assert asked(schedule, period.due + timedelta(days=1)).opens > period.due
