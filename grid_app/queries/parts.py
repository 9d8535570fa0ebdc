"""Which units have a part in a matter: who handles it, has the duty, was called, handles it jointly, or helps."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.duties import DutyUnit
from grid_app.models.joint import JointUnit, WhistleCall
from grid_app.queries.assistance import helping_units

DEPARTMENT = "department"
NEVER_CALLED = ("waiting", "dropped")


def units_with_a_part(session: Session, dispute_id: UUID) -> set[UUID]:
    """Return the units that have something to do in a dispute; a department that was never called is none of them."""
    owner = select(Dispute.owner_unit_id).where(Dispute.id == dispute_id, Dispute.owner_unit_id.is_not(None))
    duty = select(DutyUnit.unit_id).where(DutyUnit.dispute_id == dispute_id)
    joined = select(JointUnit.unit_id).where(JointUnit.dispute_id == dispute_id, JointUnit.left_at.is_(None))
    called = select(WhistleCall.unit_id).where(
        WhistleCall.dispute_id == dispute_id, WhistleCall.state.not_in(NEVER_CALLED)
    )
    found = set(session.scalars(owner.union(duty, joined, called)))
    return {one for one in found if one} | helping_units(session, dispute_id)


def is_department(session: Session, unit_id: UUID) -> bool:
    """Say whether a unit is one department of the county, with the powers of its own trade alone."""
    return bool(session.scalar(select(exists().where(Unit.id == unit_id, Unit.kind == DEPARTMENT))))
