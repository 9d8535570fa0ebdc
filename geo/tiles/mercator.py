"""The plane of web maps (EPSG:3857) cut into square tiles, in units of which a tile has 4,096 a side.

A tile of zoom ``z`` is one of ``2 ** z`` columns and rows that divide the world between 85.0511 degrees south and
north. ``x`` grows to the east and ``y`` to the south, as in a vector tile. Distances here are units of the deepest zoom
unless a zoom is named: one unit of zoom 14 is about 0.6 m on the equator.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EXTENT: Final = 4_096
"""Units of a tile's side."""
DEEPEST: Final = 14
"""The deepest zoom that is cut; clients draw its tiles larger beyond it."""
MOST_NORTH: Final = 85.051_128_779_806_6
WORLD: Final = float(EXTENT * 2**DEEPEST)
"""Units of the world's side at the deepest zoom."""


def to_units(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return WGS84 degrees as units of the deepest zoom; latitudes beyond the map's edge lie on it.

    Examples
    --------
    >>> x, y = to_units(0.0, 0.0)
    >>> bool(abs(x / WORLD - 0.5) < 1e-12 and abs(y / WORLD - 0.5) < 1e-12)
    True
    """
    degrees = np.clip(np.asarray(lat, dtype=np.float64), -MOST_NORTH, MOST_NORTH)
    x = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0
    y = 0.5 - np.arctanh(np.sin(np.radians(degrees))) / (2 * np.pi)
    return np.asarray(x * WORLD), np.asarray(y * WORLD)


def side_of(zoom: int) -> float:
    """Return the side of a tile of ``zoom`` in units of the deepest zoom.

    Examples
    --------
    >>> side_of(14), side_of(13)
    (4096.0, 8192.0)
    """
    return float(EXTENT * 2 ** (DEEPEST - zoom))
