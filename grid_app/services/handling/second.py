"""The second person: who may check another's step, and to whom it passes where an office has nobody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Actor, Role
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.duties import is_against_township

COUNTY: Final = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
TOWNSHIP: Final = frozenset({Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD})
OFFICES: Final = TOWNSHIP | COUNTY
LEADS: Final = frozenset({Role.VILLAGE_LEAD, Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD})
GOVERNMENT: Final = "township_government"
TOWNSHIP_CODE: Final = 9
NO_UNIT: Final = UUID(int=0)


def account_of(session: Session, assignment_id: UUID | None) -> UUID | None:
    """Return whose assignment this is: the same person in another role is no second person."""
    if assignment_id is None:
        return None
    return session.scalar(select(Assignment.account_id).where(Assignment.id == assignment_id))


def has_other(
    session: Session, *, unit_id: UUID | None, roles: Collection[Role], without: Collection[UUID], now: datetime
) -> bool:
    """Say whether somebody but the accounts ``without`` acts in the unit in one of ``roles``."""
    if unit_id is None:
        return False
    found = session.scalars(
        select(Assignment.account_id)
        .join(Account, Account.id == Assignment.account_id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.role.in_([str(role) for role in roles]),
            Account.disabled_at.is_(None),
            assignment_is_valid(now),
        )
    )
    return any(account not in without for account in found)


def office_above(session: Session, dispute: Dispute) -> UUID | None:
    """Return the township government that coordinates a matter handled in a village; ``None`` means the county does.

    A matter that the township itself handles, or has the duty to solve, or a department of the county handles, is
    coordinated by the county.
    """
    if is_against_township(session, dispute.id):
        return None
    path = session.scalar(select(Division.path).where(Division.code == dispute.division_code)) or ""
    along = path.strip("/").split("/")
    owner = session.get(Unit, dispute.owner_unit_id) if dispute.owner_unit_id else None
    if owner is None or owner.kind not in ("village_committee", "mediation_committee") or len(along) < 2:
        return None
    return session.scalar(
        select(Unit.id).where(
            Unit.kind == GOVERNMENT,
            Unit.division_code == along[1],
            Unit.closed_at.is_(None),
            Unit.id != (dispute.about_unit_id or UUID(int=0)),
        )
    )


def unit_above(session: Session, unit: Unit, *, without: UUID | None) -> UUID | None:
    """Return who handles instead of a unit: the government above a village, else the county; never ``without``."""
    if len(unit.division_code) > TOWNSHIP_CODE:
        above = session.scalar(
            select(Unit.id).where(
                Unit.division_code == unit.division_code[:TOWNSHIP_CODE], Unit.kind == GOVERNMENT,
                Unit.closed_at.is_(None), Unit.id != (without or NO_UNIT),
            )
        )  # fmt: skip
        if above is not None:
            return above
    return session.scalar(
        select(Unit.id)
        .where(
            Unit.division_code == unit.division_code[:6],
            Unit.kind.in_(("county_office", "county_lead_office")),
            Unit.closed_at.is_(None),
            Unit.id.not_in((unit.id, without or NO_UNIT)),
        )
        .order_by(Unit.kind, Unit.id)
        .limit(1)
    )


def is_county(actor: Actor) -> bool:
    """Say whether ``actor`` acts for the county."""
    return actor.role in COUNTY
