"""Which units an actor may choose for joint work on a dispute, and which unit its place belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.areas import Responsible, responsible_for
from grid_app.queries.joint import callable_departments, competent_units, is_county_centre, joinable_units
from grid_app.queries.scoping import visible

Choice = tuple[str, str]


@dataclass(frozen=True)
class Choices:
    """Departments to call, units to handle it with, organs that may be competent, and who answers for the place."""

    departments: tuple[Choice, ...] = ()
    joinable: tuple[Choice, ...] = ()
    competent: tuple[Choice, ...] = ()
    responsible: Responsible | None = None


def choices_for(session: Session, dispute_id: UUID, *, actor: Actor) -> Choices:
    """Return the choices for a dispute of the actor's own scope; none for one of another place."""
    scope = dispute_scope(actor)
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(scope)))
    if dispute is None:
        return Choices()
    wide = is_county_centre(session, actor)
    return Choices(
        _named(callable_departments(session, dispute)),
        _named(joinable_units(session, dispute, scope=scope, county_wide=wide)),
        _named(competent_units(session, dispute)),
        responsible_for(session, dispute_id),
    )


def _named(units: list[Unit]) -> tuple[Choice, ...]:
    return tuple((str(unit.id), unit.name) for unit in units)
