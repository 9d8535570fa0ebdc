"""Holds: an office keeps the personal data of one closed matter longer, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError
from grid_app.models.retention import RetentionHold
from grid_app.policy import Action
from grid_app.queries.retention import end_of
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Step, opened, permitted, written
from grid_app.services.retention.periods import periods_on


@dataclass(frozen=True)
class Kept:
    """Until which day personal data is kept, ``None`` while the matter is open; and why longer, if so."""

    until: date | None
    held_why: str


def hold(session: Session, step: Step, *, reason: str) -> None:
    """Keep the personal data of a matter until the hold is lifted.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        No office; not in the scope; no reason; held already.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="reason", what="为什么要多保存", least=5)
    opened(session, step)
    row = session.get(RetentionHold, step.dispute_id) or RetentionHold(dispute_id=step.dispute_id)
    if row.reason and row.lifted_at is None:
        raise ConflictError("这件事已经在延长保存,不用再登记。")
    row.reason, row.set_at, row.set_by = reason, step.now, step.actor.assignment_id
    row.lifted_at, row.lifted_by = None, None
    session.add(row)
    _note(session, step, "retention.held")


def lift(session: Session, step: Step) -> None:
    """End the hold of a matter; its data goes with the next run when its period is over.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        No office; not in the scope; not held.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    opened(session, step)
    row = session.get(RetentionHold, step.dispute_id)
    if row is None or row.lifted_at is not None:
        raise ConflictError("这件事没有在延长保存,可能刚刚有人解除了。")
    row.lifted_at, row.lifted_by = step.now, step.actor.assignment_id
    _note(session, step, "retention.lifted")


def _note(session: Session, step: Step, action: str) -> None:
    record_audit(session, step.actor, action, now=step.now, target=("dispute", str(step.dispute_id)))


def kept_until(session: Session, dispute_id: UUID) -> Kept:
    """Return until when the personal data of a matter of the caller's scope is kept, and why longer."""
    row = session.get(RetentionHold, dispute_id)
    held = row.reason if row is not None and row.lifted_at is None else ""
    end = end_of(session, dispute_id)
    if end is None:
        return Kept(None, held)
    periods = periods_on(session, local_date(end.at))
    return Kept(local_date(end.at) + timedelta(days=periods.days("agreed" if end.is_kept_long else "matter")), held)
