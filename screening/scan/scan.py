"""One scan from cases to clusters, under any of the models, with everything that is needed to repeat it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from screening.scan.clusters import Candidate, Reach, Secondary, reported
from screening.scan.engine import FASTEST, Engine
from screening.scan.geometry import Zones, along, along_the_curve, cut_zones, nearest_zones
from screening.scan.inference import Simulated, monte_carlo
from screening.scan.search import Search
from screening.scan.tables import Cases, Span, Table, permutation


class Analysis(StrEnum):
    """Which windows of time are looked at."""

    PROSPECTIVE = "prospective"
    """Those that last until now: what is going on."""
    RETROSPECTIVE = "retrospective"
    """All: what has ever been."""
    SPATIAL = "spatial"
    """None but the whole time."""


@dataclass(frozen=True)
class Limits:
    """How large a zone may be, and how little may be reported.

    Attributes
    ----------
    share : float
        Most of the cases (permutation) or of the expected cases (other models) in a zone, 0 to 1.
    radius : float or None
        In the units of the points.
    longest : int
        Longest window in periods.
    least : int
        Fewest cases of a cluster.
    """

    share: float = 0.5
    radius: float | None = None
    longest: int = 1
    least: int = 2


@dataclass(frozen=True)
class Chance:
    """How the replicates are drawn.

    Attributes
    ----------
    replicates : int
    stop : int or None
        Stop after so many replicates as strong as what was observed.
    seed : int
    """

    replicates: int = 999
    stop: int | None = 50
    seed: int = 1


@dataclass(frozen=True)
class Cluster:
    """A reported cluster; places as numbers of the table, periods as numbers from its first."""

    places: list[int]
    begin: int
    last: int
    observed: int
    expected: float
    statistic: float


@dataclass(frozen=True)
class Scanned:
    """What a scan found.

    Attributes
    ----------
    clusters : list of Cluster
        Strongest first.
    simulated : Simulated
        The replicates' largest statistics; gives each cluster its p.
    seconds : dict
        CPU seconds of ``setup``, ``scan`` and ``monte_carlo``.
    """

    clusters: list[Cluster]
    simulated: Simulated
    seconds: dict[str, float] = field(default_factory=dict)


def scan(
    table: Table,
    points: NDArray[np.float64],
    limits: Limits,
    chance: Chance,
    *,
    rule: Secondary = Secondary.NONE_OVERLAPPING,
    most: int = 20,
    near: Zones | None = None,
    engine: Engine | None = None,
) -> Scanned:
    """Find where more was counted than expected, and how often chance alone does as well.

    Parameters
    ----------
    table : Table
        Observed and expected per place and period, and how replicates are drawn; see `tables`.
    points : array of float, shape (places, dimensions)
        The places, in the order of `geometry.by_coordinates`.
    limits, chance : Limits, Chance
    rule : Secondary
        Which weaker clusters are reported too.
    most : int
        Report at most so many.
    near : Zones or None
        All places within the radius of each, found before; only for a table that counts whole cases as weight.
    engine : Engine or None
        The loops to use; the fastest that this machine has.

    Returns
    -------
    Scanned
        Without clusters when nothing reaches ``limits.least``; then no replicate is drawn.
    """
    loops = engine or FASTEST
    began = time.process_time()
    weight = table.weight
    most_weight = limits.share * float(weight.sum())
    if near is None:
        zones = nearest_zones(points, weight, most_weight=most_weight, radius=limits.radius)
    else:
        zones = cut_zones(near, weight, most_weight=most_weight)
    set_up = time.process_time()
    found, where = _best(table, zones, limits, loops)
    candidates = reported(found, where, Reach(points, zones), rule=rule, most=most)
    scanned = time.process_time()
    simulated = Simulated(np.zeros(0), stopped=False)
    if candidates:
        draw = _drawing(table, zones, along_the_curve(points), limits, seed=chance.seed, loops=loops)
        simulated = monte_carlo(
            draw, candidates[0].statistic, replicates=chance.replicates, stop=chance.stop, lanes=loops.lanes
        )
    ended = time.process_time()
    seconds = {"setup": set_up - began, "scan": scanned - set_up, "monte_carlo": ended - scanned}
    return Scanned([_cluster(one, table) for one in candidates], simulated, seconds)


def load_loops() -> None:
    """Load the compiled loops from the disk, and what numba imports only when it is first called, by a tiny scan."""
    place = np.array([0, 0, 0, 1, 2], np.int32)
    cases = Cases(place, np.array([3, 3, 3, 0, 1], np.int32), np.zeros(5, np.int32))
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    table = permutation(cases, len(points), Span(4, 1, is_nested=True))
    scan(table, points, Limits(share=1.0, radius=2.0), Chance(1, None))


def _best(table: Table, zones: Zones, limits: Limits, loops: Engine) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    places = len(zones.ptr) - 1
    found, where = np.zeros(places), np.zeros((places, 3), np.int64)
    sides = [table.in_columns(side) for side in (table.observed.astype(np.float64), table.expected)]
    for run in table.runs(limits.longest):
        counts, means = (_summed(side[:, run]) for side in sides)
        loops.best_windows(
            zones.ptr, zones.idx, counts, means, table.spans(run), table.model(limits.least), found, where
        )
    return found, where


def _summed(side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sums over the first column, the first two, ..., with columns of zeros up to a multiple of eight."""
    summed = np.zeros((side.shape[0], -(-side.shape[1] // 8) * 8))
    np.cumsum(side, axis=1, out=summed[:, : side.shape[1]])
    return summed


def _cluster(one: Candidate, table: Table) -> Cluster:
    window = slice(one.begin, one.end)
    observed = int(table.observed[one.places, window].sum())
    expected = float(table.expected[one.places, window].sum())
    begin, last = one.begin + table.first_period, one.end - 1 + table.first_period
    return Cluster([int(place) for place in one.places], begin, last, observed, expected, one.statistic)


def _drawing(
    table: Table, zones: Zones, curve: NDArray[np.int64], limits: Limits, *, seed: int, loops: Engine
) -> Callable[[int, int], NDArray[np.float64]]:
    rank = np.empty(len(curve), np.int32)
    rank[curve] = np.arange(len(curve), dtype=np.int32)
    source = table.source.renumbered(rank)
    near = along(zones, curve, rank.astype(np.uint16) if len(curve) < 2**16 else rank.astype(np.uint32))
    expected = np.ascontiguousarray(table.in_columns(table.expected)[curve].T)
    model, most = table.model(limits.least), table.most_in_windows
    maxima = loops.maxima(
        Search(near.ptr, near.idx, _visiting(len(curve)), expected, table.runs(limits.longest), model, most)
    )
    return lambda first, lanes: maxima(source.draw(lanes, seed=seed, first=first, engine=loops))


def _visiting(centres: int) -> NDArray[np.int64]:
    """Return the centres one after another, but every fiftieth first: they raise the maxima before the many come."""
    order = np.arange(centres)
    return np.concatenate([order[::50], np.delete(order, np.s_[::50])])
