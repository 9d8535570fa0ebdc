"""How a pattern becomes shifts by the working calendar; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from grid_app.clock import start_of_day
from grid_app.clocks.calendar import Day, WorkingCalendar

KIND_WORDS: Final = {"day": "白班", "night": "夜班", "holiday": "节假日班"}
DAYS_WORDS: Final = {
    "working": "工作日(含调休上班)",
    "rest": "休息日和节假日",
    "holiday": "只有法定节假日",
    "every": "每天",
}
TURN_WORDS: Final = {"day": "每一班换一组", "week": "每周换一组", "weekday": "按星期几固定"}
WEEK: Final = 7
DAY_MINUTES: Final = 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2199

_COUNTS: Final[dict[str, Callable[[Day], bool]]] = {
    "working": lambda day: day.works,
    "rest": lambda day: not day.works,
    "holiday": lambda day: day.is_holiday,
    "every": lambda _: True,
}


@dataclass(frozen=True)
class Pattern:
    """How shifts of one kind repeat: on which days, from which minute to which, whose turn.

    ``ends`` not after ``begins`` lies on the next day. ``groups`` take turns from ``first_day`` on; of a pattern by
    weekday the first stands for Monday, and a day without a group, or with an empty one, has no shift.
    """

    kind: str
    days: str
    begins: int
    ends: int
    turn: str
    groups: tuple[tuple[UUID, ...], ...]
    first_day: date
    weeks: int


@dataclass(frozen=True)
class Planned:
    """One shift that a pattern asks for, and what kind of day it begins on."""

    day: Day
    starts_at: datetime
    ends_at: datetime
    people: tuple[UUID, ...]


def plan(pattern: Pattern, calendar: WorkingCalendar, *, first: date, last: date) -> list[Planned]:
    """Return the shifts that a pattern asks for from ``first`` to ``last``, both included."""
    found: list[Planned] = []
    for turn, day in _its_days(pattern, calendar, last):
        people = _group(pattern, turn, day.day)
        if day.day >= first and people:
            starts_at, ends_at = moments(day.day, pattern.begins, pattern.ends)
            found.append(Planned(day, starts_at, ends_at, people))
    return found


def is_sensible(day: date) -> bool:
    """Say whether a roster may speak of a day; at the ends of the calendar no clock can turn it into a moment."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def moments(day: date, begins: int, ends: int) -> tuple[datetime, datetime]:
    """Return when a shift of ``day`` starts and ends; an end not after the begin lies on the next day."""
    midnight = start_of_day(day)
    more = DAY_MINUTES if ends <= begins else 0
    return midnight + timedelta(minutes=begins), midnight + timedelta(minutes=ends + more)


def _its_days(pattern: Pattern, calendar: WorkingCalendar, last: date) -> Iterator[tuple[int, Day]]:
    """Give the days of the pattern with how many came before: turns are taken by shifts, not by days."""
    day, turn = pattern.first_day, 0
    while day <= last:
        looked = calendar.look(day)
        if _COUNTS[pattern.days](looked):
            yield turn, looked
            turn += 1
        day += timedelta(days=1)


def _group(pattern: Pattern, turn: int, day: date) -> tuple[UUID, ...]:
    if pattern.turn == "weekday":
        return pattern.groups[day.weekday()] if day.weekday() < len(pattern.groups) else ()
    if not pattern.groups:
        return ()
    if pattern.turn == "week":
        turn = (_monday(day) - _monday(pattern.first_day)).days // WEEK
    return pattern.groups[turn % len(pattern.groups)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
