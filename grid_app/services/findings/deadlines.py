"""The clocks of a finding: counted by the same versioned rules and calendar as the clocks of disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.findings import FindingDeadline
from grid_app.services.clocks.rules import rulebook
from grid_app.services.findings.states import Move


def start_clocks(
    session: Session, *, finding_id: UUID, codes: Sequence[str], started_at: datetime, now: datetime
) -> None:
    """Start clocks of a finding; one of the same rule that runs is replaced."""
    if not codes:
        return
    end_clocks(session, finding_id=finding_id, codes=codes, ended="replaced", now=now)
    book = rulebook(session, codes, now=now)
    for code in codes:
        rule = book.rule(code, started_at=started_at)
        counted = book.count(rule, started_at=started_at)
        session.add(
            FindingDeadline(
                id=new_id(),
                finding_id=finding_id,
                rule_code=code,
                rule_version=rule.version,
                day_kind=str(rule.unit),
                started_at=started_at,
                due_at=counted.due_at,
                explanation=counted.as_data(),
            )
        )


def end_clocks(session: Session, *, finding_id: UUID, codes: Sequence[str] | None, ended: str, now: datetime) -> None:
    """End the running clocks of these rules, or all of them."""
    running = session.scalars(
        select(FindingDeadline).where(FindingDeadline.finding_id == finding_id, FindingDeadline.done_at.is_(None))
    ).all()
    some = [one for one in running if codes is None or one.rule_code in codes]
    for one in some:
        one.done_at, one.ended = now, ended
    if some:
        session.flush()  # a new clock of the same rule may run only when the old one has ended


def move_clocks(session: Session, *, finding_id: UUID, move: Move, now: datetime) -> None:
    """End and start what a move ends and starts."""
    if move.done:
        end_clocks(session, finding_id=finding_id, codes=move.done, ended="done", now=now)
    if move.stops:
        end_clocks(session, finding_id=finding_id, codes=None, ended="stopped", now=now)
    start_clocks(session, finding_id=finding_id, codes=move.starts, started_at=now, now=now)
