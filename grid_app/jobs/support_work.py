"""The job that opens reviews of missed duties."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.support_work.duty_reviews import open_due_reviews
from grid_app.wiring import wired


def open_due_reviews_job() -> int:
    """Open a review for each clock that was missed on a matter submitted again; return how many were opened."""
    with transaction() as session:
        return len(open_due_reviews(session, now=wired().clock.now()))
