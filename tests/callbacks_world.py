"""Matters decided last month, for tests of call-backs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, DisputeEvent
from tests.builders import add_dispute
from tests.world import NOW, World

BEFORE = NOW.replace(month=10, day=14)


def decided(
    session: Session, world: World, count: int, *, kind: str = "closed", owner: str = "village",
    by: str = "village_lead", ground: str = "agreement_performed", at: datetime = BEFORE,
) -> list[Dispute]:  # fmt: skip
    """Add matters that were closed, settled on the spot or refused last month."""
    state = "not_accepted" if kind == "not_accepted" else "closed"
    made = []
    for _ in range(count):
        one = add_dispute(session, world, at=at, category="0201", state=state)
        one.owner_unit_id, one.closed_at = world.units[owner], None if state == "not_accepted" else at
        one.closure_ground = None if state == "not_accepted" else ground
        session.add(
            DisputeEvent(dispute_id=one.id, number=2, at=at, kind=kind, assignment_id=world.assignments[by],
                         details={} if kind == "not_accepted" else {"ground": ground})
        )  # fmt: skip
        made.append(one)
    session.flush()
    return made
