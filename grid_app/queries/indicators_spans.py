"""Spans of time for indicators: months, quarters, own dates, and the ones before of the same kind."""

from __future__ import annotations

from datetime import date, timedelta

from grid_app.queries.indicators_asked import Span


def month_of(day: date) -> Span:
    """Return the month in which a day lies.

    Examples
    --------
    >>> month_of(date(2026, 12, 31))
    Span(since=datetime.date(2026, 12, 1), until=datetime.date(2027, 1, 1))
    """
    return months_from(day.replace(day=1), 1)


def quarter_of(day: date) -> Span:
    """Return the quarter in which a day lies."""
    return months_from(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3)


def months_from(first: date, count: int) -> Span:
    """Return the span of ``count`` months that begins on the first of a month."""
    return Span(first, _moved(first, count))


def with_earlier(span: Span, *, count: int) -> tuple[Span, ...]:
    """Return a span and the ``count`` spans before it: of as many months where it is whole months, else days.

    Examples
    --------
    >>> [str(one.since) for one in with_earlier(Span(date(2026, 1, 1), date(2026, 4, 1)), count=2)]
    ['2026-01-01', '2025-10-01', '2025-07-01']
    """
    found = [span]
    months = (span.until.year - span.since.year) * 12 + span.until.month - span.since.month
    is_whole = span.since.day == span.until.day == 1
    for _ in range(count):
        last = found[-1]
        begin = _moved(last.since, -months) if is_whole else last.since - (span.until - span.since)
        found.append(Span(begin, last.since))
    return tuple(found)


def last_day(span: Span) -> date:
    """Return the last day of a span."""
    return span.until - timedelta(days=1)


def _moved(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
