"""Keeping no point of matters at home: at intake, when a doubt about the village ends, and for stored ones."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from grid_app.models.accounts import InstallationFact
from grid_app.models.disputes import Dispute
from grid_app.policy import Actor
from grid_app.services.audit import record_audit
from grid_app.vocabulary.points import AT_HOME, keeps_no_point

KEEPS: Final = "points.at_home"
UNCERTAIN: Final = "uncertain"
"""Between two villages the point is needed to ask which; it goes when somebody has answered."""


def keeps_every_point(session: Session) -> bool:
    """Say whether the county decided to keep the points of matters at home as well."""
    return session.get(InstallationFact, KEEPS) is not None


def is_without_point(dispute: Dispute) -> bool:
    """Say whether no point of this matter is to be kept."""
    at_home = keeps_no_point(dispute.category, child=dispute.safety_child, present=dispute.safety_present)
    return at_home and dispute.place_kind != UNCERTAIN


def drop_point(dispute: Dispute) -> None:
    """Take the point away; the village or grid that it lay in stays."""
    dispute.lon = dispute.lat = dispute.accuracy_m = dispute.point = None


def decide_points(session: Session, *, keep: bool, actor: Actor | None, now: datetime) -> int:
    """Keep the points of matters at home from now on, or take all of them away; return how many were taken away."""
    fact = session.get(InstallationFact, KEEPS)
    if keep and fact is None:
        session.add(InstallationFact(name=KEEPS, value=now.isoformat()))
    elif not keep and fact is not None:
        session.delete(fact)
    taken = 0 if keep else _take_away(session)
    record_audit(session, actor, "points.decided", now=now, details={"keep": keep, "taken_away": taken})
    return taken


def _take_away(session: Session) -> int:
    at_home = or_(
        Dispute.safety_child, Dispute.safety_present, *(Dispute.category.like(f"{group}%") for group in AT_HOME)
    )
    stored = Dispute.lon.is_not(None) & (Dispute.place_kind != UNCERTAIN) & at_home
    number = session.scalar(select(func.count()).select_from(Dispute).where(stored)) or 0
    session.execute(update(Dispute).where(stored).values(lon=None, lat=None, accuracy_m=None, point=None))
    return number
