"""Areas, outlines and widths of polygons in true metres."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, Floats, metres_per_degree
from geo.segments import segments_of


def area_m2(polygons: NDArray[np.object_]) -> Floats:
    """Return the area of each polygon in square metres on the WGS84 ellipsoid.

    The polygons are drawn on the cylindrical equal-area plane (Snyder 1987, Map Projections: A Working Manual,
    section 10), on which areas are exact; edges are taken as straight there.

    Parameters
    ----------
    polygons : ndarray of object
        Polygons in WGS84 degrees; empty ones and other shapes count 0, None counts NaN.
    """
    return np.asarray(shapely.area(shapely.transform(polygons, _equal_area)), dtype=np.float64)


def outline_m(polygons: NDArray[np.object_]) -> Floats:
    """Return the length of all rings of each polygon in metres; 0 for an empty one."""
    edges = segments_of(polygons)
    east, north = metres_per_degree((edges.y1 + edges.y2) / 2)
    lengths = np.hypot((edges.x2 - edges.x1) * east, (edges.y2 - edges.y1) * north)
    total = np.bincount(edges.owner, weights=lengths, minlength=len(polygons))
    return np.asarray(total, dtype=np.float64)


def mean_width_m(polygons: NDArray[np.object_]) -> Floats:
    """Return twice the area over the outline in metres: the width of a long strip, and 0 for an empty polygon."""
    outline = outline_m(polygons)
    return np.divide(2 * area_m2(polygons), outline, out=np.zeros_like(outline), where=outline > 0)


def _equal_area(points: Floats) -> Floats:
    eccentricity = np.sqrt(ECCENTRICITY_SQUARED)
    sine = np.sin(np.radians(points[:, 1]))
    part = sine / (1.0 - ECCENTRICITY_SQUARED * sine**2) + np.arctanh(eccentricity * sine) / eccentricity
    height = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / 2.0 * part
    return np.column_stack((SEMI_MAJOR_M * np.radians(points[:, 0]), height))
