"""How often chance alone does as well: Monte Carlo ranks, sequential stopping, the tail, recurrence intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

TIE: Final = 1e-9
"""Statistics nearer than this are equal: small data are discrete, and without it p comes out too low."""
TAIL: Final = 1e-4
EULER: Final = 0.5772156649015329


@dataclass(frozen=True)
class Simulated:
    """Largest statistics of replicates, in the order of their numbers.

    Attributes
    ----------
    maxima : array of float, shape (replicates,)
    stopped : bool
        Whether enough replicates had reached the observed statistic before all were drawn.
    """

    maxima: NDArray[np.float64]
    stopped: bool

    def p_value(self, statistic: float) -> float:
        """Return the chance, under the null hypothesis, of a largest statistic of at least this; one-sided.

        (1 + #{T >= t}) / (R + 1); after sequential stopping #{T >= t} / r (Besag & Clifford 1991).
        """
        reached = int((self.maxima >= statistic - TIE).sum())
        if self.stopped:
            return reached / len(self.maxima)
        return (1 + reached) / (len(self.maxima) + 1)


def monte_carlo(
    draw: Callable[[int, int], NDArray[np.float64]],
    statistic: float,
    *,
    replicates: int,
    stop: int | None,
    lanes: int = 64,
) -> Simulated:
    """Draw replicates until ``stop`` of them reached ``statistic``, or until there are ``replicates``.

    Parameters
    ----------
    draw : callable (first number, lanes) -> array of maxima
    statistic : float
        The largest statistic observed.
    replicates : int
        At most so many.
    stop : int or None
        ``None`` draws all.
    lanes : int
        How many are drawn at a time; changes no result.
    """
    found: list[NDArray[np.float64]] = []
    reached = 0
    for first in range(0, replicates, lanes):
        batch = draw(first, min(lanes, replicates - first))
        hits = np.flatnonzero(batch >= statistic - TIE)
        if stop is not None and reached + len(hits) >= stop:
            found.append(batch[: hits[stop - reached - 1] + 1])
            return Simulated(np.concatenate(found), stopped=True)
        reached += len(hits)
        found.append(batch)
    return Simulated(np.concatenate(found) if found else np.zeros(0), stopped=False)


def tail_p_value(simulated: Simulated, statistic: float) -> float:
    """Return p, with the Gumbel tail where replicates end: only below 1e-4, and never after sequential stopping.

    Moments of the maxima give beta = sd sqrt(6) / pi and mu = mean - gamma beta (Abrams, Kulldorff & Kleinman 2010).
    The tail is conservative, about twice the truth at 2e-4, so it stands where nothing better can be had.
    """
    p = simulated.p_value(statistic)
    if simulated.stopped or p > TAIL or len(simulated.maxima) < 2:
        return p
    beta = float(simulated.maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    mu = float(simulated.maxima.mean()) - EULER * beta
    return min(p, -math.expm1(-math.exp(-(statistic - mu) / beta)))


def recurrence_interval(p: float, *, period_days: float, earlier: int = 0) -> float:
    """Return after how many days chance alone brings something as strong, when a scan is made each ``period_days``.

    D / p; with A - 1 earlier analyses that could have found it, D / (1 - (1 - p)^(1/A)) (Kleinman et al. 2004;
    Kulldorff 2001).

    Example
    -------
    >>> recurrence_interval(0.01, period_days=1)
    100.0
    """
    single = p if earlier == 0 else -math.expm1(math.log1p(-p) / (earlier + 1)) if p < 1 else 1.0
    return period_days / single


def least_over_streams(observed: list[float], simulated: list[NDArray[np.float64]]) -> list[float]:
    """Return each stream's p for the smallest p over all streams (min-p; Westfall & Young 1993).

    Every stream must have the same number of replicates, none stopped. Replicate r of all streams is one world.
    """
    worlds = np.array(simulated)
    ranks = np.array([[(row >= one - TIE).sum() for one in row] for row in worlds]).min(axis=0)
    own = [int((row >= one - TIE).sum()) for row, one in zip(worlds, observed, strict=True)]
    return [float((1 + (ranks <= max(1, n)).sum()) / (worlds.shape[1] + 1)) for n in own]
