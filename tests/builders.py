"""Rows for tests, one short call each; everything has a default that makes sense in ``tests/world.py``."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.words import plain_words
from grid_app.models.disputes import Dispute, DisputeEvent, Organisation
from grid_app.services.organisations.names import name_key
from tests.world import NOW, World

_SERIAL = count(1)


def add_dispute(
    session: Session,
    world: World,
    *,
    at: datetime = NOW,
    division_code: str = "990101001201",
    category: str = "0901",
    summary: str = "土地租金没有按时付",
    state: str = "reported",
    household: str = "",
    reported_by: str | None = "grid_worker",
    organisation_id: UUID | None = None,
    **columns: object,
) -> Dispute:
    """Add a stored dispute with its first event; ``household`` tells two reports of one household apart."""
    serial = next(_SERIAL)
    dispute = Dispute(
        id=new_id(), case_code=f"T-{serial:06d}", tracking_code=f"TRK{serial:07d}", state=state, category=category,
        summary=summary, division_code=division_code, place_kind="chosen", channel="grid_walk",
        household_label=household or f"household-{serial}", grade="blue", grade_reasons=["其他未办结纠纷"],
        reported_by=world.assignments[reported_by] if reported_by else None,
        owner_unit_id=world.units["township"], captured_at=at,
        received_at=at, noted_on=local_date(at), generation_id=world.generation_id, organisation_id=organisation_id,
        said=plain_words(summary), **columns,
    )  # fmt: skip
    session.add(dispute)
    session.flush()
    session.add(DisputeEvent(dispute_id=dispute.id, number=1, at=at, kind="reported", to_state=state, details={}))
    return dispute


def add_organisation(session: Session, name: str = "青溪农业开发有限公司") -> Organisation:
    organisation = Organisation(name=name, name_key=name_key(name))
    session.add(organisation)
    session.flush()
    return organisation


def add_shared_grievance(
    session: Session, world: World, *, households: int = 3, before: datetime = NOW
) -> list[Dispute]:
    """Add like reports of several households of one village about one organisation, two days apart."""
    organisation = add_organisation(session)
    return [
        add_dispute(
            session, world, at=before - timedelta(days=2 * number + 1), organisation_id=organisation.id,
            summary=f"公司租地的租金拖欠没有付给我家,第{number + 1}户反映",
        )
        for number in range(households)
    ]  # fmt: skip
