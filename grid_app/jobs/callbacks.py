"""The job of call-backs: draw from last month's decisions wherever nobody has."""

from __future__ import annotations

from secrets import token_hex

from grid_app.database.transaction import transaction
from grid_app.services.callbacks.drawing import draw_next
from grid_app.wiring import wired


def draw_callbacks_job() -> int:
    """Draw for each township that has no draw of last month, one short transaction each; return how many."""
    drawn = 0
    while True:
        with transaction() as session:
            if not draw_next(session, seed=token_hex(16), now=wired().clock.now()):
                return drawn
        drawn += 1
