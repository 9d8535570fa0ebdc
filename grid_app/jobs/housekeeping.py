"""The jobs that forget what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from grid_app.database.transaction import reading, transaction
from grid_app.services.places.boundaries_undo import place_stragglers
from grid_app.services.tries import forget_old_tries
from grid_app.services.upkeep.housekeeping import begin_anew, chunks_to_forget, forget_chunks, forget_old_sign_ins
from grid_app.wiring import wired


def forget_job() -> int:
    """Delete the desk sessions that are over for good and return how many."""
    wiring = wired()
    with transaction() as session:
        forget_old_tries(session, now=wiring.clock.now())
        return forget_old_sign_ins(
            session, now=wiring.clock.now(), absolute=timedelta(hours=wiring.settings.absolute_hours)
        )


def forget_chunks_job() -> int:
    """Remove the chunks of uploads that were completed or have rested for 90 days; return of how many."""
    files, now = wired().files, wired().clock.now()
    resting = files.resting()  # before the question: what is announced after it has no chunk in this list
    with reading() as session:
        due = chunks_to_forget(session, resting, now=now)
    forgotten = 0
    for attachment_id in due:
        with transaction() as session:
            begin_anew(session, attachment_id)
        with transaction() as session:
            forgotten += forget_chunks(session, attachment_id, files=files)
    return forgotten


def place_stragglers_job() -> int:
    """Move open disputes that stand on an ended division to what continues it, and return how many."""
    with transaction() as session:
        return place_stragglers(session, now=wired().clock.now())
