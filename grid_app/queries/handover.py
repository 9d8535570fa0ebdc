"""What somebody who leaves has open: disputes told or led, rooms of the unit, subscriptions, phones, delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Delegation, DeviceToken
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import PushSubscription
from grid_app.models.leading import LeaderAssignment
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import ADMIN_ROLES, Actor, Role, covers
from grid_app.queries.accounts import AssignmentRow, assignments_in_force, delegation_is_valid, under
from grid_app.vocabulary.words import OPEN_STATES


@dataclass(frozen=True)
class OpenWork:
    """What hangs on one assignment; figures only, no dispute is named (administrators see this page too).

    ``led`` are the open matters that it owns as lead official.
    """

    assignment: AssignmentRow
    open_disputes: int
    led: int
    rooms: int
    phones: int
    delegations: int
    subscriptions: tuple[tuple[UUID, str], ...]


def may_hand_over(actor: Actor, row: AssignmentRow, path: str) -> bool:
    """Say whether ``actor`` may hand this assignment on: inside its area; administrators only among themselves."""
    same_kind = row.role not in ADMIN_ROLES or actor.role is Role.SECURITY_ADMIN
    return covers(actor, path) and same_kind


def leavers(session: Session, actor: Actor, *, now: datetime) -> list[AssignmentRow]:
    """Return the assignments in force that the actor may hand on, by unit and name."""
    rows = assignments_in_force(session, under(actor.division_path), now=now)
    return [row for row in rows if may_hand_over(actor, row, actor.division_path)]


def open_work(session: Session, assignment_id: UUID, *, now: datetime) -> OpenWork | None:
    """Return what hangs on an assignment in force, or ``None`` when it is over."""
    found = assignments_in_force(session, Assignment.id == assignment_id, now=now)
    if not found:
        return None
    row = found[0]
    pushes = session.execute(
        select(PushSubscription.id, PushSubscription.label)
        .where(PushSubscription.assignment_id == row.assignment_id, PushSubscription.dropped_at.is_(None))
        .order_by(PushSubscription.created_at)
    )
    return OpenWork(
        assignment=row,
        open_disputes=_open_disputes(session, row),
        led=_led(session, row),
        rooms=_rooms(session, row),
        phones=_phones(session, row, now),
        delegations=_delegations(session, row, now),
        subscriptions=tuple((found_id, label or "没有名称的设备") for found_id, label in pushes),
    )


def _open_disputes(session: Session, row: AssignmentRow) -> int:
    told = Dispute.reported_by == row.assignment_id
    return session.scalar(select(func.count(Dispute.id)).where(told, Dispute.state.in_(OPEN_STATES))) or 0


def _led(session: Session, row: AssignmentRow) -> int:
    owned = select(LeaderAssignment.dispute_id).where(
        LeaderAssignment.lead_id == row.assignment_id, LeaderAssignment.ended_at.is_(None)
    )
    counted = select(func.count(Dispute.id)).where(Dispute.id.in_(owned), Dispute.state.in_(OPEN_STATES))
    return session.scalar(counted) or 0


def _rooms(session: Session, row: AssignmentRow) -> int:
    path = session.get_one(Division, row.division_code).path
    rooms = select(func.count(MediationRoom.id)).join(Division, Division.code == MediationRoom.division_code)
    own = MediationRoom.unit_id == row.unit_id
    return session.scalar(rooms.where(own, MediationRoom.status == "active", under(path))) or 0


def _phones(session: Session, row: AssignmentRow, now: datetime) -> int:
    registered = DeviceToken.revoked_at.is_(None) & (DeviceToken.expires_at > now)
    own = DeviceToken.assignment_id == row.assignment_id
    return session.scalar(select(func.count(DeviceToken.id)).where(own, registered)) or 0


def _delegations(session: Session, row: AssignmentRow, now: datetime) -> int:
    own = or_(Delegation.from_assignment_id == row.assignment_id, Delegation.to_assignment_id == row.assignment_id)
    return session.scalar(select(func.count(Delegation.id)).where(own, delegation_is_valid(now))) or 0


def successors(session: Session, actor: Actor, work: OpenWork, *, now: datetime) -> list[tuple[UUID, str]]:
    """Return the accounts of the area that could follow, with a label; administrators only for administrators."""
    found: dict[UUID, str] = {}
    wants_admin = work.assignment.role in ADMIN_ROLES
    for row in assignments_in_force(session, under(actor.division_path), now=now):
        fits = (row.role in ADMIN_ROLES) == wants_admin and row.account_id != work.assignment.account_id
        if fits and row.account_id not in found:
            found[row.account_id] = f"{row.display_name}({row.unit_name})"
    return list(found.items())
