"""An invented county's polygons: a gap-free coverage of grids, from which villages, townships and the county follow.

Every border is one line drawn once and used by both sides, so that neighbours share each point to the last bit. The
grids are Voronoi cells of points set close to their village's centre; villages are unions of their grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi
from shapely import MultiPolygon, Polygon

LON, LAT = 111.62, 29.02
KM_PER_DEGREE_LAT = 110.9
KM_PER_DEGREE_LON = 111.32 * float(np.cos(np.radians(LAT)))
RADIUS_KM = 25.0
TOWN_RADIUS_KM = 4.5
CANDIDATES = 40
GUARD_GAP_KM = 2.0
WIGGLE = 0.09
DECIMALS = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """The polygons of every grid with the number of the village each belongs to, and the villages' centres in km."""

    polygons: tuple[Polygon, ...]
    village_of: tuple[int, ...]
    centres: Floats


def draw_cells(rng: np.random.Generator, grids_per_village: Sequence[int]) -> Cells:
    """Return one polygon per grid in WGS84 degrees; villages are numbered from the county seat outwards.

    Parameters
    ----------
    rng : Generator
        The chance; the same state gives the same county.
    grids_per_village : sequence of int
        How many grids each village has, at least 3.
    """
    outline = _outline(rng)
    centres = _centres(rng, outline, len(grids_per_village))
    seeds, village_of = _grid_seeds(rng, centres, grids_per_village)
    guards = outline * (1 + GUARD_GAP_KM / np.hypot(outline[:, 0], outline[:, 1]))[:, None]
    diagram = Voronoi(np.concatenate([seeds, guards]))
    borders = _borders(rng, diagram, len(seeds))
    polygons = tuple(Polygon(_ring(diagram, borders, number)) for number in range(len(seeds)))
    return Cells(polygons, village_of, centres)


def unite(polygons: Sequence[Polygon | MultiPolygon]) -> MultiPolygon:
    """Return the union of polygons of one coverage, every shared point kept."""
    united = shapely.coverage_union_all(list(polygons))
    return MultiPolygon([part for part in shapely.get_parts([united]) if isinstance(part, Polygon)])


def _outline(rng: np.random.Generator) -> Floats:
    """Return the county's outline in km around its seat, one point every two degrees."""
    angle = np.radians(np.arange(0, 360, 2))
    radius: Floats = np.ones_like(angle)
    for wave, height in ((2, 0.14), (3, 0.10), (5, 0.06), (9, 0.03)):
        radius += height * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    outline: Floats = RADIUS_KM * radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return outline


def _centres(rng: np.random.Generator, outline: Floats, count: int) -> Floats:
    """Return village centres, close together in town and wider apart in the country, sorted by distance to the seat."""
    area = shapely.buffer(Polygon(outline), -0.6)
    shapely.prepare(area)
    chosen: Floats = np.zeros((1, 2))
    while len(chosen) < count:
        tried = rng.uniform(-1.4 * RADIUS_KM, 1.4 * RADIUS_KM, (8 * CANDIDATES, 2))
        tried = np.concatenate([tried, rng.normal(0, TOWN_RADIUS_KM, (CANDIDATES, 2))])
        tried = tried[shapely.contains_xy(area, tried)][:CANDIDATES]
        gaps = np.hypot(*np.moveaxis(tried[:, None] - chosen[None], 2, 0)).min(axis=1)
        room = 0.55 + 0.45 * np.clip(np.hypot(tried[:, 0], tried[:, 1]) / (3 * TOWN_RADIUS_KM), 0, 1)
        chosen = np.concatenate([chosen, tried[[int(np.argmax(gaps / room))]]])
    order = np.argsort(np.hypot(chosen[:, 0], chosen[:, 1]), kind="stable")
    sorted_out: Floats = chosen[order]
    return sorted_out


def _grid_seeds(
    rng: np.random.Generator, centres: Floats, grids_per_village: Sequence[int]
) -> tuple[Floats, tuple[int, ...]]:
    """Return points around each centre, nearer to it than to any neighbour, and whose village each is."""
    gaps = np.hypot(*np.moveaxis(centres[:, None] - centres[None], 2, 0))
    np.fill_diagonal(gaps, np.inf)
    reach = 0.3 * gaps.min(axis=1)
    points, owner = [], []
    for village, count in enumerate(grids_per_village):
        angle = rng.uniform(0, 2 * np.pi) + (np.arange(count) + rng.uniform(-0.2, 0.2, count)) * 2 * np.pi / count
        distance = reach[village] * rng.uniform(0.75, 1.0, count)
        points.append(centres[village] + distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
        owner += [village] * count
    return np.concatenate(points), tuple(owner)


def _borders(rng: np.random.Generator, diagram: Voronoi, real: int) -> dict[tuple[int, int], Floats]:
    """Return the line between every two neighbouring corners, wound a little, in degrees."""
    corners = _degrees(diagram.vertices)
    lines: dict[tuple[int, int], Floats] = {}
    for (one, other), (start, end) in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if start >= 0 and min(one, other) < real:
            low, high = min(start, end), max(start, end)
            lines[low, high] = _wound(rng, corners[low], corners[high])
    return lines


def _wound(rng: np.random.Generator, start: Floats, end: Floats) -> Floats:
    """Return five points from ``start`` to ``end``, the inner ones moved sideways."""
    along = np.linspace(0, 1, 5)[:, None]
    line = start + along * (end - start)
    across = np.array([start[1] - end[1], end[0] - start[0]])
    bend = WIGGLE * rng.uniform(-1, 1, 3) * np.array([0.7, 1.0, 0.7])
    line[1:4] += bend[:, None] * across
    rounded: Floats = np.round(line, DECIMALS)
    return rounded


def _ring(diagram: Voronoi, borders: dict[tuple[int, int], Floats], number: int) -> Floats:
    """Return the closed line around one cell, made of its borders."""
    corners = diagram.regions[diagram.point_region[number]]
    parts = []
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        line = borders[min(start, end), max(start, end)]
        parts.append((line if start < end else line[::-1])[:-1])
    return np.concatenate(parts)


def _degrees(km: Floats) -> Floats:
    degrees: Floats = np.column_stack([LON + km[:, 0] / KM_PER_DEGREE_LON, LAT + km[:, 1] / KM_PER_DEGREE_LAT])
    return degrees.round(DECIMALS)
