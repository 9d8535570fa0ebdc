"""Closed rounds and questions about runs for tests, on top of the small county."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import Base
from grid_app.database.transaction import reading
from grid_app.models.escalations import Escalation
from grid_app.models.rounds import FindingMember, RoundRun
from grid_app.services.rounds.calendar import chosen_period
from grid_app.services.rounds.steps import close_round, open_round
from grid_app.services.rounds.templates import seed_templates
from tests.world import COUNTY


def closed_round(
    session: Session,
    *,
    now: datetime,
    due: date = date(2026, 11, 20),
    division: str = COUNTY,
    closed: bool = True,
) -> UUID:
    """Open a special round of five days over ``division`` and close it at ``now``."""
    seed_templates(session)
    session.flush()
    round_id = open_round(
        session,
        actor=None,
        template_code="special",
        division_code=division,
        period=chosen_period(date.fromordinal(due.toordinal() - 4), due),
        now=now,
    )
    if closed:
        close_round(session, round_id=round_id, actor=None, now=now)
    return round_id


def runs_of_round(session: Session, round_id: UUID) -> Sequence[RoundRun]:
    """Return the runs of a round, the first one first."""
    return session.scalars(select(RoundRun).where(RoundRun.round_id == round_id).order_by(RoundRun.number)).all()


def members_of(session: Session, finding_id: UUID) -> set[UUID]:
    """Return the disputes that belong or belonged to a finding."""
    return set(session.scalars(select(FindingMember.dispute_id).where(FindingMember.finding_id == finding_id)))


OF_FINDINGS = Escalation.finding_id.is_not(None)
"""Rounds that close with silent villages escalate as well; these are the escalations of findings alone."""


def counted_of_findings() -> int:
    """Return how many escalations of findings the application's database has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Escalation).where(OF_FINDINGS)) or 0


def counted(table: type[Base]) -> int:
    """Return how many rows a table of the application's database has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
