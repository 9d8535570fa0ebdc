"""Clocks for disputes that were open before there were clocks; closed ones are history and get none.

In batches by id, each in a transaction of its own: a killed start goes on where it stopped, and a second run finds
nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import InstallationFact
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.services.clocks.rules import Rulebook, rulebook, seed_rules
from grid_app.services.clocks.running import TURNS, clocks_from, starts_of
from grid_app.vocabulary.words import OPEN_STATES

BATCH: Final = 1000
FILLED: Final = "clocks_filled"
CODES: Final = frozenset(code for kind in ("reported", "accepted") for code in TURNS[kind].starts)


def fill_clocks(session: Session, *, now: datetime, after: UUID | None = None, size: int = BATCH) -> UUID | None:
    """Give the next open disputes without any clock theirs; return the last one's id, ``None`` at the end.

    A dispute nobody has taken up gets the clocks that its arrival started, one that was taken up those of handling,
    from the day of acceptance or of the last reopening. Time for an objection is not given anew.
    """
    seed_rules(session, now)
    has_clock = exists().where(Deadline.dispute_id == Dispute.id, Deadline.rule_code.in_(CODES))
    bare = select(Dispute).where(Dispute.state.in_(OPEN_STATES), ~has_clock)
    beyond = bare.where(Dispute.id > after) if after else bare
    found = session.scalars(beyond.order_by(Dispute.id).limit(size).with_for_update()).all()
    book = rulebook(session, CODES, now=now)
    reopened = _reopened(session, [one.id for one in found])
    for dispute in found:
        session.add_all(_clocks(dispute, book, reopened.get(dispute.id)))
    return found[-1].id if found else None


def are_filled(session: Session) -> bool:
    """Say whether every dispute from before there were clocks has been looked at."""
    return session.get(InstallationFact, FILLED) is not None


def mark_filled(session: Session, *, now: datetime) -> None:
    """Note that every dispute from before there were clocks has been looked at."""
    session.add(InstallationFact(name=FILLED, value=now.isoformat()))


def _clocks(dispute: Dispute, book: Rulebook, reopened: datetime | None) -> Sequence[Deadline]:
    if dispute.state == "reported":
        return clocks_from(dispute, starts_of(dispute, "reported"), book=book, started_at=dispute.received_at)
    begun = reopened or dispute.accepted_at or dispute.received_at
    return clocks_from(dispute, starts_of(dispute, "accepted"), book=book, started_at=begun)


def _reopened(session: Session, ids: list[UUID]) -> dict[UUID, datetime]:
    rows: Iterable[tuple[UUID, datetime]] = session.execute(
        select(DisputeEvent.dispute_id, DisputeEvent.at)
        .where(DisputeEvent.dispute_id.in_(ids), DisputeEvent.kind == "reopened")
        .order_by(DisputeEvent.at)
    ).all()
    return dict(rows)
