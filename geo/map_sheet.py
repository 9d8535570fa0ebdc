"""The sheet a static map is drawn on: from degrees to points of the drawing, and how long a kilometre is on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon

from geo.coordinates import metres_per_degree

Box = tuple[float, float, float, float]

MARGIN: Final = 10.0
STEEPEST: Final = 85.0
LEAST_SPAN: Final = 0.002  # degrees; a single point still has some ground around it
NICE: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A Mercator drawing of a part of the earth: nothing is turned or stretched, north is up.

    Attributes
    ----------
    width, height : float
        Of the drawing, in its own points.
    scale : float
        Points of the drawing per degree of longitude.
    west, north : float
        Mercator coordinates, in degrees of longitude, of the drawing's left upper corner.
    middle : float
        Latitude that distances are measured at.
    """

    width: float
    height: float
    scale: float
    west: float
    north: float
    middle: float

    def place(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where degrees lie on the drawing, from its left upper corner."""
        x = (np.asarray(lon, dtype=np.float64) - self.west) * self.scale
        y = (self.north - _stretched(np.asarray(lat, dtype=np.float64))) * self.scale
        return x, y

    @property
    def points_per_km(self) -> float:
        """How long a kilometre is in the middle of the drawing."""
        east, _ = metres_per_degree(self.middle)
        return self.scale / float(east) * 1000

    def scale_bar(self) -> tuple[float, str]:
        """Return a round distance of about a fifth of the width: its length on the drawing, and its words."""
        longest = self.width / 5 / self.points_per_km * 1000
        power = 10 ** int(np.floor(np.log10(longest)))
        metres = max((step * power for step in NICE if step * power <= longest), default=power)
        words = f"{metres / 1000:g} 公里" if metres >= 1000 else f"{metres:g} 米"
        return metres / 1000 * self.points_per_km, words


def fitted(bounds: Box, *, width: float, height: float, margin: float = MARGIN) -> MapSheet:
    """Return the sheet on which ``bounds`` (west, south, east, north in degrees) are as large as fits."""
    west, south, east, north = _widened(bounds)
    low, high = (float(_stretched(np.float64(side))) for side in (south, north))
    scale = min((width - 2 * margin) / (east - west), (height - 2 * margin) / (high - low))
    return MapSheet(
        width=width,
        height=height,
        scale=scale,
        west=(west + east) / 2 - width / 2 / scale,
        north=(low + high) / 2 + height / 2 / scale,
        middle=(south + north) / 2,
    )


def bounds_of(polygons: Sequence[Polygon | MultiPolygon]) -> Box | None:
    """Return the box around all of them, in degrees; ``None`` when there is nothing to see."""
    if not len(polygons):
        return None
    west, south, east, north = (float(side) for side in shapely.total_bounds(np.array(polygons, dtype=object)))
    return None if np.isnan(west) else (west, south, east, north)


def typical_size(polygons: Sequence[Polygon | MultiPolygon], sheet: MapSheet) -> float:
    """Return how large the divisions are drawn, in points: the middle one of the square roots of their boxes."""
    if not len(polygons):
        return 0.0
    boxes = shapely.bounds(np.array(polygons, dtype=object))
    left, bottom = sheet.place(boxes[:, 0], boxes[:, 1])
    right, top = sheet.place(boxes[:, 2], boxes[:, 3])
    return float(np.nanmedian(np.sqrt((right - left) * (bottom - top))))


def _stretched(lat: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    """Return Mercator's northing in degrees of longitude."""
    angle = np.radians(np.clip(lat, -STEEPEST, STEEPEST))
    return np.asarray(np.degrees(np.log(np.tan(np.pi / 4 + angle / 2))), dtype=np.float64)


def _widened(bounds: Box) -> Box:
    west, south, east, north = bounds
    if east - west < LEAST_SPAN:
        west, east = (west + east - LEAST_SPAN) / 2, (west + east + LEAST_SPAN) / 2
    if north - south < LEAST_SPAN:
        south, north = (south + north - LEAST_SPAN) / 2, (south + north + LEAST_SPAN) / 2
    return west, south, east, north
