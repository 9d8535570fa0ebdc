"""The job that clears the personal data of closed matters when its period is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from grid_app.database.transaction import reading, transaction
from grid_app.queries.retention import due_incidents, due_matters, due_media
from grid_app.services.retention.removal import bounds_of, clear_incidents, clear_matters, clear_media, due_now
from grid_app.wiring import wired

AT_ONCE: Final = 500
"""So many in one transaction: nobody at a desk waits for it."""
MOST_RUNS: Final = 200
NAME: Final = "retention.clear"


def clear_job() -> str:
    """Clear everything that is due and return how much, as counts alone; nothing due returns nothing."""
    now, matters, media = wired().clock.now(), 0, 0
    for _ in range(MOST_RUNS):
        with transaction() as session:
            ids = due_matters(session, bounds_of(session, now=now), size=AT_ONCE)
            if ids:
                clear_matters(session, ids, now=now)
        matters += len(ids)
        if len(ids) < AT_ONCE:
            break
    for _ in range(MOST_RUNS):
        with reading() as session:
            files = due_media(session, bounds_of(session, now=now), size=AT_ONCE)
        for attachment_id in files:  # the file first: a server killed here clears the row the next time
            wired().files.forget(attachment_id)
        if files:
            with transaction() as session:
                media += clear_media(session, files, now=now)
        if len(files) < AT_ONCE:
            break
    incidents = _clear_incidents(now)
    told = f"matters={matters} media={media}" if matters or media or incidents else ""
    return f"{told} incidents={incidents}" if incidents else told


def _clear_incidents(now: datetime) -> int:
    cleared = 0
    for _ in range(MOST_RUNS):
        with transaction() as session:
            ids = due_incidents(session, bounds_of(session, now=now), size=AT_ONCE)
            cleared += clear_incidents(session, ids, now=now) if ids else 0
        if len(ids) < AT_ONCE:
            break
    return cleared


def dry_run() -> dict[str, int]:
    """Return what a run would clear now; nothing is changed."""
    now = wired().clock.now()
    with reading() as session:
        return due_now(session, now=now)
