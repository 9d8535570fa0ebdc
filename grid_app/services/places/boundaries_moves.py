"""Writing where open disputes went when boundaries changed: the row, its history and the move, in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.boundary_changes import RecordMove
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import Escalation
from grid_app.policy import Actor
from grid_app.queries.chunks import chunks
from grid_app.services.matters.step import take_turn

EVENT = "boundary_moved"


@dataclass(frozen=True)
class Mover:
    """Which generation moves records, in whose name and when; ``number`` is what people call the generation."""

    generation_id: UUID
    number: int
    actor: Actor | None
    now: datetime


@dataclass(frozen=True)
class Going:
    """One record on its way from one division to another."""

    id: UUID
    from_code: str
    to_code: str
    how: str


def move_disputes(session: Session, mover: Mover, going: Sequence[Going], *, keep: bool = True) -> Counter[str]:
    """Give disputes and their open escalations another division and return how many by how.

    The history of each says from where to where and why; the generation it was located in stays as it was. ``keep``
    notes the moves, so that they can be taken back.
    """
    if not going:
        return Counter()
    take_turn(session)
    session.flush()  # the bulk statements below do not look at waiting rows
    for part in _parts(going):
        ids = [one.id for one in part]
        versions = _versions(session, ids)
        numbers = _numbers(session, ids)
        held = [one for one in part if one.id in versions]
        session.execute(
            update(Dispute),
            [{"id": one.id, "division_code": one.to_code, "version": versions[one.id] + 1} for one in held],
        )
        events = [_event(mover, one, number=numbers.get(one.id, 0) + 1, version=versions[one.id]) for one in held]
        session.execute(insert(DisputeEvent), events)
        if keep:
            keep_moves(session, mover, "dispute", held)
            _move_escalations(session, mover, {one.id: one for one in held})
    return Counter(one.how for one in going)


def keep_moves(session: Session, mover: Mover, kind: str, going: Sequence[Going]) -> None:
    """Note what was moved, so that it can be shown and taken back."""
    rows = [
        {
            "id": new_id(),
            "generation_id": mover.generation_id,
            "kind": kind,
            "record_id": one.id,
            "from_code": one.from_code,
            "to_code": one.to_code,
            "how": one.how,
            "at": mover.now,
        }
        for one in going
    ]
    if rows:
        session.execute(insert(RecordMove), rows)


def _parts(going: Sequence[Going]) -> list[Sequence[Going]]:
    size = 1_000
    return [going[start : start + size] for start in range(0, len(going), size)]


def _versions(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(select(Dispute.id, Dispute.version).where(Dispute.id.in_(ids)))
    return {key: version for key, version in rows}  # noqa: C416 - a row is not a pair to the type checker


def _numbers(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(DisputeEvent.dispute_id, func.max(DisputeEvent.number))
        .where(DisputeEvent.dispute_id.in_(ids))
        .group_by(DisputeEvent.dispute_id)
    )
    return {key: number for key, number in rows}  # noqa: C416 - as above


def _event(mover: Mover, one: Going, *, number: int, version: int) -> dict[str, object]:
    return {
        "id": new_id(),
        "dispute_id": one.id,
        "number": number,
        "at": mover.now,
        "kind": EVENT,
        "assignment_id": mover.actor.assignment_id if mover.actor else None,
        "note": "",
        "details": {
            "from": one.from_code,
            "to": one.to_code,
            "how": one.how,
            "generation": mover.number,
            "on_version": version,
        },
    }


def _move_escalations(session: Session, mover: Mover, moved: dict[UUID, Going]) -> None:
    rows = [
        row
        for part in chunks(sorted(moved))
        for row in session.execute(
            select(Escalation.id, Escalation.dispute_id, Escalation.division_code).where(
                Escalation.dispute_id.in_(part), Escalation.state == "open"
            )
        )
    ]
    going = [Going(row.id, row.division_code, moved[row.dispute_id].to_code, moved[row.dispute_id].how) for row in rows]
    if going:
        session.execute(update(Escalation), [{"id": one.id, "division_code": one.to_code} for one in going])
        keep_moves(session, mover, "escalation", going)
