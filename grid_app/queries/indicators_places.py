"""Which places and units an indicator may be asked for: those of the own scope, by the order of their codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.places import Division

LEVELS: Final = ("county", "township", "village")
IN_VILLAGES: Final = ("village_committee", "mediation_committee")


@dataclass(frozen=True)
class Place:
    """A county, township or village that may be asked for."""

    code: str
    name: str
    level: str
    path: str


def places_under(session: Session, path: str) -> list[Place]:
    """Return the living places of a subtree down to the villages, in the order of their codes."""
    rows = session.execute(
        select(Division.code, Division.name, Division.level, Division.path)
        .where(Division.path.startswith(path, autoescape=True), Division.level.in_(LEVELS), Division.valid_to.is_(None))
        .order_by(Division.path)
    )
    return [Place(*row) for row in rows]


def units_under(session: Session, place: Place) -> list[tuple[UUID, str]]:
    """Return the open units of a place, in the order of their places; those of villages only within one township."""
    question = (
        select(Unit.id, Unit.name)
        .join(Division, Division.code == Unit.division_code)
        .where(Division.path.startswith(place.path, autoescape=True), Unit.closed_at.is_(None))
        .order_by(Division.path, Unit.kind, Unit.name)
    )
    if place.level == "county":
        question = question.where(Unit.kind.not_in(IN_VILLAGES))
    return [(key, name) for key, name in session.execute(question)]
