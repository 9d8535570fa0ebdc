"""What a phone keeps for work without signal: open disputes of its area as hints, and whom to call in danger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Organisation
from grid_app.policy import Scope
from grid_app.queries.masking import mask_text
from grid_app.queries.points import handled_by, shows_a_point
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY
from grid_app.vocabulary.words import OPEN_STATES, VOICE_ONLY

NEARBY_DAYS: Final = 90
MOST_NEARBY: Final = 500
EXCERPT_SIGNS: Final = 40
DUTY_KINDS: Final = ("township_government", "county_office", "county_lead_office")


@dataclass(frozen=True)
class OpenNearby:
    """An open dispute of the own area, as a hint that a matter may be known already; WGS84 or no point."""

    id: UUID
    category: str
    village_code: str
    lon: float | None
    lat: float | None
    since: date
    excerpt: str
    organisation: str


@dataclass(frozen=True)
class Duty:
    """The office to call in danger: the nearest one up the path with a duty phone; empty without any."""

    name: str = ""
    phone: str = ""


def open_nearby(session: Session, *, scope: Scope, today: date) -> list[OpenNearby]:
    """Return the open disputes of the scope noted within 90 days, the newest first, at most 500.

    Only who handles a matter gets its point; the village is enough to ask whether it is known already.
    Sealed and county-only matters never go to a phone, whatever the role may see at a desk.
    """
    rows = session.execute(
        select(
            Dispute.id,
            Dispute.category,
            Dispute.division_code,
            Dispute.lon,
            Dispute.lat,
            Dispute.noted_on,
            Dispute.summary,
            Organisation.name.label("organisation"),
            and_(handled_by(scope), shows_a_point()).label("shows_point"),
        )
        .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
        .where(
            visible(replace(scope, sees_sealed=False, sees_county_only=False)),
            Dispute.category.not_like(f"{COUNTY_ONLY}%"),
            Dispute.state.in_(OPEN_STATES),
            Dispute.noted_on >= today - timedelta(days=NEARBY_DAYS),
        )
        .order_by(Dispute.noted_on.desc(), Dispute.id)
        .limit(MOST_NEARBY)
    )
    return [
        OpenNearby(
            row.id,
            row.category,
            row.division_code[:12],
            row.lon if row.shows_point else None,
            row.lat if row.shows_point else None,
            row.noted_on,
            excerpt(row.summary),
            row.organisation or "",
        )
        for row in rows
    ]


def points_of(session: Session, *, scope: Scope, ids: Collection[UUID]) -> dict[UUID, tuple[float, float]]:
    """Return the WGS84 point of each of the disputes that lies in the scope and has one."""
    rows = session.execute(
        select(Dispute.id, Dispute.lon, Dispute.lat).where(
            visible(replace(scope, sees_sealed=False, sees_county_only=False)), Dispute.id.in_(ids), shows_a_point()
        )
    )
    return {row.id: (row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None}


def excerpt(summary: str) -> str:
    """Return the beginning of a summary on one line, personal numbers masked."""
    plain = " ".join(mask_text(summary).text.split()) or VOICE_ONLY
    return plain if len(plain) <= EXCERPT_SIGNS else plain[:EXCERPT_SIGNS] + "…"


def duty_of(session: Session, *, path: str) -> Duty:
    """Return the nearest office up ``path`` that names a duty phone: the township, then the county."""
    along = path.strip("/").split("/")[:2]
    rows = session.execute(
        select(Unit.name, Unit.duty_phone, Unit.division_code, Unit.kind)
        .where(
            Unit.division_code.in_(along),
            Unit.kind.in_(DUTY_KINDS),
            Unit.closed_at.is_(None),
            Unit.duty_phone != "",
        )
        .order_by(Unit.id)
    ).all()
    nearest = sorted(rows, key=lambda row: (-along.index(row.division_code), DUTY_KINDS.index(row.kind)))
    return Duty(nearest[0].name, nearest[0].duty_phone) if nearest else Duty()
