"""Files that were asked for, as their asker sees them: in the very capacity and area in which they were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from grid_app.models.exports import ExportJob
from grid_app.policy import Actor

WAITING, RUNNING, DONE, FAILED, GONE = "waiting", "running", "done", "failed", "gone"
BROKEN_OFF: Final = "broken_off"
SILENT_FOR: Final = timedelta(minutes=5)
"""A running one that has said nothing for so long was killed; no portion takes that long."""
SHOWN: Final = 30


@dataclass(frozen=True)
class JobRow:
    """One file that was asked for; ``state`` is waiting, running, done, failed, gone, or broken_off when killed."""

    job_id: UUID
    kind: str
    form: str
    parameters: Mapping[str, Any]
    state: str
    done: int
    total: int
    rows: int
    bytes: int
    sha256: str
    file_name: str
    sentence: str
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state in (WAITING, RUNNING, BROKEN_OFF)


def jobs_of(session: Session, *, actor: Actor, now: datetime, kind: str = "") -> list[JobRow]:
    """Return what the actor asked for in this capacity, the newest first."""
    question = select(ExportJob).where(is_own(actor)).order_by(ExportJob.asked_at.desc(), ExportJob.id.desc())
    if kind:
        question = question.where(ExportJob.kind == kind)
    return [_row(row, now) for row in session.scalars(question.limit(SHOWN))]


def job_of(session: Session, *, actor: Actor, job_id: UUID, now: datetime) -> JobRow | None:
    """Return one file that the actor asked for in this capacity; ``None`` where there is none."""
    row = session.scalar(select(ExportJob).where(ExportJob.id == job_id, is_own(actor)))
    return _row(row, now) if row else None


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a file was asked for by the actor, in this role, unit and area."""
    return and_(
        ExportJob.account_id == actor.account_id,
        ExportJob.assignment_id == actor.assignment_id,
        ExportJob.role == str(actor.role),
        ExportJob.unit_id == actor.unit_id,
        ExportJob.division_code == actor.division_code,
    )


def is_silent(row: ExportJob, now: datetime) -> bool:
    """Say whether a running one has said nothing for so long that its worker must have been killed."""
    return row.state == RUNNING and (row.beat_at is None or now - row.beat_at >= SILENT_FOR)


def _row(row: ExportJob, now: datetime) -> JobRow:
    return JobRow(
        job_id=row.id, kind=row.kind, form=row.form, parameters=dict(row.parameters),
        state=BROKEN_OFF if is_silent(row, now) else row.state, done=row.done, total=row.total, rows=row.rows,
        bytes=row.bytes, sha256=row.sha256, file_name=row.file_name, sentence=row.sentence, asked_at=row.asked_at,
        finished_at=row.finished_at, expires_at=row.expires_at,
    )  # fmt: skip
