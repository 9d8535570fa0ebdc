"""The job that forgets what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from grid_app.database.transaction import transaction
from grid_app.services.housekeeping import forget_old_sign_ins
from grid_app.wiring import wired


def forget_job() -> int:
    """Delete the desk sessions that are over for good and return how many."""
    wiring = wired()
    with transaction() as session:
        return forget_old_sign_ins(
            session, now=wiring.clock.now(), absolute=timedelta(hours=wiring.settings.absolute_hours)
        )
