"""Messages to offices that have handed an escalation over since: they are told of it no more.

What waits is stopped by the service that hands over. A message that was being sent just then is not taken away from its
sender; if it was not sent, it is looked at here before it is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_rows import TAKEN_UP
from grid_app.models.escalations import Escalation, EscalationEvent
from grid_app.queries.escalation_holders import offices_that_have


def passed_on(session: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> set[UUID]:
    """Return the ids of the messages to offices that had an escalation before it was handed over and have not now."""
    asked = [row for row in rows if row.bounces and row.unit_id and row.escalation_state not in TAKEN_UP]
    since = _handed_over_at(session, {row.escalation_id for row in asked})
    older = [row for row in asked if row.escalation_id in since and row.created_at < since[row.escalation_id]]
    have = {one: _offices(session, one) for one in {row.escalation_id for row in older}}
    return {row.id for row in older if row.unit_id not in have[row.escalation_id]}


def _handed_over_at(session: Session, escalations: set[UUID]) -> dict[UUID, datetime]:
    """Return when each of the escalations was handed over last."""
    if not escalations:
        return {}
    asked = (
        select(EscalationEvent.escalation_id, func.max(EscalationEvent.at).label("at"))
        .where(EscalationEvent.escalation_id.in_(escalations), EscalationEvent.kind == "handed_over")
        .group_by(EscalationEvent.escalation_id)
    )
    return {row.escalation_id: row.at for row in session.execute(asked)}


def _offices(session: Session, escalation_id: UUID) -> set[UUID]:
    return {unit.id for unit in offices_that_have(session, session.get_one(Escalation, escalation_id))}
