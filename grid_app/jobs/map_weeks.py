"""The job that keeps how things stood when a week ended."""

from __future__ import annotations

from grid_app.database.transaction import reading, transaction
from grid_app.queries.map_back import rooms_to_record
from grid_app.queries.map_past import end_of, lines_at
from grid_app.services.maps.weeks import forget_weeks, is_fresh, keep_week, weeks_to_keep
from grid_app.wiring import wired


def keep_weeks_job() -> int:
    """Keep the weeks that are missing, each in a transaction of its own, and return how many."""
    now = wired().clock.now()
    with reading() as session:
        missing = weeks_to_keep(session, now=now)
    for week in missing:
        with reading() as session:
            lines = lines_at(session, end_of(week))
            rooms = rooms_to_record(session, now=now) if is_fresh(week, now=now) else None
        with transaction() as session:
            keep_week(session, week, lines, now=now, rooms=rooms)
    with transaction() as session:
        forget_weeks(session, now=now)
    return len(missing)
