"""Which units may be given a dispute."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.scoping import codes_under

DEPARTMENTS: Final = ("department", "county_office")
GOVERNMENTS: Final = ("township_government", *DEPARTMENTS)


def assignable_units(session: Session, *, scope: Scope, place_path: str, about_unit_id: UUID | None) -> list[Unit]:
    """Return the units that may be given a dispute at ``place_path``: nearest the place first, then by name.

    These are the committee of its own village and the mediation committees above it, the governments in the scope,
    and the departments of its county; the unit complained of is never among them (信访工作条例 28, 30). An empty scope
    has none.
    """
    if not scope.paths:
        return []
    along = place_path.strip("/").split("/")
    near = and_(
        Unit.kind.in_(("village_committee", "mediation_committee")),
        Unit.division_code.in_(along),
        Unit.division_code.in_(codes_under(scope)),
    )
    governing = and_(Unit.kind.in_(GOVERNMENTS), Unit.division_code.in_(codes_under(scope)))
    departments = and_(Unit.kind.in_(DEPARTMENTS), Unit.division_code == along[0])
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), or_(near, governing, departments)))
    return sorted(
        (unit for unit in found if unit.id != about_unit_id),
        key=lambda unit: (-len(unit.division_code) if unit.division_code in along else 0, unit.kind, unit.name),
    )


def units_over(session: Session, *, dispute_id: UUID) -> list[Unit]:
    """Return every open unit over a dispute's place, from village to county: any may be the one complained of."""
    path = session.scalar(
        select(Division.path).join(Dispute, Dispute.division_code == Division.code).where(Dispute.id == dispute_id)
    )
    along = (path or "").strip("/").split("/")
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), Unit.division_code.in_(along)))
    return sorted(found, key=lambda unit: (-len(unit.division_code), unit.kind, unit.name))
