"""Duty rosters of two offices for this week and the next, with a substitute in one place and a gap in another."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.demo.desk import Desk
from grid_app.demo.people import MAIN_TOWNSHIP
from grid_app.models.accounts import Assignment
from grid_app.policy import Role
from grid_app.queries.roster_pages import ShiftRow, shifts_between
from grid_app.services.duty_roster.gaps import changing
from grid_app.services.duty_roster.leave import WantedLeave, take_leave
from grid_app.services.duty_roster.pattern import Pattern
from grid_app.services.duty_roster.patterns import save_pattern
from grid_app.services.duty_roster.shifts import call_off
from notifications.roster import Span

WEEKS: Final = 2
ON_DUTY: Final = (Role.COUNTY_OFFICER, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD)
HANDED_ON: Final = 8 * 60 + 30
AWAY_AFTER, OPEN_AFTER = timedelta(days=1), timedelta(days=4)
"""How long after the county's present somebody is away, and a shift has nobody."""


class Duty:
    """Puts the rosters onto the timeline, through the services."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(self) -> None:
        """Plan the rosters, a leave and a shift that is called off, on the Monday of the present week or before."""
        desk = self._desk
        monday = desk.as_of - timedelta(days=desk.as_of.weekday() or 7)
        morning = start_of_day(monday) + timedelta(hours=9)
        for at, unit in enumerate((desk.staff.units["county"], desk.staff.government(MAIN_TOWNSHIP))):
            desk.timeline.serve(morning + timedelta(minutes=20 * at), partial(self._make, unit))
        desk.timeline.serve(desk.end - timedelta(hours=8), partial(self._change, desk.staff.units["county"]))

    def _make(self, unit_id: UUID, session: Session) -> None:
        """Let the people of an office take turns, each from one morning to the next."""
        desk, now = self._desk, self._desk.clock.now()
        people = self._people(session, unit_id)
        actor = desk.actor(session, people[0])
        first_day = local_date(now)
        turns = Pattern("day", "every", HANDED_ON, HANDED_ON, "day", tuple((who,) for who in people), first_day, WEEKS)
        with changing(session, actor, unit_id, now=now) as office:
            save_pattern(session, office, turns, pattern_id=None, actor=actor, now=now)

    def _change(self, unit_id: UUID, session: Session) -> None:
        """Let somebody stand in for another in one shift, and call off a later one, whose hours nobody fills."""
        desk, now = self._desk, self._desk.clock.now()
        first, second = self._people(session, unit_id)[:2]
        actor = desk.actor(session, first)
        with changing(session, actor, unit_id, now=now) as office:
            away = self._shift(session, unit_id, desk.end + AWAY_AFTER, first)
            wanted = WantedLeave(first, away.starts_at, away.ends_at, second)
            take_leave(session, office, wanted, actor=actor, now=now)
            empty = self._shift(session, unit_id, desk.end + OPEN_AFTER, second)
            call_off(session, office, shift_id=empty.shift_id, seen=empty.changed_at.isoformat(), actor=actor, now=now)

    def _shift(self, session: Session, unit_id: UUID, after: datetime, who: UUID) -> ShiftRow:
        """Return the first shift of somebody that begins after a moment."""
        shown = shifts_between(session, unit_id, Span(after, after + timedelta(days=7)))
        return next(one for one in shown if one.starts_at > after and who in one.people)

    def _people(self, session: Session, unit_id: UUID) -> list[UUID]:
        """Return who takes turns in an office, in the order in which they came."""
        question = select(Assignment.id).where(Assignment.unit_id == unit_id, Assignment.role.in_(ON_DUTY))
        return list(session.scalars(question.order_by(Assignment.id)))
