"""Words and figures as people read them: times, grades, small numbers, masked values."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

SHOWN_ZONE: Final = ZoneInfo("Asia/Shanghai")
WEEKDAYS: Final = "一二三四五六日"
FEW_BELOW: Final = 5
"""Household numbers under this are shown as a word, so that no household can be guessed."""

GRADES: Final = {
    "red": ("●", "红"),
    "orange": ("▲", "橙"),
    "yellow": ("■", "黄"),
    "blue": ("◆", "蓝"),
    "green": ("✓", "绿"),
}
UNGRADED: Final = ("–", "未定级")


def local_date(moment: datetime | date) -> str:
    """Return the day people see, such as ``11月21日(周六)``; with its year where that is not the running one.

    Parameters
    ----------
    moment
        An aware time, turned into Asia/Shanghai first, or a day taken as it is.

    Raises
    ------
    ValueError
        If a time carries no zone.
    """
    day = _shown(moment).date() if isinstance(moment, datetime) else moment
    year = "" if day.year == _running_year(day) else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日(周{WEEKDAYS[day.weekday()]})"


def local_time(moment: datetime) -> str:
    """Return the time people see, such as ``11月21日(周六) 14:30``.

    Raises
    ------
    ValueError
        If the time carries no zone.
    """
    return f"{local_date(moment)} {_shown(moment):%H:%M}"


def remaining(due: datetime, now: datetime) -> str:
    """Return how long is left until ``due``, or how long ago it passed.

    Days are whole days of 24 hours from the second day on; below that hours, below that minutes,
    so that nothing passed ever reads as time left.
    """
    if due >= now:
        return f"还剩 {_span(due - now)}"
    return f"已超 {_span(now - due)}"


def grade_word(code: str) -> str:
    """Return the word of a grade, such as ``红``; ``未定级`` for anything unknown."""
    return GRADES.get(code.lower(), UNGRADED)[1]


def grade_sign(code: str) -> str:
    """Return the sign that carries a grade without its colour, such as ``●``."""
    return GRADES.get(code.lower(), UNGRADED)[0]


def few(count: int) -> str:
    """Return a number of households, as ``数户`` when so few that somebody could be recognised.

    None is shown as ``0 户``; from five on the figure itself is shown.
    """
    if 0 < count < FEW_BELOW:
        return "数户"
    return f"{number(count)} 户"


def few_matters(count: int) -> str:
    """Return a number of matters by the same rule, such as ``数件`` or ``12 件``."""
    return "数件" if 0 < count < FEW_BELOW else f"{number(count)} 件"


def number(count: float) -> str:
    """Return a number with thousands parted by commas; fractions to one place, without a needless zero."""
    if isinstance(count, int):
        return f"{count:,}"
    return f"{count:,.1f}".removesuffix(".0")


def _running_year(otherwise: date) -> int:
    """Return the year by the application's clock; that of the day itself where no application runs."""
    wiring = current_app.extensions.get("grid") if has_app_context() else None
    return _shown(wiring.clock.now()).year if wiring else otherwise.year


def mask_name(name: str | None) -> str:
    """Return a name with all but its first sign hidden, such as ``张**``; empty for no name.

    The number of asterisks is always two, so that the length of the name is not told.
    """
    kept = (name or "").strip()
    return f"{kept[0]}**" if kept else ""


def mask_phone(phone: str | None) -> str:
    """Return a phone number with its middle hidden, such as ``138****1234``.

    Seven figures and fewer show only the last two, so that a short number is not told whole.
    """
    digits = "".join(sign for sign in phone or "" if sign.isdigit())
    if len(digits) > 7:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def _shown(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown; pass an aware datetime.")
    return moment.astimezone(SHOWN_ZONE)


def _span(length: timedelta) -> str:
    if length >= timedelta(days=1):
        return f"{length.days} 天"
    if length >= timedelta(hours=1):
        return f"{length.seconds // 3600} 小时"
    return f"{length.seconds // 60} 分钟"
