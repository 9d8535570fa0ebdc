"""The job that passes on what nobody decided: a suspected finding whose two days are over goes to the level above."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.findings.undecided import AT_ONCE, give_missing_clocks, raise_undecided
from grid_app.wiring import wired


def escalate_undecided_job() -> int:
    """Escalate the findings that were not decided in time and return how many."""
    clock, raised = wired().clock, 0
    while True:
        with transaction() as session:
            given = give_missing_clocks(session, now=clock.now())
        if given < AT_ONCE:
            break
    while True:
        with transaction() as session:
            batch = raise_undecided(session, now=clock.now())
        raised += batch
        if batch < AT_ONCE:
            return raised
