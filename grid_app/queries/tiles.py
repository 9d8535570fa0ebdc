"""What vector tiles are cut from: the boundaries of one generation, each with the index by which facts name it.

The index is the one of ``map_codes``: the place, from 0, among the codes of one level and county, sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.queries.boundaries import ACTIVE, RETIRED

CUT_LEVELS: Final[tuple[Level, ...]] = ("township", "village", "grid")


@dataclass(frozen=True, slots=True)
class TileShape:
    """A division of a generation as it is cut; ``index`` is its place among its level's codes in its county."""

    level: str
    code: str
    name: str
    parent: str
    path: str
    polygon: Polygon | MultiPolygon
    lon: float
    lat: float
    index: int = 0


def served_generations(session: Session) -> list[UUID]:
    """Return the generation in use and the one before it, whose tiles maps that are open still ask for."""
    rows = session.execute(
        select(BoundaryGeneration.id, BoundaryGeneration.state)
        .where(BoundaryGeneration.state.in_((ACTIVE, RETIRED)))
        .order_by(BoundaryGeneration.retired_at.desc(), BoundaryGeneration.number.desc())
    ).all()
    active = [row.id for row in rows if row.state == ACTIVE]
    return active + [row.id for row in rows if row.state == RETIRED][:1]


def boundaries_in(session: Session, *, generation_id: UUID) -> int:
    """Return how many boundaries of a generation are drawn."""
    question = select(func.count()).where(Boundary.generation_id == generation_id, Boundary.level.in_(CUT_LEVELS))
    return session.scalar(question) or 0


def tile_shapes(session: Session, *, generation_id: UUID) -> list[TileShape]:
    """Return everything of a generation that is drawn, by code, each with its index."""
    rows = session.execute(
        select(
            Boundary.level,
            Boundary.code,
            Boundary.name,
            Boundary.parent_code,
            Boundary.polygon,
            Boundary.label_lon,
            Boundary.label_lat,
            Division.path,
            Division.name.label("known_as"),
            Division.parent_code.label("under"),
        )
        .join(Division, Division.code == Boundary.code)
        .where(Boundary.generation_id == generation_id, Boundary.level.in_(CUT_LEVELS))
    )
    shapes = [
        TileShape(
            row.level,
            row.code,
            row.name or row.known_as,
            row.parent_code or row.under or "",
            row.path,
            shapely.from_wkb(row.polygon.desc),
            row.label_lon,
            row.label_lat,
        )
        for row in rows
    ]
    return list(_indexed(sorted(shapes, key=lambda shape: shape.code)))


def county_of(path: str) -> str:
    """Return the county's code in a division's path."""
    return path.strip("/").split("/")[0]


def _indexed(shapes: Iterable[TileShape]) -> Iterator[TileShape]:
    """Give the shapes, which are sorted by code, each with its place in its county and level."""
    seen: Counter[tuple[str, str]] = Counter()
    for shape in shapes:
        key = (county_of(shape.path), shape.level)
        yield replace(shape, index=seen[key])
        seen[key] += 1


def of_level(shapes: Sequence[TileShape], level: Level) -> list[TileShape]:
    """Return the shapes of one level, in their order."""
    return [shape for shape in shapes if shape.level == level]
