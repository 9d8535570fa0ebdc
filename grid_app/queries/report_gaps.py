"""What phones and the office disagree on: which ids are here, and which gaps are open in an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, DeviceToken, Unit
from grid_app.models.disputes import Submission
from grid_app.models.field import ReportGap, ReturnSubmission
from grid_app.models.follow_ups import FollowUpVisit
from grid_app.models.places import Division
from grid_app.queries.accounts import under

RECEIVED = (Submission, ReturnSubmission, FollowUpVisit)
"""The tables of what phones hand in under ids of their own; each row has the digest of what was sent."""


@dataclass(frozen=True)
class GapRow:
    """One report that a phone has as received and the office has not (``missing``) or has otherwise (``differs``)."""

    gap_id: UUID
    label: str
    unit_name: str
    report_id: UUID
    kind: str
    noticed_at: datetime


def digests_here(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return by id the digest of every report, return and visit that is here."""
    found: dict[UUID, str] = {}
    for table in RECEIVED:
        rows = session.execute(select(table.id, table.digest).where(table.id.in_(ids)))
        found.update({row.id: row.digest for row in rows})
    return found


def open_gaps(session: Session, *, path: str) -> list[GapRow]:
    """Return the gaps of phones registered for roles in the subtree of ``path``, by unit and phone.

    What has arrived since with its digest is no gap any more, whether or not its phone has asked again.
    """
    question = (
        select(ReportGap.id, DeviceToken.label, Unit.name, ReportGap.report_id, ReportGap.kind, ReportGap.noticed_at)
        .join(DeviceToken, DeviceToken.id == ReportGap.device_id)
        .join(Assignment, Assignment.id == DeviceToken.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(under(path), _is_open())
        .order_by(Unit.name, DeviceToken.label, ReportGap.noticed_at, ReportGap.id)
    )
    return [GapRow(*row) for row in session.execute(question)]


def count_open_gaps(session: Session, *, path: str) -> int:
    """Return how many gaps :func:`open_gaps` would list."""
    question = (
        select(func.count(ReportGap.id))
        .join(DeviceToken, DeviceToken.id == ReportGap.device_id)
        .join(Assignment, Assignment.id == DeviceToken.assignment_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(under(path), _is_open())
    )
    return session.scalar(question) or 0


def _is_open() -> ColumnElement[bool]:
    arrived = or_(
        *[exists().where(table.id == ReportGap.report_id, table.digest == ReportGap.digest) for table in RECEIVED]
    )
    return ReportGap.settled_at.is_(None) & ~arrived
