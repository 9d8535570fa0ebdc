"""Compact GeoJSON (RFC 7946) out, and single points in."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon

from geo.coordinates import Floats
from geo.errors import DatumError

Property: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Mapping[str, Property], Polygon | MultiPolygon | Point]


def feature_collection(rows: Iterable[Row], *, decimals: int | None = 5) -> dict[str, object]:
    """Return a feature collection whose coordinates are rounded to a fixed precision.

    Vertices that fall together by rounding are written once, and rings that collapse are left out. Shared
    vertices round alike, so neighbours still meet. Write it with ``separators=(",", ":")``.

    Parameters
    ----------
    rows : iterable of (properties, shape)
        Properties and a polygon, multipolygon or point in WGS84 degrees.
    decimals : int or None
        Digits after the point; 5 is about a metre, None keeps every number to the last bit.
    """
    features = [
        {"type": "Feature", "properties": dict(properties), "geometry": _geometry(shape, decimals)}
        for properties, shape in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def read_lon_lat(point: object) -> tuple[float, float]:
    """Return longitude and latitude of a GeoJSON point.

    Parameters
    ----------
    point : object
        What a JSON parser gave: a mapping with ``type`` and ``coordinates``; a third coordinate is ignored.

    Raises
    ------
    DatumError
        When it is no point, or its numbers are no place on earth.
    """
    place = point.get("coordinates") if isinstance(point, Mapping) and point.get("type") == "Point" else None
    if not isinstance(place, list) or len(place) < 2 or not all(_is_number(value) for value in place[:2]):
        raise DatumError("位置应为一个点，带经度和纬度两个数字，请重新选点。")
    lon, lat = float(place[0]), float(place[1])
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise DatumError(f"经度 {lon:g}、纬度 {lat:g} 不是地球上的位置，请核对顺序和单位后重新选点。")
    return lon, lat


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _geometry(shape: Polygon | MultiPolygon | Point, decimals: int | None) -> dict[str, object] | None:
    if shape.is_empty:
        return None
    if isinstance(shape, Point):
        return {"type": "Point", "coordinates": _rounded(shapely.get_coordinates(shape), decimals)[0].tolist()}
    parts = [shape] if isinstance(shape, Polygon) else list(shape.geoms)
    polygons = [rings for part in parts if (rings := _rings(part, decimals))]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons} if polygons else None


def _rings(polygon: Polygon, decimals: int | None) -> list[list[list[float]]]:
    outer = _ring(shapely.get_coordinates(polygon.exterior), decimals)
    if not outer:
        return []
    holes = (_ring(shapely.get_coordinates(ring), decimals) for ring in polygon.interiors)
    return [outer, *(hole for hole in holes if hole)]


def _ring(points: Floats, decimals: int | None) -> list[list[float]]:
    rounded = _rounded(points, decimals)
    kept = rounded[np.append(True, (rounded[1:] != rounded[:-1]).any(axis=1))]
    return [[x, y] for x, y in kept.tolist()] if len(kept) >= 4 else []


def _rounded(points: Floats, decimals: int | None) -> Floats:
    return points if decimals is None else np.round(points, decimals)
