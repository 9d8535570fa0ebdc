"""The loops of `kernel` and `draws` on whole arrays, for machines without numba; the same numbers, slower.

Every function that has a compiled twin has its name and its parameters, and writes the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from screening.scan.draws import GAMMA
from screening.scan.search import Drawn, Search
from screening.scan.statistic import BERNOULLI, LEVEL_STEP, Model, ratios_of

Counts: TypeAlias = NDArray[np.signedinteger[Any]]
Floats: TypeAlias = NDArray[np.float64]
LANES: Final = 128
TIE: Final = 1e-9
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_TIMES = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def maxima(search: Search) -> Callable[[Drawn], Floats]:
    """Return how the largest statistics of replicates are found."""
    kind = np.int16 if search.most < 2**15 - 1 else np.int32
    means = [np.cumsum(search.expected[run], axis=0) for run in search.runs]

    def found(drawn: Drawn) -> Floats:
        best = np.zeros(len(drawn.places))
        counts = drawn.counted(search.expected.shape, kind)
        for run, inside in zip(search.runs, means, strict=True):
            _raise_maxima(search, np.cumsum(counts[run], axis=0, dtype=kind), inside, best)
        return best

    return found


def _raise_maxima(search: Search, counts: Counts, means: Floats, best: Floats) -> None:
    """Raise ``best`` to the largest statistic of each lane over all zones and the windows of a run."""
    by_place = np.ascontiguousarray(counts.swapaxes(0, 1))
    for centre in search.order:
        near = search.idx[search.ptr[centre] : search.ptr[centre + 1]]
        if near.size:
            _raise(best, _summed(by_place, near), np.cumsum(means[:, near], axis=1).T, search.model)


def _summed(by_place: Counts, near: NDArray[np.integer[Any]]) -> Counts:
    """Return the counts of the nearest place, the nearest two, ..., shape (zones, windows, lanes)."""
    seen = np.empty((len(near), *by_place.shape[1:]), by_place.dtype)
    before = seen[0]
    before[:] = by_place[near[0]]
    for now, place in zip(seen[1:], near[1:].tolist(), strict=True):
        np.add(before, by_place[place], now)
        before = now
    return seen


def _raise(best: Floats, seen: Counts, mean: Floats, model: Model) -> None:
    """Take logarithms only where some lane passes the bound of `statistic.fill_level`."""
    kind, total, people, least = model
    level = int(best.min() / LEVEL_STEP) * LEVEL_STEP
    spread = level * mean * np.maximum(0.0, 1.0 - mean / total)
    spread *= 1.0 - total / people if kind == BERNOULLI else 2.0
    need = np.maximum(np.minimum(mean + np.sqrt(spread), total - mean).astype(np.int64), least)
    zone, window = np.nonzero(seen.max(axis=2) >= need)
    if not zone.size:
        return
    lanes = seen[zone, window]
    row, lane = np.nonzero(lanes >= need[zone, window][:, None])
    found = ratios_of(lanes[row, lane].astype(np.float64), mean[zone[row], window[row]], kind, total, people)
    np.maximum.at(best, lane, found)


def best_windows(
    ptr: NDArray[np.int64],
    idx: NDArray[np.int32],
    counts: Floats,
    means: Floats,
    spans: NDArray[np.int64],
    model: Model,
    found: Floats,
    where: NDArray[np.int64],
) -> None:
    """Find the best zone and window of every centre in what was really observed, among the windows of one run."""
    kind, total, people, least = model
    for centre in range(len(ptr) - 1):
        near = idx[ptr[centre] : ptr[centre + 1]]
        if not near.size:
            continue
        n, inside = (np.cumsum(side[near, : len(spans)], axis=0) for side in (counts, means))
        ratios = np.where(n >= least, ratios_of(n, inside, kind, total, people), 0.0)
        top = float(ratios.max())
        if top <= 0.0 or top <= found[centre] - TIE:
            continue
        equal = [(size + 1, *spans[window].tolist()) for size, window in np.argwhere(ratios > top - TIE)]
        held = [tuple(where[centre].tolist())] if top <= found[centre] + TIE else []
        where[centre] = min(equal + held, key=lambda one: (one[0], one[2], -one[1]))
        found[centre] = max(top, found[centre])


def keys_of(seed: int, first: int, lanes: int) -> NDArray[np.uint64]:
    """Return where the draws of each lane's replicate begin."""
    numbers = np.arange(first + 1, first + 1 + lanes, dtype=np.uint64)
    with np.errstate(over="ignore"):
        begin = mixed(np.array([seed], np.uint64) + GAMMA)
        return mixed(begin + GAMMA * numbers)


def mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the output of splitmix64 for states."""
    with np.errstate(over="ignore"):
        z = (state ^ (state >> _SHIFTS[0])) * _TIMES[0]
        z = (z ^ (z >> _SHIFTS[1])) * _TIMES[1]
    return z ^ (z >> _SHIFTS[2])


def draw_permuted(
    pool: NDArray[np.int32],
    strata: NDArray[np.int64],
    rank: NDArray[np.int64],
    slot_strata: NDArray[np.int64],
    seed: int,
    first: int,
    places: NDArray[np.int32],
) -> None:
    """Draw without replacement by the first steps of a Fisher-Yates shuffle, all lanes abreast."""
    state, lane = keys_of(seed, first, len(places)), np.arange(len(places))
    for s in range(len(strata) - 1):
        own = np.tile(pool[strata[s] : strata[s + 1]], (len(places), 1))
        for i, to in enumerate(rank[slot_strata[s] : slot_strata[s + 1]]):
            with np.errstate(over="ignore"):
                state = state + GAMMA
            j = i + (((mixed(state) >> _HALF) * np.uint64(own.shape[1] - i)) >> _HALF).astype(np.int64)
            places[:, to] = own[lane, j]
            own[lane, j] = own[:, i]


def draw_scattered(
    share: NDArray[np.uint64],
    other: NDArray[np.int64],
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    throws: NDArray[np.int64],
    seed: int,
    first: int,
    places: NDArray[np.int32],
    bounds: NDArray[np.int64],
) -> None:
    """Throw each lane's cases into cells by the alias tables."""
    for lane, key in enumerate(keys_of(seed, first, len(places))):
        with np.errstate(over="ignore"):
            drawn = mixed(key + GAMMA * np.arange(1, throws[lane] + 1, dtype=np.uint64))
        cell = (((drawn >> _HALF) * np.uint64(len(share))) >> _HALF).astype(np.int64)
        cell = np.where((drawn & _LOW) >= share[cell], other[cell], cell)
        _sort_out(cell, place, period, places[lane], bounds[lane])


def draw_labelled(
    pool: NDArray[np.int32],
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    total: int,
    seed: int,
    first: int,
    places: NDArray[np.int32],
    bounds: NDArray[np.int64],
) -> None:
    """Choose each lane's cases among people without replacement, one lane after another."""
    for lane, key in enumerate(keys_of(seed, first, len(places))):
        own = pool.copy()
        with np.errstate(over="ignore"):
            drawn = mixed(key + GAMMA * np.arange(1, total + 1, dtype=np.uint64)) >> _HALF
        left = np.uint64(own.size) - np.arange(total, dtype=np.uint64)
        for i, j in enumerate((np.arange(total) + ((drawn * left) >> _HALF).astype(np.int64)).tolist()):
            own[i], own[j] = own[j], own[i]
        _sort_out(own[:total], place, period, places[lane], bounds[lane])


def _sort_out(
    cell: NDArray[Any],
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    places: NDArray[np.int32],
    bounds: NDArray[np.int64],
) -> None:
    """Write the places of cells by their period; a period below 0 is looked at by no window."""
    cell = cell[period[cell] >= 0]
    places[: len(cell)] = place[cell[np.argsort(period[cell], kind="stable")]]
    bounds[0] = 0
    np.cumsum(np.bincount(period[cell], minlength=len(bounds) - 1), out=bounds[1:])
