"""Simpler boundaries for drawing: shared edges stay shared, so that no gaps open between neighbours."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo.codes import Level
from geo.coordinates import metres_per_degree

DRAWING_TOLERANCE_M: Final[dict[Level, float]] = {"county": 200.0, "township": 120.0, "village": 110.0, "grid": 10.0}


def simplify_coverage(polygons: Sequence[Polygon | MultiPolygon], tolerance_m: float) -> list[Polygon | MultiPolygon]:
    """Return polygons with fewer vertices that still fit together without gaps or overlaps.

    Visvalingam and Whyatt (1993) on the edges of the whole coverage: a vertex goes when the triangle it makes
    with its neighbours is smaller than the square of the tolerance. Areas scale alike in all directions, so
    working in degrees with a scaled tolerance gives what working in metres would.

    Parameters
    ----------
    polygons : sequence of Polygon or MultiPolygon
        Divisions of one level in WGS84 degrees; simplify each level on its own.
    tolerance_m : float
        Side, in metres, of the square a dropped triangle may fill; `DRAWING_TOLERANCE_M` has one per level.
    """
    if not len(polygons):
        return []
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    bounds = shapely.total_bounds(array)
    east, north = metres_per_degree((bounds[1] + bounds[3]) / 2)
    tolerance = tolerance_m / float(np.sqrt(east * north))
    return list(shapely.coverage_simplify(array, tolerance))
