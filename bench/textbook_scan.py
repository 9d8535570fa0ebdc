"""A space-time permutation scan as a textbook would write it in numpy, to compare the loops of the platform with.

Every replicate permutes all times, counts anew, sums along each centre's neighbours, and takes a logarithm everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from screening.scan.geometry import Zones


def largest_statistic(
    place: NDArray[np.int32], period: NDArray[np.int32], zones: Zones, *, places: int, periods: int, longest: int
) -> float:
    """Return the largest statistic over all zones and the windows that last until now."""
    total = len(place)
    counts = np.zeros((places, periods))
    np.add.at(counts, (place, period), 1)
    windows = np.cumsum(counts[:, ::-1], axis=1)[:, :longest]
    everywhere, cases = windows.sum(axis=0), counts.sum(axis=1)
    best = 0.0
    for centre in range(len(zones.ptr) - 1):
        near = zones.idx[zones.ptr[centre] : zones.ptr[centre + 1]]
        n = np.cumsum(windows[near], axis=0)
        mean = np.cumsum(cases[near])[:, None] * everywhere / total
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = n * np.log(n / mean) + (total - n) * np.log((total - n) / (total - mean))
        best = max(best, float(np.where((n > mean) & (n >= 2), ratio, 0.0).max(initial=0.0)))
    return best


def simulated(
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    zones: Zones,
    *,
    places: int,
    periods: int,
    longest: int,
    replicates: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return the largest statistics of replicates in which all times were permuted."""
    rng = np.random.default_rng(seed)
    size = {"places": places, "periods": periods, "longest": longest}
    return np.array([largest_statistic(place, rng.permutation(period), zones, **size) for _ in range(replicates)])
