"""What the forms about a hard matter offer: leaders, units, parties by label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.policy import Actor
from grid_app.services.leading.access import labels_of, leaders_for, units_for
from grid_app.vocabulary.words import ROLE_WORDS


@dataclass(frozen=True)
class LeadingChoices:
    """Pairs of id and words, and the labels of the parties."""

    leaders: list[tuple[str, str]]
    units: list[tuple[str, str]]
    labels: list[str]


def choices_for(session: Session, dispute_id: UUID, *, actor: Actor, now: datetime) -> LeadingChoices:
    """Return what may be chosen for a matter that the actor may see."""
    dispute = session.get_one(Dispute, dispute_id)
    leaders = leaders_for(session, dispute, actor, now=now)
    return LeadingChoices(
        [(str(one.assignment_id), f"{one.display_name}({one.unit_name},{ROLE_WORDS[one.role]})") for one in leaders],
        [(str(unit.id), unit.name) for unit in units_for(session, dispute, actor)],
        labels_of(session, dispute),
    )
