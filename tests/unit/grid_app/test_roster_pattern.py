"""A pattern by the working calendar: make-up days, holidays, turns, nights, and a year that is not published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from grid_app.clocks.calendar import OwnDay, WorkingCalendar, last_published_year
from grid_app.services.duty_roster.pattern import Pattern, plan

A, B, C = (UUID(int=number) for number in (1, 2, 3))
CALENDAR = WorkingCalendar()
WEEKDAYS = Pattern("day", "working", 510, 1050, "day", ((A,), (B,), (C,)), date(2026, 2, 9), 4)


def days(pattern: Pattern, first: date, last: date, calendar: WorkingCalendar = CALENDAR) -> list[date]:
    return [one.day.day for one in plan(pattern, calendar, first=first, last=last)]


def test_a_make_up_saturday_is_worked_and_the_spring_festival_is_not():
    made = days(WEEKDAYS, date(2026, 2, 9), date(2026, 2, 28))

    assert date(2026, 2, 14) in made  # a Saturday worked for the Spring Festival of 2026
    assert not any(date(2026, 2, 16) <= day <= date(2026, 2, 20) for day in made)
    assert date(2026, 2, 28) in made  # and the Saturday after it


def test_rest_and_working_days_share_every_day_out_between_them():
    first, last = date(2026, 2, 9), date(2026, 3, 31)

    both = days(WEEKDAYS, first, last) + days(replace(WEEKDAYS, days="rest"), first, last)

    assert sorted(both) == [first + timedelta(n) for n in range((last - first).days + 1)]


def test_a_weekend_inside_a_holiday_is_one_and_a_plain_weekend_is_none():
    made = days(replace(WEEKDAYS, days="holiday"), date(2026, 2, 9), date(2026, 3, 8))

    assert date(2026, 2, 21) in made
    assert date(2026, 3, 7) not in made


def test_an_own_day_of_the_county_goes_before_what_is_published():
    own = WorkingCalendar({date(2026, 2, 11): OwnDay(works=False, name="县庆")})

    assert date(2026, 2, 11) not in days(WEEKDAYS, date(2026, 2, 9), date(2026, 2, 13), own)


def test_groups_take_turns_by_shifts_so_that_a_weekend_falls_to_everybody():
    rest = replace(WEEKDAYS, days="rest", groups=((A,), (B,)), first_day=date(2026, 3, 2))

    made = plan(rest, CALENDAR, first=date(2026, 3, 2), last=date(2026, 3, 22))

    assert [one.people for one in made] == [(A,), (B,)] * 3


def test_turns_do_not_depend_on_the_day_from_which_one_looks():
    whole = {one.day.day: one.people for one in plan(WEEKDAYS, CALENDAR, first=date(2026, 2, 9), last=date(2026, 4, 9))}
    later = plan(WEEKDAYS, CALENDAR, first=date(2026, 3, 11), last=date(2026, 4, 9))

    assert later
    assert all(whole[one.day.day] == one.people for one in later)


def test_groups_by_the_week_change_on_monday():
    weekly = replace(WEEKDAYS, days="every", turn="week", groups=((A,), (B,)), first_day=date(2026, 3, 4))

    made = {one.day.day: one.people for one in plan(weekly, CALENDAR, first=date(2026, 3, 4), last=date(2026, 3, 16))}

    assert made[date(2026, 3, 8)] == (A,)
    assert made[date(2026, 3, 9)] == (B,)
    assert made[date(2026, 3, 16)] == (A,)


def test_by_weekday_a_day_without_a_group_has_no_shift():
    fixed = replace(WEEKDAYS, days="every", turn="weekday", groups=((A,), (), (B,)))

    made = plan(fixed, CALENDAR, first=date(2026, 3, 2), last=date(2026, 3, 8))

    assert [(one.day.day.day, one.people) for one in made] == [(2, (A,)), (4, (B,))]


@pytest.mark.parametrize(("begins", "ends", "hours"), [(510, 1050, 9), (1050, 510, 15), (510, 510, 24)])
def test_an_end_not_after_the_begin_lies_on_the_next_day(begins: int, ends: int, hours: int):
    pattern = replace(WEEKDAYS, begins=begins, ends=ends)

    one = plan(pattern, CALENDAR, first=date(2026, 2, 9), last=date(2026, 2, 9))[0]

    assert one.starts_at == datetime(2026, 2, 8, 16, tzinfo=UTC) + timedelta(minutes=begins)
    assert one.ends_at - one.starts_at == timedelta(hours=hours)


def test_a_year_that_is_not_published_goes_by_weekends_and_says_so():
    year = last_published_year() + 1
    pattern = replace(WEEKDAYS, first_day=date(year, 1, 1))

    made = plan(pattern, CALENDAR, first=date(year, 1, 1), last=date(year, 1, 31))

    assert all(one.day.is_guess for one in made)
    assert {one.day.day.weekday() for one in made} == {0, 1, 2, 3, 4}
