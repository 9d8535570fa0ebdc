"""The edges of many polygons as plain arrays."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import Floats


@dataclass(frozen=True, slots=True)
class Segments:
    """Edges from (x1, y1) to (x2, y2), each with the position of the polygon it belongs to."""

    x1: Floats
    y1: Floats
    x2: Floats
    y2: Floats
    owner: NDArray[np.int64]

    def cut(self, start: int, stop: int) -> "Segments":
        """Return the edges from ``start`` to before ``stop``."""
        part = slice(start, stop)
        return Segments(self.x1[part], self.y1[part], self.x2[part], self.y2[part], self.owner[part])


def segments_of(polygons: NDArray[np.object_]) -> Segments:
    """Return every edge of every ring, outer and inner, in the order of the polygons.

    Parameters
    ----------
    polygons : ndarray of object
        Polygons or multipolygons; empty ones give no edges.
    """
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    same = point_ring[1:] == point_ring[:-1]
    start, end = points[:-1][same], points[1:][same]
    owner = part_owner[ring_part[point_ring[:-1][same]]] if len(rings) else np.empty(0, dtype=np.int64)
    return Segments(
        np.ascontiguousarray(start[:, 0]),
        np.ascontiguousarray(start[:, 1]),
        np.ascontiguousarray(end[:, 0]),
        np.ascontiguousarray(end[:, 1]),
        np.asarray(owner, dtype=np.int64),
    )
