"""Escalations: raised with what caused them, taken up by an office through a named person, or passed on.

Everything here happens in the caller's transaction; see docs/escalation.md for the journey.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import InvalidError
from grid_app.models.escalations import Escalation, EscalationPolicy
from grid_app.services.audit import record_audit
from grid_app.services.escalation_rows import next_code, note_event
from grid_app.services.escalation_rungs import exhaust, tell_from
from grid_app.services.escalation_targets import matter_of
from grid_app.services.ladders import current_policy, ladder_of, rungs_of
from notifications.ladder import Climb, Exhausted, next_step

STEPS_AT_ONCE: Final = 200
"""Escalations that climb in one transaction; the rest follow in the next."""


@dataclass(frozen=True)
class Cause:
    """What makes an escalation: the finding that was confirmed, or the dispute that became red."""

    event_kind: str
    dispute_id: UUID | None
    finding_id: UUID | None
    division_code: str
    category: str
    grade: str
    reason: str

    @property
    def key(self) -> str:
        """Return the key under which this cause escalates once per grade."""
        return f"{self.event_kind}:{self.dispute_id or self.finding_id}:{self.grade}"


def raise_escalation(
    session: Session,
    *,
    event_kind: str,
    dispute_id: UUID | None = None,
    finding_id: UUID | None = None,
    division_code: str,
    category: str,
    grade: str,
    reason: str,
    now: datetime,
) -> UUID | None:
    """Open an escalation with its inbox and outbox rows, and return its id.

    Parameters
    ----------
    event_kind
        ``grade_red`` or ``finding_confirmed``.
    dispute_id, finding_id
        The cause, exactly one of them; its row may still be waiting in the session.
    reason
        Why, in words for the inbox; it never travels in a push.

    Returns
    -------
    UUID or None
        ``None`` when this cause has escalated at this grade before, also when another transaction did so at
        the same moment; nothing is written then.

    Raises
    ------
    InvalidError
        Neither or both causes are given, or the event kind is unknown.
    """
    if (dispute_id is None) == (finding_id is None):
        raise InvalidError("提醒必须对应一件纠纷或一条苗头提示,没有发出;请检查程序。")
    cause = Cause(event_kind, dispute_id, finding_id, division_code, category, grade, reason)
    session.flush()  # the caller's own rows first: an error in them is not a repeated cause
    if _is_known(session, cause):
        return None
    try:
        with session.begin_nested():
            return _open(session, cause, now)
    except IntegrityError:
        if _is_known(session, cause):
            return None
        raise


def step_up_due(session: Session, *, now: datetime, limit: int = STEPS_AT_ONCE) -> int:
    """Pass on the escalations that nobody took up in time, one rung each, and return how many moved.

    However long the machine slept, each climbs one rung only, and the new rung's waiting time starts now: no
    office is passed over, none gets less time than it was promised. Two workers never move the same one.
    """
    due = session.scalars(
        select(Escalation)
        .where(Escalation.state == "open", Escalation.next_step_at <= now)
        .order_by(Escalation.next_step_at, Escalation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_step_up(session, escalation, now) for escalation in due)


def _is_known(session: Session, cause: Cause) -> bool:
    return session.scalar(select(Escalation.id).where(Escalation.dedupe_key == cause.key)) is not None


def _open(session: Session, cause: Cause, now: datetime) -> UUID:
    escalation_id = new_id()
    record_audit(
        session,
        None,
        "escalation.opened",
        now=now,
        target=("escalation", str(escalation_id)),
        details={"event_kind": cause.event_kind, "grade": cause.grade, "division": cause.division_code},
    )
    escalation = Escalation(
        id=escalation_id,
        code=next_code(session, division_code=cause.division_code, now=now),
        dedupe_key=cause.key,
        policy_id=current_policy(session, cause.event_kind, now=now).id,
        event_kind=cause.event_kind,
        dispute_id=cause.dispute_id,
        finding_id=cause.finding_id,
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


def _step_up(session: Session, escalation: Escalation, now: datetime) -> int:
    """Return 1 when the escalation moved, 0 when another worker moved it or its time has not come."""
    policy = session.get_one(EscalationPolicy, escalation.policy_id)
    step = next_step(
        ladder_of(rungs_of(policy), escalation.grade),
        current_rung=escalation.rung,
        rung_started_at=escalation.rung_started_at,
        acknowledged=escalation.state == "acknowledged",
        now=now,
    )
    if not isinstance(step, Climb | Exhausted) or not _claim(session, escalation, now):
        return 0
    if isinstance(step, Exhausted):
        exhaust(session, escalation, matter_of(session, escalation), now=now)
        return 1
    note_event(session, escalation.id, "climbed", rung=step.to_rung, now=now)
    record_audit(
        session,
        None,
        "escalation.climbed",
        now=now,
        target=("escalation", str(escalation.id)),
        details={"rung": step.to_rung},
    )
    tell_from(session, escalation, rung=step.to_rung, now=now)
    return 1


def _claim(session: Session, escalation: Escalation, now: datetime) -> bool:
    """Say whether the row was still as read; from here on it is this transaction's alone."""
    claimed = session.execute(
        update(Escalation)
        .where(
            Escalation.id == escalation.id,
            Escalation.state == "open",
            Escalation.rung == escalation.rung,
            Escalation.rung_started_at == escalation.rung_started_at,
        )
        .values(next_step_at=now)
        .execution_options(synchronize_session=False)
        .returning(Escalation.id)
    )
    return claimed.first() is not None
