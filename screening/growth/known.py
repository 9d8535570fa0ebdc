"""What is known on a day: lively streams by day, which days were recorded, how widely weekly counts swing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from screening.growth.excess import Rule, dispersion_of
from screening.growth.incidents import WEEK, recorded


@dataclass(frozen=True)
class Known:
    """What the incidents before a day say.

    Attributes
    ----------
    first : int
        Number of the day of the first column.
    stream : array of int
        Streams with enough incidents lately to be flagged, ascending.
    counts : array of int, shape (streams, days)
    is_recorded : array of bool, shape (days,)
    dispersion : float
        Of the streams with at least one incident a week in the base of the last seven days.
    base_days : int
        Recorded days of that base.
    """

    first: int
    stream: NDArray[np.int64]
    counts: NDArray[np.int64]
    is_recorded: NDArray[np.bool_]
    dispersion: float
    base_days: int

    def only(self, which: NDArray[np.bool_]) -> Known:
        """Return the same with some of the streams."""
        return replace(self, stream=self.stream[which], counts=self.counts[which])


def known_on(stream: NDArray[np.int64], day: NDArray[np.int64], today: int, *, every: int, rule: Rule) -> Known:
    """Return what the incidents before ``today`` say, back to the base of the earliest window of a round.

    Parameters
    ----------
    stream, day : array of int, shape (incidents,)
        In the order of days.
    today, every : int
        Number of the day, and days since the round before.
    rule : Rule
    """
    recent = max(rule.fortnight, rule.week + every - 1)
    length = rule.base + recent
    first = today - length
    begin, lately, end = np.searchsorted(day, [first, today - recent, today])
    near, column = stream[begin:end], day[begin:end] - first
    is_recorded = np.zeros(length, bool)
    if end:
        start = min(max(0, int(day[0]) - first), length)
        is_recorded[start:] = recorded(np.bincount(column, minlength=length)[start:])
    names, many = np.unique(stream[lately:end], return_counts=True)
    names = names[many >= rule.fewest]
    base = slice(length - rule.week - rule.base, length - rule.week)
    is_base = (column >= base.start) & (column < base.stop)
    spread = _dispersion(near[is_base], column[is_base] - base.start, rule.base // WEEK)
    return Known(first, names, _by_day(names, near, column, length), is_recorded, spread, int(is_recorded[base].sum()))


def _by_day(
    names: NDArray[np.int64], near: NDArray[np.int64], column: NDArray[np.int64], length: int
) -> NDArray[np.int64]:
    is_wanted = np.isin(near, names)
    row = np.searchsorted(names, near[is_wanted])
    flat = np.bincount(row * length + column[is_wanted], minlength=len(names) * length)
    return flat.reshape(len(names), length)


def _dispersion(stream: NDArray[np.int64], column: NDArray[np.int64], weeks: int) -> float:
    names, row = np.unique(stream, return_inverse=True)
    weekly = np.bincount(row * weeks + column // WEEK, minlength=len(names) * weeks).reshape(len(names), weeks)
    total = weekly.sum(axis=0)
    return dispersion_of(weekly[weekly.sum(axis=1) >= weeks][:, total > 0], total[total > 0] / max(1, total.sum()))
