"""The invented county as a plan: townships, villages and grids with codes, names, polygons and households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.codes import Level, kind_of
from geo.features import BoundaryFeature, BoundarySet
from geo.measure import area_m2
from grid_app.demo.names import Names
from grid_app.demo.shapes import Cells, draw_cells, unite

VILLAGES = 400
GRIDS = 1600
STREETS = 2
STREET_VILLAGES = 62
COMMUNITIES_PER_TOWN = 2
FIRST_COMMUNITY, FIRST_VILLAGE = 1, 201
TOWN_STEPS = 30


@dataclass(frozen=True)
class Grid:
    """One grid: code, name, polygon in WGS84."""

    code: str
    name: str
    polygon: Polygon


@dataclass(frozen=True)
class Village:
    """One village or community with its grids and its households."""

    code: str
    name: str
    households: int
    grids: tuple[Grid, ...]
    polygon: MultiPolygon

    @property
    def is_community(self) -> bool:
        """Say whether it is a residents' community."""
        return kind_of(self.code) == "community"


@dataclass(frozen=True)
class Township:
    """One township with its villages, communities first."""

    code: str
    name: str
    villages: tuple[Village, ...]
    polygon: MultiPolygon


@dataclass(frozen=True)
class County:
    """The whole invented county."""

    code: str
    name: str
    townships: tuple[Township, ...]
    polygon: MultiPolygon

    @property
    def villages(self) -> tuple[Village, ...]:
        """Every village, in code order."""
        return tuple(village for township in self.townships for village in township.villages)


def plan_county(rng: np.random.Generator, names: Names) -> County:
    """Return the county: 12 townships, 400 villages, 1,600 grids; the same chance gives the same county."""
    counts = _grids_per_village(rng)
    cells = draw_cells(rng, counts)
    members = _townships(rng, cells, len(names.townships))
    titles = _Titles(rng, names)
    shapes = _grid_shapes(cells)
    townships = tuple(
        _township(rng, code, name, group, cells=cells, shapes=shapes, titles=titles)
        for (code, name), group in zip(names.townships, members, strict=True)
    )
    return County(names.code, names.county, townships, unite([one.polygon for one in townships]))


def boundary_sets(county: County) -> tuple[BoundarySet, ...]:
    """Return what boundary files of the four levels would hold, the county first."""
    villages = county.villages
    rows: dict[Level, list[tuple[str, str, str | None, Polygon | MultiPolygon]]] = {
        "county": [(county.code, county.name, None, county.polygon)],
        "township": [(one.code, one.name, county.code, one.polygon) for one in county.townships],
        "village": [(one.code, one.name, one.code[:9], one.polygon) for one in villages],
        "grid": [(grid.code, grid.name, one.code, grid.polygon) for one in villages for grid in one.grids],
    }
    return tuple(BoundarySet(level, "wgs84", _features(level, found), (), ()) for level, found in rows.items())


def _features(
    level: Level, rows: Sequence[tuple[str, str, str | None, Polygon | MultiPolygon]]
) -> tuple[BoundaryFeature, ...]:
    shapes = np.array([*(row[3] for row in rows), None], dtype=object)[:-1]
    areas = area_m2(shapes) / 1e6
    labels = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return tuple(
        BoundaryFeature(
            code=code,
            name=name,
            parent_code=parent,
            polygon=shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape]),
            area_km2=round(float(area), 4),
            label_lon=float(label[0]),
            label_lat=float(label[1]),
            kind=_kind(level, code),
        )
        for (code, name, parent, shape), area, label in zip(rows, areas, labels, strict=True)
    )


def _kind(level: Level, code: str) -> str | None:
    if level == "village":
        return kind_of(code)
    return "basic" if level == "grid" else None


def _grids_per_village(rng: np.random.Generator) -> list[int]:
    """Return how many grids each village has: 3 to 5, in all exactly ``GRIDS``."""
    counts = np.array([3, 4, 5, 4] * (VILLAGES // 4))
    return [int(count) for count in rng.permutation(counts)]


def _grid_shapes(cells: Cells) -> list[list[Polygon]]:
    shapes: list[list[Polygon]] = [[] for _ in cells.centres]
    for polygon, village in zip(cells.polygons, cells.village_of, strict=True):
        shapes[village].append(polygon)
    return shapes


def _townships(rng: np.random.Generator, cells: Cells, count: int) -> list[list[int]]:
    """Return the villages of each township: two streets around the county seat, towns and townships around them."""
    inner = cells.centres[:STREET_VILLAGES]
    west = inner[:, 0] <= np.median(inner[:, 0])
    streets = [np.flatnonzero(west), np.flatnonzero(~west)]
    outer = cells.centres[STREET_VILLAGES:]
    nearest = _even_groups(rng, outer, count - STREETS) + STREETS
    groups = [*streets, *(STREET_VILLAGES + np.flatnonzero(nearest == number) for number in range(STREETS, count))]
    return [[int(village) for village in group] for group in groups]


def _even_groups(rng: np.random.Generator, points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the group of each point by k-means (Lloyd 1982), started on a ring around the county seat."""
    angle = rng.uniform(0, 2 * np.pi) + np.arange(count) * 2 * np.pi / count
    heads = 15.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    nearest = np.zeros(len(points), dtype=np.int64)
    for _ in range(TOWN_STEPS):
        nearest = np.hypot(*np.moveaxis(points[:, None] - heads[None], 2, 0)).argmin(axis=1)
        heads = np.array([points[nearest == number].mean(axis=0) for number in range(count)])
    return nearest


class _Titles:
    """Gives every village a name that no other has."""

    def __init__(self, rng: np.random.Generator, names: Names) -> None:
        self._villages = self._mixed(rng, names.village_first, names.village_last)
        self._communities = self._mixed(rng, names.village_first, names.community_last)

    @staticmethod
    def _mixed(rng: np.random.Generator, first: Sequence[str], last: Sequence[str]) -> list[str]:
        pairs = [one + other for one in first for other in last]
        return [pairs[at] for at in rng.permutation(len(pairs))]

    def village(self) -> str:
        return self._villages.pop() + "村"

    def community(self) -> str:
        return self._communities.pop() + "社区"


def _township(
    rng: np.random.Generator,
    code: str,
    name: str,
    members: Sequence[int],
    *,
    cells: Cells,
    shapes: Sequence[Sequence[Polygon]],
    titles: _Titles,
) -> Township:
    middle = cells.centres[list(members)].mean(axis=0)
    gaps = np.hypot(*(cells.centres[list(members)] - middle).T)
    ordered = [members[at] for at in np.argsort(gaps, kind="stable")]
    urban = len(members) if name.endswith("街道") else COMMUNITIES_PER_TOWN
    villages = []
    for at, member in enumerate(ordered):
        in_town = at < urban
        number = FIRST_COMMUNITY + at if in_town else FIRST_VILLAGE + at - urban
        title = titles.community() if in_town else titles.village()
        households = int(rng.integers(420, 1500) if in_town else rng.integers(150, 620))
        villages.append(_village(f"{code}{number:03d}", title, households, shapes[member]))
    return Township(code, name, tuple(villages), unite([one.polygon for one in villages]))


def _village(code: str, name: str, households: int, shapes: Sequence[Polygon]) -> Village:
    grids = tuple(
        Grid(f"{code}J{number:03d}", f"{name}第{number}网格", shape) for number, shape in enumerate(shapes, start=1)
    )
    return Village(code, name, households, grids, unite(shapes))
