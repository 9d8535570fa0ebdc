"""The period that a return is due for, chosen by the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

PERIOD_WORDS: Final = {"week": "每周", "month": "每月"}
COVERS_WORDS: Final = {
    "stock": "本期新登记的、本期办结的和还没有办结的",
    "new": "只要本期新登记的",
}
RULES: Final = {
    "week": "星期一到星期三报上一周,星期四起报本周(到今天)。",
    "month": "1 日到 15 日报上个月,16 日起报本月(到今天)。",
}
THURSDAY: Final = 3
HALF: Final = 15


def period_on(kind: str, today: date) -> tuple[date, date]:
    """Return the first and last day of the period that is due on a day.

    Examples
    --------
    >>> [one.isoformat() for one in period_on("week", date(2026, 11, 23))]
    ['2026-11-16', '2026-11-22']
    >>> [one.isoformat() for one in period_on("month", date(2026, 11, 20))]
    ['2026-11-01', '2026-11-20']
    """
    if kind == "week":
        monday = today - timedelta(days=today.weekday())
        return (
            (monday, today) if today.weekday() >= THURSDAY else (monday - timedelta(days=7), monday - timedelta(days=1))
        )
    first = today.replace(day=1)
    if today.day > HALF:
        return first, today
    last = first - timedelta(days=1)
    return last.replace(day=1), last
