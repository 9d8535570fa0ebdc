"""Forgetting what nobody needs any more: desk sessions that are long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from grid_app.models.accounts import SignIn


def forget_old_sign_ins(session: Session, *, now: datetime, absolute: timedelta) -> int:
    """Delete the desk sessions that began longer than ``absolute`` ago and return how many.

    They could not be used any more; that somebody signed in stays in the audit trail.
    """
    gone = session.execute(delete(SignIn).where(SignIn.started_at < now - absolute).returning(SignIn.id))
    return len(gone.all())
