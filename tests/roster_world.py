"""Rosters of the small county: its office, whose people are on duty, and shifts by the hour of the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.policy import Role
from grid_app.services.duty_roster.access import Office, office_to_edit
from grid_app.services.duty_roster.pattern import Pattern
from grid_app.services.duty_roster.shifts import WantedShift, add_shift
from tests.world import COUNTY, NOW, World, add_account

TODAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


class County:
    """The county's office with three officers: ``first``, ``second``, ``third``."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        self.first = world.assignments[Role.COUNTY_OFFICER]
        self.second = add_account(session, world, "second", Role.COUNTY_OFFICER, "county", COUNTY)
        self.third = add_account(session, world, "third", Role.COUNTY_OFFICER, "county", COUNTY)
        self.actor = world.actor(session, Role.COUNTY_OFFICER)
        self.unit = world.units["county"]
        self.office: Office = office_to_edit(session, self.actor, self.unit)

    def shift(self, begins: int, ends: int, *people: UUID) -> UUID:
        """Enter a shift from one hour to another, counted from now."""
        wanted = WantedShift("day", NOW + begins * HOUR, NOW + ends * HOUR, people)
        return add_shift(self.session, self.office, wanted, actor=self.actor, now=NOW)

    def daily(self, *groups: tuple[UUID, ...], weeks: int = 2) -> Pattern:
        """Return a pattern of whole days from 08:30 on, whose groups take turns."""
        return Pattern("day", "every", 510, 510, "day", groups, TODAY, weeks)


def later(hours: float) -> datetime:
    """Return a moment so many hours from now."""
    return NOW + hours * HOUR
