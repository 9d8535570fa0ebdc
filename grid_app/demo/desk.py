"""What every act of the demonstration has at hand: who is who, the keys, the clock, the timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.demo.county import County
from grid_app.demo.ledger import Ledger
from grid_app.demo.orders import RoundJobs
from grid_app.demo.people import Staff
from grid_app.demo.places import Places
from grid_app.demo.seeded import StandingClock
from grid_app.demo.timeline import Timeline
from grid_app.policy import Actor
from grid_app.ports import AttachmentFiles, PlaceFinder
from grid_app.security.keys import Keys
from grid_app.services.accounts.actors import actor_of


@dataclass
class Desk:
    """The shared tools; ``actors`` remembers who was looked up."""

    as_of: date
    rng: np.random.Generator
    clock: StandingClock
    keys: Keys
    finder: PlaceFinder
    files: AttachmentFiles
    county: County
    places: Places
    staff: Staff
    ledger: Ledger
    timeline: Timeline
    jobs: RoundJobs
    actors: dict[UUID, Actor] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """The county's present: the first moment of its present day."""
        return start_of_day(self.as_of)

    def actor(self, session: Session, assignment_id: UUID) -> Actor:
        """Return who acts by an assignment."""
        if assignment_id not in self.actors:
            found = actor_of(session, assignment_id, now=self.clock.now())
            if found is None:
                raise LookupError(f"assignment {assignment_id} is not in force")
            self.actors[assignment_id] = found
        return self.actors[assignment_id]
