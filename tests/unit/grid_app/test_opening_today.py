"""How a room stands at a moment: by its usual week, and by what the working calendar says of the day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from geo.coverage.opening import read_opening
from grid_app.clocks.calendar import OwnDay, WorkingCalendar
from grid_app.clocks.opening_today import Today, opening_today

OFFICE = "周一至周五 8:30-12:00、14:30-17:30"
MORNING, AFTERNOON = (510, 720), (870, 1050)


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        (OFFICE, "2026-11-20 08:29", Today("later", (MORNING, AFTERNOON), since=510)),
        (OFFICE, "2026-11-20 08:30", Today("open", (MORNING, AFTERNOON), until=720)),
        (OFFICE, "2026-11-20 12:00", Today("later", (MORNING, AFTERNOON), since=870)),
        (OFFICE, "2026-11-20 17:30", Today("over", (MORNING, AFTERNOON))),
        (OFFICE, "2026-11-21 10:00", Today("shut")),  # a Saturday
        (OFFICE, "2026-10-01 10:00", Today("holiday")),  # the National Day, a Thursday
        (OFFICE, "2026-10-10 10:00", Today("make_up")),  # a Saturday that is worked for the holiday
        ("每天 9:00-17:00", "2026-10-01 10:00", Today("open", ((540, 1020),), until=1020)),
        ("周六 9:00-12:00", "2026-10-10 10:00", Today("open", ((540, 720),), until=720)),
        ("周六 9:00-12:00", "2026-10-03 10:00", Today("holiday")),  # a Saturday of the National Day
        ("周六 9:00-12:00", "2026-11-21 10:00", Today("open", ((540, 720),), until=720)),
        ("每天 9:00-17:00,节假日休息", "2026-10-01 10:00", Today("holiday")),
        ("每天 9:00-9:00", "2026-11-20 09:00", Today("shut")),
        ("有事打电话", "2026-11-20 10:00", Today("unknown")),
        ("", "2026-11-20 10:00", Today("unknown")),
    ],
)
def test_a_room_stands_as_its_week_and_the_calendar_say(text, moment, expected):
    when = datetime.strptime(moment, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - local time, as on a clock on the wall

    assert opening_today(read_opening(text), when, WorkingCalendar().look(when.date())) == expected


def test_a_day_off_of_the_county_counts_as_a_holiday():
    calendar = WorkingCalendar({date(2026, 11, 20): OwnDay(works=False, name="全县放假")})
    when = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - local time, as on a clock on the wall

    assert opening_today(read_opening(OFFICE), when, calendar.look(when.date())) == Today("holiday")
