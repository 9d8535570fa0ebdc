"""A table of square cells over polygons that says at once what lies in each cell.

No polygon edge runs through most cells, so every point of such a cell has the same answer, and one table
look-up gives it. Only points in cells that an edge touches are compared with the polygons near them.

Why the answers are exact. A point's column is ``floor((x - west) * per_degree)``, which never decreases as x
grows, rounding included. So the points of a cell form a true rectangle, and an edge whose end points and
crossings (widened by a millionth of a cell) miss the cell cannot run through it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.coordinates import Floats
from geo.segments import Segments

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

NONE: Final = -1
_WIDEN: Final = 1e-6
# Cells of a decimetre: a millionth of one is still far above the rounding of a longitude (3e-14 degrees).
_MOST_CELLS_PER_DEGREE: Final = 1e6
_BLOCK_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the cells lie: the corner of the first cell, cells per degree, and the number of rows and columns.

    One ring of cells around the polygons takes every point outside them.
    """

    west: float
    south: float
    columns_per_degree: float
    rows_per_degree: float
    columns: int
    rows: int

    def column_of(self, x: Floats) -> Floats:
        """Return the column of each longitude, the outer ring included, as a whole float."""
        place = np.floor((x - self.west) * self.columns_per_degree) + 1.0
        return np.asarray(np.clip(place, 0, self.columns - 1), dtype=np.float64)

    def row_of(self, y: Floats) -> Floats:
        """Return the row of each latitude, the outer ring included, as a whole float."""
        place = np.floor((y - self.south) * self.rows_per_degree) + 1.0
        return np.asarray(np.clip(place, 0, self.rows - 1), dtype=np.float64)

    def cell_of(self, x: Floats, y: Floats) -> Ints:
        """Return the number of the cell of each point."""
        return np.asarray(self.row_of(y) * self.columns + self.column_of(x), dtype=np.int64)

    def middle_of(self, cells: Ints) -> tuple[Floats, Floats]:
        """Return the middle point of each cell in degrees."""
        row, column = np.divmod(cells, self.columns)
        x = self.west + (column - 0.5) / self.columns_per_degree
        y = self.south + (row - 0.5) / self.rows_per_degree
        return x, y


@dataclass(frozen=True, slots=True)
class CellTable:
    """What every cell holds.

    Attributes
    ----------
    frame : Frame
        Where the cells lie.
    answers : ndarray of int32
        Per cell: the position of the polygon that covers it, -1 for none, or ``-2 - k`` where an edge
        touches it and ``k`` is its place in ``starts``.
    starts : ndarray of int32
        For touched cell ``k`` its candidates are ``candidates[starts[k]:starts[k + 1]]``, in rising order.
    candidates : ndarray of int32
        Positions of polygons.
    """

    frame: Frame
    answers: NDArray[np.int32]
    starts: NDArray[np.int32]
    candidates: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Bytes the tables take."""
        return self.answers.nbytes + self.starts.nbytes + self.candidates.nbytes


def frame_for(bounds: tuple[float, float, float, float], *, cells: int) -> Frame:
    """Return a frame of about so many cells, square on the ground, over bounds in degrees."""
    west, south, east, north = bounds
    stretch = max(float(np.cos(np.radians((south + north) / 2))), 0.01)
    wide, high = max((east - west) * stretch, 1e-9), max(north - south, 1e-9)
    per_degree = min((cells / (wide * high)) ** 0.5, cells / (wide + high), _MOST_CELLS_PER_DEGREE)
    columns = int(np.floor((east - west) * (per_degree * stretch))) + 3
    rows = int(np.floor((north - south) * per_degree)) + 3
    return Frame(west, south, per_degree * stretch, per_degree, columns, rows)


def build_cells(polygons: Shapes, segments: Segments, tree: STRtree, frame: Frame) -> CellTable:
    """Return the filled table for polygons in order of precedence.

    Parameters
    ----------
    polygons : ndarray of object
        The polygons the positions refer to; where several cover a cell, the first one answers.
    segments : Segments
        All their edges.
    tree : STRtree
        Index over the same polygons.
    frame : Frame
        Where the cells lie.
    """
    touched = _touched_pairs(segments, frame, len(polygons))
    border = np.unique(touched // len(polygons))
    answers = np.full(frame.rows * frame.columns, NONE, dtype=np.int32)
    covering = _hits_at(tree, *frame.middle_of(border)) if len(border) else np.empty((2, 0), dtype=np.int64)
    pairs = np.union1d(touched, border[covering[0]] * len(polygons) + covering[1])
    _fill_runs(answers, border, tree, frame)
    answers[border] = -2 - np.arange(len(border), dtype=np.int32)
    starts = np.searchsorted(pairs // len(polygons), np.append(border, frame.rows * frame.columns))
    candidates = (pairs % len(polygons)).astype(np.int32)
    return CellTable(frame, answers, starts.astype(np.int32), candidates)


def _touched_pairs(segments: Segments, frame: Frame, count: int) -> Ints:
    """Return ``cell * count + polygon`` for every cell an edge touches, sorted and once each."""
    blocks = [
        np.unique(_cells_of(segments.cut(start, start + _BLOCK_ROWS), frame, count))
        for start in range(0, len(segments.owner), _BLOCK_ROWS)
    ]
    return np.unique(np.concatenate(blocks)) if blocks else np.empty(0, dtype=np.int64)


def _cells_of(segments: Segments, frame: Frame, count: int) -> Ints:
    """Walk every edge column by column and, in each, over the rows it can reach there."""
    swap = segments.x1 > segments.x2
    x1, x2 = np.where(swap, segments.x2, segments.x1), np.where(swap, segments.x1, segments.x2)
    y1, y2 = np.where(swap, segments.y2, segments.y1), np.where(swap, segments.y1, segments.y2)
    pad_x, pad_y = _WIDEN / frame.columns_per_degree, _WIDEN / frame.rows_per_degree
    first = frame.column_of(x1 - pad_x)
    which, step = _spread(frame.column_of(x2 + pad_x) - first + 1)
    column = first[which] + step
    left = frame.west + (column - 1.0) / frame.columns_per_degree
    right = left + 1.0 / frame.columns_per_degree
    slope = np.divide(y2 - y1, x2 - x1, out=np.zeros_like(x1), where=x2 > x1)[which]
    start, end = x1[which], y1[which]
    upright = (x2 == x1)[which]
    enter = np.where(upright, end, end + slope * (np.clip(left - pad_x, start, x2[which]) - start))
    leave = np.where(upright, y2[which], end + slope * (np.clip(right + pad_x, start, x2[which]) - start))
    lowest = frame.row_of(np.minimum(enter, leave) - pad_y)
    many, rise = _spread(frame.row_of(np.maximum(enter, leave) + pad_y) - lowest + 1)
    cells = (lowest[many] + rise) * frame.columns + column[many]
    return np.asarray(cells.astype(np.int64) * count + segments.owner[which[many]], dtype=np.int64)


def _spread(lengths: Floats) -> tuple[Ints, Ints]:
    """Return, for every unit of every length, whose it is and the how-manieth."""
    sizes = lengths.astype(np.int64)
    which = np.repeat(np.arange(len(sizes)), sizes)
    step = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, step


def _fill_runs(answers: NDArray[np.int32], border: Ints, tree: STRtree, frame: Frame) -> None:
    """Write the answer of every untouched cell, asking once for each run of them along a row.

    Two untouched cells side by side make a rectangle with no edge in it, so a run has one answer.
    """
    row_ends = np.arange(0, frame.rows + 1, dtype=np.int64) * frame.columns
    stops = np.union1d(border, row_ends)
    starts = np.union1d(border + 1, row_ends[:-1])
    starts = starts[np.isin(starts, border, invert=True) & (starts < row_ends[-1])]
    lengths = stops[np.searchsorted(stops, starts, side="right")] - starts
    row, column = np.divmod(starts, frame.columns)
    inner = (row > 0) & (row < frame.rows - 1) & (column > 0)
    starts, lengths = starts[inner], lengths[inner]
    found = np.full(len(starts), NONE, dtype=np.int32)
    point, polygon = _hits_at(tree, *frame.middle_of(starts))
    order = np.lexsort((-polygon, point))
    found[point[order]] = polygon[order]
    which = np.repeat(np.arange(len(starts)), lengths)
    cells = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(which))
    answers[cells] = found[which]


def _hits_at(tree: STRtree, x: Floats, y: Floats) -> Ints:
    return np.asarray(tree.query(shapely.points(x, y), predicate="intersects"), dtype=np.int64)
