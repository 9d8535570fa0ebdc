"""What hangs on divisions: open disputes with their points, accounts, offices and rooms; places, no content."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Scope
from grid_app.queries.boundaries import in_parts
from grid_app.queries.map_area import village_of
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

# The platform asking for itself when boundaries change: every dispute counts, and nobody reads one here.
PLATFORM = Scope(paths=("/",), sees_sealed=True, sees_county_only=True)
LOCATED_BY_POINT = ("inside", "nearest", "uncertain")


@dataclass(frozen=True)
class OpenDisputes:
    """Where the open disputes lie, one entry each in the same order.

    Attributes
    ----------
    ids : tuple of UUID
        Which dispute.
    codes : tuple of str
        The division it belongs to: township, village or grid.
    villages : tuple of str
        The village in that; empty when it is known to the township only.
    lon, lat : ndarray of float
        WGS84 degrees, NaN for disputes that were not placed by a point.
    """

    ids: tuple[UUID, ...]
    codes: tuple[str, ...]
    villages: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)


@dataclass(frozen=True)
class Attached:
    """What still hangs on some divisions."""

    accounts: int
    units: int
    rooms: int


def open_disputes(session: Session, *, scope: Scope) -> OpenDisputes:
    """Return division, village and point of every open dispute in ``scope``."""
    rows = session.execute(
        select(Dispute.id, Division.code, Division.path, Dispute.place_kind, Dispute.lon, Dispute.lat)
        .join(Division, Division.code == Dispute.division_code)
        .where(visible(scope), Dispute.state.in_(OPEN_STATES))
        .order_by(Dispute.id)
    ).all()
    points = [(row.lon, row.lat) if row.place_kind in LOCATED_BY_POINT else (None, None) for row in rows]
    placed = np.array(points, dtype=np.float64).reshape(-1, 2)
    return OpenDisputes(
        tuple(row.id for row in rows),
        tuple(row.code for row in rows),
        tuple(village_of(row.path) for row in rows),
        placed[:, 0],
        placed[:, 1],
    )


def attached_to(session: Session, codes: Collection[str], *, now: datetime) -> Attached:
    """Return how many accounts, offices and rooms in force belong to the given divisions."""
    wanted: Sequence[str] = sorted(codes)
    return Attached(
        _count(session, Assignment.division_code, wanted, in_force(now)),
        _count(session, Unit.division_code, wanted, Unit.closed_at.is_(None)),
        _count(session, MediationRoom.division_code, wanted, MediationRoom.status == "active"),
    )


def in_force(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an assignment has not ended."""
    return or_(Assignment.valid_to.is_(None), Assignment.valid_to > now)


def _count(
    session: Session, column: InstrumentedAttribute[str], codes: Sequence[str], wanted: ColumnElement[bool]
) -> int:
    questions = (select(func.count()).where(column.in_(part), wanted) for part in in_parts(codes))
    return sum(session.scalar(question) or 0 for question in questions)
