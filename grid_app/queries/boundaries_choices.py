"""Villages that can be split or merged, and the next free code of a township."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.queries.boundaries import ACTIVE, PENDING

FIRST, LAST = 201, 599


@dataclass(frozen=True)
class VillageChoice:
    """A village with a boundary, in use or pending, and its township."""

    code: str
    name: str
    township_code: str
    township: str


def village_choices(session: Session) -> list[VillageChoice]:
    """Return the villages that have a boundary, by code; those of the pending generation with the names there."""
    township = aliased(Division)
    rows = session.execute(
        select(Boundary.code, Boundary.name, township.code, township.name, BoundaryGeneration.state)
        .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
        .join(township, township.code == Boundary.parent_code)
        .outerjoin(Division, Division.code == Boundary.code)
        .where(
            Boundary.level == "village",
            BoundaryGeneration.state.in_((ACTIVE, PENDING)),
            or_(Division.code.is_(None), Division.valid_to.is_(None)),
        )
        .order_by(BoundaryGeneration.state, Boundary.code)
    ).all()
    spoken = {row[0][:6] for row in rows if row[4] == PENDING}
    found = {row[0]: VillageChoice(*row[:4]) for row in rows if row[4] == PENDING or row[0][:6] not in spoken}
    return [found[code] for code in sorted(found)]


def free_code(session: Session, township: str) -> str:
    """Return the lowest village code of a township that nothing has or ever had; empty when all are taken."""
    start = f"{township}%"
    used = set(session.scalars(select(Division.code).where(Division.code.like(start))))
    used |= set(session.scalars(select(Boundary.code).where(Boundary.code.like(start)).distinct()))
    return next((code for number in range(FIRST, LAST) if (code := f"{township}{number:03d}") not in used), "")
