"""The villages that coverage is measured for: their points, households, urban or rural, and their mediations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isinf
from statistics import median
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.disputes import Dispute
from grid_app.models.mediation import MediationCase, MediationSession
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_area import village_of
from grid_app.queries.scoping import codes_under, visible

COMMUNITY: Final = "community"
QUARTER: Final = timedelta(days=90)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class VillagePoint:
    """A living village; ``lon`` and ``lat`` are its label point, ``None`` without a boundary in use.

    ``urban`` is what the county said; where it said nothing (``urban_told`` is false), a community counts as urban.
    """

    code: str
    name: str
    township: str
    township_name: str
    path: str
    households: int | None
    urban: bool
    urban_told: bool
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Load:
    """Mediations of one village opened in the last 90 days, and the median days until the parties first met.

    ``median_days`` is ``None`` without any and infinite when half or more are still waiting; those that ended before
    a meeting do not count for it.
    """

    cases: int = 0
    median_days: float | None = None


def villages_in(session: Session, *, scope: Scope, root_path: str) -> list[VillagePoint]:
    """Return the living villages of the scope under ``root_path``, by code."""
    if not scope.paths:
        return []
    active = select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active").scalar_subquery()
    above = aliased(Division)
    rows = session.execute(
        select(Division, above.name, Boundary.label_lon, Boundary.label_lat)
        .outerjoin(above, above.code == Division.parent_code)
        .outerjoin(Boundary, (Boundary.code == Division.code) & (Boundary.generation_id == active))
        .where(
            Division.level == "village",
            Division.valid_to.is_(None),
            Division.path.startswith(root_path, autoescape=True),
            Division.code.in_(codes_under(scope)),
        )
        .order_by(Division.code)
    )
    return [_point(division, name or "", lon, lat) for division, name, lon, lat in rows]


def loads_in(session: Session, *, scope: Scope, root_path: str, now: datetime) -> Mapping[str, Load]:
    """Return the load of each village that had a mediation opened in the last 90 days, as far as the scope sees."""
    if not scope.paths:
        return {}
    met = (
        select(MediationSession.case_id, func.min(MediationSession.held_at).label("first"))
        .where(MediationSession.held_at.is_not(None))
        .group_by(MediationSession.case_id)
        .subquery()
    )
    rows = session.execute(
        select(Division.path, MediationCase.opened_at, MediationCase.ended_at, met.c.first)
        .join(Dispute, Dispute.id == MediationCase.dispute_id)
        .join(Division, Division.code == Dispute.division_code)
        .outerjoin(met, met.c.case_id == MediationCase.id)
        .where(
            MediationCase.opened_at >= now - QUARTER,
            MediationCase.opened_at <= now,
            Division.path.startswith(root_path, autoescape=True),
            visible(scope),
        )
    )
    waits: dict[str, list[float | None]] = defaultdict(list)
    for path, opened, ended, first in rows:
        waits[village_of(path)].append(_days(opened, ended, first))
    return {village: Load(len(found), _median(found)) for village, found in waits.items() if village}


def _days(opened: datetime, ended: datetime | None, first: datetime | None) -> float | None:
    """Return the days until the first meeting: infinite while they wait, ``None`` when it ended without one."""
    if first is None:
        return None if ended is not None else inf
    return max((first - opened) / DAY, 0.0)


def _median(waits: list[float | None]) -> float | None:
    known = [days for days in waits if days is not None]
    if not known:
        return None
    middle = median(known)
    return inf if isinf(middle) else middle


def _point(row: Division, township: str, lon: float | None, lat: float | None) -> VillagePoint:
    urban = row.kind == COMMUNITY if row.urban is None else row.urban
    return VillagePoint(
        row.code,
        row.name,
        row.parent_code or "",
        township,
        row.path,
        row.households,
        urban,
        row.urban is not None,
        lon,
        lat,
    )
