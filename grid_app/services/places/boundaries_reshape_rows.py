"""Writing what a split or merge made into the pending generation, with all else of its county and the successors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from geo.codes import Level, level_of
from geo.features import BoundaryFeature, BoundarySet
from grid_app.clock import local
from grid_app.database.base import new_id
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.policy import Actor
from grid_app.queries.boundaries import ACTIVE, PENDING, entries_of, generation_in, generations, in_parts
from grid_app.services.audit import record_audit
from grid_app.services.places.boundaries_base import Base
from grid_app.services.places.boundaries_course import Succession, with_single_defaults
from grid_app.services.places.boundaries_plans import kept_successions, plan_row, successions_in
from grid_app.services.places.boundaries_rows import copy_boundaries, store_features


@dataclass(frozen=True)
class Reshape:
    """What a split or merge comes to.

    Attributes
    ----------
    gone : frozenset of str
        Codes of villages and grids whose boundary is given up; some come back among the new ones.
    villages, grids : tuple of BoundaryFeature
        The new boundaries, neighbours that only got a corner included.
    ways : tuple of Succession
        What continues which.
    told : str
        The same in words.
    """

    gone: frozenset[str]
    villages: tuple[BoundaryFeature, ...]
    grids: tuple[BoundaryFeature, ...]
    ways: tuple[Succession, ...]
    told: str


def store_reshape(session: Session, base: Base, made: Reshape, *, actor: Actor | None, now: datetime) -> int:
    """Write it beside the generation in use and return the number of the pending generation."""
    key, number = _pending(session, made.told, now)
    _write(session, base, made, key)
    row = plan_row(session, key)
    onward = {one.old: one.new for one in made.ways if one.is_default}
    earlier = [replace(one, new=onward.get(one.new, one.new)) for one in successions_in(row)]
    known = [one for one in made.ways if one.old in base.nodes]
    row.successors = kept_successions(with_single_defaults([*earlier, *known]))
    row.asked = [*row.asked, made.told]
    details = {"villages": len(made.villages), "grids": len(made.grids), "gone": len(made.gone)}
    record_audit(session, actor, "boundaries.reshaped", now=now, target=("generation", str(key)), details=details)
    return number


def _pending(session: Session, told: str, now: datetime) -> tuple[UUID, int]:
    """Return id and number of the pending generation, made when there is none."""
    line = f"{local(now):%Y-%m-%d %H:%M} {told}"
    pending = generation_in(session, PENDING)
    if pending is not None:
        session.execute(
            update(BoundaryGeneration).where(BoundaryGeneration.id == pending.id).values(note=f"{pending.note}\n{line}")
        )
        return pending.id, pending.number
    key, number = new_id(), max(row.number for row in generations(session)) + 1
    session.add(BoundaryGeneration(id=key, number=number, state=PENDING, created_at=now, note=line))
    session.flush()  # the boundaries below name the generation's id
    return key, number


def _write(session: Session, base: Base, made: Reshape, key: UUID) -> None:
    """Store the new boundaries and, of the same county and levels, all others as they are."""
    new: dict[Level, tuple[BoundaryFeature, ...]] = {"village": made.villages, "grid": made.grids}
    given = {one.code for some in new.values() for one in some} | made.gone
    held = {one.code for one in entries_of(session, key)}
    for part in in_parts(sorted(given)):
        session.execute(delete(Boundary).where(Boundary.generation_id == key, Boundary.code.in_(part)))
    spoken = {(level_of(code), code[:6]) for code in given}
    along = [code for code in base.features if (level_of(code), code[:6]) in spoken and code not in given | held]
    active = generation_in(session, ACTIVE)
    if active is not None:
        copy_boundaries(session, source=active.id, target=key, codes=along)
    for level, some in new.items():
        store_features(session, generation=key, boundary_set=BoundarySet(level, "wgs84", some, (), ()))
