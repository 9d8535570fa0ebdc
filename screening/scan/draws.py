"""Replicates of the null hypothesis, drawn so that number r of a seed is the same whoever draws it, in any batch.

Every replicate has a key of its own made from seed and number; draw i of it is the output function of splitmix64
(Steele, Lea & Flood 2014) at key + i * gamma. Nothing depends on what was drawn before, so batches and threads
cannot change a result, and the path without compiled code draws the same numbers.

What is drawn is written as places, those of column 0 first, then those of column 1, ...: ``places[lane, bounds[lane, c]
: bounds[lane, c + 1]]`` are the places of the cases that fell into column c.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.scan.compiled import compiled

GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_TIMES_1, _TIMES_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@compiled
def mixed(state: np.uint64) -> np.uint64:
    """Return the output of splitmix64 for a state."""
    z = (state ^ (state >> _SHIFT_1)) * _TIMES_1
    z = (z ^ (z >> _SHIFT_2)) * _TIMES_2
    return z ^ (z >> _SHIFT_3)


@compiled
def key_of(seed: np.uint64, replicate: int) -> np.uint64:
    """Return where the draws of a replicate begin."""
    return mixed(mixed(seed + GAMMA) + GAMMA * np.uint64(replicate + 1))


@compiled
def draw_permuted(pool, strata, rank, slot_strata, seed, first, places):  # type: ignore[no-untyped-def]
    """Draw without replacement by the first steps of a Fisher-Yates shuffle, each lane in a fresh copy of the pool.

    Draw i is written at ``rank[i]``.
    """
    own = np.empty_like(pool)
    for lane in range(places.shape[0]):
        state = key_of(seed, first + lane)
        own[:] = pool
        for s in range(strata.size - 1):
            here, left = strata[s], np.uint64(strata[s + 1] - strata[s])
            for i in range(slot_strata[s], slot_strata[s + 1]):
                state += GAMMA
                j = here + np.int64(((mixed(state) >> _HALF) * left) >> _HALF)
                places[lane, rank[i]] = own[j]
                own[j] = own[here]
                here += 1
                left -= np.uint64(1)


@compiled
def draw_scattered(share, other, place, period, throws, seed, first, places, bounds):  # type: ignore[no-untyped-def]
    """Throw each lane's cases into cells by the alias tables."""
    cells = np.uint64(share.size)
    thrown = np.empty(throws.max(), np.int64)
    for lane in range(places.shape[0]):
        state = key_of(seed, first + lane)
        for i in range(throws[lane]):
            state += GAMMA
            drawn = mixed(state)
            cell = np.int64(((drawn >> _HALF) * cells) >> _HALF)
            thrown[i] = other[cell] if (drawn & _LOW) >= share[cell] else cell
        sort_out(thrown[: throws[lane]], place, period, places[lane], bounds[lane])  # type: ignore[no-untyped-call]


@compiled
def draw_labelled(pool, place, period, total, seed, first, places, bounds):  # type: ignore[no-untyped-def]
    """Choose each lane's cases among people without replacement, each lane in a fresh copy of the pool."""
    own = np.empty_like(pool)
    for lane in range(places.shape[0]):
        state = key_of(seed, first + lane)
        own[:] = pool
        for i in range(total):
            state += GAMMA
            j = i + np.int64(((mixed(state) >> _HALF) * np.uint64(pool.size - i)) >> _HALF)
            own[i], own[j] = own[j], own[i]
        sort_out(own[:total], place, period, places[lane], bounds[lane])  # type: ignore[no-untyped-call]


@compiled
def sort_out(cells, place, period, places, bounds):  # type: ignore[no-untyped-def]
    """Write the places of cells by their period; a period below 0 is looked at by no window."""
    bounds[:] = 0
    for cell in cells:
        if period[cell] >= 0:
            bounds[period[cell] + 1] += 1
    for column in range(1, bounds.size):
        bounds[column] += bounds[column - 1]
    ahead = bounds[:-1].copy()
    for cell in cells:
        if period[cell] >= 0:
            places[ahead[period[cell]]] = place[cell]
            ahead[period[cell]] += 1


@compiled
def add_column(rows, places, bounds, column):  # type: ignore[no-untyped-def]
    """Count the cases of a column into ``rows[place, lane]``; return False when a count does not fit."""
    most = np.iinfo(rows.dtype).max
    for lane in range(places.shape[0]):
        for at in range(bounds[lane, column], bounds[lane, column + 1]):
            if rows[places[lane, at], lane] == most:
                return False
            rows[places[lane, at], lane] += 1
    return True
