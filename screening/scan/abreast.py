"""The replicates of a search, 64 abreast through the compiled loops, with all that is the same for every replicate."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from screening.scan.draws import add_column
from screening.scan.kernel import STEPS, fill_rungs, loose_share, raise_maxima, stretches
from screening.scan.lanes import LANES
from screening.scan.search import Drawn, Search
from screening.scan.statistic import LEVEL_STEP, LEVELS, fill_level, ladder, rare_until

Window: TypeAlias = tuple[int, NDArray[np.int64], NDArray[np.uint16], NDArray[np.int64], NDArray[np.float64]]

SPARED: Final = 0.05
"""Most stretches that may end where a count that matters is no longer rare."""
MATTERS: Final = 8.0
RARE: Final = 4.5
LINE: Final = 64
KEPT_BYTES: Final = 200_000_000
"""Memory for what is the same in every replicate; windows beyond it are prepared each time."""


class Abreast:
    """The largest statistic of each of up to 64 replicates."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._zones = (search.ptr, search.idx)
        positive = search.expected[search.expected > 0]
        self._lowest, self._floors = ladder(
            float(positive.min(initial=1.0)), float(search.expected.sum(axis=1).max() * len(search.expected))
        )
        self._levels = np.full((LEVELS, len(self._floors)), -1, np.int64)
        self._ends = rare_until(self._least_counts(MATTERS), self._floors, RARE, search.model)
        self._kept: dict[tuple[int, int], Window] = {}
        self._bytes = 0
        self._kinds: list[type[np.signedinteger[Any]]] = [np.int32]
        if search.most < 2**15 - 1:
            self._kinds = [np.int8, np.int16]

    def __call__(self, drawn: Drawn) -> NDArray[np.float64]:
        """Return the maxima; counts are held in the narrowest type in which they fit."""
        while True:
            best = self._maxima(drawn, self._kinds[0])
            if best is not None:
                return best[: len(drawn.places)]
            self._kinds = self._kinds[1:]

    def _maxima(self, drawn: Drawn, kind: type[np.signedinteger[Any]]) -> NDArray[np.float64] | None:
        search, places = self._search, self._search.expected.shape[1]
        best, level = np.zeros(LANES), np.zeros(LANES, np.int64)
        wide = np.int32 if kind is np.int32 else np.int16
        lowest_counts = np.minimum(self._least_counts(0.0), np.iinfo(wide).max)
        need = _in_lines(len(self._floors), wide)
        need[:] = lowest_counts[:, None]
        rows, means = _in_lines(places, kind), np.zeros(places)
        for number, run in enumerate(search.runs):
            rows[:], means[:] = 0, 0.0
            for position, column in enumerate(run):
                means += search.expected[column]
                if not add_column(rows, drawn.places, drawn.bounds, column):  # type: ignore[no-untyped-call]
                    return None
                window = self._window(number, position, means)
                ladder_ = (self._lowest, self._floors, self._levels)
                raise_maxima(self._zones, search.order, rows, means, window, search.model, *ladder_, need, level, best)  # type: ignore[no-untyped-call]
        return best

    def _least_counts(self, level: float) -> NDArray[np.int64]:
        row = int(level / LEVEL_STEP)
        if self._levels[row, 0] < 0:
            fill_level(self._levels, row, self._floors, self._search.model)
        counts: NDArray[np.int64] = self._levels[row]
        return counts

    def _window(self, run: int, position: int, means: NDArray[np.float64]) -> Window:
        """Return how the zones are judged in a window: in stretches as long as mostly spare the second look."""
        if (run, position) in self._kept:
            return self._kept[run, position]
        ptr, idx = self._zones
        step = max(1, len(ptr) // 40)
        loose = (
            (unit, loose_share(ptr, idx, means, unit, self._lowest, self._ends, step))  # type: ignore[no-untyped-call]
            for unit in STEPS[:0:-1]
        )
        unit = next((unit for unit, share in loose if share <= SPARED), 1)
        stretch, mark = stretches(ptr, unit)  # type: ignore[no-untyped-call]
        rungs, marks = np.empty(stretch[-1], np.uint16), np.empty(mark[-1])
        fill_rungs(ptr, idx, means, unit, self._lowest, stretch, rungs, mark, marks)  # type: ignore[no-untyped-call]
        window = (unit, stretch, rungs, mark, marks)
        size = sum(part.nbytes for part in window[1:])
        if self._bytes + size <= KEPT_BYTES:
            self._bytes += size
            self._kept[run, position] = window
        return window


def _in_lines(rows: int, kind: type[np.signedinteger[Any]]) -> NDArray[np.signedinteger[Any]]:
    """Return rows of zeros that begin with a line of the cache: a row across two lines takes twice as long to read."""
    size = rows * LANES * np.dtype(kind).itemsize
    memory = np.zeros(size + LINE, np.uint8)
    begin = -memory.ctypes.data % LINE
    return memory[begin : begin + size].view(kind).reshape(rows, LANES)
