"""Questions about what accounts act as, and who answers for a grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Delegation, Unit
from grid_app.models.places import Division
from grid_app.policy import Role


@dataclass(frozen=True)
class AssignmentRow:
    """What an account acts, acted or will act as."""

    assignment_id: UUID
    account_id: UUID
    display_name: str
    role: Role
    unit_id: UUID
    unit_name: str
    division_code: str
    division_name: str
    valid_from: datetime
    valid_to: datetime | None


def assignment_is_valid(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an assignment is in force at ``now``."""
    return (Assignment.valid_from <= now) & or_(Assignment.valid_to.is_(None), Assignment.valid_to > now)


def delegation_is_valid(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a delegation is in force at ``now``."""
    return Delegation.revoked_at.is_(None) & (Delegation.starts_at <= now) & (Delegation.ends_at > now)


def under(path: str) -> ColumnElement[bool]:
    """Return the condition that a division lies in the subtree rooted at ``path``."""
    return Division.path.startswith(path, autoescape=True)


def assignments_in_force(session: Session, *conditions: ColumnElement[bool], now: datetime) -> list[AssignmentRow]:
    """Return the assignments of accounts not disabled that are in force and meet ``conditions``, by unit and name."""
    question = (
        select(Assignment, Account.display_name, Unit.name, Division.name)
        .join(Account, Account.id == Assignment.account_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(Account.disabled_at.is_(None), assignment_is_valid(now), *conditions)
        .order_by(Unit.name, Account.display_name, Assignment.id)
    )
    return [_assignment_row(*row) for row in session.execute(question)]


def _assignment_row(found: Assignment, person: str, unit: str, division: str) -> AssignmentRow:
    return AssignmentRow(
        assignment_id=found.id,
        account_id=found.account_id,
        display_name=person,
        role=Role(found.role),
        unit_id=found.unit_id,
        unit_name=unit,
        division_code=found.division_code,
        division_name=division,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
    )


def responsible_assignments(session: Session, division_code: str, *, now: datetime) -> list[AssignmentRow]:
    """Return who answers for a grid or village today: its grid workers, else the village's workers, else its lead.

    An unknown code, a township and a county answer with an empty list.
    """
    place = session.get(Division, division_code)
    if place is None or place.level not in ("grid", "village"):
        return []
    village = place.code if place.level == "village" else place.parent_code
    for role, code in ((Role.GRID_WORKER, place.code), (Role.GRID_WORKER, village), (Role.VILLAGE_LEAD, village)):
        found = assignments_in_force(session, Assignment.role == role, Assignment.division_code == code, now=now)
        if found:
            return found
    return []


def grids_without_worker(session: Session, *, path: str, now: datetime) -> list[str]:
    """Return the codes of the grids under ``path`` that no grid worker answers for; they fall to the village lead."""
    staffed = exists().where(
        Assignment.role == Role.GRID_WORKER,
        Assignment.division_code.in_((Division.code, Division.parent_code)),
        assignment_is_valid(now),
        Account.id == Assignment.account_id,
        Account.disabled_at.is_(None),
    )
    question = select(Division.code).where(Division.level == "grid", Division.valid_to.is_(None), under(path), ~staffed)
    return list(session.scalars(question.order_by(Division.code)))
