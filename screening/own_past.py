"""Is this week like the weeks before it? Bands from the own past, and funnel limits for shares; nothing is ranked.

Counts: with a flat Gamma prior the past weeks give a negative binomial for the next one; where the past scatters more
than chance (variance over mean), it is widened by that factor, as an overdispersed chart is. Shares: binomial limits
around the own past share. Funnel: exact binomial limits, interpolated as in Spiegelhalter (2005), Statistics in
Medicine 24, 1185-1202, appendix A.1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrik, betainc, nbdtrik

LEAST_WEEKS: Final = 8
MOST_WEEKS: Final = 26
LEAST_FOR_SHARE: Final = 10
INNER, OUTER = 0.95, 0.998
_TAILS: Final = np.array([(1 - INNER) / 2, (1 + INNER) / 2, (1 - OUTER) / 2, (1 + OUTER) / 2])
Floats: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Band:
    """What the own past leads one to expect: the middle, 95 % limits, and 99.8 % limits."""

    middle: float
    low: float
    high: float
    lowest: float
    highest: float


def count_bands(counts: Sequence[int]) -> list[Band | None]:
    """Return for each week the band from the weeks before it; ``None`` while there are fewer than eight.

    Examples
    --------
    >>> count_bands([4] * 9)[8].middle
    4.0
    """
    banded = range(LEAST_WEEKS, len(counts))
    if not banded:
        return [None] * len(counts)
    middles, means, variances = np.array([_expected(counts[max(0, week - MOST_WEEKS) : week]) for week in banded]).T
    sizes = means * means / (variances - means)
    limits = negative_binomial_quantiles(_TAILS[:, None], sizes, sizes / (sizes + means))
    return [*[None] * LEAST_WEEKS, *_bands(middles, limits)]


def share_bands(parts: Sequence[int], wholes: Sequence[int]) -> list[Band | None]:
    """Return for each week the band of its share from the weeks before it.

    ``None`` where fewer than eight weeks came before, or the week itself or all before it have fewer than ten.
    """
    found: list[Band | None] = [None] * len(wholes)
    sums = [
        (week, sum(parts[start:week]), sum(wholes[start:week]))
        for week, start in ((week, max(0, week - MOST_WEEKS)) for week in range(LEAST_WEEKS, len(wholes)))
    ]
    told = [one for one in sums if wholes[one[0]] >= LEAST_FOR_SHARE and one[2] >= LEAST_FOR_SHARE]
    if told:
        weeks, part, before = np.array(told).T
        sizes = np.asarray(wholes)[weeks]
        limits = binomial_quantiles(_TAILS[:, None], sizes, part / before) / sizes
        for week, band in zip(weeks.tolist(), _bands(part / before, limits), strict=True):
            found[week] = band
    return found


def funnel_limit(share: float, whole: int, probability: float) -> float:
    """Return the share below which ``probability`` of samples of ``whole`` lie when the true share is ``share``.

    The exact binomial quantile r is moved back by the part of its probability that is too much:
    (r - (F(r) - p) / (F(r) - F(r - 1))) / n.
    """
    if share <= 0 or share >= 1:
        return share
    return float(_interpolated(np.array(probability), np.array(whole), share))


def funnel(share: float, wholes: Sequence[int]) -> list[Band]:
    """Return the limits around ``share`` at each sample size."""
    sizes = np.asarray(wholes)
    if share <= 0 or share >= 1:
        limits = np.full((len(_TAILS), len(sizes)), float(share))
    else:
        limits = _interpolated(_TAILS[:, None], sizes, share)
    return _bands(np.full(len(sizes), float(share)), limits)


def binomial_quantiles(probability: Floats, sizes: Floats, share: Floats | float) -> Floats:
    """Return the smallest counts that a binomial variable does not exceed with these probabilities.

    As ``scipy.stats.binom.ppf`` does; importing ``scipy.stats`` would take every start of the program a second.
    """
    found = _whole(bdtrik(probability, sizes, share), probability, lambda count: bdtr(count, sizes, share))
    certain = np.where(np.asarray(share) >= 1, sizes, 0)
    return np.where((np.asarray(share) > 0) & (np.asarray(share) < 1), found, certain)


def negative_binomial_quantiles(probability: Floats, sizes: Floats, share: Floats) -> Floats:
    """Return the same of a negative binomial variable, whose size need not be whole; as ``nbinom.ppf`` does."""
    return _whole(nbdtrik(probability, sizes, share), probability, lambda count: betainc(sizes, count + 1, share))


def _whole(roots: Floats, probability: Floats, upto: Callable[[Floats], Floats]) -> Floats:
    """Return the next whole number, or the one before where that is enough already."""
    above = np.ceil(roots)
    before = np.maximum(above - 1, 0)
    return np.asarray(np.where(upto(before) >= probability, before, above))


def _interpolated(probability: Floats, sizes: Floats, share: float) -> Floats:
    quantiles = binomial_quantiles(probability, sizes, share)
    upto = bdtr(quantiles, sizes, share)
    below = np.where(quantiles > 0, bdtr(np.maximum(quantiles - 1, 0), sizes, share), 0.0)
    excess = (upto - probability) / (upto - below)
    return np.asarray(np.clip((quantiles - excess) / sizes, 0.0, 1.0))


def _expected(before: Sequence[int]) -> tuple[float, float, float]:
    """Return the middle of some weeks, and mean and variance of what chance makes of the next one."""
    weeks = np.asarray(before, dtype=np.float64)
    middle = float(weeks.mean())
    mean = (float(weeks.sum()) + 0.5) / len(weeks)
    scatter = max(1.0, float(weeks.var(ddof=1)) / middle) if middle > 0 else 1.0
    return middle, mean, mean * (1 + 1 / len(weeks)) * scatter


def _bands(middles: Floats, limits: Floats) -> list[Band]:
    return [Band(*(float(one) for one in row)) for row in np.vstack([middles, limits]).T]
