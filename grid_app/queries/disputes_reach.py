"""What a scope reaches, as conditions that each have an index: the own subtree, and own reports from elsewhere.

`visible` joins the two by OR, which no index answers; a list asks for both and merges. Every condition here carries
`visible`, so nothing is reached that the scope does not allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, and_, case, false, func, not_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
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

        A wide part is found soonest by walking the newest first; inside CASE no index of the places tempts the
        planner to fetch and sort everything. A narrow part is fetched by its places and sorted.
        """
        return case((self.condition, True), else_=False).is_(True) if self.is_wide else self.condition


def reaches(session: Session, scope: Scope) -> list[Reach]:
    """Return parts that exclude each other and together hold exactly the disputes of the scope."""
    if not scope.paths:
        return []
    if scope.own_and_assigned_only:
        own = reported_by_account(session, scope)
        elsewhere = not_(func.coalesce(own, false()))
        return [Reach(own), Reach(and_(visible(scope), assigned_to_unit(scope), elsewhere))]
    if _is_whole_county(scope):
        return [_subtree(session, scope)]
    elsewhere = Dispute.division_code.not_in(codes_under(scope))
    return [_subtree(session, scope), Reach(and_(reported_by_account(session, scope), elsewhere))]


def reported_by_account(session: Session, scope: Scope) -> ColumnElement[bool]:
    """Return the condition of the account's own reports that it may still see."""
    assignments = session.scalars(select(Assignment.id).where(Assignment.account_id == scope.reporter_account)).all()
    return and_(visible(scope), Dispute.reported_by.in_(assignments))


def _is_whole_county(scope: Scope) -> bool:
    """Say whether a county is in the scope: a report from outside its county is never taken in."""
    return any(path.strip("/").count("/") == 0 for path in scope.paths)


def _subtree(session: Session, scope: Scope) -> Reach:
    seen = visible(replace(scope, reporter_account=None))
    codes = session.scalars(codes_under(scope).limit(FEW_DIVISIONS + 1)).all()
    if len(codes) > FEW_DIVISIONS:
        return Reach(seen, is_wide=True)
    return Reach(and_(Dispute.division_code.in_(codes), seen))
