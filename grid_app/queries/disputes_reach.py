"""What a scope reaches, as conditions that each have an index: the own subtree, and own reports from elsewhere.

`visible` joins the two by OR, which no index answers; a list asks for both and merges. Every condition here carries
`visible`, so nothing is reached that the scope does not allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.joint import JointUnit
from grid_app.policy import Scope
from grid_app.queries.scoping import assigned_to_unit, codes_under, visible

FEW_DIVISIONS: Final = 16
"""Up to so many divisions (a village and its grids) are named one by one, so that the planner sees how few they are."""


@dataclass(frozen=True)
class Reach:
    """One part of what a scope reaches; ``is_wide`` when it is a large share of all disputes."""

    condition: ColumnElement[bool]
    is_wide: bool = False

    @property
    def for_lists(self) -> ColumnElement[bool]:
        """Return the condition for a list in the order of arrival.

        A wide part is found soonest by walking the newest first; a narrow part is fetched by its places and sorted.
        """
        return unguessed(self.condition) if self.is_wide else self.condition


def unguessed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition inside CASE: no planner guesses how many rows it holds for, and no index is chosen by it."""
    return case((condition, True), else_=False).is_(True)


def reaches(session: Session, scope: Scope) -> list[Reach]:
    """Return parts that exclude each other and together hold exactly the disputes of the scope."""
    if not scope.paths:
        return []
    if scope.own_and_assigned_only:
        own = reported_by_account(session, scope)
        elsewhere = not_(func.coalesce(own, false()))
        given = or_(assigned_to_unit(scope), _is_joined(scope))
        return [Reach(own), Reach(and_(visible(scope), given, elsewhere))]
    if is_whole_county(scope):
        return [_subtree(session, scope)]
    elsewhere = Dispute.division_code.not_in(codes_under(scope))
    own = reported_by_account(session, scope)
    return [_subtree(session, scope), Reach(and_(own, elsewhere)), *_joined(scope, own, elsewhere)]


def _joined(scope: Scope, own: ColumnElement[bool], elsewhere: ColumnElement[bool]) -> list[Reach]:
    """Return what the own unit handles jointly elsewhere, but for what the account reported itself."""
    if not scope.sees_joined or scope.unit_id is None:
        return []
    return [Reach(and_(_is_joined(scope), visible(scope), elsewhere, not_(func.coalesce(own, false()))))]


def _is_joined(scope: Scope) -> ColumnElement[bool]:
    if not scope.sees_joined or scope.unit_id is None:
        return false()
    joined = select(JointUnit.dispute_id).where(JointUnit.unit_id == scope.unit_id, JointUnit.left_at.is_(None))
    return Dispute.id.in_(joined)


def around(session: Session, scope: Scope) -> list[ColumnElement[bool]]:
    """Return plain conditions that hold for everything handled in a scope; `visible` is asked besides.

    They name the places one by one, so that few rows found by another index are not each held against a subquery.
    """
    if scope.own_and_assigned_only:
        return [assigned_to_unit(scope)]
    if not scope.paths or is_whole_county(scope):
        return []
    return [Dispute.division_code.in_(session.scalars(codes_under(scope)).all())]


def reported_by_account(session: Session, scope: Scope) -> ColumnElement[bool]:
    """Return the condition of the account's own reports that it may still see."""
    assignments = session.scalars(select(Assignment.id).where(Assignment.account_id == scope.reporter_account)).all()
    return and_(visible(scope), Dispute.reported_by.in_(assignments))


def is_whole_county(scope: Scope) -> bool:
    """Say whether a county is in the scope: a report from outside its county is never taken in."""
    return any(path.strip("/").count("/") == 0 for path in scope.paths)


def _subtree(session: Session, scope: Scope) -> Reach:
    """Return the own subtree.

    PostgreSQL knows how many disputes each place holds: it is given the places one by one (the whole county needs
    none), and decides itself whether to walk the list or to fetch the places. SQLite does not, and is told.
    """
    seen = visible(replace(scope, reporter_account=None, sees_joined=False))
    if session.get_bind().dialect.name == "postgresql":
        if is_whole_county(scope):
            return Reach(unguessed(seen))
        return Reach(and_(Dispute.division_code.in_(session.scalars(codes_under(scope)).all()), unguessed(seen)))
    codes = session.scalars(codes_under(scope).limit(FEW_DIVISIONS + 1)).all()
    if len(codes) > FEW_DIVISIONS:
        return Reach(seen, is_wide=True)
    return Reach(and_(Dispute.division_code.in_(codes), seen))
