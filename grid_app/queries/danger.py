"""What the police or another office was told of a dispute: never a list over disputes, never a name of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.mediation import DangerReport
from grid_app.policy import Scope
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class DangerView:
    """One report: what may happen, whom it was told to and when, the situation and the measure taken."""

    danger: str
    to: str
    office: str
    at: datetime
    situation: str
    measure: str


def danger_reports_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[DangerView]:
    """Return the reports about a dispute of the scope, the newest first."""
    rows = session.execute(
        select(
            DangerReport.danger, DangerReport.reported_to, DangerReport.office, DangerReport.reported_at,
            DangerReport.situation, DangerReport.measure,
        )
        .join(Dispute, Dispute.id == DangerReport.dispute_id)
        .where(DangerReport.dispute_id == dispute_id, visible(scope))
        .order_by(DangerReport.reported_at.desc(), DangerReport.id.desc())
    )  # fmt: skip
    return [DangerView(*row) for row in rows]
