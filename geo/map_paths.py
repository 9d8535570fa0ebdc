"""Boundaries as SVG paths: whole steps of the drawing, relative to the vertex before, so that they are short."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.map_sheet import MapSheet

MANY_VERTICES = 30_000
STEP_OF_DRAWING = 0.4  # points; what is smaller than this square is not seen


def paths_of(polygons: Sequence[Polygon | MultiPolygon], sheet: MapSheet, *, fineness: int) -> list[str]:
    """Return the ``d`` of each polygon in 1/``fineness`` of a point; empty where nothing of it would be seen.

    Very detailed boundaries are simplified together first (`shapely.coverage_simplify`), and what falls on the
    same step is written once, so that neighbours still share their borders.
    """
    found = np.empty(len(polygons), dtype=object)
    found[:] = polygons
    if shapely.get_num_coordinates(found).sum() > MANY_VERTICES:
        found = shapely.coverage_simplify(found, STEP_OF_DRAWING / sheet.scale)
    parts, part_of = shapely.get_parts(found, return_index=True)
    rings, ring_in = shapely.get_rings(parts, return_index=True)
    owners = part_of[ring_in]
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    x, y = sheet.place(xy[:, 0], xy[:, 1])
    steps = np.rint(np.column_stack([x, y]) * fineness).astype(np.int64)
    moved = np.ones(len(steps), dtype=bool)
    moved[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(ring_of) != 0)
    steps, ring_of = steps[moved], ring_of[moved]
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    written: list[list[str]] = [[] for _ in polygons]
    for ring, owner in enumerate(owners.tolist()):
        written[owner].append(_ring(steps[starts[ring] : starts[ring + 1]]))
    return ["".join(pieces) for pieces in written]


def _ring(steps: NDArray[np.int64]) -> str:
    """Return one closed ring; its last vertex, which is the first one again, is left to ``z``."""
    if len(steps) < 4:
        return ""
    first_x, first_y = steps[0].tolist()
    moves = np.diff(steps[:-1], axis=0).ravel().tolist()
    return f"M{first_x} {first_y}l{' '.join(map(str, moves))}z"
