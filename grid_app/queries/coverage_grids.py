"""The grids of villages with their points and households, for villages whose every grid has both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.coverage_villages import VillagePoint


@dataclass(frozen=True)
class GridPoint:
    """A living grid at its label point."""

    lon: float
    lat: float
    households: int


NO_GRIDS: Mapping[str, tuple[GridPoint, ...]] = {}


def grids_in(session: Session, *, scope: Scope, root_path: str) -> Mapping[str, tuple[GridPoint, ...]]:
    """Return by village the grids of the scope that can stand in for it; a village that lacks one fact is left out."""
    if not scope.paths:
        return NO_GRIDS
    under = (
        Division.level == "grid",
        Division.valid_to.is_(None),
        Division.path.startswith(root_path, autoescape=True),
        or_(*[Division.path.startswith(path, autoescape=True) for path in scope.paths]),
    )
    if session.scalar(select(Division.code).where(*under, Division.households > 0).limit(1)) is None:
        return NO_GRIDS
    active = select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active").limit(1).scalar_subquery()
    rows = session.execute(
        select(Division.parent_code, Division.households, Boundary.label_lon, Boundary.label_lat)
        .outerjoin(Boundary, (Boundary.code == Division.code) & (Boundary.generation_id == active))
        .where(*under)
        .order_by(Division.code)
    )
    found: dict[str, list[GridPoint | None]] = defaultdict(list)
    for village, households, lon, lat in rows:
        found[village or ""].append(None if households is None or lon is None else GridPoint(lon, lat, households))
    return {
        village: tuple(one for one in grids if one is not None) for village, grids in found.items() if None not in grids
    }


def with_grids(places: Sequence[VillagePoint], grids: Mapping[str, Sequence[GridPoint]]) -> list[VillagePoint]:
    """Return villages whose missing number of households is the sum of their grids."""
    return [
        replace(place, households=sum(grid.households for grid in grids[place.code]))
        if place.households is None and place.code in grids
        else place
        for place in places
    ]
