"""Which offices have an escalation now: those its rung was told to, or the one it was handed over to since."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem


def offices_that_have(session: Session, escalation: Escalation) -> list[Unit]:
    """Return the open offices that an escalation waits for, oldest first.

    They were told when the rung's time began, or began anew by handing over; one that it was shut to since, so that it
    lies in its inbox no more, is left out.
    """
    steps = session.execute(
        select(EscalationEvent.kind, EscalationEvent.unit_id)
        .where(
            EscalationEvent.escalation_id == escalation.id,
            EscalationEvent.rung == escalation.rung,
            EscalationEvent.at == escalation.rung_started_at,
            EscalationEvent.kind.in_(("told", "handed_over")),
        )
        .order_by(EscalationEvent.id)
    )
    told: set[UUID | None] = set()
    for kind, unit_id in steps:
        told = set() if kind == "handed_over" else told | {unit_id}
    lies_at = select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation.id)
    return list(
        session.scalars(
            select(Unit).where(Unit.id.in_(told), Unit.id.in_(lies_at), Unit.closed_at.is_(None)).order_by(Unit.id)
        )
    )
