"""The only place that reads the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """What tells the time; services take one, so that tests and demonstrations can stand still."""

    def now(self) -> datetime:
        """Return the current moment as an aware UTC datetime."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the machine's time as an aware UTC datetime."""
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that started at a chosen moment and runs on from there, for demonstrations.

    Parameters
    ----------
    start : datetime
        Aware moment that the demonstration begins at.
    """

    def __init__(self, start: datetime) -> None:
        self._offset: timedelta = start - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the simulated moment as an aware UTC datetime."""
        return datetime.now(UTC) + self._offset


def local(moment: datetime) -> datetime:
    """Return ``moment`` (aware) as seen on a clock in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """Return the calendar day of ``moment`` (aware) in Asia/Shanghai."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """Return the aware UTC moment at which ``day`` begins in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
