"""What has to be done by the next date of the disputes on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.clocks import Deadline, DeadlineRule


def next_steps(session: Session, due: Mapping[UUID, datetime]) -> dict[UUID, str]:
    """Return the name of the running clock that ends at the next date of each dispute, where one does."""
    if not due:
        return {}
    rows = session.execute(
        select(Deadline.dispute_id, Deadline.due_at, DeadlineRule.name)
        .join(
            DeadlineRule,
            (DeadlineRule.code == Deadline.rule_code) & (DeadlineRule.version == Deadline.rule_version),
        )
        .where(Deadline.dispute_id.in_(due), Deadline.done_at.is_(None))
        .order_by(Deadline.due_at.desc())
    )
    return {dispute: name for dispute, at, name in rows if at == due[dispute]}
