"""Delegations as their leader and their colleague see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Delegation
from grid_app.policy import ADMIN_ROLES, Action, Actor
from grid_app.queries.accounts import AssignmentRow, assignments_in_force, delegation_is_valid


@dataclass(frozen=True)
class DelegationRow:
    """One delegation: the other person's name, what is lent, and from when until before when."""

    delegation_id: UUID
    display_name: str
    actions: tuple[Action, ...]
    starts_at: datetime
    ends_at: datetime


def given_by(session: Session, actor: Actor, *, now: datetime) -> list[DelegationRow]:
    """Return what the actor has lent and not taken back, present and future, soonest first."""
    question = (
        select(Delegation, Account.display_name)
        .join(Assignment, Assignment.id == Delegation.to_assignment_id)
        .join(Account, Account.id == Assignment.account_id)
        .where(
            Delegation.from_assignment_id == actor.assignment_id,
            Delegation.revoked_at.is_(None),
            Delegation.ends_at > now,
        )
        .order_by(Delegation.starts_at, Delegation.id)
    )
    return [_row(*found) for found in session.execute(question)]


def lent_to(session: Session, actor: Actor, *, now: datetime) -> list[DelegationRow]:
    """Return what is lent to the actor at ``now``; the name is the leader's."""
    question = (
        select(Delegation, Account.display_name)
        .join(Assignment, Assignment.id == Delegation.from_assignment_id)
        .join(Account, Account.id == Assignment.account_id)
        .where(Delegation.to_assignment_id == actor.assignment_id, delegation_is_valid(now))
        .order_by(Delegation.starts_at, Delegation.id)
    )
    return [_row(*found) for found in session.execute(question)]


def colleagues(session: Session, actor: Actor, *, now: datetime) -> list[AssignmentRow]:
    """Return whom the actor may lend to: others of the own unit who work on disputes."""
    rows = assignments_in_force(
        session, Assignment.unit_id == actor.unit_id, Assignment.account_id != actor.account_id, now=now
    )
    return [row for row in rows if row.role not in ADMIN_ROLES]


def _row(found: Delegation, name: str) -> DelegationRow:
    return DelegationRow(found.id, name, tuple(Action(each) for each in found.actions), found.starts_at, found.ends_at)
