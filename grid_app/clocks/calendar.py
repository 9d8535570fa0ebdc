"""Working days of mainland China: published holidays and make-up days, a county's own entries before them.

The State Council publishes each year's holidays in the autumn before; the package holds what has been published. A
year it does not know is answered by weekends alone, and every answer says whether it is such a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays

SATURDAY = 5
WEEKEND = "周末"
LONGEST_SEARCH_DAYS = 400
KEPT_DAYS = 8192
"""A term of working days asks about each day twice, and thousands of terms about the same days."""


class Source(StrEnum):
    """Where the answer about a day comes from."""

    PUBLISHED = "published"
    WEEKENDS_ONLY = "weekends_only"
    OWN = "own"


@dataclass(frozen=True)
class Day:
    """What a day is: whether people work, its name (zh-CN), and where the answer comes from."""

    day: date
    works: bool
    name: str
    source: Source

    @property
    def is_holiday(self) -> bool:
        """Whether people rest for more than a usual weekend."""
        return not self.works and self.name != WEEKEND

    @property
    def is_guess(self) -> bool:
        """Whether the year was not published, so that only the weekends are known."""
        return self.source is Source.WEEKENDS_ONLY


@dataclass(frozen=True)
class OwnDay:
    """A county's own entry for a day, which goes before what is published."""

    works: bool
    name: str


@dataclass(frozen=True)
class WorkingCalendar:
    """Answers what a day is.

    Parameters
    ----------
    own : mapping of date to OwnDay
        Entries that go before what is published; empty by default.
    """

    own: Mapping[date, OwnDay] = field(default_factory=lambda: MappingProxyType({}))

    def look(self, day: date) -> Day:
        """Return what ``day`` is; never fails, whatever the year."""
        entry = self.own.get(day)
        if entry is not None:
            return Day(day, entry.works, entry.name, Source.OWN)
        return _published(day)

    def next_working(self, day: date) -> Day:
        """Return ``day`` itself when people work on it, else the first working day after it.

        Raises
        ------
        CalendarError
            The own entries leave no working day within more than a year.
        """
        for ahead in range(LONGEST_SEARCH_DAYS):
            found = self.look(day + timedelta(days=ahead))
            if found.works:
                return found
        raise CalendarError(f"{day.isoformat()} 以后 {LONGEST_SEARCH_DAYS} 天里没有工作日,请检查工作日历。")


class CalendarError(ValueError):
    """The calendar cannot answer; the message is a sentence for whoever keeps the calendar."""


def last_published_year() -> int:
    """Return the last year whose holidays the package knows."""
    days: Iterable[date] = holidays
    return max(day.year for day in days)


@lru_cache(maxsize=KEPT_DAYS)
def _published(day: date) -> Day:
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _by_weekday(day)
    return Day(day, not off, _name(day, off=off, holiday=name), Source.PUBLISHED)


def _by_weekday(day: date) -> Day:
    off = day.weekday() >= SATURDAY
    return Day(day, not off, WEEKEND if off else "工作日", Source.WEEKENDS_ONLY)


def _name(day: date, *, off: bool, holiday: str | None) -> str:
    if holiday is None:
        return WEEKEND if off else "工作日"
    word = Holiday(holiday).chinese
    if off:
        return f"{word}假期"
    return f"{word}调休上班" if day.weekday() >= SATURDAY else "工作日"
