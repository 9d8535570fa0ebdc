"""The villages that coverage is measured for: their points, households, urban or rural, and their mediations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isinf
from statistics import median
from typing import Final

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session, aliased

from grid_app.database.elapsed import SecondsBetween
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import MediationCase, MediationSession
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_area import village_of
from grid_app.queries.scoping import visible

COMMUNITY: Final = "community"
VILLAGE_DIGITS: Final = 12
QUARTER: Final = timedelta(days=90)
DAY_SECONDS: Final = 86_400


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
    columns = (Division.code, Division.name, Division.kind, Division.path, Division.parent_code, Division.households)
    rows = session.execute(
        select(*columns, Division.urban, above.name, Boundary.label_lon, Boundary.label_lat)
        .outerjoin(above, above.code == Division.parent_code)
        .outerjoin(Boundary, (Boundary.code == Division.code) & (Boundary.generation_id == active))
        .where(
            Division.level == "village",
            Division.valid_to.is_(None),
            Division.path.startswith(root_path, autoescape=True),
            or_(*[Division.path.startswith(path, autoescape=True) for path in scope.paths]),
        )
        .order_by(Division.code)
    )
    return [
        VillagePoint(
            code, name, parent or "", township or "", path, households,
            kind == COMMUNITY if urban is None else urban, urban is not None, lon, lat,
        )
        for code, name, kind, path, parent, households, urban, township, lon, lat in rows
    ]  # fmt: skip


def loads_in(
    session: Session, *, scope: Scope, root_path: str, now: datetime, villages: Sequence[str] | None = None
) -> Mapping[str, Load]:
    """Return the load of each village that had a mediation opened in the last 90 days, as far as the scope sees.

    ``villages`` leaves out all others.
    """
    if not scope.paths:
        return {}
    met = (
        select(func.min(MediationSession.held_at))
        .where(MediationSession.case_id == MediationCase.id)
        .correlate(MediationCase)
        .scalar_subquery()
    )
    among = true() if villages is None else func.substr(Division.code, 1, VILLAGE_DIGITS).in_(villages)
    waited = SecondsBetween(MediationCase.opened_at, met)
    rows = session.execute(
        select(Division.path, MediationCase.ended_at.is_(None), waited)
        .join(Dispute, Dispute.id == MediationCase.dispute_id)
        .join(Division, Division.code == Dispute.division_code)
        .where(
            MediationCase.opened_at >= now - QUARTER,
            MediationCase.opened_at <= now,
            Division.path.startswith(root_path, autoescape=True),
            visible(scope),
            among,
        )
    )
    waits: dict[str, list[float | None]] = defaultdict(list)
    for path, is_open, seconds in rows:
        waits[village_of(path)].append(_days(seconds, is_open=is_open))
    return {village: Load(len(found), _median(found)) for village, found in waits.items() if village}


def _days(seconds: int | None, *, is_open: bool) -> float | None:
    """Return the days until the first meeting: infinite while they wait, ``None`` when it ended without one."""
    if seconds is None:
        return inf if is_open else None
    return max(seconds / DAY_SECONDS, 0.0)


def _median(waits: list[float | None]) -> float | None:
    known = [days for days in waits if days is not None]
    if not known:
        return None
    middle = median(known)
    return inf if isinf(middle) else middle
