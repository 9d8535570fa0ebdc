"""Screening rounds, returns, immutable runs, and findings with their identity across rounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Connection, Float, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from grid_app.database.base import Base, UuidKey


class RoundTemplate(Base):
    """How rounds of one kind repeat; the words are those of ``services.rounds.calendar.Schedule``.

    ``opens_weekday`` is the weekday on which a round closes (its name is older than that).
    """

    __tablename__ = "round_templates"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(12))
    frequency: Mapped[str] = mapped_column(String(12))
    opens_weekday: Mapped[int | None]
    duration_days: Mapped[int]
    season: Mapped[str] = mapped_column(String(20), default="")
    basis: Mapped[str] = mapped_column(String(200), default="")
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)


class Round(Base):
    """One screening round over a subtree; states: open, closed, analysed, reviewed."""

    __tablename__ = "rounds"

    id: Mapped[UuidKey]
    template_code: Mapped[str] = mapped_column(ForeignKey("round_templates.code"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    period: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    window_end: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), index=True)
    closed_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("template_code", "division_code", "period"),)


class ScreeningReturn(Base):
    """A grid's (or a whole village's) answer; one row answers every overlapping round it is linked to."""

    __tablename__ = "screening_returns"

    id: Mapped[UuidKey]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    village_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    returned_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    zero: Mapped[bool]
    method_note: Mapped[str] = mapped_column(String(300), default="")
    entries: Mapped[list[Any]] = mapped_column(JSON)


class RoundAnswer(Base):
    """Which return answered which round for which grid or village; the key makes a repeated answer harmless."""

    __tablename__ = "round_answers"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    return_id: Mapped[UUID] = mapped_column(ForeignKey("screening_returns.id"), index=True)


class RoundRun(Base):
    """One analysis of one round; never changed, a re-run adds another."""

    __tablename__ = "round_runs"

    id: Mapped[UuidKey]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    number: Mapped[int]
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    seed: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    generation_id: Mapped[UUID | None] = mapped_column(ForeignKey("boundary_generations.id"))
    code_version: Mapped[str] = mapped_column(String(60))
    input_digest: Mapped[str] = mapped_column(String(64))
    result_digest: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("round_id", "number"),)


@event.listens_for(RoundRun, "before_update")
@event.listens_for(RoundRun, "before_delete")
def _refuse_change(_mapper: Mapper[RoundRun], _connection: Connection, run: RoundRun) -> None:
    raise TypeError(f"run {run.number} of a round is on record and cannot be changed; add another run")


class Finding(Base):
    """A shared grievance suspected or confirmed; its identity lives across rounds, its members only grow.

    ``kind`` is the signal that raised it; ``recurrence_days`` stands only where a signal counts recurrence. Who decides
    about it and its clocks stand in ``models/findings.py``.
    """

    __tablename__ = "findings"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(30), default="shared_grievance")
    issue_key: Mapped[str] = mapped_column(String(200), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    category: Mapped[str] = mapped_column(String(4))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(String(12), index=True)
    trend: Mapped[str] = mapped_column(String(12))
    grade: Mapped[str] = mapped_column(String(6))
    grade_reasons: Mapped[list[Any]] = mapped_column(JSON)
    disputes_ever: Mapped[int]
    households_ever: Mapped[int]
    households_now: Mapped[int]
    since: Mapped[date]
    observed: Mapped[int]
    expected: Mapped[float | None] = mapped_column(Float)
    ratio: Mapped[float | None] = mapped_column(Float)
    p_value: Mapped[float | None] = mapped_column(Float)
    recurrence_days: Mapped[float | None] = mapped_column(Float)
    enough_history: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    unflag: Mapped[str] = mapped_column(Text)
    first_run_id: Mapped[UUID] = mapped_column(ForeignKey("round_runs.id"))
    last_run_id: Mapped[UUID] = mapped_column(ForeignKey("round_runs.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("findings.id"))


class FindingMember(Base):
    """A dispute that belongs, or ever belonged, to a finding."""

    __tablename__ = "finding_members"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True, index=True)
    first_run_id: Mapped[UUID] = mapped_column(ForeignKey("round_runs.id"))


class FindingEvent(Base):
    """One step of a finding's history, by an analysis or a person; rows are only ever added."""

    __tablename__ = "finding_events"

    id: Mapped[UuidKey]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("round_runs.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
