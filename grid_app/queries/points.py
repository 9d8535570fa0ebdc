"""Points of open disputes on a close map: exact for who handles the matter, else 500 metre squares, else the village.

A square stands for its matters only where at least ten households live in it, by the households and the area of the
grid or village; with fewer, or where nobody knows how many, the village stands for them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, not_, or_, select
from sqlalchemy.orm import Session

from geo.coordinates import metres_per_degree
from grid_app.models.disputes import Dispute
from grid_app.models.joint import JointUnit
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_area import village_of
from grid_app.queries.nearby import in_box
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.points import AT_HOME
from grid_app.vocabulary.words import OPEN_STATES

CELL_METRES: Final = 500.0
LEAST_HOUSEHOLDS: Final = 10
MOST_POINTS: Final = 2_000
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ExactPoint:
    """A matter that the asking unit handles, at its place in WGS84."""

    id: UUID
    case_code: str
    lon: float
    lat: float
    grade: str


@dataclass(frozen=True)
class Points:
    """What a close map shows: own matters exactly, others by square (west, south, east, north) or by village code."""

    exact: tuple[ExactPoint, ...]
    cells: tuple[tuple[Box, int], ...]
    villages: tuple[tuple[str, int], ...]


class _Place(NamedTuple):
    path: str
    lon: float
    lat: float


def points_in(session: Session, *, scope: Scope, box: Box) -> Points:
    """Return the open disputes of a scope with a point in a box (west, south, east, north).

    Left out are withheld matters, and those of which no point is shown to anybody. A box with more than 2,000 of them
    shows the newest of these.
    """
    rows = session.execute(
        select(
            Dispute.id, Dispute.case_code, Dispute.lon, Dispute.lat, Dispute.grade, Division.path,
            handled_by(scope).label("handles"),
        )
        .join(Division, Division.code == Dispute.division_code)
        .where(
            visible(scope), shows_a_point(), Dispute.state.in_(OPEN_STATES), in_box(session, box),
            Dispute.lon.between(box[0], box[2]), Dispute.lat.between(box[1], box[3]),
        )
        .order_by(Dispute.received_at.desc(), Dispute.id)
        .limit(MOST_POINTS)
    ).all()  # fmt: skip
    exact = tuple(ExactPoint(row.id, row.case_code, row.lon, row.lat, row.grade) for row in rows if row.handles)
    others = [_Place(row.path, row.lon, row.lat) for row in rows if not row.handles]
    return Points(exact, *_reduced(session, others))


def handled_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that the asking unit has the matter to handle, alone or with others."""
    if scope.unit_id is None:
        return false()
    joined = select(JointUnit.dispute_id).where(JointUnit.unit_id == scope.unit_id, JointUnit.left_at.is_(None))
    return or_(and_(Dispute.owner_unit_id.is_not(None), Dispute.owner_unit_id == scope.unit_id), Dispute.id.in_(joined))


def shows_a_point() -> ColumnElement[bool]:
    """Return the condition that a dispute's point may be shown at all; see ``vocabulary/points.py``."""
    groups = (*AT_HOME, SEALED, COUNTY_ONLY)
    return and_(
        Dispute.lon.is_not(None),
        not_(or_(Dispute.safety_child, Dispute.safety_present)),
        *(Dispute.category.not_like(f"{group}%") for group in groups),
    )


def cell_of(lon: float, lat: float) -> Box:
    """Return the square of 500 metres that a point lies in; the squares stand still, whatever is asked for."""
    north = float(metres_per_degree(0.0)[1])  # one height for all rows, so that rows never overlap
    row = math.floor(lat * north / CELL_METRES)
    south, top = row * CELL_METRES / north, (row + 1) * CELL_METRES / north
    east = float(metres_per_degree((south + top) / 2)[0])
    column = math.floor(lon * east / CELL_METRES)
    return (column * CELL_METRES / east, south, (column + 1) * CELL_METRES / east, top)


def _reduced(
    session: Session, places: Sequence[_Place]
) -> tuple[tuple[tuple[Box, int], ...], tuple[tuple[str, int], ...]]:
    cells: dict[Box, list[str]] = {}
    for place in places:
        cells.setdefault(cell_of(place.lon, place.lat), []).append(place.path)
    density = _households_per_km2(session, {path for paths in cells.values() for path in paths})
    villages: Counter[str] = Counter()
    shown = []
    for cell, paths in sorted(cells.items()):
        households = min(density.get(path, 0.0) for path in paths) * (CELL_METRES / 1000) ** 2
        if households >= LEAST_HOUSEHOLDS:
            shown.append((cell, len(paths)))
        else:
            villages.update(village_of(path) for path in paths)
    return tuple(shown), tuple(sorted(villages.items()))


def _households_per_km2(session: Session, paths: Iterable[str]) -> dict[str, float]:
    """Return how densely each place is lived in: the grid where its households are known, else its village."""
    steps = {path: [code for code in path.strip("/").split("/")[2:] if code] for path in paths}
    wanted = {code for codes in steps.values() for code in codes}
    question: Any = (
        select(Division.code, Division.households, Boundary.area_km2)
        .join(Boundary, Boundary.code == Division.code)
        .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
        .where(
            Division.code.in_(wanted), BoundaryGeneration.state == "active", Division.households.is_not(None),
            Boundary.area_km2 > 0,
        )
    )  # fmt: skip
    known = {code: households / area for code, households, area in session.execute(question)}
    return {
        path: next((known[code] for code in reversed(codes) if code in known), 0.0) for path, codes in steps.items()
    }
