"""Merging polygons into one and dividing one by a line or by what lies in it; no ground is lost or added."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError
from geo.measure import area_m2
from geo.repair import polygon_parts

LEAST_SHARE: Final = 0.01
_LONGEST_LINE: Final = 1_000


def merged(polygons: Sequence[Polygon | MultiPolygon]) -> MultiPolygon:
    """Return the ground of all polygons as one; several parts where they do not touch."""
    return _whole(list(polygons))


def divided(polygon: Polygon | MultiPolygon, line: Sequence[tuple[float, float]]) -> tuple[MultiPolygon, MultiPolygon]:
    """Return what lies to the left and to the right of a line, seen along its points.

    Parameters
    ----------
    polygon : Polygon or MultiPolygon
        In degrees.
    line : sequence of (float, float)
        At least two points in degrees, in order; the first and the last outside of the polygon.

    Raises
    ------
    GeometryError
        When the line has too few points or too many, crosses itself, or leaves everything on one side.
    """
    points = list(dict.fromkeys(line))
    if not 2 <= len(points) <= _LONGEST_LINE:
        raise GeometryError(f"分界线要有 2 到 {_LONGEST_LINE} 个不同的点，现在有 {len(points)} 个。")
    cut = LineString(points)
    if not cut.is_simple:
        raise GeometryError("分界线自己交叉了，请改成一条不回头的线。")
    pieces = [part for whole in polygon_parts(polygon) for part in _pieces(whole, cut)]
    left = [piece for piece in pieces if _is_left(piece, cut)]
    right = [piece for piece in pieces if not _is_left(piece, cut)]
    if not left or not right:
        raise GeometryError("分界线没有把村分成两块。线要从村界外面开始，穿过全村，到村界外面结束。")
    return _whole(left), _whole(right)


def grouped(
    polygon: Polygon | MultiPolygon, members: Sequence[tuple[Polygon | MultiPolygon, int]], *, parts: int
) -> tuple[MultiPolygon, ...]:
    """Return the polygon divided by what lies in it: each member says to which part it belongs.

    Ground in no member goes to the nearest part.

    Raises
    ------
    GeometryError
        When a part would have no ground.
    """
    owned = [[member for member, part in members if part == number] for number in range(parts)]
    if not all(owned):
        raise GeometryError("每一个新村至少要有一个网格，请重新分配。")
    grounds = [shapely.intersection(polygon, _whole(some)) for some in owned]
    taken: list[BaseGeometry] = []
    for number, ground in enumerate(grounds):
        rest = ground
        for before in grounds[:number]:
            rest = shapely.difference(rest, before)
        taken.append(rest)
    left = polygon_parts(shapely.difference(polygon, shapely.union_all(grounds)))
    for piece in left:
        away = [float(shapely.distance(piece, ground)) for ground in taken]
        nearest = int(np.argmin(away))
        taken[nearest] = shapely.union(taken[nearest], piece)
    if any(not polygon_parts(ground) for ground in taken):
        raise GeometryError("有一个新村没有分到地方，请重新分配网格。")
    return tuple(_whole([ground]) for ground in taken)


def clipped(
    members: Mapping[str, Polygon | MultiPolygon], parts: Sequence[MultiPolygon]
) -> list[list[tuple[str, MultiPolygon, float]]]:
    """Return for each part the members lying in it, cut along its border, with the share of each that lies there.

    Pieces of less than a hundredth of a member are left out.
    """
    found: list[list[tuple[str, MultiPolygon, float]]] = []
    for part in parts:
        inside: list[tuple[str, MultiPolygon, float]] = []
        for name, shape in members.items():
            kept = polygon_parts(shapely.intersection(shape, part))
            share = float(area_m2(np.array([_whole(kept)], dtype=object))[0] / area_m2(_one(shape))[0]) if kept else 0.0
            if share >= LEAST_SHARE:
                inside.append((name, _whole(kept), share))
        found.append(inside)
    return found


def _one(shape: BaseGeometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    array: np.ndarray[tuple[int], np.dtype[np.object_]] = np.empty(1, dtype=object)
    array[0] = shape
    return array


def _whole(shapes: Sequence[BaseGeometry]) -> MultiPolygon:
    return MultiPolygon(polygon_parts(shapely.union_all(list(shapes))))


def _pieces(polygon: Polygon, cut: LineString) -> list[Polygon]:
    """Cut by the edges of both: node the lines together, make polygons of them, keep those inside."""
    edges = shapely.union(polygon.boundary, cut)
    faces = polygon_parts(shapely.polygonize([edges]))
    return [face for face in faces if polygon.covers(face.representative_point())]


def _is_left(piece: Polygon, cut: LineString) -> bool:
    """Say on which side of a line a piece lies, by a point in it and the stretch of the line nearest to that."""
    inner: Point = piece.representative_point()
    points = shapely.get_coordinates(cut)
    stretches = shapely.linestrings(np.stack((points[:-1], points[1:]), axis=1))
    away = shapely.distance(stretches, inner)
    near = np.flatnonzero(away <= away.min() * (1 + 1e-9))
    turns = [
        (points[at + 1] - points[at])[0] * (inner.y - points[at][1])
        - (points[at + 1] - points[at])[1] * (inner.x - points[at][0])
        for at in near
    ]
    return bool(max(turns, key=abs) > 0)
