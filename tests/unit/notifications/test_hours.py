"""Office hours and quiet hours, against looking at every minute."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.hours import SHANGHAI, OfficeHours, QuietHours

WEEKDAYS = OfficeHours(lambda day: day.weekday() < 5)
QUIET = QuietHours()
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=SHANGHAI)
minutes = st.integers(0, 14 * 24 * 60).map(lambda n: (MONDAY + timedelta(minutes=n)).astimezone(UTC))
spans = st.integers(1, 20 * 60).map(lambda n: timedelta(minutes=n))


def shown(moment):
    return moment.astimezone(SHANGHAI).strftime("%a %H:%M")


def is_open(moment):
    local = moment.astimezone(SHANGHAI)
    return local.weekday() < 5 and time(8, 30) <= local.time() < time(17, 30)


@given(moment=minutes)
def test_offices_open_at_the_first_open_minute(moment):
    found = WEEKDAYS.open_at(moment)

    asked = moment
    while not is_open(asked):
        asked += timedelta(minutes=1)
    assert found == asked


@given(moment=minutes, span=spans)
def test_office_time_is_as_many_open_minutes_as_asked(moment, span):
    found = WEEKDAYS.after(moment, span)

    asked, left = moment, span
    while left:
        left -= timedelta(minutes=1) if is_open(asked) else timedelta(0)
        asked += timedelta(minutes=1)
    assert found == asked


def test_a_calendar_without_working_days_lets_nobody_wait_for_ever():
    never = OfficeHours(lambda _day: False)

    assert never.open_at(MONDAY) == MONDAY
    assert never.after(MONDAY, timedelta(hours=2)) >= MONDAY


@given(moment=minutes)
def test_danger_is_heard_at_once(moment):
    assert QUIET.heard_at(moment, danger=True, grade="yellow", hours=WEEKDAYS) == moment


@pytest.mark.parametrize(
    ("hour", "grade", "heard"),
    [
        ("2026-03-06 12:00", "yellow", "Fri 12:00"),
        ("2026-03-05 23:00", "yellow", "Fri 08:00"),
        ("2026-03-06 03:00", "yellow", "Fri 08:00"),
        ("2026-03-06 23:00", "red", "Sat 08:00"),
        ("2026-03-06 23:00", "yellow", "Mon 08:00"),
        ("2026-03-07 12:00", "red", "Sat 12:00"),
        ("2026-03-07 12:00", "yellow", "Mon 08:00"),
        ("2026-03-06 21:30", "red", "Sat 08:00"),
        ("2026-03-06 08:00", "yellow", "Fri 08:00"),
    ],
)
def test_the_rest_is_held_until_morning_and_what_is_not_red_until_people_work(hour, grade, heard):
    moment = datetime.fromisoformat(hour).replace(tzinfo=SHANGHAI).astimezone(UTC)

    assert shown(QUIET.heard_at(moment, danger=False, grade=grade, hours=WEEKDAYS)) == heard


@given(moment=minutes, grade=st.sampled_from(["red", "yellow"]))
def test_nothing_is_heard_before_it_is_due_or_in_the_night(moment, grade):
    heard = QUIET.heard_at(moment, danger=False, grade=grade, hours=WEEKDAYS)

    assert heard >= moment
    assert time(8, 0) <= heard.astimezone(SHANGHAI).time() < time(21, 30)
