"""In which states disputes were at a past moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.queries.chunks import chunks


def states_at(session: Session, readable: ColumnElement[bool], moment: datetime) -> dict[UUID, str]:
    """Return the state at that moment of the disputes whose state changed since.

    One that had no step of its own by then was just reported.
    """
    later = (
        select(DisputeEvent.dispute_id)
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(readable, DisputeEvent.at > moment, DisputeEvent.to_state.is_not(None))
        .distinct()
    )
    states = dict.fromkeys(session.scalars(later), "reported")
    for some in chunks(sorted(states)):
        rows = session.execute(
            select(DisputeEvent.dispute_id, DisputeEvent.to_state)
            .where(DisputeEvent.dispute_id.in_(some), DisputeEvent.at <= moment, DisputeEvent.to_state.is_not(None))
            .order_by(DisputeEvent.dispute_id, DisputeEvent.number)
        )
        states.update({dispute: state for dispute, state in rows if state})
    return states
