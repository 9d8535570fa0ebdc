"""Taking an activation back: the boundaries before come into use again, and so does the tree; nothing is lost.

What the activation moved goes back. What was recorded since keeps the generation it was located in and is placed by
the boundaries before: by its point, or in what the ended division had continued, or in the township.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from geo.codes import Level
from geo.features import BoundaryFeature
from grid_app.clock import local_date
from grid_app.errors import ConflictError
from grid_app.models.boundary_changes import BoundaryPlan, DivisionSuccession, RecordMove
from grid_app.models.disputes import Dispute
from grid_app.models.places import BoundaryGeneration, Division
from grid_app.policy import Actor
from grid_app.queries.boundaries import ACTIVE, UNDONE, entries_of, features_of, in_parts, tree
from grid_app.queries.boundaries_effects import PLATFORM, open_disputes
from grid_app.queries.boundaries_touched import moves_of, touched_by
from grid_app.queries.boundaries_undo import undo_outlook
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn
from grid_app.services.places.boundaries_attached import Onward, destinations, move_attached, take_back
from grid_app.services.places.boundaries_course import Course
from grid_app.services.places.boundaries_moves import Going, Mover, move_disputes
from grid_app.services.places.boundaries_placing import Ground
from grid_app.services.places.boundaries_turn import Turned, move_open_disputes

CANNOT = "not_undoable"
NOT_THAT_ONE = "您看的那一代边界已经不在使用了,这次没有撤回。请看看现在用的是哪一代,需要时再点撤回。"


@dataclass(frozen=True)
class Undone:
    """An activation was taken back: ``number`` is out of use, ``previous`` in use again."""

    number: int
    previous: int
    back: Turned
    onward: Turned


def undo_activation(session: Session, *, actor: Actor | None, now: datetime, seen: int | None = None) -> Undone:
    """Take the activation in use back, in the caller's transaction.

    ``seen`` is the number of the generation that somebody was shown, so that a second click takes back no second one.

    Raises
    ------
    ConflictError
        There is nothing to go back to, something is pending, or the time is over and something was recorded since; or
        another generation than the one that was shown is in use.
    """
    session.scalars(select(BoundaryGeneration.id).where(BoundaryGeneration.state == ACTIVE).with_for_update()).all()
    outlook = undo_outlook(session, now=now)
    if outlook.active is None or outlook.previous is None or outlook.why_not:
        raise ConflictError(outlook.why_not, code=CANNOT)
    if seen not in (None, outlook.active.number):
        raise ConflictError(NOT_THAT_ONE, code=CANNOT)
    take_turn(session)
    mover = Mover(outlook.active.id, outlook.active.number, actor, now)
    before: dict[str, Any] = session.get_one(BoundaryPlan, outlook.active.id).before or {}
    defaults = _restore_tree(session, mover, before)
    _change_states(session, outlook.active.id, outlook.previous.id, now)
    back = _take_back(session, mover)
    onward = _go_on(session, mover, outlook.previous.id, before["added"], defaults)
    details = {"number": mover.number, "previous": outlook.previous.number}
    record_audit(
        session, actor, "boundaries.undone", now=now, target=("generation", str(mover.generation_id)),
        details=details | back.details,
    )  # fmt: skip
    session.expire_all()
    return Undone(mover.number, outlook.previous.number, back, onward)


def place_stragglers(session: Session, *, now: datetime) -> int:
    """Move open disputes that stand on an ended division: reopened ones, and those that came while boundaries changed.

    Returns how many moved.
    """
    active = session.scalar(select(BoundaryGeneration).where(BoundaryGeneration.state == ACTIVE))
    codes = set(open_disputes(session, scope=PLATFORM).codes) if active else set()
    ended = (
        session.scalar(select(Division.code).where(Division.code.in_(part), Division.valid_to.is_not(None)).limit(1))
        for part in in_parts(sorted(codes))
    )
    if active is None or not any(ended):
        return 0
    rows = session.execute(select(Division.code, Division.successor_code).where(Division.successor_code.is_not(None)))
    defaults = {row.code: str(row.successor_code) for row in rows}
    ground = _ground(session, active.id, defaults)
    return move_open_disputes(session, Mover(active.id, active.number, None, now), ground).total()


def _restore_tree(session: Session, mover: Mover, before: dict[str, Any]) -> dict[str, str]:
    """Put the tree back, end what had been added, and return what takes over from that."""
    today = local_date(mover.now)
    names = ("code", "name", "kind", "parent_code", "path", "valid_to", "successor_code", "households")
    rows = [dict(zip(names, row, strict=True)) for row in before["rows"]]
    for row in rows:
        row["valid_to"] = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    if rows:
        session.execute(update(Division), rows)
    ways = session.execute(
        select(DivisionSuccession.old_code, DivisionSuccession.new_code)
        .where(DivisionSuccession.generation_id == mover.generation_id)
        .order_by(DivisionSuccession.old_code)
    ).all()
    session.execute(delete(DivisionSuccession).where(DivisionSuccession.generation_id == mover.generation_id))
    added = set(before["added"])
    origins: dict[str, list[str]] = {code: [] for code in sorted(added)}
    for old, new in ways:
        if new in added:
            origins[new].append(old)
    defaults = {new: olds[0] for new, olds in origins.items() if len(olds) == 1}
    if origins:
        ended = [{"code": code, "valid_to": today, "successor_code": defaults.get(code)} for code in origins]
        session.execute(update(Division), ended)
    _restore_successions(session, mover, before["continued"], origins)
    return defaults


def _restore_successions(
    session: Session, mover: Mover, continued: Sequence[Sequence[Any]], origins: dict[str, list[str]]
) -> None:
    names = ("old_code", "new_code", "since", "is_default", "generation_id")
    rows: list[dict[str, Any]] = [
        dict(zip(names, (old, new, date.fromisoformat(since), default, UUID(generation)), strict=True))
        for old, new, since, default, generation in continued
    ]
    rows += [
        dict(zip(names, (new, old, local_date(mover.now), len(olds) == 1, mover.generation_id), strict=True))
        for new, olds in origins.items()
        for old in olds
    ]
    if rows:
        session.execute(insert(DivisionSuccession), rows)


def _change_states(session: Session, active: UUID, previous: UUID, now: datetime) -> None:
    """Put the generation before into use again; the other one counts as never in use for what looks back."""
    session.execute(
        update(BoundaryGeneration)
        .where(BoundaryGeneration.id == active)
        .values(state=UNDONE, retired_at=now, activated_at=None)
    )
    session.execute(
        update(BoundaryGeneration).where(BoundaryGeneration.id == previous).values(state=ACTIVE, retired_at=None)
    )


def _take_back(session: Session, mover: Mover) -> Turned:
    moves = moves_of(session, mover.generation_id)
    by_kind: dict[str, list[RecordMove]] = {}
    for move in moves:
        by_kind.setdefault(move.kind, []).append(move)
    disputes: Counter[str] = Counter()
    attached: Counter[str] = Counter()
    for kind, some in by_kind.items():
        going = [Going(one.record_id, one.to_code, one.from_code, "origin") for one in some]
        if kind == "dispute":
            disputes = move_disputes(session, mover, _unmoved_since(session, going), keep=False)
        else:
            attached[kind] = len({one.id for one in take_back(session, kind, going)})
    for move in moves:
        move.undone_at = mover.now
    session.flush()  # bulk statements follow, which do not look at waiting rows
    return Turned(disputes, attached)


def _unmoved_since(session: Session, going: Sequence[Going]) -> list[Going]:
    """Return those that still stand where the activation put them, the first way of each record only."""
    first: dict[UUID, Going] = {}
    for one in going:
        first.setdefault(one.id, one)
    there = {
        key: code
        for part in in_parts(sorted(map(str, first)))
        for key, code in session.execute(
            select(Dispute.id, Dispute.division_code).where(Dispute.id.in_([UUID(text) for text in part]))
        )
    }
    return [one for one in first.values() if there.get(one.id) == one.from_code]


def _go_on(session: Session, mover: Mover, previous: UUID, added: Sequence[str], defaults: dict[str, str]) -> Turned:
    """Place what was recorded meanwhile by the boundaries in use again."""
    ground = _ground(session, previous, defaults)
    disputes = move_open_disputes(session, mover, ground)
    onward = Onward(ground.course, {new: (old,) for new, old in defaults.items()}, {}, ground.villages)
    touched = touched_by(session, added, now=mover.now)
    attached = move_attached(session, mover, destinations(touched, onward))
    for move in moves_of(session, mover.generation_id):
        move.undone_at = mover.now  # nothing of it can be taken back again
    return Turned(disputes, attached)


def _ground(session: Session, generation_id: UUID, defaults: dict[str, str]) -> Ground:
    entries = entries_of(session, generation_id)
    nodes = tree(session)

    def shapes(level: Level) -> list[BoundaryFeature]:
        codes = [one.code for one in entries if one.level == level and nodes[one.code].alive]
        return features_of(session, generation_id, codes)

    return Ground(shapes("village"), shapes("grid"), Course(nodes, defaults))
