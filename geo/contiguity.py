"""Which divisions are neighbours: those that share a stretch of border, not merely a corner."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, STRtree

from geo.coordinates import metres_per_degree

Pairs = NDArray[np.int64]

SHORTEST_SHARED_M: Final = 1.0


def neighbour_pairs(polygons: Sequence[Polygon | MultiPolygon]) -> Pairs:
    """Return every pair of neighbours once.

    Two divisions are neighbours when they have at least about 1 m of border (or some ground) in common.

    Parameters
    ----------
    polygons : sequence of Polygon or MultiPolygon
        Valid polygons in WGS84 degrees.

    Returns
    -------
    ndarray of int, shape (pairs, 2)
        Positions, the smaller first, in rising order.
    """
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    first, second = STRtree(array).query(array, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.length(shapely.intersection(array[first], array[second]))
    latitude = shapely.bounds(array[first])[:, 1] if len(first) else np.empty(0)
    close = shared * metres_per_degree(latitude)[0] >= SHORTEST_SHARED_M
    pairs = np.column_stack((first[close], second[close])).astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def neighbours(polygons: Sequence[Polygon | MultiPolygon]) -> list[tuple[int, ...]]:
    """Return, for each division, the positions of its neighbours in rising order.

    Parameters
    ----------
    polygons : sequence of Polygon or MultiPolygon
        Valid polygons in WGS84 degrees.

    Examples
    --------
    >>> from shapely import box
    >>> neighbours([box(110, 29, 111, 30), box(111, 29, 112, 30), box(112, 30, 113, 31)])
    [(1,), (0,), ()]
    """
    lists: list[list[int]] = [[] for _ in polygons]
    for first, second in neighbour_pairs(polygons).tolist():
        lists[first].append(second)
        lists[second].append(first)
    return [tuple(sorted(found)) for found in lists]
