"""Shapes of the divisions of an area in the generation in use."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import Boundary, Division


@dataclass(frozen=True)
class DivisionShape:
    """A division's boundary in WGS84 degrees, and a point inside it for a label."""

    code: str
    name: str
    parent_code: str
    polygon: Polygon | MultiPolygon
    label_lon: float
    label_lat: float


def shapes_under(session: Session, *, generation_id: UUID, level: Level, root_path: str) -> list[DivisionShape]:
    """Return the living divisions of one level at or under ``root_path`` that have a boundary, by code."""
    rows = session.execute(
        select(
            Division.code,
            Division.name,
            Division.parent_code,
            Boundary.polygon,
            Boundary.label_lon,
            Boundary.label_lat,
        )
        .join(Boundary, Boundary.code == Division.code)
        .where(
            Boundary.generation_id == generation_id,
            Division.level == level,
            Division.valid_to.is_(None),
            Division.path.startswith(root_path, autoescape=True),
        )
        .order_by(Division.code)
    )
    return [
        DivisionShape(
            row.code,
            row.name,
            row.parent_code or "",
            shapely.from_wkb(row.polygon.desc),
            row.label_lon,
            row.label_lat,
        )
        for row in rows
    ]
