"""The job of the village status: assess the present month, one township after the other, beside people at work."""

from __future__ import annotations

from grid_app.database.transaction import reading, transaction
from grid_app.services.villages.assessing import begin_month, draft_next, is_open, month_now, record_rows
from grid_app.wiring import wired


def assess_villages_job() -> int:
    """Assess what of the present month is not on record; return how many villages are.

    A county takes half a minute. One process writes at a time, so only what is ready is written, in moments: a report
    or a sign-in never waits for the reading behind it.
    """
    clock = wired().clock
    month = month_now(clock.now())
    with reading() as session:
        if not is_open(session, month):
            return 0
    with transaction() as session:
        begin_month(session, month=month, now=clock.now())
    while True:
        with reading() as session:
            rows = draft_next(session, month=month)
        with transaction() as session:
            progress = record_rows(session, rows, month=month, now=clock.now())
        if progress.finished:
            return progress.done
