"""The job that tells the county of incidents whose hour has passed without a first report."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.incidents.telling import AT_ONCE, tell_late
from grid_app.wiring import wired


def tell_late_job() -> int:
    """Tell of every first report that is past its hour, once each, and return how many there were."""
    told = 0
    while True:
        with transaction() as session:
            batch = tell_late(session, now=wired().clock.now())
        told += batch
        if batch < AT_ONCE:
            return told
