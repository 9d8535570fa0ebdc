"""The likelihood ratios of the scan, and the expectation beyond which a count cannot reach a level.

Every statistic compares the hypothesis "inside the zone and window the rate is higher than outside" with "it is the
same everywhere"; one-sided, for high rates. All are natural logarithms of the ratio.

============  =====================================================  ========================================
model         ratio for n observed, E expected, C in all              reference
============  =====================================================  ========================================
CONDITIONAL   n ln(n/E) + (C-n) ln((C-n)/(C-E))                       Kulldorff 1997; Kulldorff et al. 2005
EXPECTATION   n ln(n/E) - (n-E)                                       Neill 2009
BERNOULLI     the binomial ratio of n cases among N = E P / C people  Kulldorff & Nagarwalla 1995
============  =====================================================  ========================================
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.scan.compiled import compiled

CONDITIONAL: Final = 0
EXPECTATION: Final = 1
BERNOULLI: Final = 2

LEVEL_STEP: Final = 0.25
"""Distance of the levels for which ``limits_of`` keeps the largest expectation."""
LEVELS: Final = 400
LISTED_COUNTS: Final = 1024
"""Counts below this have an exact limit; above it the chi-square bound is as good."""


@compiled
def ratio_of(n: float, mean: float, kind: int, total: float, people: float) -> float:
    """Return the log likelihood ratio of ``n`` observed against ``mean`` expected, 0.0 unless n > mean.

    Parameters
    ----------
    n, mean : float
        Cases observed and expected in the zone and window.
    kind : int
        ``CONDITIONAL``, ``EXPECTATION`` or ``BERNOULLI``.
    total : float
        C, all cases of the study.
    people : float
        P, all people of the study; used by ``BERNOULLI`` alone.
    """
    if n <= mean:
        return 0.0
    if kind == EXPECTATION:
        return n * math.log(n / mean) - (n - mean) if mean > 0.0 else math.inf
    if mean <= 0.0:
        return math.inf
    rest = total - n
    found = n * math.log(n / mean)
    if rest > 0.0:
        found += rest * math.log(rest / (total - mean))
    if kind == BERNOULLI:
        inside = mean * people / total
        well, outside = inside - n, people - inside
        if well > 0.0:
            found += well * math.log(well / (inside * (people - total) / people))
        if outside - rest > 0.0:
            found += (outside - rest) * math.log((outside - rest) / (outside * (people - total) / people))
    return found


@compiled
def fill_level(limits: NDArray[np.float64], level: int, kind: int, total: float, people: float) -> None:
    """Fill one row of ``limits``: for each count n the largest expectation whose ratio still reaches the level.

    The ratio falls as the expectation grows towards n, so the limit is found by halving.

    Parameters
    ----------
    limits : array of float, shape (LEVELS, LISTED_COUNTS)
        Row ``level`` is written; entry 0 says that it was (-1.0 before).
    """
    wanted = level * LEVEL_STEP
    limits[level, 0] = 0.0
    for n in range(1, limits.shape[1]):
        low, high = 0.0, float(n)
        if n > total:
            limits[level, n] = math.inf
            continue
        for _ in range(44):
            middle = 0.5 * (low + high)
            if ratio_of(float(n), middle, kind, total, people) >= wanted:
                low = middle
            else:
                high = middle
        limits[level, n] = high


@compiled
def least_count(
    n: int, mean: float, limits: NDArray[np.float64], level: int, kind: int, total: float, people: float
) -> int:
    """Return the smallest count, at least ``n``, that can reach the level with ``mean`` expected.

    Exact below ``LISTED_COUNTS``. Above it the ratio T is at most (n-E)^2 / (2 E (1 - E/C)) as long as n <= C - E;
    the binomial ratio is at most Pearson's chi-square, (n-E)^2 / (E (1 - E/C) (1 - C/P)). Counts nearer to E than
    that cannot reach T.
    """
    while n < limits.shape[1] and mean > limits[level, n]:
        n += 1
    if n >= limits.shape[1]:
        spread = level * LEVEL_STEP * mean * max(0.0, 1.0 - mean / total)
        spread *= 1.0 - total / people if kind == BERNOULLI else 2.0
        bound = int(min(mean + math.sqrt(spread), total - mean))
        n = max(n, bound)
    return n


def ratios_of(
    n: NDArray[np.float64], mean: NDArray[np.float64], kind: int, total: float, people: float
) -> NDArray[np.float64]:
    """Return ``ratio_of`` for whole arrays of one shape; the path without compiled code."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = n * np.log(n / mean)
        if kind == EXPECTATION:
            return np.where(n > mean, found - (n - mean), 0.0)
        rest = total - n
        found = found + np.where(rest > 0, rest * np.log(rest / (total - mean)), 0.0)
        if kind == BERNOULLI:
            inside = mean * people / total
            share = (people - total) / people
            for well, all_ in ((inside - n, inside), (people - inside - rest, people - inside)):
                found = found + np.where(well > 0, well * np.log(well / (all_ * share)), 0.0)
    return np.where(n > mean, np.nan_to_num(found, nan=0.0, posinf=np.inf), 0.0)
