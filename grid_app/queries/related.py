"""Disputes that may belong together: likely duplicates of one, its links, and the earlier ones of its own village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink, Organisation
from grid_app.policy import Scope
from grid_app.queries.disputes import DisputeLine, lines_by_id
from grid_app.queries.nearby import Asked, Hint, similar_open
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

MOST_SUGGESTED: Final = 10
PER_PAGE: Final = 20


@dataclass(frozen=True)
class Linked:
    """A dispute that a person linked to another: how, and what of it is worth knowing before it is tried again."""

    line: DisputeLine
    relation: str
    is_earlier: bool
    closure_ground: str | None
    failed: int
    agreed: bool
    performed: bool


@dataclass(frozen=True)
class Choice:
    """An earlier dispute of the village that may be picked, with the state it is in."""

    id: UUID
    case_code: str
    noted_on: date
    category: str
    state: str
    summary: str


@dataclass(frozen=True)
class Choices:
    """One page of earlier disputes; ``more`` says whether there is another."""

    rows: tuple[Choice, ...]
    more: bool


def suggestions(session: Session, *, scope: Scope, dispute_id: UUID, today: date) -> list[Hint]:
    """Return open disputes of the scope that may be the same matter, about which nobody has answered yet."""
    row = session.execute(
        select(Dispute, Organisation.name_key)
        .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
        .where(Dispute.id == dispute_id, Dispute.state.in_(OPEN_STATES), visible(scope))
    ).first()
    if row is None:
        return []
    dispute, organisation = row
    asked = Asked(
        category=dispute.category,
        text=dispute.summary,
        village_code=dispute.division_code[:12],
        lon=dispute.lon,
        lat=dispute.lat,
        organisation=organisation or "",
        today=today,
        leave_out=frozenset(key for key, _, _ in _pairs(session, dispute_id)) | {dispute_id},
    )
    return similar_open(session, scope=scope, asked=asked, limit=MOST_SUGGESTED)


def linked_to(session: Session, *, scope: Scope, dispute_id: UUID) -> list[Linked]:
    """Return the disputes linked to one of the scope that lie in the scope too; what was taken back is left out."""
    relations = {key: relation for key, relation, _ in _pairs(session, dispute_id) if relation != "unrelated"}
    lines = lines_by_id(session, scope=scope, ids=list(relations))
    if not lines:
        return []
    received = session.scalar(select(Dispute.received_at).where(Dispute.id == dispute_id))
    closed = session.execute(select(Dispute.id, Dispute.closure_ground).where(Dispute.id.in_(relations)))
    grounds = dict(closed.all())
    moves = _moves(session, [line.id for line in lines])
    return [
        Linked(
            line,
            relations[line.id],
            received is not None and line.received_at < received,
            grounds.get(line.id),
            moves.get((line.id, "terminated"), 0),
            bool(moves.get((line.id, "agreed"))),
            bool(moves.get((line.id, "performed"))),
        )
        for line in lines
    ]


def earlier_choices(session: Session, *, scope: Scope, dispute_id: UUID, all_kinds: bool, page: int) -> Choices:
    """Return the disputes of the same village that came before one of the scope, the newest first.

    Only the village and the kind narrow the list; nobody looks for a person in it.
    """
    found = session.execute(
        select(Dispute.division_code, Dispute.category, Dispute.received_at).where(
            Dispute.id == dispute_id, visible(scope)
        )
    ).first()
    if found is None:
        return Choices((), more=False)
    village, kind = found.division_code[:12], found.category[:2]
    conditions = [
        visible(scope),
        Dispute.division_code.startswith(village, autoescape=True),
        Dispute.received_at < found.received_at,
        Dispute.id.not_in([key for key, relation, _ in _pairs(session, dispute_id) if relation != "unrelated"]),
    ]
    if not all_kinds:
        conditions.append(Dispute.category.startswith(kind, autoescape=True))
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.noted_on, Dispute.category, Dispute.state, Dispute.summary)
        .where(*conditions)
        .order_by(Dispute.noted_on.desc(), Dispute.id)
        .offset(max(page, 0) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    return Choices(tuple(Choice(*row) for row in rows[:PER_PAGE]), more=len(rows) > PER_PAGE)


def has_earlier_matter(session: Session, *, scope: Scope, dispute_id: UUID) -> bool:
    """Say whether a handler should look at an earlier matter before the next attempt."""
    return any(one.relation == "earlier_matter" and one.is_earlier for one in
               linked_to(session, scope=scope, dispute_id=dispute_id))  # fmt: skip


def _pairs(session: Session, dispute_id: UUID) -> list[tuple[UUID, str, bool]]:
    """Return each linked dispute with the relation, and whether the link was made from this one."""
    rows = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation).where(
            or_(DisputeLink.dispute_id == dispute_id, DisputeLink.other_id == dispute_id)
        )
    )
    return [(other if one == dispute_id else one, relation, one == dispute_id) for one, other, relation in rows]


def _moves(session: Session, ids: list[UUID]) -> dict[tuple[UUID, str], int]:
    rows = session.execute(
        select(DisputeEvent.dispute_id, DisputeEvent.to_state, func.count())
        .where(
            DisputeEvent.dispute_id.in_(ids),
            DisputeEvent.to_state.in_(("terminated", "agreed", "performed")),
            DisputeEvent.from_state.is_not(None),
        )
        .group_by(DisputeEvent.dispute_id, DisputeEvent.to_state)
    )
    return {(key, state): count for key, state, count in rows if state}
