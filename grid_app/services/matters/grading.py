"""Keeping a dispute's colour true: computed from its facts, stored with its reasons, escalated when it turns red."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.rounds import Finding, FindingMember
from grid_app.services.matters.alerts import escalate_red
from grid_app.services.numbering import next_event_number
from grid_app.vocabulary.findings import LIVE_STATES, SHARED_GRIEVANCE
from grid_app.vocabulary.words import OPEN_STATES
from screening.grading import DisputeFacts, Grade, grade_dispute

RED = "red"
FAILED_ATTEMPT = "terminated"
EARLIER = "earlier_matter"


def first_grade(dispute: Dispute) -> Grade:
    """Return the grade of a report that has just arrived, from its own answers alone."""
    return grade_dispute(_own_facts(dispute))


def regrade(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Compute the grade anew, store it with its reasons, and record and escalate a change.

    A colour that became red raises an escalation in the same transaction. Nothing is written when colour and
    reasons stay as they are.
    """
    grade = grade_dispute(_facts_of(session, dispute))
    before = dispute.grade
    if grade.colour == before and list(grade.reasons) == dispute.grade_reasons:
        return
    dispute.grade = grade.colour
    dispute.grade_reasons = list(grade.reasons)
    dispute.version += 1
    session.add(
        DisputeEvent(
            dispute_id=dispute.id,
            number=next_event_number(session, dispute.id),
            at=now,
            kind="graded",
            details={"from": before, "to": grade.colour, "reasons": list(grade.reasons)},
        )
    )
    if grade.colour == RED and before != RED:
        escalate_red(session, dispute, now=now)


def _own_facts(dispute: Dispute, *, failed_attempts: int = 0, shared: bool = False) -> DisputeFacts:
    return DisputeFacts(
        danger=dispute.danger or dispute.safety_present,
        child_or_abuse=dispute.safety_child,
        band=dispute.household_band,
        band_status=dispute.band_status,
        failed_attempts=failed_attempts,
        in_shared_grievance=shared,
        closed=dispute.state not in OPEN_STATES,
        raised_to=dispute.grade_raised_to,
    )


def _earlier_matters(session: Session, dispute: Dispute) -> list[UUID]:
    """Return the earlier disputes of the same matter and place that a handler has linked; what failed there counts."""
    rows = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id).where(
            or_(DisputeLink.dispute_id == dispute.id, DisputeLink.other_id == dispute.id),
            DisputeLink.relation == EARLIER,
        )
    )
    linked = {key for pair in rows for key in pair} - {dispute.id}
    before = select(Dispute.id).where(Dispute.id.in_(linked), Dispute.received_at < dispute.received_at)
    return list(session.scalars(before)) if linked else []


def _facts_of(session: Session, dispute: Dispute) -> DisputeFacts:
    failed = session.scalar(
        select(func.count()).where(
            DisputeEvent.dispute_id.in_([dispute.id, *_earlier_matters(session, dispute)]),
            DisputeEvent.to_state == FAILED_ATTEMPT,
            DisputeEvent.from_state.is_not(None),
        )
    )
    shared = session.scalar(
        select(
            exists().where(
                FindingMember.dispute_id == dispute.id,
                FindingMember.finding_id == Finding.id,
                Finding.state.in_(LIVE_STATES),
                Finding.kind == SHARED_GRIEVANCE,
            )
        )
    )
    return _own_facts(dispute, failed_attempts=failed or 0, shared=bool(shared))
