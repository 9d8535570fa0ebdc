"""Numbers that people use: case codes per county and year, tracking codes, and the next number of a history."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import CaseCounter, DisputeEvent

TRACKING_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TRACKING_LENGTH = 10
COUNTY_DIGITS = 6
FINDING_PREFIX = "F"
INCIDENT_PREFIX = "J"


def next_case_codes(session: Session, *, county_code: str, year: int, count: int) -> list[str]:
    """Return the next case codes of a county and year, in order, such as ``990101-2026-000001``.

    The counter's row is locked until the caller's transaction ends, so two transactions never get one number; a
    rolled-back one leaves no gap.
    """
    last = _raised(session, counter=county_code, year=year, by=count)
    return [f"{county_code}-{year}-{number:06d}" for number in range(last - count + 1, last + 1)]


def next_finding_code(session: Session, cell: str, *, now: datetime) -> str:
    """Return the next number of a finding in the county of ``cell``, such as ``F990101-2026-0001``."""
    county, year = cell[:COUNTY_DIGITS], local_date(now).year
    number = _raised(session, counter=f"{FINDING_PREFIX}{county}", year=year, by=1)
    return f"{FINDING_PREFIX}{county}-{year}-{number:04d}"


def next_incident_code(session: Session, division_code: str, *, now: datetime) -> str:
    """Return the next number of an incident in its county, such as ``J990101-2026-0001``."""
    county, year = division_code[:COUNTY_DIGITS], local_date(now).year
    number = _raised(session, counter=f"{INCIDENT_PREFIX}{county}", year=year, by=1)
    return f"{INCIDENT_PREFIX}{county}-{year}-{number:04d}"


def _raised(session: Session, *, counter: str, year: int, by: int) -> int:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(CaseCounter).values(county_code=counter, year=year, last=by)
    raised = first.on_conflict_do_update(
        index_elements=["county_code", "year"], set_={"last": CaseCounter.last + by}
    ).returning(CaseCounter.last)
    return session.execute(raised).scalar_one()


def new_tracking_code() -> str:
    """Return ten random signs without look-alikes (no 0, 1, I, O), by which a resident finds the matter again."""
    return "".join(secrets.choice(TRACKING_SIGNS) for _ in range(TRACKING_LENGTH))


def next_event_number(session: Session, dispute_id: UUID) -> int:
    """Return the number that the next event of a dispute's history gets; two writers collide on its unique key."""
    last = session.scalar(select(func.max(DisputeEvent.number)).where(DisputeEvent.dispute_id == dispute_id))
    return (last or 0) + 1
