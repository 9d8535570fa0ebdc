"""The job that goes on with sheets that are being imported, portion by portion."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from grid_app.database.transaction import reading, transaction
from grid_app.errors import Refusal
from grid_app.services.accounts.actors import actor_of
from grid_app.services.intake.batches import running_sheets, take_portion
from grid_app.services.reports.receiving import Desk, Lookups
from grid_app.wiring import wired

MOST_PORTIONS: Final = 20
log = logging.getLogger(__name__)


def go_on_with_imports_job() -> int:
    """Take in the next portions of every running sheet and return how many portions that were.

    A sheet whose starter has no such role any more waits; anybody of the office may go on with it.
    """
    with reading() as session:
        waiting = running_sheets(session)
        if waiting:
            wired().places.find(session, lon=0.0, lat=0.0, accuracy_m=None)  # its index, before anything is locked
    done = 0
    for sheet_id, assignment_id in waiting:
        while done < MOST_PORTIONS:
            done += 1
            if not _portion(sheet_id, assignment_id):
                break
    return done


def _portion(sheet_id: UUID, assignment_id: UUID) -> bool:
    wiring = wired()
    now = wiring.clock.now()
    try:
        with transaction() as session:
            actor = actor_of(session, assignment_id, now=now)
            if actor is None:
                return False
            desk = Desk(actor, wiring.places, wiring.keys, now, "import", Lookups(session))
            return take_portion(session, sheet_id=sheet_id, desk=desk, cipher=wiring.keys.fields)
    except Refusal:
        log.warning("a sheet cannot be continued by its starter", extra={"sheet": str(sheet_id)})
        return False
