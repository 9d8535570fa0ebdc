"""What documents tell beside the dispute itself: the newest opinion and transfer, visits that were made, the unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp, FollowUpVisit
from grid_app.models.handling import Opinion, Transfer
from grid_app.policy import Scope
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class OpinionFacts:
    """A handling opinion as its document tells it; ``result`` is a code."""

    claim: str
    facts: str
    result: str
    opinion: str
    legal_basis: str
    remedy: str


@dataclass(frozen=True)
class TransferFacts:
    """A transfer as its letter tells it."""

    to_unit: str
    asked_due_on: date | None


@dataclass(frozen=True)
class VisitFacts:
    """A visit that was made after closing: its day, and codes of way and outcome."""

    day: date
    way: str
    outcome: str


@dataclass(frozen=True)
class UnitFacts:
    """A unit as its documents name it."""

    id: UUID
    name: str
    kind: str
    duty_phone: str


def newest_opinion(session: Session, *, scope: Scope, dispute_id: UUID) -> OpinionFacts | None:
    """Return the newest handling opinion of a dispute of the scope, or ``None``."""
    one = session.scalar(
        select(Opinion)
        .join(Dispute, Dispute.id == Opinion.dispute_id)
        .where(Opinion.dispute_id == dispute_id, visible(scope))
        .order_by(Opinion.made_at.desc())
        .limit(1)
    )
    if one is None:
        return None
    return OpinionFacts(one.claim, one.facts, one.result, one.opinion, one.legal_basis, one.remedy)


def newest_transfer(session: Session, *, scope: Scope, dispute_id: UUID) -> TransferFacts | None:
    """Return the newest transfer of a dispute of the scope, or ``None``."""
    row = session.execute(
        select(Unit.name, Transfer.asked_due_on)
        .join(Dispute, Dispute.id == Transfer.dispute_id)
        .join(Unit, Unit.id == Transfer.to_unit_id)
        .where(Transfer.dispute_id == dispute_id, visible(scope))
        .order_by(Transfer.sent_at.desc())
        .limit(1)
    ).first()
    return TransferFacts(row[0], row[1]) if row else None


def visits_made(session: Session, *, scope: Scope, dispute_id: UUID) -> list[VisitFacts]:
    """Return the visits that were made to a dispute of the scope, in order."""
    rows = session.execute(
        select(FollowUpVisit.captured_at, FollowUpVisit.way, FollowUpVisit.outcome)
        .join(FollowUp, FollowUp.id == FollowUpVisit.follow_up_id)
        .join(Dispute, Dispute.id == FollowUp.dispute_id)
        .where(FollowUp.dispute_id == dispute_id, visible(scope))
        .order_by(FollowUpVisit.captured_at)
    )
    return [VisitFacts(local_date(at), way, outcome) for at, way, outcome in rows]


def unit_facts(session: Session, unit_id: UUID) -> UnitFacts:
    """Return a unit as its documents name it."""
    unit = session.get_one(Unit, unit_id)
    return UnitFacts(unit.id, unit.name, unit.kind, unit.duty_phone)
