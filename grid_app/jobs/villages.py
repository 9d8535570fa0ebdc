"""The job of the village status: assess the present month, one township in a transaction."""

from __future__ import annotations

from grid_app.database.transaction import reading, transaction
from grid_app.services.villages.assessing import assess_next, is_open, month_now
from grid_app.wiring import wired


def assess_villages_job() -> int:
    """Assess what of the present month is not on record; return how many villages are."""
    month = month_now(wired().clock.now())
    with reading() as session:
        if not is_open(session, month):
            return 0
    while True:
        with transaction() as session:
            progress = assess_next(session, month=month, now=wired().clock.now())
        if progress.finished:
            return progress.done
