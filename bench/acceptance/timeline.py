"""Simulated time: a clock that is set to each step's moment, and the steps of a weekly round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = timedelta(days=7)


class SettableClock:
    """Stands still until it is set; it never goes back."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the simulated moment as an aware UTC datetime."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go on to ``moment``.

        Raises
        ------
        ValueError
            It lies before the present one.
        """
        if moment < self._now:
            raise ValueError(f"time does not go back from {self._now} to {moment}")
        self._now = moment.astimezone(UTC)


@dataclass(frozen=True)
class Step:
    """Something that happens at a moment."""

    at: datetime
    name: str
    run: Callable[[], None]


def play(steps: Iterable[Step], clock: SettableClock) -> dict[str, float]:
    """Run the steps in the order of their moments, the clock standing at each; equal moments keep their order.

    Returns the real seconds that the steps of each name took together.
    """
    seconds: dict[str, float] = {}
    for step in sorted(steps, key=lambda one: one.at):
        clock.set(step.at)
        begun = monotonic()
        step.run()
        seconds[step.name] = seconds.get(step.name, 0.0) + monotonic() - begun
    return seconds


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


def monday_of(moment: datetime) -> date:
    """Return the Monday of the week that ``moment`` lies in, in Asia/Shanghai."""
    day = moment.astimezone(SHANGHAI).date()
    return day - timedelta(days=day.weekday())


def mondays(first: date, last: date) -> Iterator[date]:
    """Return every seventh day from ``first`` to ``last``."""
    day = first
    while day <= last:
        yield day
        day += WEEK
