"""Own villages as shapes for a phone's small map."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.geojson import feature_collection
from geo.simplify import DRAWING_TOLERANCE_M, simplify_coverage
from grid_app.models.places import Boundary, BoundaryGeneration, Division

FEW = 60
FINE_TOLERANCE_M = 15.0


@dataclass(frozen=True)
class VillageShape:
    """One village of the active generation; the label stands inside it, in WGS84 degrees."""

    code: str
    name: str
    kind: str
    label_lon: float
    label_lat: float
    polygon: Polygon | MultiPolygon


def active_generation(session: Session) -> UUID | None:
    """Return the id of the active boundary generation, or ``None``."""
    return session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))


def own_villages(session: Session, *, path: str, generation_id: UUID) -> list[VillageShape]:
    """Return the villages under the division with ``path``, or the one that holds it, in code order."""
    rows = session.execute(
        select(Boundary)
        .join(Division, Division.code == Boundary.code)
        .where(
            Boundary.generation_id == generation_id,
            Boundary.level == "village",
            or_(Division.path.startswith(path, autoescape=True), Division.code.in_(path.strip("/").split("/"))),
        )
        .order_by(Boundary.code)
    ).scalars()
    return [
        VillageShape(row.code, row.name, row.kind, row.label_lon, row.label_lat, shapely.from_wkb(row.polygon.desc))
        for row in rows
    ]


def light_geojson(villages: list[VillageShape]) -> dict[str, object]:
    """Return villages as a small feature collection: shared edges stay shared, few villages are drawn finer."""
    tolerance = FINE_TOLERANCE_M if len(villages) <= FEW else DRAWING_TOLERANCE_M["village"]
    shapes = simplify_coverage([one.polygon for one in villages], tolerance)
    return feature_collection(
        (
            {
                "code": one.code,
                "name": one.name,
                "kind": one.kind,
                "label_lon": round(one.label_lon, 5),
                "label_lat": round(one.label_lat, 5),
            },
            shape,
        )
        for one, shape in zip(villages, shapes, strict=True)
    )
