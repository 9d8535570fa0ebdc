"""Deciding about a finding: a person confirms or dismisses it, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.policy import Action, Actor, acting_for
from grid_app.queries.findings import in_reach
from grid_app.services.audit import record_audit
from grid_app.services.findings.keeping import escalate_finding
from grid_app.services.matters.grading import regrade
from grid_app.vocabulary.words import FINDING_STATE_WORDS

REASON_LENGTH = 500


def confirm_finding(session: Session, *, finding_id: UUID, actor: Actor, reason: str, now: datetime) -> UUID | None:
    """Confirm a suspected finding and escalate it, all in the caller's transaction.

    Returns the escalation's id, or ``None`` when this finding already escalated at this grade.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        Not in the actor's area; already decided; no reason.
    """
    finding = _decide(session, finding_id, actor, reason, now, to_state="confirmed")
    escalation = escalate_finding(session, finding, now=now)
    members = session.scalars(
        select(Dispute)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding.id)
        .order_by(Dispute.id)
    ).all()
    for dispute in members:
        regrade(session, dispute, now=now)
    return escalation


def dismiss_finding(session: Session, *, finding_id: UUID, actor: Actor, reason: str, now: datetime) -> None:
    """Dismiss a suspected finding with a reason; growth in a later round raises it again.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        As for confirming.
    """
    _decide(session, finding_id, actor, reason, now, to_state="dismissed")


def _decide(session: Session, finding_id: UUID, actor: Actor, reason: str, now: datetime, *, to_state: str) -> Finding:
    words = _checked(session, finding_id, actor, reason)
    # The audit link first: it takes the chain's lock, so that every transaction takes its locks in one order.
    record_audit(session, actor, f"finding.{to_state}", now=now, target=("finding", str(finding_id)))
    finding = session.get_one(Finding, finding_id, with_for_update=True, populate_existing=True)
    if finding.state != "suspected":
        word = FINDING_STATE_WORDS[finding.state]
        raise ConflictError(f"这条提示已经是“{word}”,不用再判断。您写的理由没有保存,如需更正请联系上级。")
    finding.state = to_state
    finding.decided_at = now
    finding.decided_by = actor.assignment_id
    finding.decision_reason = words
    finding.updated_at = now
    lender = acting_for(actor, Action.DECIDE_FINDING)
    session.add(
        FindingEvent(
            finding_id=finding.id, at=now, kind=to_state, assignment_id=actor.assignment_id, acting_for=lender,
            note=words, details={"households": finding.households_now, "grade": finding.grade},
        )
    )  # fmt: skip
    return finding


def _checked(session: Session, finding_id: UUID, actor: Actor, reason: str) -> str:
    reached = session.scalar(
        select(Finding.id)
        .join(Division, Division.code == Finding.division_code)
        .where(Finding.id == finding_id, in_reach(actor))
    )
    if reached is None:
        raise NotFoundError("没有这条苗头提示,或它不在您的范围内。")
    words = reason.replace("\x00", "").strip()
    if not words or len(words) > REASON_LENGTH:
        raise InvalidError("请写明理由(500 字以内),再提交。", fields={"reason": "请写明理由,500 字以内。"})
    return words
