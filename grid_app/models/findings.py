"""The course of a finding beside what an analysis says of it: who owns it, who answers, its clocks, what was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

RUNNING = text("done_at IS NULL")


class FindingCourse(Base):
    """Who decides about a finding, and which unit answers the residents; one row for each finding.

    ``level`` (township, county, county_lead) owns and decides it in the division ``owner_code``, because of ``why``:
    place, across, duty or complained. ``unit_id`` is the unit that answers, once one is named. ``version`` rises with
    every step that a person takes and every new asking. ``told_at``, ``told_grade`` and ``told_disputes`` are what
    people were told last.
    """

    __tablename__ = "finding_courses"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    level: Mapped[str] = mapped_column(String(12))
    owner_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    why: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    told_at: Mapped[datetime | None]
    told_grade: Mapped[str] = mapped_column(String(6), default="")
    told_disputes: Mapped[int] = mapped_column(default=0)


class FindingDeadline(Base):
    """One clock of a finding, counted by a version of a rule as the clocks of disputes are.

    ``done_at`` with ``ended``: ``done`` (the duty was done), ``stopped`` (the finding ended), ``replaced`` (asked
    anew).
    """

    __tablename__ = "finding_deadlines"

    id: Mapped[UuidKey]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"))
    rule_code: Mapped[str] = mapped_column(String(40))
    rule_version: Mapped[int]
    day_kind: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    ended: Mapped[str | None] = mapped_column(String(10))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        ForeignKeyConstraint(["rule_code", "rule_version"], ["deadline_rules.code", "deadline_rules.version"]),
        Index("uq_finding_deadlines_running", "finding_id", "rule_code", unique=True, sqlite_where=RUNNING,
              postgresql_where=RUNNING),
        Index("ix_finding_deadlines_due", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )  # fmt: skip
