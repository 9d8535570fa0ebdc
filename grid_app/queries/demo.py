"""Questions about the demonstration accounts."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account


def unchanged_demo_accounts(session: Session) -> int:
    """Return how many demonstration accounts still have the password that was generated for them."""
    count = session.scalar(
        select(func.count())
        .select_from(Account)
        .where(Account.is_demo, Account.password_changed_at.is_(None), Account.disabled_at.is_(None))
    )
    return count or 0
