"""Urgent incidents for tests, one short call each, in the small county of ``tests/world.py``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.incidents import Incident
from grid_app.services.incidents.content import Moments, Telling
from grid_app.services.incidents.opening import Opening, open_incident
from grid_app.services.incidents.reports import Report, add_report
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)
VILLAGE = "990101001201"
TOLD = Telling("村民在镇政府门口要求答复土地租金", "", "30", "尽快付清拖欠的租金", "东河镇值班领导")


def opening(*, known: datetime = NOW - 20 * MINUTE, called: datetime | None = None, **changes: object) -> Opening:
    """Return a first report in writing of something known twenty minutes ago; ``changes`` are of ``Opening``."""
    made = Opening(
        way="written", unit_id=None, division_code=VILLAGE, place_words="镇政府门口", category="0901",
        times=Moments(known, "about", known, called), about_unit_id=None, telling=TOLD, token=new_id(),
    )  # fmt: skip
    return replace(made, **changes)


def opened(
    session: Session, world: World, made: Opening, *, who: str = "township_officer", now: datetime = NOW
) -> UUID:
    """Open an incident as the account ``who`` and return its id."""
    return open_incident(session, actor=world.actor(session, who), opening=made, now=now)


def phoned(session: Session, world: World, *, known: datetime, called: datetime, **changes: object) -> UUID:
    """Let the county desk take down a first report by telephone from the township."""
    unit_id = changes.pop("unit_id", world.units["township"])
    made = opening(known=known, called=called, way="phone", unit_id=unit_id, **changes)
    return opened(session, world, made, who="county_officer")


def told(kind: str, **changes: object) -> Report:
    """Return a report on a standing incident; ``changes`` are of ``Report``."""
    made = Report(kind=kind, token=new_id(), telling=Telling("现场已经有人接待,正在核对租金账目", "10-29"))
    return replace(made, **changes)


def added(
    session: Session, world: World, incident_id: UUID, report: Report, *, who: str = "township_officer",
    now: datetime = NOW,
) -> Incident:  # fmt: skip
    """Add a report as the account ``who`` and return the incident."""
    add_report(session, actor=world.actor(session, who), incident_id=incident_id, report=report, now=now)
    session.flush()
    return session.get_one(Incident, incident_id)
