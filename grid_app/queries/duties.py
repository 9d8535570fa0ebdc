"""Which unit has the duty to solve a matter, who has withdrawn from it, what was checked: for pages and steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.duties import DutyUnit, Recusal, StageCheck
from grid_app.policy import Scope
from grid_app.queries.scoping import visible

TOWNSHIP = "township_government"


@dataclass(frozen=True)
class DutyRow:
    """The unit with the duty, by which rule, and whether it is a township, which the county then reviews."""

    unit_id: UUID
    name: str
    basis: str
    is_township: bool


@dataclass(frozen=True)
class RecusalRow:
    """A recusal in force as its matter shows it: from which unit, since when; never why."""

    id: UUID
    account_id: UUID
    unit: str
    declared_at: datetime


def duty_of(session: Session, dispute_id: UUID) -> DutyRow | None:
    """Return the unit with the duty to solve a dispute whose reach was checked."""
    row = session.execute(
        select(Unit, DutyUnit.basis)
        .join(DutyUnit, DutyUnit.unit_id == Unit.id)
        .where(DutyUnit.dispute_id == dispute_id)
    ).first()
    return DutyRow(row[0].id, row[0].name, row[1], row[0].kind == TOWNSHIP) if row else None


def against_township() -> ColumnElement[bool]:
    """Return the condition that a township has the duty to solve the dispute: the county reviews and calls back."""
    return exists().where(DutyUnit.dispute_id == Dispute.id, Unit.id == DutyUnit.unit_id, Unit.kind == TOWNSHIP)


def is_against_township(session: Session, dispute_id: UUID) -> bool:
    """Say whether a township has the duty to solve this very dispute."""
    found = duty_of(session, dispute_id)
    return found is not None and found.is_township


def recused_accounts(session: Session, dispute_id: UUID) -> set[UUID]:
    """Return the accounts that have withdrawn from a dispute."""
    rows = select(Recusal.account_id).where(Recusal.dispute_id == dispute_id, Recusal.lifted_at.is_(None))
    return set(session.scalars(rows))


def recusals_of(session: Session, dispute_id: UUID) -> list[RecusalRow]:
    """Return the recusals in force of a dispute whose reach was checked, the newest first."""
    rows = session.execute(
        select(Recusal.id, Recusal.account_id, Unit.name, Recusal.declared_at)
        .join(Assignment, Assignment.id == Recusal.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Recusal.dispute_id == dispute_id, Recusal.lifted_at.is_(None))
        .order_by(Recusal.declared_at.desc(), Recusal.id)
    )
    return [RecusalRow(*row) for row in rows]


def checks_of(session: Session, dispute_id: UUID) -> Mapping[tuple[str, str], bool]:
    """Return what was answered on the checklists of a dispute, by list and item."""
    rows = session.execute(
        select(StageCheck.list_code, StageCheck.item_code, StageCheck.done).where(StageCheck.dispute_id == dispute_id)
    )
    return {(one, item): done for one, item, done in rows}


def is_known(session: Session, *, scope: Scope, dispute_id: UUID) -> bool:
    """Say whether the dispute lies in the scope."""
    return bool(session.scalar(select(exists().where(Dispute.id == dispute_id, visible(scope)))))
