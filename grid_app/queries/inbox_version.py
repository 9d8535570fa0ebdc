"""Whether an office's inbox has changed: the newest steps of all escalations, and what one kind of reader has waiting.

A version is made of nothing but rows that its reader may open. What lies elsewhere, or is sealed to the reader, cannot
change it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem
from grid_app.policy import Actor, Role, Scope, dispute_scope
from grid_app.queries.inbox import WAITING_STATES, Desk, desks_of, reachable

NEWEST: Final = 200
"""So many of the newest steps are looked at: one that was begun earlier and committed later is among them."""
MOST_ROWS: Final = 500
"""So many waiting escalations are in a version one by one; more are counted."""
MARK_DIGITS: Final = 12


@dataclass(frozen=True)
class Reader:
    """Everybody who sees the same inbox: the same role, place and desks, and the same right to sealed matters.

    ``actor`` and ``desks`` are those of one of them, to ask in their name.
    """

    role: Role
    units: tuple[UUID, ...]
    path: str
    scope: Scope
    actor: Actor = field(compare=False, repr=False)
    desks: tuple[Desk, ...] = field(compare=False, repr=False)

    def is_touched_by(self, units: Collection[UUID]) -> bool:
        """Say whether steps at these units may concern this inbox; a county lead reaches every inbox of the county."""
        return self.role is Role.COUNTY_LEAD or any(unit in units for unit in self.units)


@dataclass(frozen=True)
class Standing:
    """What waits for a reader: a version that says nothing by itself, how many, and a mark of each red one."""

    version: str
    waiting: int
    reds: tuple[str, ...]


def reader_of(session: Session, actor: Actor) -> Reader:
    """Return the kind of reader that an actor is."""
    desks = desks_of(session, actor)
    return Reader(
        role=actor.role,
        units=tuple(dict.fromkeys(desk.unit_id for desk in desks)),
        path=actor.division_path,
        scope=replace(dispute_scope(actor), reporter_account=None),
        actor=actor,
        desks=desks,
    )


def newest_steps(session: Session) -> tuple[UUID, ...]:
    """Return the newest steps of all escalations, newest first; their ids rise with time, so that the index answers."""
    return tuple(session.scalars(select(EscalationEvent.id).order_by(EscalationEvent.id.desc()).limit(NEWEST)))


def units_of(session: Session, steps: Collection[UUID]) -> frozenset[UUID]:
    """Return the units that steps are about: where the escalation lies, and where it no longer lies."""
    at = select(EscalationEvent.unit_id).where(EscalationEvent.id.in_(steps), EscalationEvent.unit_id.is_not(None))
    lies_at = (
        select(InboxItem.unit_id)
        .join(EscalationEvent, EscalationEvent.escalation_id == InboxItem.escalation_id)
        .where(EscalationEvent.id.in_(steps))
    )
    return frozenset(unit for unit in session.scalars(at.union(lies_at)) if unit is not None)


def standing_of(session: Session, reader: Reader) -> Standing:
    """Return what waits for a reader now."""
    mine = reachable(reader.actor, reader.desks), Escalation.state.in_(WAITING_STATES)
    rows = session.execute(
        select(Escalation.id, Escalation.state, Escalation.rung, Escalation.grade, Escalation.next_step_at)
        .where(*mine)
        .order_by(Escalation.id.desc())
        .limit(MOST_ROWS)
    ).all()
    waiting = len(rows)
    if waiting == MOST_ROWS:
        waiting = session.scalar(select(func.count()).select_from(Escalation).where(*mine)) or 0
    told = "|".join(str(tuple(row)) for row in rows)
    return Standing(
        version=_mark(f"{waiting}|{told}"),
        waiting=waiting,
        reds=tuple(_mark(str(row.id)) for row in rows if row.grade == "red"),
    )


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_DIGITS]
