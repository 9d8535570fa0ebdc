"""What is still asked after a report was taken in: between which villages it lies, and whether it is known already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute, DisputeLink, Organisation
from grid_app.policy import Scope
from grid_app.ports import PlaceFinder
from grid_app.queries.disputes_places import Village, villages_by_code
from grid_app.queries.nearby import Asked, Hint, similar_open
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

MOST_KEPT: Final = 50


@dataclass(frozen=True)
class Questions:
    """What one tap each can answer; both are empty when nothing is asked.

    ``villages`` are those between which the place lies; ``hint`` is the most similar open dispute of the scope about
    which nobody has answered yet.
    """

    villages: tuple[Village, ...] = ()
    hint: Hint | None = None


@dataclass(frozen=True)
class KeptReceipt:
    """What somebody keeps of an own report that was shut to the own unit: its numbers and when it came, no content."""

    dispute_id: UUID
    case_code: str
    tracking_code: str
    received_at: datetime


def kept_receipts(session: Session, *, account_id: UUID, dispute_id: UUID | None = None) -> list[KeptReceipt]:
    """Return the receipts of own reports that the unit they came from may not see any more, the newest first."""
    conditions = [Assignment.account_id == account_id, Dispute.about_unit_id == Assignment.unit_id]
    if dispute_id is not None:
        conditions.append(Dispute.id == dispute_id)
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.tracking_code, Dispute.received_at)
        .join(Assignment, Assignment.id == Dispute.reported_by)
        .where(*conditions)
        .order_by(Dispute.received_at.desc(), Dispute.id)
        .limit(MOST_KEPT)
    )
    return [KeptReceipt(*row) for row in rows]


def open_questions(session: Session, *, scope: Scope, dispute_id: UUID, places: PlaceFinder, today: date) -> Questions:
    """Return what is still to be asked about one open dispute of the scope."""
    row = session.execute(
        select(Dispute, Organisation.name_key)
        .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
        .where(Dispute.id == dispute_id, Dispute.state.in_(OPEN_STATES), visible(scope))
    ).first()
    if row is None:
        return Questions()
    dispute, organisation = row
    asked = Asked(
        category=dispute.category,
        text=dispute.summary,
        village_code=dispute.division_code,
        lon=dispute.lon,
        lat=dispute.lat,
        organisation=organisation or "",
        today=today,
        leave_out=frozenset(_answered(session, dispute_id)),
    )
    hints = similar_open(session, scope=scope, asked=asked, limit=1)
    return Questions(_between(session, dispute, places), hints[0] if hints else None)


def _answered(session: Session, dispute_id: UUID) -> set[UUID]:
    links = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id).where(
            or_(DisputeLink.dispute_id == dispute_id, DisputeLink.other_id == dispute_id)
        )
    )
    return {dispute_id, *(key for pair in links for key in pair)}


def _between(session: Session, dispute: Dispute, places: PlaceFinder) -> tuple[Village, ...]:
    if dispute.place_kind != "uncertain" or dispute.lon is None or dispute.lat is None:
        return ()
    answer = places.find(session, lon=dispute.lon, lat=dispute.lat, accuracy_m=dispute.accuracy_m)
    return tuple(villages_by_code(session, answer.candidates)) if len(answer.candidates) > 1 else ()
