"""Boundaries in bulk: from a file's features into a generation, and from one generation into the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import shapely
from sqlalchemy import LargeBinary, RowMapping, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from geo.features import BoundarySet
from grid_app.models.places import Boundary
from grid_app.queries.boundaries import Entry, in_parts

SRID = 4326
_TABLE = cast("Table", Boundary.__table__)  # declared as the wider FromClause


def entries_in(boundary_set: BoundarySet) -> list[Entry]:
    """Return what a file says about the tree, without its shapes."""
    return [
        Entry(feature.code, boundary_set.level, feature.name, feature.kind or "", feature.parent_code)
        for feature in boundary_set.features
    ]


def store_features(session: Session, *, generation: UUID, boundary_set: BoundarySet) -> None:
    """Insert every boundary of a file into a generation."""
    _store(session, generation, _rows(boundary_set))


def copy_boundaries(session: Session, *, source: UUID, target: UUID, codes: Sequence[str]) -> None:
    """Copy the boundaries of the given codes from one generation into another; the source keeps its own."""
    columns = [column for column in _TABLE.c if column.name not in ("id", "generation_id")]
    for part in in_parts(codes):
        found = session.execute(
            select(*columns).where(Boundary.generation_id == source, Boundary.code.in_(part))
        ).mappings()
        _store(session, target, [_copied(row) for row in found])


def _copied(row: RowMapping) -> dict[str, object]:
    plain: dict[str, object] = {name: value for name, value in row.items() if name != "polygon"}
    return plain | {"ewkb": bytes.fromhex(row["polygon"].desc)}


def _rows(boundary_set: BoundarySet) -> list[dict[str, object]]:
    return [
        {
            "level": boundary_set.level,
            "code": feature.code,
            "name": feature.name,
            "kind": feature.kind or "",
            "parent_code": feature.parent_code,
            "area_km2": feature.area_km2,
            "label_lon": feature.label_lon,
            "label_lat": feature.label_lat,
            "source_crs": boundary_set.source_crs,
            "ewkb": shapely.to_wkb(shapely.set_srid(feature.polygon, SRID), include_srid=True),
        }
        for feature in boundary_set.features
    ]


def _store(session: Session, generation: UUID, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many boundaries at once; their shapes travel as EWKB, which no database has to parse from text."""
    statement = insert(_TABLE).values(
        polygon=func.ST_GeomFromEWKB(bindparam("ewkb", type_=LargeBinary)), generation_id=generation
    )
    if rows:
        session.execute(statement, rows)
