"""Disputes that a change of boundaries put somewhere without a point, for their township to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.boundary_changes import RecordMove
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.policy import Actor, Scope
from grid_app.queries.boundaries_successors import successors_of
from grid_app.queries.disputes_places import place_names, villages_of
from grid_app.queries.masking import mask_text
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

MOST: Final = 100


@dataclass(frozen=True)
class MovedDispute:
    """One open dispute that was put somewhere without a point, and where it may belong.

    ``choices`` are the successors of its old village, or every village of the actor's area when none is named.
    """

    id: UUID
    version: int
    case_code: str
    category: str
    excerpt: str
    before: str
    now_at: str
    moved_at: datetime
    choices: tuple[tuple[str, str], ...]


def moved_disputes(session: Session, actor: Actor, *, scope: Scope) -> list[MovedDispute]:
    """Return the open disputes that nobody has settled since they were put where they are, by case code."""
    later = aliased(DisputeEvent)
    settled = exists().where(later.dispute_id == Dispute.id, later.kind == "place_settled", later.at >= RecordMove.at)
    rows = session.execute(
        select(Dispute, RecordMove)
        .join(RecordMove, (RecordMove.record_id == Dispute.id) & (RecordMove.kind == "dispute"))
        .where(
            visible(scope),
            Dispute.state.in_(OPEN_STATES),
            RecordMove.how.in_(("default", "parent")),
            RecordMove.to_code == Dispute.division_code,
            ~settled,
        )
        .order_by(Dispute.case_code, RecordMove.at.desc())
        .limit(MOST)
    ).all()
    first: dict[UUID, tuple[Dispute, RecordMove]] = {}
    for dispute, move in rows:
        first.setdefault(dispute.id, (dispute, move))
    names = place_names(session, {code for _, move in first.values() for code in (move.from_code, move.to_code)})
    own = tuple((one.code, f"{one.township} {one.name}") for one in villages_of(session, actor))
    heirs = {code: _heirs(session, code) for code in {move.from_code[:12] for _, move in first.values()}}
    return [
        MovedDispute(
            dispute.id,
            dispute.version,
            dispute.case_code,
            dispute.category,
            mask_text(dispute.summary).text[:60],
            names[move.from_code],
            names[move.to_code],
            move.at,
            heirs[move.from_code[:12]] or own,
        )
        for dispute, move in first.values()
    ]


def _heirs(session: Session, code: str) -> tuple[tuple[str, str], ...]:
    found = [one for one in successors_of(session, code) if one.is_living]
    return tuple((one.code, f"{one.name} {one.code}") for one in found)
