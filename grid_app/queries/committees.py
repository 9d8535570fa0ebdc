"""The mediation committees of an area with how they are made up: numbers and days, never who sits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.mediation import CommitteeComposition
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.queries.accounts import under

COMMITTEE = "mediation_committee"
TERM_YEARS: Final = 3


@dataclass(frozen=True)
class Composition:
    """How one committee is made up; ``version`` is the one on the screen when it is changed."""

    members: int
    has_director: bool
    women: int
    mixed_area: bool
    has_minority: bool
    elected_on: date
    changed_on: date
    filed_on: date | None
    version: int


@dataclass(frozen=True)
class Committee:
    """A committee; ``made_up`` is ``None`` while nobody has entered anything."""

    unit_id: UUID
    name: str
    division_code: str
    made_up: Composition | None


def committees_of(session: Session, actor: Actor, *, unit_id: UUID | None = None) -> list[Committee]:
    """Return the open mediation committees of the actor's area in the order of places, or one of them."""
    question = (
        select(Unit.id, Unit.name, Unit.division_code, CommitteeComposition)
        .join(Division, Division.code == Unit.division_code)
        .outerjoin(CommitteeComposition, CommitteeComposition.unit_id == Unit.id)
        .where(Unit.kind == COMMITTEE, Unit.closed_at.is_(None), under(actor.division_path))
        .order_by(Unit.division_code, Unit.name, Unit.id)
    )
    if unit_id is not None:
        question = question.where(Unit.id == unit_id)
    return [Committee(key, name, code, _composition(row)) for key, name, code, row in session.execute(question)]


def _composition(row: CommitteeComposition | None) -> Composition | None:
    if row is None:
        return None
    return Composition(
        row.members, row.has_director, row.women, row.mixed_area, row.has_minority, row.elected_on, row.changed_on,
        row.filed_on, row.version,
    )  # fmt: skip


def term_ends(elected_on: date) -> date:
    """Return the last day of a term of three years."""
    try:
        return elected_on.replace(year=elected_on.year + TERM_YEARS) - timedelta(days=1)
    except ValueError:  # elected on 29 February
        return elected_on.replace(year=elected_on.year + TERM_YEARS, day=28)
