"""How a value is told without giving anybody away: counts by fives, small ones as a word, rates in honest steps.

Whoever subtracts one period or place from another must not find a single matter. So every count from five on is rounded
to the nearest five, one to four are told as 不到 5 (and the rest of the whole likewise), and a rate of fewer than a
hundred is rounded to five per cent: nothing finer would be true of so few. Below ten there is no rate and no median.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from grid_app.queries.indicators import Value
from grid_app.queries.indicators_asked import Median, Share
from grid_app.queries.intervals import wilson
from grid_app.vocabulary.indicators import MEAN, Indicator
from grid_app.web.wording import number

FEW: Final = 5
LEAST: Final = 10
MANY: Final = 100
TOO_GOOD: Final = 0.97
TOO_GOOD_FROM: Final = 30
TOO_FEW: Final = "件数太少,不算"
NONE: Final = "这段时间没有"
LOOK: Final = "高于 97%:请抽查几件,看是不是真的。"


@dataclass(frozen=True)
class Told:
    """A value in words: ``text`` is the number, ``part`` and ``whole`` what it was counted from."""

    text: str
    part: str = ""
    whole: str = ""
    interval: str = ""
    caution: str = ""


def told(indicator: Indicator, value: Value) -> Told:
    """Return a value as it may be shown and printed."""
    if isinstance(value, Median):
        return _median(value)
    if isinstance(value, Share):
        return _mean(indicator, value) if indicator.kind == MEAN else _share(indicator, value)
    return Told(f"{count_told(value)} {indicator.unit}".strip())


def count_told(count: int) -> str:
    """Return a count: 0, 不到 5, or the nearest five.

    Examples
    --------
    >>> [count_told(count) for count in (0, 1, 4, 5, 7, 8, 1203)]
    ['0', '不到 5', '不到 5', '5', '5', '10', '1,205']
    """
    if 0 < count < FEW:
        return f"不到 {FEW}"
    return number(_fives(count))


def _share(indicator: Indicator, value: Share) -> Told:
    part, whole = _part_told(value), count_told(value.whole)
    if value.whole < LEAST:
        return Told(NONE if value.whole == 0 else TOO_FEW, "" if value.whole == 0 else "–", whole)
    rate = value.part / value.whole
    too_good = indicator.aim and value.whole > TOO_GOOD_FROM and rate > TOO_GOOD
    interval = _interval(value) if indicator.sample else ""
    return Told(_rate_told(value), part, whole, interval, LOOK if too_good else "")


def _part_told(value: Share) -> str:
    rest = value.whole - value.part
    if 0 < rest < FEW <= value.part:
        return f"差不到 {FEW} 件就是全部"
    return count_told(value.part)


def _rate_told(value: Share) -> str:
    rest, about = value.whole - value.part, _fives(value.whole)
    if 0 < value.part < FEW:
        return f"不到 {ceil(100 * FEW / about)}%"
    if 0 < rest < FEW:
        return f"超过 {floor(100 - 100 * FEW / about)}%"
    step = _step(value.whole)
    return f"{round(100 * value.part / value.whole / step) * step}%"


def _interval(value: Share) -> str:
    """Return the interval, rounded outwards; where the count itself is withheld, the interval of all it may be."""
    rest, step = value.whole - value.part, _step(value.whole)
    whole = _fives(value.whole) if 0 < value.part < FEW or 0 < rest < FEW else value.whole
    fewest, most = value.part, value.part
    if 0 < value.part < FEW:
        fewest, most = 1, FEW - 1
    elif 0 < rest < FEW:
        fewest, most = whole - FEW + 1, whole - 1
    low = max(floor(100 * wilson(fewest, whole)[0] / step) * step, 0)
    high = min(ceil(100 * wilson(most, whole)[1] / step) * step, 100)
    return f"{low}%–{high}%"


def _mean(indicator: Indicator, value: Share) -> Told:
    if value.whole < LEAST:
        return Told(NONE if value.whole == 0 else TOO_FEW, "", count_told(value.whole))
    part = _fives(value.part) if indicator.per > 1 else value.part
    if 0 < value.part < FEW:
        about = FEW * indicator.per / value.whole
        return Told(f"不到 {ceil(about * 10) / 10:g} {indicator.unit}", count_told(value.part), count_told(value.whole))
    mean = round(part * indicator.per / value.whole, 1)
    return Told(f"{mean:g} {indicator.unit}", count_told(value.part), count_told(value.whole))


def _median(value: Median) -> Told:
    whole = count_told(value.count)
    if value.days is None or value.count < LEAST:
        return Told(NONE if value.count == 0 else TOO_FEW, "", whole)
    return Told(f"{value.days:g} 天", "", whole)


def _step(whole: int) -> int:
    return 1 if whole >= MANY else FEW


def _fives(count: int) -> int:
    return (count + FEW // 2) // FEW * FEW
