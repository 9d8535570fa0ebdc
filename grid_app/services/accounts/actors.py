"""Turning assignments into actors: who somebody acts as, with what was delegated to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Delegation, Unit
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, Role
from grid_app.queries.accounts import assignment_is_valid, delegation_is_valid


def actors_of(session: Session, account_id: UUID, *, now: datetime) -> list[Actor]:
    """Return everything the account may act as at ``now``, oldest assignment first; a disabled account has none."""
    rows = session.execute(
        select(Assignment, Account, Unit, Division.path)
        .join(Account, Account.id == Assignment.account_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(Assignment.account_id == account_id, Account.disabled_at.is_(None), assignment_is_valid(now))
        .order_by(Assignment.valid_from, Assignment.id)
    ).all()
    return [_actor(session, *row, now=now) for row in rows]


def acting_alike(session: Session, actor: Actor, *, now: datetime) -> list[Actor]:
    """Return the account's assignments of the acting role: of a worker with several grids each."""
    own = actors_of(session, actor.account_id, now=now)
    return [one for one in own if one.role == actor.role] or [actor]


def actor_of(session: Session, assignment_id: UUID, *, now: datetime) -> Actor | None:
    """Return the actor of one assignment, or ``None`` when it is no longer in force."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        return None
    return next(
        (a for a in actors_of(session, assignment.account_id, now=now) if a.assignment_id == assignment_id), None
    )


def _actor(
    session: Session, assignment: Assignment, account: Account, unit: Unit, path: str, *, now: datetime
) -> Actor:
    lent = session.scalars(
        select(Delegation)
        .join(Assignment, Assignment.id == Delegation.from_assignment_id)
        .where(Delegation.to_assignment_id == assignment.id, delegation_is_valid(now), assignment_is_valid(now))
        .order_by(Delegation.starts_at, Delegation.id)
    ).all()
    lenders = {Action(name): row.from_assignment_id for row in lent for name in row.actions}
    return Actor(
        account_id=account.id,
        assignment_id=assignment.id,
        role=Role(assignment.role),
        unit_id=unit.id,
        division_code=assignment.division_code,
        division_path=path,
        display_name=account.display_name,
        unit_name=unit.name,
        delegated=frozenset(lenders),
        lent_by=tuple(lenders.items()),
    )
