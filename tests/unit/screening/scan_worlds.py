"""Small worlds for tests of the scan, and a textbook scan to compare with."""

from __future__ import annotations

from math import log

import numpy as np

from screening.scan.geometry import Zones, by_coordinates
from screening.scan.tables import Cases, Span, Table, bernoulli, expectation_poisson, permutation, poisson

MODELS = ("permutation", "strata", "poisson", "expectation", "bernoulli")


def points_of(seed: int, places: int = 14) -> np.ndarray:
    """Places on a grid of whole numbers, so that many are equally far from one another."""
    points = np.random.default_rng(seed).integers(0, 6, (places, 2)).astype(float)
    return points[by_coordinates(points, [str(at) for at in range(places)])]


def table_of(model: str, seed: int, *, places: int = 14, periods: int = 9, span: Span | None = None) -> Table:
    rng = np.random.default_rng(seed)
    span = span or Span(periods, 4, is_nested=True)
    size = 60
    place, period = rng.integers(0, places - 2, size), rng.integers(0, periods, size)
    stratum = period % 3 if model == "strata" else np.zeros(size)
    cases = Cases(place.astype(np.int32), period.astype(np.int32), stratum.astype(np.int32))
    if model in {"permutation", "strata"}:
        return permutation(cases, places, span)
    expected = rng.random((places, periods)) + 0.1
    if model == "poisson":
        return poisson(cases, expected, span)
    if model == "expectation":
        return expectation_poisson(cases, expected * size / expected.sum(), span)
    return bernoulli(cases, cases.counted(places, periods) + rng.integers(0, 5, (places, periods)), span)


def textbook_ratio(n: float, mean: float, table: Table) -> float:
    kind, total, people, _ = table.model(1)
    if n <= mean:
        return 0.0
    if kind == 1:
        return n * log(n / mean) - (n - mean)
    first = n * log(n / mean) + ((total - n) * log((total - n) / (total - mean)) if total > n else 0.0)
    if kind == 0:
        return first
    inside, share = mean * people / total, total / people
    sides = ((n, inside), (total - n, people - inside))
    return sum((a * log(a / b) if a else 0.0) + ((b - a) * log((b - a) / b) if b > a else 0.0) for a, b in sides) - (
        total * log(share) + (people - total) * log(1 - share)
    )


def textbook_best(table: Table, counts: np.ndarray, zones: Zones, *, longest: int, least: int) -> float:
    """The largest statistic over all zones and windows, one after another."""
    best = 0.0
    for centre in range(len(zones.ptr) - 1):
        near = zones.idx[zones.ptr[centre] : zones.ptr[centre + 1]]
        for size in range(1, len(near) + 1):
            n, mean = counts[near[:size]].sum(axis=0), table.expected[near[:size]].sum(axis=0)
            for end in range(len(n), len(n) - 1 if table.is_nested else 0, -1):
                for begin in range(max(0, end - longest), end):
                    if n[begin:end].sum() >= least:
                        best = max(best, textbook_ratio(n[begin:end].sum(), mean[begin:end].sum(), table))
    return best
