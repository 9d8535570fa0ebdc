"""What a replicate draws under each null hypothesis: permuted times, scattered cases, chosen people.

Null hypotheses: cases keep their places and their times, but which goes with which is chance (`Permuted`); each case
falls anywhere in proportion to what is expected there (`Scattered`); who of the people is a case is chance
(`Labelled`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.scan.engine import Engine
from screening.scan.search import Drawn

ELSEWHERE: Final = -1
"""A period that no window holds."""


@dataclass(frozen=True)
class Permuted:
    """Cases whose times are permuted among them, stratum by stratum.

    Attributes
    ----------
    places : array of int32, shape (cases,)
        Place of each case, the strata one after another.
    strata : array of int64, shape (strata + 1,)
        Where each stratum begins in ``places``.
    slots : array of int32
        Columns that windows look at, one entry per case in them, the strata one after another.
    slot_strata : array of int64, shape (strata + 1,)
        Where each stratum begins in ``slots``.
    columns : int
        How many columns there are.
    """

    places: NDArray[np.int32]
    strata: NDArray[np.int64]
    slots: NDArray[np.int32]
    slot_strata: NDArray[np.int64]
    columns: int

    def draw(self, lanes: int, *, seed: int, first: int, engine: Engine) -> Drawn:
        """Draw replicates, from number ``first`` on."""
        places = np.empty((lanes, len(self.slots)), np.int32)
        rank = np.empty(len(self.slots), np.int64)
        rank[np.argsort(self.slots, kind="stable")] = np.arange(len(self.slots))
        engine.draw_permuted(self.places, self.strata, rank, self.slot_strata, np.uint64(seed), first, places)
        bounds = np.concatenate([[0], np.cumsum(np.bincount(self.slots, minlength=self.columns))])
        return Drawn(places, np.tile(bounds, (lanes, 1)))

    def renumbered(self, rank: NDArray[np.int32]) -> Permuted:
        """Return the same drawing with place p called ``rank[p]``."""
        return replace(self, places=rank[self.places])


@dataclass(frozen=True)
class Scattered:
    """Cases thrown independently into cells of place and period, in proportion to what is expected there.

    Attributes
    ----------
    cells : int
        Number of cells that ``share`` and ``other`` have; Walker's alias tables (Walker 1977).
    share : array of uint64
        Chance, in 2^-32, of keeping the cell; otherwise ``other`` is taken.
    place, period : arrays of int32
        What each cell stands for; period ``ELSEWHERE`` is looked at by no window.
    columns : int
    total : int or float
        Number of cases: fixed (int), or the mean of a Poisson number (float).
    """

    share: NDArray[np.uint64]
    other: NDArray[np.int64]
    place: NDArray[np.int32]
    period: NDArray[np.int32]
    columns: int
    total: float
    is_fixed: bool

    def draw(self, lanes: int, *, seed: int, first: int, engine: Engine) -> Drawn:
        """Draw replicates, from number ``first`` on."""
        throws = np.array([self._throws(seed, number) for number in range(first, first + lanes)], np.int64)
        made = Drawn(np.empty((lanes, throws.max()), np.int32), np.zeros((lanes, self.columns + 1), np.int64))
        cells = (self.share, self.other, self.place, self.period)
        engine.draw_scattered(*cells, throws, np.uint64(seed), first, made.places, made.bounds)
        return made

    def _throws(self, seed: int, number: int) -> int:
        if self.is_fixed:
            return int(self.total)
        return int(np.random.Generator(np.random.PCG64([seed, number])).poisson(self.total))

    def renumbered(self, rank: NDArray[np.int32]) -> Scattered:
        """Return the same drawing with place p called ``rank[p]``."""
        return replace(self, place=rank[self.place])


@dataclass(frozen=True)
class Labelled:
    """Cases chosen among people without replacement, wherever and whenever they are."""

    cells: NDArray[np.int32]
    place: NDArray[np.int32]
    period: NDArray[np.int32]
    columns: int
    total: int

    def draw(self, lanes: int, *, seed: int, first: int, engine: Engine) -> Drawn:
        """Draw replicates, from number ``first`` on."""
        made = Drawn(np.empty((lanes, self.total), np.int32), np.zeros((lanes, self.columns + 1), np.int64))
        people = (self.cells, self.place, self.period, self.total)
        engine.draw_labelled(*people, np.uint64(seed), first, made.places, made.bounds)
        return made

    def renumbered(self, rank: NDArray[np.int32]) -> Labelled:
        """Return the same drawing with place p called ``rank[p]``."""
        return replace(self, place=rank[self.place])


def scattered(expected: NDArray[np.float64], total: float, *, elsewhere: float, is_fixed: bool) -> Scattered:
    """Return the drawing for cells of ``expected[place, period]``, with ``elsewhere`` expected in no window."""
    flat = np.append(expected.ravel(), elsewhere)
    used = np.flatnonzero(flat > 0)
    place = np.append(np.repeat(np.arange(expected.shape[0]), expected.shape[1]), 0)[used].astype(np.int32)
    period = np.append(np.tile(np.arange(expected.shape[1]), expected.shape[0]), ELSEWHERE)[used].astype(np.int32)
    share, other = _alias(flat[used])
    return Scattered(share, other, place, period, expected.shape[1], total, is_fixed)


def _alias(weight: NDArray[np.float64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return Walker's tables by Vose's method: two stacks, each small cell is filled up by one large."""
    scaled = weight * (len(weight) / weight.sum())
    share = np.full(len(weight), 2**32, np.uint64)
    other = np.arange(len(weight))
    small, large = list(np.flatnonzero(scaled < 1)), list(np.flatnonzero(scaled >= 1))
    while small and large:
        low, high = small.pop(), large[-1]
        share[low], other[low] = np.uint64(scaled[low] * 2**32), high
        scaled[high] -= 1 - scaled[low]
        if scaled[high] < 1:
            small.append(large.pop())
    return share, other
