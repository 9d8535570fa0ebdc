"""Boundary generations: loading a file into the pending one, throwing it away, activating it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geo.codes import Level
from geo.features import BoundarySet
from grid_app.clock import local, local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.boundary_changes import BoundaryPlan
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.policy import Actor
from grid_app.queries.boundaries import ACTIVE, PENDING, RETIRED, entries_of, generation_in, in_parts, tree
from grid_app.services.audit import record_audit
from grid_app.services.places.boundaries_changes import shrunk_villages
from grid_app.services.places.boundaries_future import future_of
from grid_app.services.places.boundaries_moves import Mover
from grid_app.services.places.boundaries_pending import NOTHING_PENDING, Pending
from grid_app.services.places.boundaries_plans import kept_successions, plan_row, refuse_future_days
from grid_app.services.places.boundaries_rows import copy_boundaries, entries_in, store_features
from grid_app.services.places.boundaries_turn import (
    Turned,
    add_up_households,
    keep_successions,
    tree_before,
    turn_records,
)
from grid_app.services.places.divisions import TreePlan, apply_plan, unknown_parents
from grid_app.vocabulary.words import LEVEL_WORDS

LONGEST_NAME = 100


@dataclass(frozen=True)
class Imported:
    """What loading a file into the pending generation did, or would do.

    Attributes
    ----------
    generation : int
        Number of the pending generation.
    level : Level
        Level of the file's divisions.
    codes : tuple of str
        All codes of the file.
    replaced : tuple of str
        Those that the pending generation held already; the file's shape takes their place.
    new : tuple of str
        Those that the division tree does not know yet.
    unknown_parents : tuple of str
        Parents that are neither in the file, nor in the pending generation, nor in the tree.
    """

    generation: int
    level: Level
    codes: tuple[str, ...]
    replaced: tuple[str, ...]
    new: tuple[str, ...]
    unknown_parents: tuple[str, ...]


@dataclass(frozen=True)
class Activated:
    """A generation was activated: the tree, how many boundaries each level has now, and what records went elsewhere."""

    generation: int
    plan: TreePlan
    carried_over: int
    counts: Mapping[str, int]
    turned: Turned


def preview_import(session: Session, *, boundary_set: BoundarySet) -> Imported:
    """Return what importing the file would do; writes nothing.

    Raises
    ------
    InvalidError
        When a name is too long to be stored.
    """
    _check_names(boundary_set)
    pending = generation_in(session, PENDING)
    held = {entry.code for entry in entries_of(session, pending.id)} if pending else set()
    known = tree(session)
    codes = tuple(feature.code for feature in boundary_set.features)
    return Imported(
        generation=pending.number if pending else _next_number(session),
        level=boundary_set.level,
        codes=codes,
        replaced=tuple(code for code in codes if code in held),
        new=tuple(code for code in codes if code not in known),
        unknown_parents=tuple(unknown_parents(entries_in(boundary_set), {*known, *held})),
    )


def import_boundaries(
    session: Session, *, boundary_set: BoundarySet, source: str, actor: Actor | None, now: datetime
) -> Imported:
    """Load a file into the pending generation, making one when there is none; nothing that is in use changes.

    ``source`` is the file's name, noted beside the generation. Codes that the pending generation holds already get
    the file's boundary instead.

    Raises
    ------
    InvalidError
        When a name is too long to be stored.
    """
    _lock_pending(session)
    imported = preview_import(session, boundary_set=boundary_set)
    found = generation_in(session, PENDING)
    generation = found.id if found else new_id()
    line = f"{local(now):%Y-%m-%d %H:%M} 导入{LEVEL_WORDS[boundary_set.level]} {len(imported.codes)} 个({source[:80]})"
    if found is None:
        session.add(
            BoundaryGeneration(id=generation, number=imported.generation, state=PENDING, created_at=now, note=line)
        )
        session.flush()  # the boundaries below name the generation's id
    else:
        session.execute(
            update(BoundaryGeneration).where(BoundaryGeneration.id == generation).values(note=f"{found.note}\n{line}")
        )
    for part in in_parts(imported.replaced):
        session.execute(delete(Boundary).where(Boundary.generation_id == generation, Boundary.code.in_(part)))
    store_features(session, generation=generation, boundary_set=boundary_set)
    details = {"level": boundary_set.level, "loaded": len(imported.codes), "replaced": len(imported.replaced)}
    record_audit(
        session, actor, "boundaries.imported", now=now, target=("generation", str(generation)), details=details
    )
    return imported


def activate(
    session: Session, *, actor: Actor | None, now: datetime, successors: Mapping[str, str] | None = None
) -> Activated:
    """Put the pending generation into use: tree, boundaries, records and states change in the caller's transaction.

    Parameters
    ----------
    session : Session
        A writing session.
    actor : Actor or None
        Who activates; ``None`` for the command line.
    now : datetime
        The moment; its day in Shanghai is the first day of new divisions and the last of ended ones.
    successors : mapping of str to str, optional
        Ended code to the code that continues it, beside what stands in the generation's table of successors.

    Raises
    ------
    ConflictError
        When nothing is pending.
    InvalidError
        When a successor is named for a code that does not end, or is none itself.
    """
    _lock_pending(session)
    future = future_of(session, chosen=successors)
    pending = future.pending
    refuse_future_days(future.named, today=local_date(now))
    mover = Mover(pending.id, pending.number, actor, now)
    row = plan_row(session, pending.id)
    row.successors = kept_successions(future.successions)
    shrunk = shrunk_villages(future)
    before = tree_before(session, pending.plan, future.successions, shrunk)
    row.before = before | {"previous": str(pending.active_id or "")}
    apply_plan(session, plan=pending.plan, on=local_date(now), successors=future.onward.course.defaults)
    keep_successions(session, mover, future.successions, pending.plan.revived)
    added = frozenset(node.code for node in pending.plan.added)
    add_up_households(session, future.successions, added=added, shrunk=shrunk)
    _put_into_use(session, pending, now)
    turned = turn_records(session, mover, future)
    details = {"number": pending.number, "added": len(pending.plan.added), "ended": len(pending.plan.ended)}
    record_audit(
        session, actor, "boundaries.activated", now=now, target=("generation", str(pending.id)),
        details=details | turned.details,
    )  # fmt: skip
    session.expire_all()
    now_active = generation_in(session, ACTIVE)
    counts = now_active.counts if now_active else {}
    return Activated(pending.number, pending.plan, len(pending.carried), counts, turned)


def _put_into_use(session: Session, pending: Pending, now: datetime) -> None:
    if pending.active_id is not None:
        copy_boundaries(session, source=pending.active_id, target=pending.id, codes=pending.carried)
        session.execute(
            update(BoundaryGeneration)
            .where(BoundaryGeneration.id == pending.active_id)
            .values(state=RETIRED, retired_at=now)
        )
    session.execute(
        update(BoundaryGeneration).where(BoundaryGeneration.id == pending.id).values(state=ACTIVE, activated_at=now)
    )


def discard(session: Session, *, actor: Actor | None, now: datetime) -> int:
    """Throw the pending generation away and return its number; what is in use stays as it is.

    Raises
    ------
    ConflictError
        When nothing is pending.
    """
    _lock_pending(session)
    pending = generation_in(session, PENDING)
    if pending is None:
        raise ConflictError(NOTHING_PENDING, code="nothing_pending")
    session.execute(delete(Boundary).where(Boundary.generation_id == pending.id))
    session.execute(delete(BoundaryPlan).where(BoundaryPlan.generation_id == pending.id))
    session.execute(delete(BoundaryGeneration).where(BoundaryGeneration.id == pending.id))
    record_audit(session, actor, "boundaries.discarded", now=now, target=("generation", str(pending.id)))
    return pending.number


def _lock_pending(session: Session) -> None:
    """Let whoever loads, activates or throws away the pending generation wait for whoever is at it."""
    session.scalars(select(BoundaryGeneration.id).where(BoundaryGeneration.state == PENDING).with_for_update()).all()


def _check_names(boundary_set: BoundarySet) -> None:
    for feature in boundary_set.features:
        if len(feature.name) > LONGEST_NAME:
            raise InvalidError(
                f"代码 {feature.code} 的名称有 {len(feature.name)} 个字,最多 {LONGEST_NAME} 个。"
                "请核对名称字段选得对不对;什么也没有导入。"
            )


def _next_number(session: Session) -> int:
    return (session.scalar(select(func.max(BoundaryGeneration.number))) or 0) + 1
