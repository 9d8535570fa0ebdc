"""Villages for exports: their shapes and label points in the boundaries in use, and what is open in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.geometry import shapes_under
from grid_app.queries.map_area import village_of
from grid_app.queries.scoping import codes_under, visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES

VILLAGE: Level = "village"


@dataclass(frozen=True)
class VillageRow:
    """A living village: where it belongs, its households, its shape as WKB where a boundary is in use."""

    code: str
    name: str
    township: str
    households: int | None
    shape: bytes | None


def villages_with_shapes(session: Session, *, scope: Scope) -> list[VillageRow]:
    """Return the living villages of a scope by code."""
    if not scope.paths:
        return []
    above = Division.__table__.alias("above")
    rows = session.execute(
        select(Division.code, Division.name, above.c.name, Division.households)
        .outerjoin(above, above.c.code == Division.parent_code)
        .where(Division.level == VILLAGE, Division.valid_to.is_(None), Division.code.in_(codes_under(scope)))
        .order_by(Division.code)
    ).all()
    shapes = _shapes(session, scope)
    return [
        VillageRow(code, name, parent or "", households, shapes.get(code)) for code, name, parent, households in rows
    ]


def village_points(session: Session) -> Mapping[str, tuple[float, float]]:
    """Return by code of a village or of a grid in it the label point of the village in the boundaries in use."""
    rows = session.execute(
        select(Boundary.code, Boundary.label_lon, Boundary.label_lat)
        .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
        .where(BoundaryGeneration.state == "active", Boundary.level == VILLAGE)
    )
    villages = {code: (lon, lat) for code, lon, lat in rows}
    below = session.execute(select(Division.code, Division.path).where(Division.level.in_((VILLAGE, "grid"))))
    homes = {code: village_of(path) for code, path in below}
    return {code: villages[village] for code, village in homes.items() if village in villages}


def open_by_village(session: Session, *, scope: Scope) -> Mapping[str, int]:
    """Return by village how many disputes are open; what no map shows (15xx, 16xx) never counts."""
    return _open(session, scope)


def late_by_village(session: Session, *, scope: Scope, now: datetime) -> Mapping[str, int]:
    """Return by village how many open disputes have a duty that has passed its day; withheld ones never count."""
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    late = (
        select(Deadline.dispute_id)
        .join(DeadlineRule, rule)
        .where(Deadline.done_at.is_(None), Deadline.due_at < now, DeadlineRule.passes == "overdue")
    )
    return _open(session, scope, Dispute.id.in_(late))


def _open(session: Session, scope: Scope, *conditions: ColumnElement[bool]) -> Mapping[str, int]:
    rows = session.execute(
        select(Division.path, func.count())
        .join(Division, Division.code == Dispute.division_code)
        .select_from(Dispute)
        .where(
            visible(scope), Dispute.state.in_(OPEN_STATES), *conditions,
            Dispute.category.not_like(f"{SEALED}%"), Dispute.category.not_like(f"{COUNTY_ONLY}%"),
        )
        .group_by(Division.path)
    )  # fmt: skip
    found: Counter[str] = Counter()
    for path, number in rows:
        found[village_of(path)] += number
    return found


def _shapes(session: Session, scope: Scope) -> dict[str, bytes]:
    generation = session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))
    if generation is None:
        return {}
    return {
        shape.code: shape.polygon.wkb
        for path in scope.paths
        for shape in shapes_under(session, generation_id=generation, level=VILLAGE, root_path=path)
    }
