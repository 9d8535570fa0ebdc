"""The job that keeps rosters: shifts of patterns for the weeks ahead, alarms about gaps, nothing of what is past."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.services.duty_roster.gaps import watch_rosters
from grid_app.services.duty_roster.generating import generate_all
from grid_app.services.duty_roster.keeping import forget_past
from grid_app.services.matters.step import take_turn
from grid_app.wiring import wired


def watch_rosters_job() -> str:
    """Make the shifts of patterns, look for gaps in the week ahead, forget what is past; return what was found."""
    now = wired().clock.now()
    with transaction() as session:
        take_turn(session)
        made = generate_all(session, now=now)
        gaps = watch_rosters(session, now=now)
        gone = forget_past(session, now=now)
    return f"shifts={made} gaps={gaps} forgotten={gone['shifts']}" if made or gaps or gone["shifts"] else ""
