"""When rounds open and are due: pure date rules over a template's schedule, in Asia/Shanghai."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from grid_app.clock import start_of_day

FRIDAY: Final = 4
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
SEASON: Final = re.compile(r"(?P<month>\d\d)-(?P<day>\d\d)|spring_festival-(?P<before>\d{1,2})")
LAST_DAY_OF_FEBRUARY: Final = 28

IsWorkday = Callable[[date], bool]


@dataclass(frozen=True)
class Period:
    """One period of a template: ``key`` names it once and for all, ``opens`` and ``due`` are local days.

    A round is open from the beginning of ``opens`` to the end of ``due``.
    """

    key: str
    opens: date
    due: date

    @property
    def opens_at(self) -> datetime:
        """Return the moment the round opens."""
        return start_of_day(self.opens)

    @property
    def due_at(self) -> datetime:
        """Return the moment the round closes by itself: the end of the last day."""
        return start_of_day(self.due + timedelta(days=1))


@dataclass(frozen=True)
class Schedule:
    """How a template repeats.

    Parameters
    ----------
    frequency : str
        ``weekly`` closes on every ``weekday``; ``half_monthly`` on the first and the third ``weekday`` of a month,
        each round beginning where the one before ended; ``monthly`` runs from the 1st to the last working day;
        ``yearly`` begins on ``season``; ``once`` is opened by hand.
    weekday : int
        0 is Monday.
    days : int
        How long a weekly or yearly round is open.
    season : str
        ``MM-DD``, or ``spring_festival-N``: N days before the first day of the lunar year.
    """

    frequency: str
    weekday: int
    days: int
    season: str = ""


def chosen_period(opens: date, due: date) -> Period:
    """Return the period of a round that somebody opens by hand from ``opens`` to ``due``, both included."""
    return Period(f"{opens:%Y%m%d}-{due:%Y%m%d}", opens, due)


def period_on(schedule: Schedule, day: date, *, works: IsWorkday) -> Period | None:
    """Return the period that ``day`` lies in, else the next one; ``None`` for a template opened by hand.

    ``works`` says whether people work on a day. A week is named by the ISO 8601 week of its last day.
    """
    if schedule.frequency == "weekly":
        due = day + timedelta(days=(schedule.weekday - day.weekday()) % 7)
        year, week, _ = due.isocalendar()
        return Period(f"{year}-W{week:02d}", due - timedelta(days=schedule.days - 1), due)
    if schedule.frequency == "half_monthly":
        return _half_month(schedule.weekday, day)
    if schedule.frequency == "fortnightly":  # kept from before templates could be changed
        return _fortnight(schedule.days, day)
    if schedule.frequency == "monthly":
        return _month(day, works)
    if schedule.frequency == "yearly":
        found = (_season(schedule, year) for year in (day.year - 1, day.year, day.year + 1))
        return next(period for period in found if day <= period.due)
    return None


def _fortnight(days: int, day: date) -> Period:
    """Return the ISO week pair, beginning with an odd week, that holds ``day``."""
    year, week, weekday = day.isocalendar()
    first = week if week % 2 else week - 1
    opens = day - timedelta(days=weekday - 1) - (week - first) * WEEK
    return Period(f"{year}-F{first:02d}", opens, opens + timedelta(days=days - 1))


def _half_month(weekday: int, day: date) -> Period:
    """Return the period that ends on the first or third ``weekday`` of a month, on ``day`` or next after it."""
    first = day.replace(day=1)
    months = ((first - DAY).replace(day=1), first, (first + 31 * DAY).replace(day=1))
    closings = [(month, half, _nth(month, weekday, 2 * half - 1)) for month in months for half in (1, 2)]
    at = next(at for at, (_, _, due) in enumerate(closings) if due >= day)
    month, half, due = closings[at]
    return Period(f"{month.year}-{month.month:02d}-{half}", closings[at - 1][2] + DAY, due)


def _nth(month: date, weekday: int, number: int) -> date:
    return month + timedelta(days=(weekday - month.weekday()) % 7) + (number - 1) * WEEK


def _month(day: date, works: IsWorkday) -> Period:
    opens = day.replace(day=1)
    due = _last_working_day(opens, works)
    if day > due:  # the weekend after the last working day belongs to the next month
        opens = (opens + 31 * DAY).replace(day=1)
        due = _last_working_day(opens, works)
    return Period(f"{opens.year}-M{opens.month:02d}", opens, due)


def _last_working_day(month: date, works: IsWorkday) -> date:
    last = (month + 31 * DAY).replace(day=1) - DAY
    days = (last - ahead * DAY for ahead in range(last.day))
    return next((day for day in days if works(day)), last)


def _season(schedule: Schedule, year: int) -> Period:
    opens = season_start(schedule.season, year)
    return Period(f"{year}-Y", opens, opens + timedelta(days=schedule.days - 1))


def season_start(season: str, year: int) -> date:
    """Return the day in ``year`` on which the season begins; 29 February is the 28th in a common year.

    Raises
    ------
    ValueError
        ``season`` is neither ``MM-DD`` nor ``spring_festival-N``.
    """
    found = SEASON.fullmatch(season)
    if found is None:
        raise ValueError(f"no season: {season!r}")
    if found["before"]:
        return spring_festival(year) - timedelta(days=int(found["before"]))
    month, day = int(found["month"]), int(found["day"])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, LAST_DAY_OF_FEBRUARY if (month, day, leap) == (2, 29, False) else day)


def spring_festival(year: int) -> date:
    """Return the first day of the lunar year that begins in ``year`` (GB/T 33661-2017)."""
    from lunar_python import Lunar  # noqa: PLC0415 - a quarter of a second that only seasons need

    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
