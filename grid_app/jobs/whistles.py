"""The job that names silence: a department that was called and let its time pass without a word."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.joint.silence import AT_ONCE, name_silence
from grid_app.wiring import wired


def name_silence_job() -> int:
    """Write the silence of departments into the history of their matters and return how often."""
    clock, named = wired().clock, 0
    while True:
        with transaction() as session:
            batch = name_silence(session, now=clock.now())
        named += batch
        if batch < AT_ONCE:
            return named
