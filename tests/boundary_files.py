"""Boundary files for tests: squares of the small county (tests/world.py) and of one new village beside it."""

from __future__ import annotations

import json
from pathlib import Path

from shapely import box
from shapely.geometry import mapping

from geo.boundaries import read_boundaries
from geo.codes import Level
from geo.features import BoundarySet

Square = tuple[str, str, tuple[float, float, float, float]]

VILLAGES: tuple[Square, ...] = (
    ("990101001201", "云岭村", (111.0, 29.0, 111.1, 29.1)),
    ("990101001202", "柳湾村", (111.1, 29.0, 111.2, 29.1)),
    ("990101002201", "石桥村", (111.2, 29.0, 111.3, 29.1)),
    ("990101002202", "白沙村", (111.3, 29.0, 111.4, 29.1)),
)
TOWNSHIPS: tuple[Square, ...] = (
    ("990101001", "东河镇", (111.0, 29.0, 111.2, 29.1)),
    ("990101002", "西山乡", (111.2, 29.0, 111.4, 29.1)),
)
COUNTIES: tuple[Square, ...] = (("990101", "青溪县", (111.0, 29.0, 111.4, 29.1)),)


def write_squares(path: Path, squares, **more: str) -> Path:
    """Write a GeoJSON of named squares; ``more`` adds the same property to every feature."""
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name, **more}, "geometry": mapping(box(*sides))}
        for code, name, sides in squares
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def squares_set(folder: Path, squares, *, level: Level = "village", **options: str) -> BoundarySet:
    """Return the squares as read from a file."""
    path = write_squares(folder / f"{level}.geojson", squares)
    return read_boundaries(path, level=level, source_crs="wgs84", **options)
