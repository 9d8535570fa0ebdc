"""Repair of broken polygons: loops, spikes, doubled edges and stray lines, with the area it costs by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError
from geo.measure import area_m2

_REASONS = {
    "Self-intersection": "边界自己交叉",
    "Ring Self-intersection": "边界自己碰到自己",
    "Hole lies outside shell": "洞在外面",
    "Holes are nested": "洞套着洞",
    "Interior is disconnected": "内部不连通",
    "Nested shells": "面套着面",
    "Duplicate Rings": "同一圈画了两遍",
    "Too few points in geometry component": "有一圈的点太少",
}


@dataclass(frozen=True, slots=True)
class Repaired:
    """Valid multipolygons in the order given, and a zh-CN sentence for each that had to be changed."""

    polygons: tuple[MultiPolygon, ...]
    repairs: tuple[str, ...]


def repair_polygons(shapes: NDArray[np.object_], titles: Sequence[str]) -> Repaired:
    """Return valid multipolygons; a polygon that is valid already keeps every vertex.

    Invalid ones go through ``shapely.make_valid`` by structure: what the outer rings enclose, less the holes.
    Points and lines beside the polygons are dropped.

    Parameters
    ----------
    shapes : ndarray of object
        Shapes in WGS84 degrees, none of them None.
    titles : sequence of str
        What to call each one in a sentence.

    Raises
    ------
    GeometryError
        When nothing with an area is left of a shape.
    """
    polygons: list[MultiPolygon] = []
    repairs: list[str] = []
    sound = shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    for shape, title, is_sound in zip(shapes.tolist(), titles, sound.tolist(), strict=True):
        polygon = as_multipolygon(shape) if is_sound else _repaired(shape, title)
        polygons.append(polygon)
        if not is_sound:
            repairs.append(_sentence(shape, polygon, title))
    return Repaired(tuple(polygons), tuple(repairs))


def as_multipolygon(shape: Polygon | MultiPolygon) -> MultiPolygon:
    """Return the shape itself when it is a multipolygon, or a multipolygon of the one polygon."""
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


def polygon_parts(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons with an area inside a shape of any kind, collections opened to the bottom."""
    if isinstance(shape, Polygon):
        return [shape] if shape.area > 0 else []
    parts = cast("list[BaseGeometry]", list(getattr(shape, "geoms", ())))
    return [polygon for part in parts for polygon in polygon_parts(part)]


def _repaired(shape: BaseGeometry, title: str) -> MultiPolygon:
    try:
        valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        parts = polygon_parts(valid)
        whole = shapely.union_all(parts) if len(parts) > 1 else valid
    except shapely.errors.ShapelyError as error:
        raise GeometryError(f"{title}的图形坏得无法修复，请在制图软件里改好再导入。", feature=title) from error
    kept = polygon_parts(whole)
    if not kept:
        raise GeometryError(f"{title}的图形没有面积（不是面），请补上它的边界再导入。", feature=title)
    return MultiPolygon(kept)


def _sentence(before: BaseGeometry, after: MultiPolygon, title: str) -> str:
    old, new = area_m2(np.array([before, after], dtype=object)).tolist()
    change = new - old
    amount = f"面积{'增加' if change > 0 else '减少'} {abs(change):,.0f} 平方米"
    effect = "面积不变" if abs(change) < 1.0 else amount
    return f"{title}：{_reason(before)}，已修复，{effect}。"


def _reason(shape: BaseGeometry) -> str:
    if shapely.is_valid(shape):
        return "夹有面以外的点或线"
    return _REASONS.get(shapely.is_valid_reason(shape).partition("[")[0], "图形无效")
