"""Linking an earlier dispute of the same matter and place (同一事由前案), by whoever handles the present one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.services.matters.grading import EARLIER
from grid_app.services.matters.links import link_disputes, unlink_disputes
from grid_app.services.matters.step import Step, may_handle, opened


def link_earlier(session: Session, step: Step, *, earlier_id: UUID) -> None:
    """Say that an earlier dispute of the own village was about the same matter; what failed there counts here.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        The actor does not handle the dispute; one of the two is out of sight; the other is no earlier one of here.
    """
    step = may_handle(step, opened(session, step))
    link_disputes(
        session, actor=step.actor, dispute_id=step.dispute_id, other_id=earlier_id, relation=EARLIER, now=step.now
    )


def unlink_earlier(session: Session, step: Step, *, earlier_id: UUID, reason: str) -> None:
    """Take the link back, with the reason in both histories."""
    step = may_handle(step, opened(session, step))
    unlink_disputes(
        session, actor=step.actor, dispute_id=step.dispute_id, other_id=earlier_id, reason=reason, now=step.now
    )
