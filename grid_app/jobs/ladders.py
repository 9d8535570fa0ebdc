"""The job of the ladder: pass on what no office has taken up in time."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.escalations.steps import STEPS_AT_ONCE, step_up_due
from grid_app.wiring import wired


def step_up_job() -> int:
    """Pass on every escalation whose time is over and return how many moved.

    Each batch is one short transaction. A killed run loses nothing: what did not move is still due.
    """
    clock, moved = wired().clock, 0
    while True:
        with transaction() as session:
            batch = step_up_due(session, now=clock.now(), limit=STEPS_AT_ONCE)
        moved += batch
        if batch < STEPS_AT_ONCE:
            return moved
