"""Own villages as shapes for a phone: drawn lightly for its small map, or exact for finding a place without signal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.coordinates import metres_per_degree
from geo.geojson import feature_collection
from geo.simplify import DRAWING_TOLERANCE_M, simplify_coverage
from grid_app.models.places import Boundary, BoundaryGeneration, Division

FEW = 60
FINE_TOLERANCE_M = 15.0
ROUNDING_M = 1.0


class Precision(StrEnum):
    """How exactly borders are told: as stored, or simplified for drawing."""

    FULL = "full"
    LIGHT = "light"


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
    return [_shape(row) for row in rows]


def villages_around(session: Session, *, own: Sequence[VillageShape], generation_id: UUID) -> list[VillageShape]:
    """Return ``own`` and every village that touches one of them, in code order."""
    rows = session.execute(
        select(Boundary.code, Boundary.polygon)
        .where(Boundary.generation_id == generation_id, Boundary.level == "village")
        .order_by(Boundary.code)
    ).all()
    tree = STRtree([shapely.from_wkb(row.polygon.desc) for row in rows])
    touching = tree.query([one.polygon for one in own], predicate="intersects")[1]
    codes = {rows[position].code for position in touching.tolist()} | {one.code for one in own}
    found = session.scalars(
        select(Boundary)
        .where(Boundary.generation_id == generation_id, Boundary.level == "village", Boundary.code.in_(codes))
        .order_by(Boundary.code)
    )
    return [_shape(row) for row in found]


def villages_geojson(villages: Sequence[VillageShape], precision: Precision) -> dict[str, object]:
    """Return villages as a feature collection that says how far its borders may lie beside the true ones.

    ``full`` tells every stored digit, so that a phone finds what the server finds. ``light`` is a small drawing:
    shared edges stay shared, few villages are drawn finer.
    """
    stored = [one.polygon for one in villages]
    decimals: int | None
    if precision is Precision.FULL:
        drawn, beside, decimals = stored, 0, None
    else:
        tolerance = FINE_TOLERANCE_M if len(villages) <= FEW else DRAWING_TOLERANCE_M["village"]
        drawn, decimals = simplify_coverage(stored, tolerance), 5
        beside = _metres_beside(stored, drawn)
    features = feature_collection(
        ((_properties(one), shape) for one, shape in zip(villages, drawn, strict=True)), decimals=decimals
    )
    return features | {"precision": str(precision), "border_tolerance_m": beside}


def own_and_grids(session: Session, *, own: Sequence[VillageShape], generation_id: UUID) -> dict[str, object]:
    """Return the codes of the own villages and, while they are few, their grids as features drawn to a metre."""
    codes = [one.code for one in own]
    rows: Sequence[Boundary] = ()
    if len(codes) <= FEW:
        rows = session.scalars(
            select(Boundary)
            .where(Boundary.generation_id == generation_id, Boundary.level == "grid", Boundary.parent_code.in_(codes))
            .order_by(Boundary.code)
        ).all()
    grids = [_shape(row) for row in rows]
    features = feature_collection((_properties(one), one.polygon) for one in grids)["features"]
    return {"own": codes, "grids": features}


def _shape(row: Boundary) -> VillageShape:
    return VillageShape(row.code, row.name, row.kind, row.label_lon, row.label_lat, shapely.from_wkb(row.polygon.desc))


def _properties(one: VillageShape) -> dict[str, str | float]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "label_lon": round(one.label_lon, 5),
        "label_lat": round(one.label_lat, 5),
    }


def _metres_beside(stored: Sequence[Polygon | MultiPolygon], drawn: Sequence[Polygon | MultiPolygon]) -> int:
    """Return the metres, rounded up, by which a drawn and rounded border may lie beside the stored one."""
    if not stored:
        return 0
    before, after = np.array(stored, dtype=object), np.array(drawn, dtype=object)
    metres = np.array(metres_per_degree(float(shapely.total_bounds(before)[1])))
    plane = [shapely.transform(shapes, lambda degrees: degrees * metres) for shapes in (before, after)]
    apart = shapely.hausdorff_distance(shapely.boundary(plane[0]), shapely.boundary(plane[1]))
    return math.ceil(float(apart.max()) + ROUNDING_M)
