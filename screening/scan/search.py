"""What the loops are asked: the zones, the windows, what is expected in them, and what a replicate drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.scan.statistic import Model


@dataclass(frozen=True)
class Drawn:
    """Replicates, one to a lane.

    Attributes
    ----------
    places : array of int32, shape (lanes, most)
        Places of the cases, column after column.
    bounds : array of int64, shape (lanes, columns + 1)
        Where each column begins in ``places``.
    """

    places: NDArray[np.int32]
    bounds: NDArray[np.int64]

    def counted(self, shape: tuple[int, ...], kind: type[np.signedinteger[Any]]) -> NDArray[np.signedinteger[Any]]:
        """Return the number of cases by column, place and lane; ``shape`` is that of columns and places."""
        columns, places = shape
        counts = np.empty((len(self.places), columns * places), kind)
        for lane in range(len(self.places)):
            column = np.repeat(np.arange(columns), np.diff(self.bounds[lane]))
            cell = column * places + self.places[lane, : len(column)]
            counts[lane] = np.bincount(cell, minlength=columns * places)
        return np.ascontiguousarray(counts.T).reshape(columns, places, -1)


@dataclass(frozen=True)
class Search:
    """Where the largest statistic of a replicate is looked for.

    Attributes
    ----------
    ptr : array of int64, shape (centres + 1,)
    idx : array of uint16 or uint32
        Zones, see `geometry.Zones`.
    order : array of int64
        Centres in the order in which they are visited.
    expected : array of float, shape (columns, places)
    runs : list of lists of int
        Columns that are added up one after another; each beginning of a run is a window.
    model : tuple (kind, total, people, least cases)
    most : int
        A replicate has no more cases than this in any window.
    """

    ptr: NDArray[np.int64]
    idx: NDArray[np.integer[Any]]
    order: NDArray[np.int64]
    expected: NDArray[np.float64]
    runs: list[list[int]]
    model: Model
    most: int
