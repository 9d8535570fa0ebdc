"""Keeping how things stood when a week ended: once, and never again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.models.map_weeks import MapWeek
from grid_app.queries.map_past import KeptLine, end_of, packed, past_weeks

RECORDED_WITHIN: Final = timedelta(days=1)
"""So soon after a week ended its rooms are recorded as they were then; later nobody can know."""


def weeks_to_keep(session: Session, *, now: datetime) -> list[date]:
    """Return the weeks that have ended, can be looked back at and are not kept yet, the latest first."""
    kept = set(session.scalars(select(MapWeek.week)))
    return [week for week in past_weeks(now) if week not in kept]


def is_fresh(week: date, *, now: datetime) -> bool:
    """Say whether a week has just ended, so that what has no history still is as it was then."""
    return now - end_of(week) < RECORDED_WITHIN


def keep_week(
    session: Session, week: date, lines: list[KeptLine], *, now: datetime, rooms: bytes | None = None
) -> None:
    """Keep what stood open when ``week`` ended; a week that is kept already stays as it is."""
    if session.get(MapWeek, week) is not None:
        return
    content, digest = packed(lines)
    session.add(MapWeek(week=week, made_at=now, digest=digest, content=content, rooms=rooms))


def forget_weeks(session: Session, *, now: datetime) -> None:
    """Delete the weeks that nobody can look back at any more."""
    session.execute(delete(MapWeek).where(MapWeek.week < past_weeks(now)[-1]))
