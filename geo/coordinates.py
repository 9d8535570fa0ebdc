"""Datum shifts between WGS84, CGCS2000, GCJ-02 and BD-09, and distances on the sphere.

GCJ-02 (maps of AMap, Tencent, WeChat) moves a point by 300-700 m, BD-09 (Baidu) by about 1 km more. The forward
formulas are the public ones; both inverses are iterated until the round trip closes to below 1e-9 degrees.
WGS84 and CGCS2000 differ by centimetres and are treated as equal. GCJ-02 leaves points outside the rectangle
around China as they are; the BD-09 step on top of it knows no such rectangle and moves every point.
Longitude comes first everywhere; degrees in, degrees out.
"""

from collections.abc import Callable
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import DatumError

Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

CRS_NAMES: Final[tuple[Crs, ...]] = get_args(Crs)
MEAN_RADIUS_M: Final = 6_371_008.8
SEMI_MAJOR_M: Final = 6_378_137.0
ECCENTRICITY_SQUARED: Final = 0.006_694_379_990_141_3

# The Krasovsky 1940 ellipsoid and the rectangle that the public GCJ-02 formula uses.
_GCJ_SEMI_MAJOR_M = 6_378_245.0
_GCJ_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_GCJ_ORIGIN = (105.0, 35.0)
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BD_ANGLE = np.pi * 3000.0 / 180.0
_BD_SHIFT = (0.0065, 0.006)
_ROUNDS = 12


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: Crs) -> Pair:
    """Return longitude and latitude in WGS84.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in ``crs``; NaN stays NaN.
    crs : Crs
        The reference system the numbers are in.

    Returns
    -------
    tuple of ndarray
        New arrays of longitude and latitude in degrees; the arguments are not changed.

    Raises
    ------
    DatumError
        When the reference system is unknown.
    """
    here = _as_floats(lon, lat)
    if _checked(crs) in ("wgs84", "cgcs2000"):
        return here
    if crs == "bd09":
        here = _undo(_gcj02_to_bd09, here)
    return _undo(_wgs84_to_gcj02, here)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, crs: Crs) -> Pair:
    """Return longitude and latitude in the reference system asked for, from WGS84.

    Parameters
    ----------
    lon, lat : array_like of float
        WGS84 degrees; NaN stays NaN.
    crs : Crs
        The reference system wanted.

    Returns
    -------
    tuple of ndarray
        New arrays of longitude and latitude in degrees.

    Raises
    ------
    DatumError
        When the reference system is unknown.
    """
    here = _as_floats(lon, lat)
    if _checked(crs) in ("wgs84", "cgcs2000"):
        return here
    shifted = _wgs84_to_gcj02(*here)
    return _gcj02_to_bd09(*shifted) if crs == "bd09" else shifted


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each point lies in the rectangle around China; False for NaN."""
    west, south, east, north = _CHINA
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def metres_per_degree(lat: ArrayLike) -> Pair:
    """Return the metres of one degree of longitude and of latitude at a latitude (WGS84 ellipsoid).

    Parameters
    ----------
    lat : array_like of float
        Degrees.

    Returns
    -------
    tuple of ndarray
        Metres per degree east, metres per degree north.
    """
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    squeeze = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    east = np.radians(SEMI_MAJOR_M) * np.cos(phi) / np.sqrt(squeeze)
    north = np.radians(SEMI_MAJOR_M) * (1.0 - ECCENTRICITY_SQUARED) / squeeze**1.5
    return east, north


def haversine_metres(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Return great-circle metres between points, on the sphere of the mean earth radius (within 0.5 %)."""
    x1, y1 = np.radians(_as_floats(lon1, lat1))
    x2, y2 = np.radians(_as_floats(lon2, lat2))
    half = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return np.asarray(2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)


def _checked(crs: Crs) -> Crs:
    if crs not in CRS_NAMES:
        raise DatumError(f"不认识坐标系“{crs}”，可以用：{'、'.join(CRS_NAMES)}。")
    return crs


def _as_floats(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)


def _undo(shift: Callable[[Floats, Floats], Pair], target: Pair) -> Pair:
    """Find the points that ``shift`` moves onto the target, by repeated correction."""
    lon, lat = target
    for _ in range(_ROUNDS):
        there = shift(lon, lat)
        lon, lat = lon + (target[0] - there[0]), lat + (target[1] - there[1])
    return lon, lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - _GCJ_ORIGIN[0], lat - _GCJ_ORIGIN[1]
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))) * 2.0 / 3.0
    phi = np.radians(lat)
    squeeze = 1.0 - _GCJ_ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    radius = _GCJ_SEMI_MAJOR_M / np.sqrt(squeeze)
    inside = in_china(lon, lat)
    new_lon = lon + np.degrees(east / (radius * np.cos(phi)))
    new_lat = lat + np.degrees(north * squeeze / (radius * (1.0 - _GCJ_ECCENTRICITY_SQUARED)))
    return np.where(inside, new_lon, lon), np.where(inside, new_lat, lat)


def _waves(values: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(values)
    for height, turns in terms:
        total = total + height * np.sin(values * np.pi * turns)
    return total


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> Pair:
    distance = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_ANGLE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_ANGLE)
    return distance * np.cos(angle) + _BD_SHIFT[0], distance * np.sin(angle) + _BD_SHIFT[1]
