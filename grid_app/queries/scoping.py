"""The one condition that every question about disputes carries: what a scope may reach."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.joint import JointUnit
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED


def visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a dispute lies in ``scope``; put it into every ``where``.

    Sealed matters (15xx) and county-only matters (16xx) need their right; a unit complained of never sees the
    matter (信访工作条例 28, 30).
    """
    if not scope.paths:
        return false()
    reach: list[ColumnElement[bool]] = (
        [assigned_to_unit(scope)] if scope.own_and_assigned_only else [Dispute.division_code.in_(codes_under(scope))]
    )
    if scope.reporter_account is not None:
        own = select(Assignment.id).where(Assignment.account_id == scope.reporter_account)
        reach.append(Dispute.reported_by.in_(own))
    if scope.sees_joined and scope.unit_id is not None:
        joined = select(JointUnit.dispute_id).where(JointUnit.unit_id == scope.unit_id, JointUnit.left_at.is_(None))
        reach.append(and_(Dispute.id.in_(joined), Dispute.closed_at.is_(None)))
    conditions = [or_(*reach), permitted_kinds(scope)]
    return and_(*conditions)


def permitted_kinds(scope: Scope) -> ColumnElement[bool]:
    """Return the part of ``visible`` that is not about places: what the scope may know of at all."""
    conditions: list[ColumnElement[bool]] = [true()]
    if not scope.sees_sealed:
        conditions.append(Dispute.category.not_like(f"{SEALED}%"))
    if not scope.sees_county_only:
        conditions.append(Dispute.category.not_like(f"{COUNTY_ONLY}%"))
    if scope.unit_id is not None:
        conditions.append(or_(Dispute.about_unit_id.is_(None), Dispute.about_unit_id != scope.unit_id))
    return and_(*conditions)


def assigned_to_unit(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that the scope's unit handles the dispute; without a unit it holds for none."""
    return false() if scope.unit_id is None else Dispute.owner_unit_id == scope.unit_id


def codes_under(scope: Scope) -> Select[str]:
    """Return the question for the codes of every division in the scope's subtrees, roots included."""
    return select(Division.code).where(or_(*[Division.path.startswith(path, autoescape=True) for path in scope.paths]))
