"""The loops of `kernel` and `draws` on whole arrays, for machines without numba; the same numbers, slower.

Every function has the name and the parameters of its compiled twin and writes the same results.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from screening.scan.draws import GAMMA
from screening.scan.statistic import BERNOULLI, LEVEL_STEP, ratios_of

Model: TypeAlias = tuple[int, float, float, int]
Counts: TypeAlias = NDArray[np.signedinteger[Any]]
Floats: TypeAlias = NDArray[np.float64]
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_TIMES = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def nested_maxima(
    ptr: NDArray[np.int64],
    idx: NDArray[np.int32],
    order: NDArray[np.int64],
    counts: Counts,
    means: Floats,
    tops: Counts,
    model: Model,
    limits: Floats,
    best: Floats,
) -> None:
    """Raise ``best`` to the largest statistic of each lane over all zones and nested windows."""
    del tops, limits
    for centre in order:
        near = idx[ptr[centre] : ptr[centre + 1]]
        if near.size:
            _raise(best, _summed(counts, near), np.cumsum(means[:, near], axis=1).T, model)


def free_maxima(
    ptr: NDArray[np.int64],
    idx: NDArray[np.int32],
    order: NDArray[np.int64],
    counts: Counts,
    means: Floats,
    longest: int,
    model: Model,
    limits: Floats,
    best: Floats,
) -> None:
    """Do the same over all windows of at most ``longest`` periods, wherever they begin."""
    del limits
    for centre in order:
        near = idx[ptr[centre] : ptr[centre + 1]]
        if not near.size:
            continue
        seen, mean = _summed(counts, near), np.cumsum(means[:, near], axis=1).T
        for length in range(1, min(longest, seen.shape[1] - 1) + 1):
            _raise(best, seen[:, length:] - seen[:, :-length], mean[:, length:] - mean[:, :-length], model)


def _summed(counts: Counts, near: NDArray[np.int32]) -> Counts:
    """Return the counts of the nearest place, the nearest two, ..., shape (zones, windows, lanes)."""
    seen = np.empty((len(near), counts.shape[0], counts.shape[2]), counts.dtype)
    seen[0] = counts[:, near[0]]
    for at in range(1, len(near)):
        np.add(seen[at - 1], counts[:, near[at]], out=seen[at])
    return seen


def _raise(best: Floats, seen: Counts, mean: Floats, model: Model) -> None:
    """Take logarithms only where some lane passes the bound of `statistic.least_count`."""
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
    longest: int,
    model: Model,
    found: Floats,
    where: NDArray[np.int64],
) -> None:
    """Find the best zone and window of every centre in what was really observed."""
    kind, total, people, least = model
    columns = counts.shape[1]
    ends = range(columns - 1 if longest == 0 else 1, columns)
    spans = [(first, end) for end in ends for first in range(end - 1, max(-1, end - 1 - (longest or columns)), -1)]
    begins, finishes = (np.array(side) for side in zip(*spans, strict=True))
    for centre in range(len(ptr) - 1):
        near = idx[ptr[centre] : ptr[centre + 1]]
        if not near.size:
            continue
        seen, mean = np.cumsum(counts[near], axis=0), np.cumsum(means[near], axis=0)
        n, inside = seen[:, finishes] - seen[:, begins], mean[:, finishes] - mean[:, begins]
        ratios = np.where(n >= least, ratios_of(n, inside, kind, total, people), 0.0)
        best = 0.0
        for at in np.flatnonzero(ratios.ravel() > max(0.0, ratios.max() - 1e-6)):
            if ratios.ravel()[at] > best + 1e-9:
                best = float(ratios.ravel()[at])
                zone, span = divmod(int(at), len(spans))
                where[centre] = zone + 1, *spans[span]
        found[centre] = best


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


def fill_permuted(
    pool: NDArray[np.int32],
    strata: NDArray[np.int64],
    slots: NDArray[np.int32],
    slot_strata: NDArray[np.int64],
    seed: int,
    first: int,
    counts: Counts,
) -> None:
    """Draw without replacement by the first steps of a Fisher-Yates shuffle, all lanes abreast."""
    lanes = counts.shape[2]
    state, lane = keys_of(seed, first, lanes), np.arange(lanes)
    for s in range(len(strata) - 1):
        own = np.tile(pool[strata[s] : strata[s + 1]], (lanes, 1))
        for i, slot in enumerate(slots[slot_strata[s] : slot_strata[s + 1]]):
            with np.errstate(over="ignore"):
                state = state + GAMMA
            j = i + (((mixed(state) >> _HALF) * np.uint64(own.shape[1] - i)) >> _HALF).astype(np.int64)
            place = own[lane, j]
            own[lane, j] = own[:, i]
            counts[slot, place, lane] += 1


def fill_scattered(
    share: NDArray[np.uint64],
    other: NDArray[np.int64],
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    throws: NDArray[np.int64],
    seed: int,
    first: int,
    counts: Counts,
) -> None:
    """Throw each lane's cases into cells by the alias tables."""
    for lane, key in enumerate(keys_of(seed, first, counts.shape[2])):
        with np.errstate(over="ignore"):
            drawn = mixed(key + GAMMA * np.arange(1, throws[lane] + 1, dtype=np.uint64))
        cell = (((drawn >> _HALF) * np.uint64(len(share))) >> _HALF).astype(np.int64)
        cell = np.where((drawn & _LOW) >= share[cell], other[cell], cell)
        cell = cell[period[cell] >= 0]
        np.add.at(counts[:, :, lane], (period[cell], place[cell]), 1)


def fill_labelled(
    pool: NDArray[np.int32],
    place: NDArray[np.int32],
    period: NDArray[np.int32],
    total: int,
    seed: int,
    first: int,
    counts: Counts,
) -> None:
    """Choose each lane's cases among people without replacement, one lane after another."""
    for lane, key in enumerate(keys_of(seed, first, counts.shape[2])):
        own = pool.copy()
        with np.errstate(over="ignore"):
            drawn = mixed(key + GAMMA * np.arange(1, total + 1, dtype=np.uint64)) >> _HALF
        left = np.uint64(own.size) - np.arange(total, dtype=np.uint64)
        for i, j in enumerate((np.arange(total) + ((drawn * left) >> _HALF).astype(np.int64)).tolist()):
            own[i], own[j] = own[j], own[i]
        cell = own[:total]
        cell = cell[period[cell] >= 0]
        np.add.at(counts[:, :, lane], (period[cell], place[cell]), 1)
