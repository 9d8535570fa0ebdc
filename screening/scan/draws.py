"""Replicates of the null hypothesis, drawn so that number r of a seed is the same whoever draws it, in any batch.

Every replicate has a key of its own made from seed and number; draw i of it is the output function of splitmix64
(Steele, Lea & Flood 2014) at key + i * gamma. Nothing depends on what was drawn before, so batches and threads
cannot change a result, and the path without compiled code draws the same numbers.
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
def fill_permuted(pool, strata, slots, slot_strata, seed, first, counts):  # type: ignore[no-untyped-def]
    """Draw without replacement by the first steps of a Fisher-Yates shuffle, each lane in a fresh copy of the pool."""
    own = np.empty_like(pool)
    for lane in range(counts.shape[2]):
        state = key_of(seed, first + lane)
        own[:] = pool
        for s in range(strata.size - 1):
            here, left = strata[s], np.uint64(strata[s + 1] - strata[s])
            for i in range(slot_strata[s], slot_strata[s + 1]):
                state += GAMMA
                j = here + np.int64(((mixed(state) >> _HALF) * left) >> _HALF)
                counts[slots[i], own[j], lane] += 1
                own[j] = own[here]
                here += 1
                left -= np.uint64(1)


@compiled
def fill_scattered(share, other, place, period, throws, seed, first, counts):  # type: ignore[no-untyped-def]
    """Throw each lane's cases into cells by the alias tables."""
    cells = np.uint64(share.size)
    for lane in range(counts.shape[2]):
        state = key_of(seed, first + lane)
        for _ in range(throws[lane]):
            state += GAMMA
            drawn = mixed(state)
            cell = np.int64(((drawn >> _HALF) * cells) >> _HALF)
            if (drawn & _LOW) >= share[cell]:
                cell = other[cell]
            if period[cell] >= 0:
                counts[period[cell], place[cell], lane] += 1


@compiled
def fill_labelled(pool, place, period, total, seed, first, counts):  # type: ignore[no-untyped-def]
    """Choose each lane's cases among people without replacement, each lane in a fresh copy of the pool."""
    own = np.empty_like(pool)
    for lane in range(counts.shape[2]):
        state = key_of(seed, first + lane)
        own[:] = pool
        for i in range(total):
            state += GAMMA
            j = i + np.int64(((mixed(state) >> _HALF) * np.uint64(pool.size - i)) >> _HALF)
            cell = own[j]
            own[j] = own[i]
            if period[cell] >= 0:
                counts[period[cell], place[cell], lane] += 1
