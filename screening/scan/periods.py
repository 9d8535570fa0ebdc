"""Periods of a study: days, months or years from its first day on, and person-time in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

DAYS_OF = {"day": 1.0, "month": 365.25 / 12, "year": 365.25}


class Unit(StrEnum):
    """Length of a period."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Periods:
    """The periods from ``start`` to ``end``, both days included; the last may be shorter.

    Example
    -------
    >>> months = Periods(date(2026, 1, 15), date(2026, 3, 20), Unit.MONTH)
    >>> months.count, months.number(date(2026, 2, 14)), months.first_day(1)
    (3, 0, datetime.date(2026, 2, 15))
    """

    start: date
    end: date
    unit: Unit

    @property
    def count(self) -> int:
        """Number of periods."""
        return self.number(self.end) + 1

    @property
    def days(self) -> float:
        """Length of a period in days; months and years on average."""
        return DAYS_OF[self.unit]

    def number(self, day: date) -> int:
        """Return which period a day is in, counted from 0; negative before the study."""
        if self.unit is Unit.DAY:
            return (day - self.start).days
        months = (day.year - self.start.year) * 12 + day.month - self.start.month - (day.day < self.start.day)
        return months if self.unit is Unit.MONTH else months // 12

    def first_day(self, number: int) -> date:
        """Return the day with which a period begins."""
        if self.unit is Unit.DAY:
            return self.start + timedelta(days=number)
        months = self.start.month - 1 + number * (1 if self.unit is Unit.MONTH else 12)
        first = date(self.start.year + months // 12, months % 12 + 1, 1)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return min(first + timedelta(days=self.start.day - 1), following)

    def last_day(self, number: int) -> date:
        """Return the day with which a period ends, never after the study."""
        return min(self.first_day(number + 1) - timedelta(days=1), self.end)


def person_time(census: list[tuple[date, float]], periods: Periods) -> NDArray[np.float64]:
    """Return person-days in each period for the populations of one place and stratum.

    Between two census dates the population is a straight line, before the first and after the last it stays.

    Parameters
    ----------
    census : list of (date, people)
        At least one; several of one date were added up before.
    periods : Periods

    Returns
    -------
    array of float, shape (periods,)
    """
    bounds = np.array([periods.first_day(n).toordinal() for n in range(periods.count)] + [periods.end.toordinal() + 1])
    if len(census) == 1:
        return np.asarray(np.diff(bounds) * census[0][1], float)
    days = np.arange(bounds[0], bounds[-1] + 1)
    when, people = zip(*sorted(census), strict=True)
    height = np.interp(days, [one.toordinal() for one in when], people)
    before = np.concatenate([[0.0], np.cumsum((height[1:] + height[:-1]) / 2)])
    return np.asarray(np.diff(before[bounds - bounds[0]]), float)
