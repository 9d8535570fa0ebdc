"""The layers of areas for other programs: bounds say which lie in a box, and few shapes are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import Boundary, Division
from grid_app.policy import Scope
from grid_app.queries.boundaries import features_of, in_parts

Value = str | int | float | None
Box = tuple[float, float, float, float]
AREAS: Final[dict[str, Level]] = {"townships": "township", "villages": "village", "grids": "grid"}


@dataclass(frozen=True)
class Place:
    """A feature before it is drawn: with its own point, or the shape of the division ``code``; ``since`` is its day."""

    id: str
    code: str = ""
    point: tuple[float, float] | None = None
    since: date | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """Who asks for layers and when; ``counts`` says whether sums of disputes may be read, by the asker's rights."""

    scope: Scope
    now: datetime
    counts: bool


@dataclass(frozen=True)
class Bounds:
    """The divisions of one level of a generation, and the box around each in degrees: west, south, east, north."""

    codes: NDArray[np.str_]
    boxes: NDArray[np.float64]


BoundsOf = Callable[[Session, UUID, Level], Bounds]
"""Gives the bounds of one level of a generation; a generation never changes, so they may be kept."""


def read_bounds(session: Session, generation: UUID, level: Level) -> Bounds:
    """Read the bounds of every division of one level."""
    rows = session.execute(
        select(Boundary.code, Boundary.polygon).where(Boundary.generation_id == generation, Boundary.level == level)
    ).all()
    codes = np.array([row.code for row in rows], dtype=np.str_)
    return Bounds(codes, shapely.bounds(shapely.from_wkb([row.polygon.desc for row in rows])).reshape(-1, 4))


def area_codes(session: Session, layer: str, asking: Asking, generation: UUID | None) -> list[str]:
    """Return the codes of a layer's areas that the asker may see, in their order."""
    rows = session.scalars(
        select(Division.code)
        .join(Boundary, Boundary.code == Division.code)
        .where(
            Boundary.generation_id == generation,
            Division.level == AREAS[layer],
            Division.valid_to.is_(None),
            or_(*[Division.path.startswith(path, autoescape=True) for path in asking.scope.paths]),
        )
    )
    return sorted(rows)


def area_places(session: Session, layer: str, codes: Sequence[str]) -> list[Place]:
    """Return the areas of the codes with what is said of them, in the order of the codes."""
    rows = {
        row.code: row
        for part in in_parts(codes)
        for row in session.execute(
            select(Division.code, Division.name, Division.parent_code, Division.households).where(
                Division.code.in_(part)
            )
        )
    }
    return [
        Place(
            code,
            code,
            properties={"code": code, "name": rows[code].name, "parent_code": rows[code].parent_code}
            | ({"households": rows[code].households} if layer == "villages" else {}),
        )
        for code in codes
    ]


def touching_codes(
    session: Session, codes: Sequence[str], bounds: Bounds, *, generation: UUID, boxes: Sequence[Box]
) -> list[str]:
    """Return those of the codes whose areas touch one of the boxes, in their order.

    Whoever's bounds lie in a box touches it; only shapes whose bounds cross the edge of one are read.
    """
    within, across = np.zeros(len(bounds.codes), dtype=bool), np.zeros(len(bounds.codes), dtype=bool)
    left, low, right, high = bounds.boxes.T
    for west, south, east, north in boxes:
        within |= (left >= west) & (low >= south) & (right <= east) & (high <= north)
        across |= (left <= east) & (low <= north) & (right >= west) & (high >= south)
    touching = set(bounds.codes[within].tolist())
    unsure = set(bounds.codes[across & ~within].tolist()).intersection(codes)
    asked = shapely.union_all([shapely.box(*one) for one in boxes])
    shapely.prepare(asked)
    touching |= {
        one.code for one in features_of(session, generation, sorted(unsure)) if shapely.intersects(asked, one.polygon)
    }
    return [code for code in codes if code in touching]
