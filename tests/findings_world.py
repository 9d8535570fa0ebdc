"""A finding of three households of one village, and questions about it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.disputes import Dispute
from grid_app.models.duties import DutyUnit
from grid_app.models.findings import FindingCourse
from grid_app.models.rounds import Finding
from tests.builders import add_shared_grievance
from tests.rounds_world import closed_round
from tests.world import NOW

WHY = "逐户问过,是同一笔租金"


def found(app_world, *, households: int = 3) -> UUID:
    """Plant a shared grievance, close and analyse a round, and return the finding."""
    with transaction() as session:
        add_shared_grievance(session, app_world, households=households, before=NOW)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        return session.scalars(select(Finding.id)).one()


def course_of(finding_id) -> tuple[str, str]:
    """Return the level that owns a finding, and why."""
    with reading() as session:
        row = session.get_one(FindingCourse, finding_id)
        return row.level, row.why


def state_of(finding_id) -> str:
    """Return the state of a finding."""
    with reading() as session:
        return session.get_one(Finding, finding_id).state


def give_duty(app_world, unit: str) -> None:
    """Name a unit as the one with the duty to solve the first dispute."""
    with transaction() as session:
        first = session.scalars(select(Dispute).order_by(Dispute.id)).first()
        session.add(DutyUnit(dispute_id=first.id, unit_id=app_world.units[unit], basis="谁主管谁负责", at=NOW))


def case_codes() -> list[str]:
    """Return the numbers of all disputes."""
    with reading() as session:
        return list(session.scalars(select(Dispute.case_code)))
