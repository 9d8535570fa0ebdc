"""The division that a command about coverage is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.places import Division


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
