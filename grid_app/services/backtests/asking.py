"""What somebody asks of a backtest, from what was typed: signals, figures, and the past days it goes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from grid_app.errors import InvalidError
from grid_app.services.typed import day_of
from grid_app.vocabulary.signals import FIGURE_LIMITS
from screening import Parameters
from screening.parameters import SIGNALS

LONGEST: Final = timedelta(days=731)
"""Two years, with a leap day."""
MOST_DAYS_BETWEEN: Final = 31
FIGURES: Final = ("budget_per_month", "scan_radius_km")
"""The figures that a county sets and a backtest tries, fields of ``screening.Parameters``."""
DATE_FORM: Final = "请写成 2026-11-20 这样的日期。"
NOT_SAVED: Final = "有几处要改,还没有开始。已填的都还在。"


@dataclass(frozen=True)
class Asked:
    """A backtest as it can be done: an area, figures with the signals, and the days of its rounds."""

    division_code: str
    parameters: Parameters
    first: date
    last: date
    every_days: int

    @property
    def days(self) -> list[date]:
        """The last day that each round knows: the first day, every so many days after it, and never past the last."""
        count = (self.last - self.first).days // self.every_days + 1
        return [self.first + timedelta(days=self.every_days * at) for at in range(count)]


def asked_of(
    typed: Mapping[str, str], signals: Sequence[str], *, division_code: str, standing: Parameters, today: date
) -> Asked:
    """Return what was asked for; ``standing`` are the figures the county works with, of which some may be typed anew.

    Raises
    ------
    InvalidError
        No signal, a date that is none or not over yet, a period the wrong way round or too long, a figure out of range.
    """
    wrong: dict[str, str] = {}
    chosen = tuple(one for one in SIGNALS if one in signals)
    if len(chosen) != len(set(signals)):
        wrong["signals"] = f"没有这种信号。能选的是:{'、'.join(SIGNALS)}。"
    elif not chosen:
        wrong["signals"] = "请至少选一种信号。"
    first, last = day_of(typed.get("first", "")), day_of(typed.get("last", ""))
    wrong |= _wrong_days(first, last, today)
    every = _whole(typed.get("every_days", ""), 1, MOST_DAYS_BETWEEN)
    if every is None:
        wrong["every_days"] = f"请写 1 到 {MOST_DAYS_BETWEEN} 的整数。"
    figures: dict[str, float] = {}
    for name in FIGURES:
        number = _whole(typed.get(name, ""), *FIGURE_LIMITS[name])
        if number is None:
            wrong[name] = "请写 {} 到 {} 的整数。".format(*FIGURE_LIMITS[name])
        else:
            figures[name] = float(number)
    if wrong or first is None or last is None or every is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    parameters = replace(
        standing, signals=chosen, budget_per_month=figures["budget_per_month"],
        scan_radius_km=figures["scan_radius_km"],
    )  # fmt: skip
    return Asked(division_code, parameters, first, last, every)


def _wrong_days(first: date | None, last: date | None, today: date) -> dict[str, str]:
    if first is None or last is None:
        return {name: DATE_FORM for name, day in (("first", first), ("last", last)) if day is None}
    yesterday = today - timedelta(days=1)
    if last > yesterday:
        return {"last": f"最晚到昨天({yesterday.isoformat()}):还没有过完的日子,情况还会变。"}
    if first > last:
        return {"first": "开始日期在结束日期后面了,请把早的一天写在前面。"}
    if last - first > LONGEST:
        return {"first": "一次最多回测两年,请把开始日期改晚一些。"}
    return {}


def _whole(text: str, low: float, high: float) -> int | None:
    """Return the whole number that was typed, where it is within its bounds."""
    words = text.strip()
    if not (words.isascii() and words.isdigit() and len(words) <= len(str(int(high)))):
        return None
    return int(words) if low <= int(words) <= high else None
