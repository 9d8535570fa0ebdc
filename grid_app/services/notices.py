"""Lines for one member of staff: putting one away when it was read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.models.accounts import Notice


def put_away(session: Session, *, notice_id: UUID, account_id: UUID, now: datetime) -> None:
    """Mark a line of this account as read; somebody else's line and a second tap change nothing."""
    row = session.get(Notice, notice_id)
    if row is not None and row.account_id == account_id and row.read_at is None:
        row.read_at = now
