"""Projected coordinates through PROJ; apart, so that a process that only locates points never loads it."""

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.coordinates import Pair
from geo.errors import DatumError

CGCS2000 = "EPSG:4490"
WGS84 = "EPSG:4326"


def gauss_kruger(lon: ArrayLike, lat: ArrayLike, epsg: int) -> Pair:
    """Return easting and northing in metres of CGCS2000 degrees.

    Parameters
    ----------
    lon, lat : array_like of float
        CGCS2000 (or WGS84) degrees.
    epsg : int
        Number of the projected system, such as 4546 (3 degrees, central meridian 111 E) or 4525 (zone 37).

    Returns
    -------
    tuple of ndarray
        Easting (with the zone number in front where the system has one) and northing.

    Raises
    ------
    DatumError
        When PROJ does not know the number or it is no projected system.
    """
    return _transform(CGCS2000, _projected(epsg), lon, lat)


def gauss_kruger_inverse(easting: ArrayLike, northing: ArrayLike, epsg: int) -> Pair:
    """Return CGCS2000 longitude and latitude in degrees of Gauss-Kruger metres; see `gauss_kruger`."""
    return _transform(_projected(epsg), CGCS2000, easting, northing)


def is_projected(system: str) -> bool:
    """Return whether a reference system, as EPSG code or WKT, is in metres rather than degrees.

    Raises
    ------
    DatumError
        When PROJ cannot read the description.
    """
    return not _parsed(system).is_geographic


def to_degrees(x: ArrayLike, y: ArrayLike, system: str) -> Pair:
    """Return WGS84 longitude and latitude in degrees of coordinates in any system PROJ knows.

    Raises
    ------
    DatumError
        When PROJ cannot read the description or knows no way to WGS84.
    """
    return _transform(system, WGS84, x, y)


def _projected(epsg: int) -> str:
    system = f"EPSG:{epsg}"
    if not _parsed(system).is_projected:
        raise DatumError(f"{system} 不是投影坐标系，请填高斯-克吕格坐标系的编号，例如 4546。")
    return system


def _parsed(system: str) -> CRS:
    try:
        return CRS.from_user_input(system)
    except ProjError as error:
        raise DatumError(f"看不懂坐标系“{system[:60]}”，请把文件转成经纬度（WGS84 或 CGCS2000）再导入。") from error


def _transform(source: str, target: str, x: ArrayLike, y: ArrayLike) -> Pair:
    try:
        transformer = Transformer.from_crs(_parsed(source), target, always_xy=True)
        first, second = transformer.transform(np.array(x, dtype=np.float64), np.array(y, dtype=np.float64))
    except ProjError as error:
        raise DatumError(f"坐标系“{source[:60]}”无法换算成经纬度，请先转成 WGS84 或 CGCS2000。") from error
    return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
