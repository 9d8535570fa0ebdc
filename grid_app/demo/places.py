"""Points for reports, rooms and stories of the invented county: inside a grid, well inside the village."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from grid_app.demo.county import County, Grid, Village

TRIES = 12
POINT_SHARE = 0.84
TOWNSHIP_ONLY_SHARE = 0.2
"""Of what comes by hotline or from other offices, this part is known to the township only."""
METRES_PER_DEGREE = 97_000.0
"""Shorter than any degree here, so that a distance in degrees never becomes too long."""
WIDEST_M, NARROWEST_M = 45.0, 4.0


@dataclass(frozen=True)
class Place:
    """Where a report belongs: the code as intake would store it, the chosen village, and a point with its circle."""

    code: str
    kind: str
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None

    @property
    def village(self) -> str | None:
        """The village, ``None`` when only the township is known."""
        return self.code[:12] if len(self.code) >= 12 else None

    def without_point(self) -> Place:
        """Return the same place as somebody at a desk would choose it."""
        return replace(self, code=self.code[:12], kind="chosen" if self.village else "not_located", lon=None, lat=None,
                       accuracy_m=None)  # fmt: skip


class Places:
    """Draws points in the county; each call takes its chance from the given generator."""

    def __init__(self, county: County) -> None:
        self._villages = {village.code: village for village in county.villages}
        for village in county.villages:
            shapely.prepare([grid.polygon for grid in village.grids])

    def somewhere(self, rng: np.random.Generator, village: Village, channel: str) -> Place:
        """Return a place of a report that came by ``channel``: mostly a point, sometimes only the village."""
        if channel in ("hotline", "other_office") and rng.random() < TOWNSHIP_ONLY_SHARE:
            return Place(village.code[:9], "not_located")
        if rng.random() >= POINT_SHARE:
            return Place(village.code, "chosen")
        return self.point_in(rng, village.code)

    def point_in(self, rng: np.random.Generator, village_code: str) -> Place:
        """Return a point in one of the village's grids whose accuracy circle touches no other village."""
        village = self._villages[village_code]
        grid = village.grids[int(rng.integers(len(village.grids)))]
        point = _inside(rng, grid)
        border_m = shapely.distance(village.polygon.boundary, point) * METRES_PER_DEGREE
        accuracy = min(float(rng.uniform(NARROWEST_M, WIDEST_M)), max(1.0, border_m / 2))
        lon, lat = round(float(point.x), 6), round(float(point.y), 6)
        return Place(grid.code, "inside", lon, lat, round(accuracy, 1))


def _inside(rng: np.random.Generator, grid: Grid) -> shapely.Point:
    """Return a point of the grid, some way from its border."""
    west, south, east, north = grid.polygon.bounds
    inner = shapely.buffer(grid.polygon, -0.12 * min(east - west, north - south))
    for _ in range(TRIES):
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shapely.contains(inner, point):
            return point
    return shapely.point_on_surface(grid.polygon)
