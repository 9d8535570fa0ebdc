"""What follows taking up: acting, or doing nothing for too long, which makes the escalation wait again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import DisputeEvent
from grid_app.models.escalations import Escalation
from grid_app.models.rounds import FindingEvent
from grid_app.services.audit import record_audit
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import tell_anew

BY_ITS_STEPS: Final = "steps"
BY_WORD: Final = "word"


def wait_again(session: Session, escalation: Escalation, *, now: datetime) -> None:
    """Let an escalation that was taken up and left lying wait again, and tell the offices that have it anew.

    An office that has taken a step in the matter meanwhile has acted; then nothing is asked.
    """
    acted_at = _acted_at(session, escalation)
    if acted_at is not None:
        note_acted(session, escalation, at=acted_at, now=now, how=BY_ITS_STEPS)
        return
    left_by = escalation.acknowledged_unit_id
    note_event(session, escalation.id, "idle", rung=escalation.rung, now=now, unit_id=left_by)
    record_audit(
        session, None, "escalation.idle", now=now, target=("escalation", str(escalation.id)),
        details={"unit": str(left_by)},
    )  # fmt: skip
    escalation.state, escalation.act_due_at = "open", None
    escalation.acknowledged_at = escalation.acknowledged_unit_id = escalation.acknowledged_by = None
    session.flush()  # telling reads the state
    tell_anew(session, escalation, left_by=left_by, now=now)


def note_acted(session: Session, escalation: Escalation, *, at: datetime, now: datetime, how: str) -> None:
    """Write down that the office that took an escalation up has acted; nothing more is asked of it."""
    escalation.state, escalation.acted_at = "acted", at
    escalation.act_due_at = escalation.next_step_at = None
    note_event(
        session, escalation.id, "acted", rung=escalation.rung, now=now, unit_id=escalation.acknowledged_unit_id,
        details={"how": how},
    )  # fmt: skip
    session.flush()  # whoever refreshes the row must find that it has ended


def _acted_at(session: Session, escalation: Escalation) -> datetime | None:
    """Return when the office that took it up first did something in the matter since then, if it did."""
    unit, since = escalation.acknowledged_unit_id, escalation.acknowledged_at
    if unit is None or since is None:
        return None
    by = select(Assignment.id).where(Assignment.unit_id == unit)
    of_dispute = select(func.min(DisputeEvent.at)).where(
        DisputeEvent.dispute_id == escalation.dispute_id, DisputeEvent.at >= since, DisputeEvent.assignment_id.in_(by)
    )
    of_finding = select(func.min(FindingEvent.at)).where(
        FindingEvent.finding_id == escalation.finding_id, FindingEvent.at >= since, FindingEvent.assignment_id.in_(by)
    )
    if escalation.dispute_id is not None:
        return session.scalar(of_dispute)
    return session.scalar(of_finding) if escalation.finding_id is not None else None
