"""The test of one window: more incidents than the weeks before lead one to expect, and how seldom chance does that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

LEAST_P = 1e-16
"""Below this, rounding decides; the strongest share it."""


@dataclass(frozen=True)
class Rule:
    """The figures of the signal.

    Attributes
    ----------
    week, fortnight, base : int
        Days of the windows, and of the base right before a window.
    fewest : int
        Incidents below which nothing is said.
    base_floor : float
        The base counts as at least so many incidents: none in six weeks is compatible with three (rule of three).
    least_interval : float
        Days in which chance alone may bring a stream one flag.
    short_base : int
        With fewer recorded days in the base, at most ``short_flags`` flags in any seven days.
    """

    week: int = 7
    fortnight: int = 14
    base: int = 42
    fewest: int = 5
    base_floor: float = 3.0
    least_interval: float = 140.0
    short_base: int = 28
    short_flags: int = 3


def tail(observed: NDArray[np.float64], expected: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Return the chance of at least ``observed`` incidents in the window; upper tail, one-sided.

    Null hypothesis: the count has mean ``expected`` and variance ``spread`` x ``expected`` (negative binomial).

    Parameters
    ----------
    observed : array
        Whole numbers of 1 or more.
    expected : array
        Above 0.
    spread : float
        Above 1.

    Example
    -------
    >>> tail(np.array([1.0]), np.array([2.0]), 2.0)  # shape 2, so P(0) = 1/4
    array([0.75])
    """
    return np.asarray(betainc(observed, expected / (spread - 1), (spread - 1) / spread), float)


@dataclass(frozen=True)
class Windows:
    """The strongest window of each stream.

    Attributes
    ----------
    begin, end : array of int, shape (streams,)
        First day of the window, and the day after it.
    observed, base : array of int
        Incidents in the window and in the base.
    expected, p : array of float
        ``p`` is 1 where no window holds enough incidents or has a base.
    """

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    observed: NDArray[np.int64]
    base: NDArray[np.int64]
    expected: NDArray[np.float64]
    p: NDArray[np.float64]

    def of(self, at: NDArray[np.intp]) -> Windows:
        """Return the windows of some streams, in that order."""
        return Windows(*(column[at] for column in _columns(self)))

    def later(self, days: int) -> Windows:
        """Return the same windows with that many days added to their dates."""
        return replace(self, begin=self.begin + days, end=self.end + days)


def strongest(
    counts: NDArray[np.int64],
    is_recorded: NDArray[np.bool_],
    spans: Sequence[tuple[int, int]],
    *,
    free: NDArray[np.int64],
    dispersion: float,
    rule: Rule,
) -> Windows:
    """Return, of some windows, the one with the smallest p for each stream; of equal p the last one named.

    Expected is the base's count (at least ``rule.base_floor``) per recorded day times the window's recorded days. The
    variance is ``dispersion`` times that, and more as the base is itself a count: x (1 + window / base).

    Parameters
    ----------
    counts : array of int, shape (streams, days)
        Incidents by day.
    is_recorded : array of bool, shape (days,)
        Days that were recorded; see ``incidents.recorded``.
    spans : sequence of (begin, end)
        Columns of a window's first day and of the day after it; there is room for a base before.
    free : array of int, shape (streams,)
        Column from which on a window of the stream may begin.
    dispersion : float
        Variance of weekly counts divided by their mean, 1 or more.
    rule : Rule
    """
    before = np.concatenate([np.zeros((len(counts), 1), np.int64), counts.cumsum(axis=1)], axis=1)
    days = np.concatenate([[0], is_recorded.cumsum()])
    size = len(counts)
    none = np.zeros(size, np.int64)
    best = Windows(none, none, none, none, np.zeros(size), np.ones(size))
    for begin, end in spans:
        first = begin - rule.base
        shown, known = days[end] - days[begin], days[begin] - days[first]
        if not shown or not known:
            continue
        observed, base = before[:, end] - before[:, begin], before[:, begin] - before[:, first]
        expected = np.maximum(base, rule.base_floor) * (shown / known)
        p = np.maximum(tail(np.maximum(observed, 1.0), expected, dispersion * (1 + shown / known)), LEAST_P)
        is_better = (observed >= rule.fewest) & (free <= begin) & (p <= best.p)
        new = Windows(np.full(size, begin), np.full(size, end), observed, base, expected, p)
        best = Windows(*(np.where(is_better, *pair) for pair in zip(_columns(new), _columns(best), strict=True)))
    return best


def _columns(windows: Windows) -> tuple[NDArray[Any], ...]:
    return windows.begin, windows.end, windows.observed, windows.base, windows.expected, windows.p


def dispersion_of(weekly: NDArray[np.int64], share: NDArray[np.float64]) -> float:
    """Return how many times the variance of weekly counts exceeds their mean: 1 for Poisson, never less.

    The median over streams of Pearson's chi-square / the median of the chi-square distribution (Wilson & Hilferty
    1931), so that the outbreaks of a few streams do not widen what is expected of all; Farrington et al. 1996 give
    weeks with outbreaks less weight for the same reason.

    Parameters
    ----------
    weekly : array of int, shape (streams, weeks)
        Counts of streams that have some: with a mean below 1 a week chi-square is too discrete.
    share : array of float, shape (weeks,)
        Share of each week in the incidents of all streams, so that a week in which less was recorded everywhere, or a
        holiday, is no swing of each stream; adds up to 1.

    Example
    -------
    >>> round(dispersion_of(np.array([[1, 9, 2]]), np.full(3, 1 / 3)), 2)
    6.76
    """
    if len(weekly) == 0 or len(share) < 2:
        return 1.0
    mean = weekly.sum(axis=1, keepdims=True) * share
    free = len(share) - 1
    middle = free * (1 - 2 / (9 * free)) ** 3
    return max(1.0, float(np.median(((weekly - mean) ** 2 / mean).sum(axis=1))) / middle)
