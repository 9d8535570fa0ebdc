"""By when something is due, and why on that day.

The day of the start is not counted (民法典 201). A term in days, months or years whose last day is no working day
ends on the first working day after it (民法典 203, 民事诉讼法 85). Months and years end on the day of the same number,
or on the last day of a month that has none (民法典 202). Working days are counted one by one; a make-up Saturday is
one. Hours run plainly from the moment of the start. A term ends at the end of its last day in Asia/Shanghai.
Nothing pauses a clock but the days of a hearing (信访工作条例 36), and nothing lengthens it but an extension.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from grid_app.clocks.calendar import Day, WorkingCalendar
from grid_app.clocks.rules import LimitUnit, Rule

ZONE: Final = ZoneInfo("Asia/Shanghai")
ONE_DAY: Final = timedelta(days=1)
ARTICLE_START: Final = "民法典第二百零一条"
ARTICLE_MONTHS: Final = "民法典第二百零二条"
ARTICLE_LAST_DAY: Final = "民法典第二百零三条"
ARTICLE_HEARING: Final = "信访工作条例第三十六条"


@dataclass(frozen=True)
class Skipped:
    """A day that did not count, or over which the last day moved, and what it is (zh-CN)."""

    day: date
    name: str


@dataclass(frozen=True, kw_only=True)
class Counted:
    """When a term ends and how that was found.

    ``nominal`` is the last day before it moved; it and ``last_day`` are ``None`` for terms in hours. ``guessed_years``
    are years whose holidays were not published, so that only weekends could be left out.
    """

    due_at: datetime
    started_at: datetime
    nominal: date | None = None
    last_day: date | None = None
    skipped: tuple[Skipped, ...] = ()
    articles: tuple[str, ...] = ()
    hearing_days: int = 0
    extra_days: int = 0
    guessed_years: tuple[int, ...] = ()

    @property
    def has_moved(self) -> bool:
        """Whether the last day was no working day."""
        return self.nominal != self.last_day

    def as_data(self) -> dict[str, Any]:
        """Return this as JSON values, without the two moments, which are stored beside it."""
        return {
            "nominal": self.nominal.isoformat() if self.nominal else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "skipped": [[one.day.isoformat(), one.name] for one in self.skipped],
            "articles": list(self.articles),
            "hearing_days": self.hearing_days,
            "extra_days": self.extra_days,
            "guessed_years": list(self.guessed_years),
        }


def counted_from(data: Mapping[str, Any], *, started_at: datetime, due_at: datetime) -> Counted:
    """Return what ``as_data`` was made from."""
    return Counted(
        due_at=due_at,
        started_at=started_at,
        nominal=_day(data.get("nominal")),
        last_day=_day(data.get("last_day")),
        skipped=tuple(Skipped(date.fromisoformat(day), name) for day, name in data.get("skipped", ())),
        articles=tuple(data.get("articles", ())),
        hearing_days=data.get("hearing_days", 0),
        extra_days=data.get("extra_days", 0),
        guessed_years=tuple(data.get("guessed_years", ())),
    )


def count(
    rule: Rule, *, started_at: datetime, calendar: WorkingCalendar, hearing_days: int = 0, extra_days: int = 0
) -> Counted:
    """Return when the term of ``rule`` ends that started at ``started_at`` (aware).

    Parameters
    ----------
    hearing_days : int
        Days of a hearing, not counted; only for a rule that excludes them.
    extra_days : int
        Natural days added by an extension, from the last day before it moved; at most ``rule.extension``.

    Raises
    ------
    ValueError
        A moment without a zone, or days that the rule does not allow.
    """
    if started_at.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be counted from")
    if hearing_days < 0 or (hearing_days and not rule.excludes_hearing):
        raise ValueError("the rule excludes no hearing days")
    if not 0 <= extra_days <= rule.extension:
        raise ValueError("the rule cannot be extended so far")
    if rule.unit is LimitUnit.HOURS:
        due = started_at.astimezone(UTC) + timedelta(hours=rule.limit)
        return Counted(due_at=due, started_at=started_at, articles=(ARTICLE_START,))
    start = started_at.astimezone(ZONE).date()
    if rule.unit is LimitUnit.WORKING_DAYS:
        return _working(rule, start, started_at=started_at, calendar=calendar)
    nominal = _natural_end(rule, start) + timedelta(days=hearing_days + extra_days)
    return _ended(
        nominal,
        started_at=started_at,
        calendar=calendar,
        articles=_articles(rule, hearing_days),
        hearing_days=hearing_days,
        extra_days=extra_days,
    )


def end_of_day(day: date) -> datetime:
    """Return the last second of ``day`` in Asia/Shanghai as an aware UTC moment (民法典 203(2): 二十四时)."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=ZONE).astimezone(UTC)


def _working(rule: Rule, start: date, *, started_at: datetime, calendar: WorkingCalendar) -> Counted:
    looked: list[Day] = []
    left = rule.limit
    while left:
        found = calendar.next_working(start + ONE_DAY)
        looked += [calendar.look(start + ONE_DAY * ahead) for ahead in range(1, (found.day - start).days + 1)]
        start, left = found.day, left - 1
    return Counted(
        due_at=end_of_day(start),
        started_at=started_at,
        nominal=start,
        last_day=start,
        skipped=_off(looked),
        articles=(ARTICLE_START,),
        guessed_years=_guessed(looked),
    )


def _ended(
    nominal: date,
    *,
    started_at: datetime,
    calendar: WorkingCalendar,
    articles: tuple[str, ...],
    hearing_days: int,
    extra_days: int,
) -> Counted:
    last = calendar.next_working(nominal)
    looked = [calendar.look(nominal + ONE_DAY * ahead) for ahead in range((last.day - nominal).days + 1)]
    moved = (ARTICLE_LAST_DAY,) if last.day != nominal else ()
    return Counted(
        due_at=end_of_day(last.day),
        started_at=started_at,
        nominal=nominal,
        last_day=last.day,
        skipped=_off(looked),
        articles=articles + moved,
        hearing_days=hearing_days,
        extra_days=extra_days,
        guessed_years=_guessed(looked),
    )


def _natural_end(rule: Rule, start: date) -> date:
    if rule.unit is LimitUnit.DAYS:
        return start + timedelta(days=rule.limit)
    return _months_later(start, rule.limit * (12 if rule.unit is LimitUnit.YEARS else 1))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


def _articles(rule: Rule, hearing_days: int) -> tuple[str, ...]:
    by_month = (ARTICLE_MONTHS,) if rule.unit in (LimitUnit.MONTHS, LimitUnit.YEARS) else ()
    return (ARTICLE_START, *by_month, *((ARTICLE_HEARING,) if hearing_days else ()))


def _off(looked: list[Day]) -> tuple[Skipped, ...]:
    return tuple(Skipped(one.day, one.name) for one in looked if not one.works)


def _guessed(looked: list[Day]) -> tuple[int, ...]:
    return tuple(sorted({one.day.year for one in looked if one.is_guess}))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
