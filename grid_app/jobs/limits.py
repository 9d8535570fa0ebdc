"""The job of the law's limits: what is near or has passed is raised to the offices of its ladder."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.matters.alerts import AT_ONCE, raise_limits
from grid_app.wiring import wired


def raise_limits_job() -> int:
    """Raise the limits that are near or have passed, some in each short transaction, and return how many."""
    clock, raised = wired().clock, 0
    while True:
        with transaction() as session:
            batch = raise_limits(session, now=clock.now())
        raised += batch
        if batch < AT_ONCE:
            return raised
