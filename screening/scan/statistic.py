"""The likelihood ratios of the scan, and the least count that can reach a level.

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
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from screening.scan.compiled import compiled

Model: TypeAlias = tuple[int, float, float, int]
"""Kind, all cases C, all people P, fewest cases of a cluster."""

CONDITIONAL: Final = 0
EXPECTATION: Final = 1
BERNOULLI: Final = 2

LEVEL_STEP: Final = 0.25
"""Distance of the levels for which least counts are kept."""
LEVELS: Final = 400
UNREACHED: Final = 2**30
"""A count that none can be."""
_LARGE: Final = 16.0
_LARGE_BITS: Final = int(np.float32(_LARGE).view(np.int32))
_SHIFT: Final = 19
_STEPS: Final = 5.0


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
def rung_of(mean: float, lowest: int) -> int:
    """Return the rung of an expectation: sixteen to a doubling below 16, a fifth of a standard deviation above.

    Rung 0 is for what lies below the ladder. Below 16 the leading bits of the number are its rung.

    Parameters
    ----------
    mean : float
    lowest : int
        Leading bits of the smallest expectation; see `ladder`.
    """
    if mean < _LARGE:
        return max(0, (int(np.float32(mean).view(np.int32)) >> _SHIFT) - lowest + 1)
    return (_LARGE_BITS >> _SHIFT) - lowest + 1 + int((math.sqrt(mean) - 4.0) * _STEPS)


def ladder(least: float, most: float) -> tuple[int, NDArray[np.float64]]:
    """Return what `rung_of` needs to know, and the smallest expectation on each rung up to ``most``."""
    first = np.float32(max(min(least, _LARGE), 1e-30))
    lowest = int(first.view(np.int32)) >> _SHIFT
    bits = np.arange(lowest, _LARGE_BITS >> _SHIFT, dtype=np.int64) << _SHIFT
    small = bits.astype(np.int32).view(np.float32).astype(np.float64)
    steps = np.arange(max(1, int((math.sqrt(max(most, _LARGE)) - 4.0) * _STEPS) + 2))
    large = (4.0 + steps / _STEPS) ** 2
    return lowest, np.concatenate([[0.0], small, large]) * (1.0 - 1e-6)


@compiled
def fill_level(counts: NDArray[np.int64], level: int, floors: NDArray[np.float64], model: Model) -> None:
    """Write, for every rung, the least count whose ratio can reach the level.

    The ratio falls as the expectation grows towards n, so the smallest expectation of a rung decides for all of it,
    and the counts grow from rung to rung. The search begins where a bound allows: the ratio T is at most
    (n-E)^2 / (2 E (1 - E/C)) as long as n <= C - E; the binomial ratio is at most Pearson's chi-square,
    (n-E)^2 / (E (1 - E/C) (1 - C/P)).

    Parameters
    ----------
    counts : array of int64, shape (LEVELS, rungs)
        Row ``level`` is written; -1 before.
    level : int
    floors : array of float, shape (rungs,)
        See `ladder`.
    model : tuple (kind, total, people, least cases)
    """
    kind, total, people, n = model
    wanted = level * LEVEL_STEP
    for rung in range(floors.size):
        mean = floors[rung]
        spread = wanted * mean * max(0.0, 1.0 - mean / total)
        spread *= 1.0 - total / people if kind == BERNOULLI else 2.0
        n = max(n, int(min(mean + math.sqrt(spread), max(mean, total - mean))))
        while n <= total and ratio_of(float(n), mean, kind, total, people) < wanted:
            n += 1
        counts[level, rung] = n if n <= total else UNREACHED


@compiled
def rare_until(
    counts: NDArray[np.int64], floors: NDArray[np.float64], level: float, model: Model
) -> NDArray[np.float64]:
    """Return for each rung the largest expectation at which the ratio of its count still reaches a level."""
    kind, total, people, _ = model
    found = floors.copy()
    for rung in range(floors.size):
        high = float(counts[rung])
        for _ in range(20):
            middle = 0.5 * (found[rung] + high)
            if counts[rung] > total or ratio_of(float(counts[rung]), middle, kind, total, people) >= level:
                found[rung] = middle
            else:
                high = middle
    return found


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
