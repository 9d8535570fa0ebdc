"""The next date of each dispute, kept in a column, so that lists sort and filter by it at any size.

The date is the earliest of its running clocks that are a duty (a right of the resident that lapses is nobody's delay)
and, until somebody takes the dispute up, of the first action by grade. It follows the clocks by itself: whatever
changes a clock, a state or a grade in a session, the date is set anew before the change is written. A dispute that has
ended has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from grid_app.clocks.rules import STANDING, Kind, Passes
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.services.clocks.dates import next_date
from grid_app.vocabulary.words import OPEN_STATES

MOVES: Final = ("state", "grade", "accepted_at")
FINISH: Final = "finish_target"
RIGHTS: Final = frozenset(rule.code for rule in STANDING if rule.passes is Passes.LAPSES)
"""Rules whose passing ends a right; a new version of a rule never turns a right into a duty."""


def settle_due(dispute: Dispute, clocks: Iterable[Deadline]) -> None:
    """Set the next dates of a dispute by its running clocks."""
    if dispute.state not in OPEN_STATES:
        dispute.due_at, dispute.statutory_due_at = None, None
        return
    duties = [one for one in clocks if one.done_at is None and one.rule_code not in RIGHTS]
    finish = min((one.due_at for one in duties if one.rule_code == FINISH), default=None)
    target = next_date(
        state=dispute.state,
        grade=dispute.grade,
        received_at=dispute.received_at,
        accepted_at=dispute.accepted_at,
        finish_due=finish,
    )
    moments = [one.due_at for one in duties] + ([target.at] if target else [])
    dispute.due_at = min(moments)
    dispute.statutory_due_at = min((one.due_at for one in duties if one.kind == Kind.STATUTORY), default=None)


@event.listens_for(Session, "before_flush")
def _follow(session: Session, _context: object, _instances: object) -> None:
    """Set the dates of every dispute whose clocks, state or grade are about to be written."""
    clocks = [one for one in (*session.new, *session.dirty) if isinstance(one, Deadline)]
    changed = [one for one in (*session.new, *session.dirty) if isinstance(one, Dispute) and _moved(session, one)]
    if not clocks and not changed:
        return
    with session.no_autoflush:
        ids = {one.dispute_id for one in clocks} - {one.id for one in changed}
        changed += [found for found in (session.get(Dispute, one) for one in ids) if found is not None]
        running = _running(session, [one for one in changed if one not in session.new], clocks)
        for dispute in changed:
            settle_due(dispute, running.get(dispute.id, ()))


def _moved(session: Session, dispute: Dispute) -> bool:
    if dispute in session.new:
        return True
    facts = inspect(dispute).attrs
    return any(facts[name].history.has_changes() for name in MOVES)


def _running(
    session: Session, stored: Collection[Dispute], pending: Collection[Deadline]
) -> dict[UUID, list[Deadline]]:
    """Return the clocks of disputes as they will stand, those that are about to be written included."""
    ids = [one.id for one in stored]
    rows = (
        session.scalars(select(Deadline).where(Deadline.dispute_id.in_(ids), Deadline.done_at.is_(None))) if ids else ()
    )
    found: dict[UUID, list[Deadline]] = {}
    for clock in {id(one): one for one in (*rows, *pending)}.values():
        found.setdefault(clock.dispute_id, []).append(clock)
    return found
