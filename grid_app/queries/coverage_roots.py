"""What a page or a command about coverage is asked about: a division, or an area without its villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_area import Area, Place, root_in_scope


@dataclass(frozen=True)
class Root:
    """A county, township or village."""

    code: str
    name: str
    path: str


def roots_of(session: Session, code: str) -> list[Root]:
    """Return the division of that code unless it is a grid or has ended; without a code all counties."""
    question = select(Division).where(Division.valid_to.is_(None), Division.level != "grid")
    condition = Division.code == code if code else Division.level == "county"
    rows = session.scalars(question.where(condition).order_by(Division.code))
    return [Root(row.code, row.name, row.path) for row in rows]


def area_around(session: Session, *, scope: Scope, code: str | None) -> Area | None:
    """Return the area under a division of the scope (without a code its root) with townships but no villages.

    Coverage reads the villages itself; ``None`` when the division is not the scope's to see.
    """
    root = root_in_scope(session, scope=scope, code=code)
    if root is None:
        return None
    active = session.execute(
        select(BoundaryGeneration.id, BoundaryGeneration.number).where(BoundaryGeneration.state == "active")
    ).first()
    above = session.scalars(select(Division).where(Division.code.in_(root.path.strip("/").split("/")[:-1])))
    townships = session.scalars(
        select(Division)
        .where(
            Division.level == "township",
            Division.valid_to.is_(None),
            Division.path.startswith(root.path, autoescape=True),
        )
        .order_by(Division.code)
    )
    return Area(
        root=_place(root),
        above=tuple(sorted((_place(row) for row in above), key=lambda place: len(place.path))),
        townships={row.code: _place(row) for row in townships},
        villages={},
        generation_id=active.id if active else None,
        generation_number=active.number if active else 0,
    )


def _place(row: Division) -> Place:
    level = cast("Level", row.level)  # the column holds nothing else
    return Place(row.code, row.name, level, row.kind, row.path, row.parent_code, row.households)
