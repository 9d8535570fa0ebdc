"""Points of open disputes on a close map: exact for who handles the matter, else 500 metre squares, else the village.

A square stands for its matters only where at least ten households live in it, by the households and the area of the
grid or village; with fewer, or where nobody knows how many, the village stands for them. Squares are counted over the
whole area that is looked at: what part of it somebody has on the screen changes no number, so that no box however small
says where in a square a matter lies.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, and_, false, literal_column, not_, or_, select
from sqlalchemy.orm import Session

from geo.coordinates import metres_per_degree
from grid_app.models.disputes import STILL_OPEN, Dispute
from grid_app.models.joint import JointUnit
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.chunks import chunks
from grid_app.queries.map_area import village_of
from grid_app.queries.map_counts import bounded_villages
from grid_app.queries.map_standing import NOT_LOCATED
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.points import AT_HOME

CELL_METRES: Final = 500.0
LEAST_HOUSEHOLDS: Final = 10
Box = tuple[float, float, float, float]
NORTH: Final = float(metres_per_degree(0.0)[1])
"""Metres of a degree north: one height for all rows of squares, so that rows never overlap."""


@dataclass(frozen=True)
class ExactPoint:
    """A matter that the asking unit handles, at its place in WGS84."""

    id: UUID
    case_code: str
    lon: float
    lat: float
    grade: str


@dataclass(frozen=True)
class Shares:
    """How the open matters of one village with a point are shown: at their place, in squares, by the village."""

    exact: int = 0
    squares: int = 0
    village: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.exact + self.squares + self.village


@dataclass(frozen=True)
class Points:
    """What a close map shows: own matters exactly, others by square (west, south, east, north) or by village code.

    ``shares`` divides every one of them by the village it is placed in; a square on a border has matters of two.
    """

    exact: tuple[ExactPoint, ...]
    cells: tuple[tuple[Box, int], ...]
    villages: tuple[tuple[str, int], ...]
    shares: Mapping[str, Shares] = field(default_factory=dict)

    def seen_in(self, box: Box) -> Points:
        """Return what touches a box (west, south, east, north): whole squares with their whole numbers."""
        west, south, east, north = box
        return replace(
            self,
            exact=tuple(one for one in self.exact if west <= one.lon <= east and south <= one.lat <= north),
            cells=tuple(
                (cell, count)
                for cell, count in self.cells
                if cell[0] < east and cell[2] > west and cell[1] < north and cell[3] > south
            ),
        )


class _Place(NamedTuple):
    path: str
    lon: float
    lat: float


def points_in(session: Session, *, scope: Scope, grade: str = "") -> Points:
    """Return the open disputes of a scope that are on the map and have a point that may be shown.

    Left out are withheld matters, those of which no point is shown to anybody, and those that are placed in no village
    with a boundary in use. ``grade`` limits them to one grade.
    """
    drawn = bounded_villages(session)
    of_grade = [Dispute.grade == grade] if grade else []
    rows = session.execute(
        select(
            Dispute.id, Dispute.case_code, Dispute.lon, Dispute.lat, Dispute.grade, Division.path,
            handled_by(scope).label("handles"),
        )
        .join(Division, Division.code == Dispute.division_code)
        .where(
            visible(scope), shows_a_point(), literal_column(STILL_OPEN), Dispute.place_kind != NOT_LOCATED, *of_grade
        )
        .order_by(Dispute.received_at.desc(), Dispute.id)
    ).all()  # fmt: skip
    rows = [row for row in rows if village_of(row.path) in drawn]
    own = [row for row in rows if row.handles]
    exact = tuple(ExactPoint(row.id, row.case_code, row.lon, row.lat, row.grade) for row in own)
    others = [_Place(row.path, row.lon, row.lat) for row in rows if not row.handles]
    return _divided(session, exact, Counter(village_of(row.path) for row in own), others)


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
    row = math.floor(lat * NORTH / CELL_METRES)
    return _box(row, math.floor(lon * _east(row) / CELL_METRES))


def _east(row: int) -> float:
    """Return the metres of a degree east in a row of squares."""
    return float(metres_per_degree((row + 0.5) * CELL_METRES / NORTH)[0])


def _box(row: int, column: int) -> Box:
    east = _east(row)
    return (
        column * CELL_METRES / east, row * CELL_METRES / NORTH,
        (column + 1) * CELL_METRES / east, (row + 1) * CELL_METRES / NORTH,
    )  # fmt: skip


def _numbers(places: Sequence[_Place]) -> list[tuple[int, int]]:
    """Return row and column of each place's square."""
    lon, lat = np.array([(place.lon, place.lat) for place in places]).reshape(-1, 2).T
    rows = np.floor(lat * NORTH / CELL_METRES).astype(int)
    east = metres_per_degree((rows + 0.5) * CELL_METRES / NORTH)[0]
    columns = np.floor(lon * east / CELL_METRES).astype(int)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _divided(
    session: Session, exact: tuple[ExactPoint, ...], own: Mapping[str, int], places: Sequence[_Place]
) -> Points:
    cells: dict[tuple[int, int], list[str]] = {}
    for number, place in zip(_numbers(places), places, strict=True):
        cells.setdefault(number, []).append(place.path)
    density = _households_per_km2(session, {place.path for place in places})
    in_squares: Counter[str] = Counter()
    by_village: Counter[str] = Counter()
    shown = []
    for (row, column), paths in sorted(cells.items()):
        households = min(density.get(path, 0.0) for path in paths) * (CELL_METRES / 1000) ** 2
        if households >= LEAST_HOUSEHOLDS:
            shown.append((_box(row, column), len(paths)))
            in_squares.update(village_of(path) for path in paths)
        else:
            by_village.update(village_of(path) for path in paths)
    codes = sorted({*own, *in_squares, *by_village})
    shares = {code: Shares(own.get(code, 0), in_squares[code], by_village[code]) for code in codes}
    return Points(exact, tuple(shown), tuple(sorted(by_village.items())), shares)


def _households_per_km2(session: Session, paths: Iterable[str]) -> dict[str, float]:
    """Return how densely each place is lived in: the grid where its households are known, else its village."""
    steps = {path: [code for code in path.strip("/").split("/")[2:] if code] for path in paths}
    known: dict[str, float] = {}
    for part in chunks(sorted({code for codes in steps.values() for code in codes})):
        question = (
            select(Division.code, Division.households, Boundary.area_km2)
            .join(Boundary, Boundary.code == Division.code)
            .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
            .where(
                Division.code.in_(part),
                BoundaryGeneration.state == "active",
                Division.households.is_not(None),
                Boundary.area_km2 > 0,
            )
        )
        known.update((code, (households or 0) / area) for code, households, area in session.execute(question))
    return {
        path: next((known[code] for code in reversed(codes) if code in known), 0.0) for path, codes in steps.items()
    }
