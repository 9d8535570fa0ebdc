"""The job that clears the personal data of closed matters when its period is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.transaction import reading, transaction
from grid_app.queries.retention import (
    Bounds,
    due_alarms,
    due_calls,
    due_incidents,
    due_matters,
    due_media,
    due_tellings,
)
from grid_app.services.retention.removal import (
    bounds_of,
    clear_alarm_words,
    clear_calls,
    clear_incidents,
    clear_matters,
    clear_media,
    clear_tellings,
    due_now,
)
from grid_app.wiring import wired

AT_ONCE: Final = 500
"""So many in one transaction: nobody at a desk waits for it."""
MOST_RUNS: Final = 200
NAME: Final = "retention.clear"


class Due(Protocol):
    """Finds what has to go."""

    def __call__(self, session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
        """Return at most ``size`` ids."""
        ...


class Clear(Protocol):
    """Clears what was found."""

    def __call__(self, session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
        """Return how many were cleared."""
        ...


REST: Final[Mapping[str, tuple[Due, Clear]]] = {
    "incidents": (due_incidents, clear_incidents),
    "escalations": (due_tellings, clear_tellings),
    "calls": (due_calls, clear_calls),
    "alarms": (due_alarms, clear_alarm_words),
}
"""What holds words beside matters and media: how it is found, and how cleared."""


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
    rest = {name: _clear(due, clear, now) for name, (due, clear) in REST.items()}
    told = f"matters={matters} media={media}" if matters or media or any(rest.values()) else ""
    return " ".join([told, *(f"{name}={count}" for name, count in rest.items() if count)]).strip()


def _clear(due: Due, clear: Clear, now: datetime) -> int:
    cleared = 0
    for _ in range(MOST_RUNS):
        with transaction() as session:
            ids = due(session, bounds_of(session, now=now), size=AT_ONCE)
            cleared += clear(session, ids, now=now) if ids else 0
        if len(ids) < AT_ONCE:
            break
    return cleared


def dry_run() -> dict[str, int]:
    """Return what a run would clear now; nothing is changed."""
    now = wired().clock.now()
    with reading() as session:
        return due_now(session, now=now)
