"""Divisions to cut: the real ones of a prefecture, and a made county of so many villages and grids."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import shapely
from shapely import MultiPoint, box

from geo.boundaries import read_boundaries
from geo.codes import Level
from grid_app.queries.tiles import TileShape

WEST, SOUTH, SIDE = 111.4, 28.7, 0.65
SEED = 20_260_101


def real_shapes() -> list[TileShape]:
    """Return the townships and villages of the test prefecture as one area, or stop with a sentence."""
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    return [
        shape
        for name, level in (("towns", "township"), ("villages", "village"))
        for shape in _read(Path(folder) / "changde" / f"{name}.geojson", level)
    ]


def largest_county(shapes: list[TileShape]) -> list[TileShape]:
    """Return the county among them with the most villages."""
    villages = [shape.code[:6] for shape in shapes if shape.level == "village"]
    county = max(sorted(set(villages)), key=villages.count)
    return [shape for shape in shapes if shape.code.startswith(county)]


def made_county(villages: int, grids: int) -> list[TileShape]:
    """Return a made county of 63 by 72 km: a township per 20 villages, borders bent as real ones are."""
    found: list[TileShape] = []
    for level, count, length in (
        ("township", villages // 20, 0.006),
        ("village", villages, 0.001),
        ("grid", grids, 6e-4),
    ):
        for index, polygon in enumerate(_wavy(count, length, SEED + count)):
            found.append(_shape(level, f"990101{index:010}", f"{level}{index}", polygon, index))
    return found


def _wavy(count: int, length: float, seed: int) -> list[shapely.Polygon]:
    """Return so many polygons that fill a square, a vertex every ``length`` degrees, moved by one function."""
    rng = np.random.default_rng(seed)
    ground = box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    seats = MultiPoint(rng.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (count, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seats, extend_to=ground)), ground)

    def bend(points):
        waves = length / 4 * (np.sin(points[:, ::-1] * 2.1 / length) + np.sin(points[:, ::-1] * 5.3 / length))
        return np.round(points + waves, 7)

    bent = shapely.transform(shapely.segmentize(cells, length), bend)
    return [one for one in shapely.coverage_clean(bent, snapping_distance=2e-7) if not one.is_empty]


def _read(path: Path, level: Level) -> list[TileShape]:
    features = sorted(read_boundaries(path, level=level, source_crs="wgs84").features, key=lambda one: one.code)
    return [_shape(level, f.code, f.name, f.polygon, index) for index, f in enumerate(features)]


def _shape(level: str, code: str, name: str, polygon: shapely.Geometry, index: int) -> TileShape:
    point = polygon.representative_point()
    return TileShape(level, code, name, code[:9], f"/{code[:6]}/{code[:9]}/{code}/", polygon, point.x, point.y, index)
