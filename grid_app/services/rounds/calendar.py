"""When rounds open and are due: pure date rules over a template's frequency, in Asia/Shanghai."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grid_app.clock import start_of_day


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


def chosen_period(opens: date, due: date) -> Period:
    """Return the period of a round that somebody opens by hand from ``opens`` to ``due``, both included."""
    return Period(f"{opens:%Y%m%d}-{due:%Y%m%d}", opens, due)


def current_period(frequency: str, day: date, *, duration_days: int) -> Period | None:
    """Return the period of ``frequency`` (weekly, fortnightly, monthly) that ``day`` lies in, ``None`` for once.

    Weeks begin on Monday (ISO 8601); a fortnight is an ISO week pair beginning with an odd week.
    """
    if frequency == "monthly":
        opens = day.replace(day=1)
        key = f"{day.year}-M{day.month:02d}"
    elif frequency in ("weekly", "fortnightly"):
        year, week, weekday = day.isocalendar()
        opens = day - timedelta(days=weekday - 1)
        key = f"{year}-W{week:02d}"
        if frequency == "fortnightly":
            first = week if week % 2 else week - 1
            opens -= timedelta(days=7 * (week - first))
            key = f"{year}-F{first:02d}"
    else:
        return None
    return Period(key, opens, opens + timedelta(days=duration_days - 1))
