"""Opening an escalation: its row, its number, its first rung, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.escalations import Escalation
from grid_app.services.audit import record_audit
from grid_app.services.escalations.events import BY_CODE, DANGER, NORMAL
from grid_app.services.escalations.ladder_rows import snapshot_of
from grid_app.services.escalations.ladders import current_policy
from grid_app.services.escalations.rows import next_code, note_event
from grid_app.services.escalations.rungs import tell_from


@dataclass(frozen=True)
class Cause:
    """What makes an escalation: the finding that was confirmed, the dispute that became red, the call left unanswered.

    ``part`` tells several causes of one kind in the same dispute apart.
    """

    event_kind: str
    dispute_id: UUID | None
    finding_id: UUID | None
    division_code: str
    category: str
    grade: str
    reason: str
    part: str = ""
    round_id: UUID | None = None
    incident_id: UUID | None = None
    danger: bool = False

    @property
    def key(self) -> str:
        """Return the key under which this cause escalates once per grade."""
        about = self.part or self.dispute_id or self.finding_id or self.round_id or self.incident_id
        return f"{self.event_kind}:{about}:{self.grade}"


def open_escalation(session: Session, cause: Cause, *, now: datetime) -> UUID:
    """Write an escalation, its first inbox and outbox rows and its first events, and return its id.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        The cause has escalated at this grade before; the caller's savepoint takes everything back.
    """
    escalation_id = new_id()
    record_audit(
        session,
        None,
        "escalation.opened",
        now=now,
        target=("escalation", str(escalation_id)),
        details={"event_kind": cause.event_kind, "grade": cause.grade, "division": cause.division_code},
    )
    policy = current_policy(session, cause.event_kind, now=now)
    danger = cause.danger or BY_CODE[cause.event_kind].danger
    escalation = Escalation(
        id=escalation_id,
        code=next_code(session, division_code=cause.division_code, now=now),
        dedupe_key=cause.key,
        policy_id=policy.id,
        ladder=snapshot_of(policy),
        urgency=DANGER if danger else NORMAL,
        event_kind=cause.event_kind,
        dispute_id=cause.dispute_id,
        finding_id=cause.finding_id,
        round_id=cause.round_id,
        incident_id=cause.incident_id,
        bounces=0,
        division_code=cause.division_code,
        category=cause.category,
        grade=cause.grade,
        reason=cause.reason,
        state="open",
        opened_at=now,
        rung=0,
        rung_started_at=now,
    )
    session.add(escalation)
    session.flush()  # inbox and outbox rows refer to its id
    note_event(session, escalation_id, "opened", rung=0, now=now)
    tell_from(session, escalation, rung=0, now=now)
    session.flush()  # a repeated cause must show inside the savepoint
    return escalation_id
