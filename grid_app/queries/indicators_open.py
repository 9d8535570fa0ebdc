"""渠道更加畅通: what comes in and how, what was known late, whether letters wait longer than visits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, func, join, select
from sqlalchemy.orm import Session

from grid_app.database.elapsed import SecondsBetween
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division, MediationRoom
from grid_app.models.rounds import ScreeningReturn
from grid_app.queries.indicators_asked import Asked, Median, Share, medians, shares, totals, within

NEAR_CHANNELS: Final = ("grid_walk", "resident_told", "mediation_room")
"""How a grid or a village comes to know of a matter by itself."""
NOT_IMPORTED = Dispute.channel != "import"
LETTERS: Final = ("letter",)
VISITS: Final = ("visit",)
ONLINE: Final = ("qr", "phone", "hotline")
OLD: Final = timedelta(days=30)
CONTACTS: Final = ("contacted", "work_recorded", "session_held", "settled_on_spot", "followed_up", "called_back")
CLOSINGS: Final = ("closed", "settled_on_spot")
EVENTS = join(DisputeEvent, Dispute, Dispute.id == DisputeEvent.dispute_id)
CLOSING = DisputeEvent.kind.in_(CLOSINGS)


def matters(session: Session, asked: Asked) -> list[int]:
    """Return how many matters came in."""
    return totals(session, asked, Dispute.received_at, NOT_IMPORTED)


def contacts(session: Session, asked: Asked) -> list[int]:
    """Return how often somebody was contacted, worked, mediated or asked again."""
    return totals(session, asked, DisputeEvent.at, DisputeEvent.kind.in_(CONTACTS), among=EVENTS)


def per_households(session: Session, asked: Asked) -> list[Share]:
    """Return matters that came in, of the households of the place."""
    households = session.scalar(
        select(func.sum(Division.households)).where(
            Division.level == "village", Division.valid_to.is_(None), Division.code.in_(asked.codes)
        )
    )
    return [Share(count, int(households or 0)) for count in matters(session, asked)]


def late_discovery(session: Session, asked: Asked) -> list[Share]:
    """Return matters known elsewhere first and thirty days old by then, of all that came in."""
    late = Dispute.channel.not_in(NEAR_CHANNELS) & (
        SecondsBetween(Dispute.since_when, Dispute.noted_on) >= int(OLD.total_seconds())
    )
    return shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=late)


def zero_returns(session: Session, asked: Asked) -> list[Share]:
    """Return the zero returns after which another channel told of a matter there within thirty days, of all."""
    place = ScreeningReturn.division_code
    followed = exists().where(
        func.substr(Dispute.division_code, 1, func.length(place)) == place,
        within(ScreeningReturn.returned_at, Dispute.received_at, OLD),
        Dispute.channel.not_in((*NEAR_CHANNELS, "import")),
        asked.where,
    )
    placed = ScreeningReturn.division_code.in_(asked.codes)
    return shares(
        session, asked, ScreeningReturn.returned_at, ScreeningReturn.zero.is_(True), hit=followed,
        among=ScreeningReturn, placed=placed,
    )  # fmt: skip


def days_of(session: Session, asked: Asked, channels: tuple[str, ...]) -> list[Median]:
    """Return the median days from receipt to closing of matters that came by some channels.

    Histories that were imported have no closing here, and are left out.
    """
    return medians(
        session, asked, DisputeEvent.at, CLOSING, Dispute.channel.in_(channels), begin=Dispute.received_at,
        among=EVENTS,
    )  # fmt: skip


def rooms(session: Session, asked: Asked) -> list[Share]:
    """Return the villages with a mediation room in use, of all villages, as it is now."""
    has_room = exists().where(
        func.substr(MediationRoom.division_code, 1, func.length(Division.code)) == Division.code,
        MediationRoom.status == "active",
    )
    villages = (Division.level == "village", Division.valid_to.is_(None), Division.code.in_(asked.codes))
    whole = session.scalar(select(func.count()).select_from(Division).where(*villages)) or 0
    part = session.scalar(select(func.count()).select_from(Division).where(*villages, has_room)) or 0
    return [Share(part, whole)]
