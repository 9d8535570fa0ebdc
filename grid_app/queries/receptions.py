"""The ledger of receptions (接访台账): what was asked and promised at receptions, and what became of it. No names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.intake import Reception
from grid_app.policy import Scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import visible

MOST_LINES = 100


@dataclass(frozen=True)
class ReceptionLine:
    """One reception: when, about what place, how many came, the opinion, who is to do it until when, the outcome."""

    dispute_id: UUID
    case_code: str
    place: str
    held_at: datetime
    visitors: int
    opinion: str
    responsible: str
    promised_on: date | None
    state: str
    closure_ground: str | None


def receptions_since(session: Session, *, scope: Scope, since: datetime) -> list[ReceptionLine]:
    """Return the receptions of the scope since then, the newest first."""
    rows = session.execute(
        select(Reception, Dispute.case_code, Dispute.division_code, Dispute.state, Dispute.closure_ground)
        .join(Dispute, Dispute.id == Reception.dispute_id)
        .where(Reception.held_at >= since, visible(scope))
        .order_by(Reception.held_at.desc(), Reception.dispute_id)
        .limit(MOST_LINES)
    ).all()
    places = place_names(session, {row[2] for row in rows})
    return [
        ReceptionLine(
            one.dispute_id, code, places[place], one.held_at, one.visitors, one.opinion, one.responsible,
            one.promised_on, state, ground,
        )
        for one, code, place, state, ground in rows
    ]  # fmt: skip
