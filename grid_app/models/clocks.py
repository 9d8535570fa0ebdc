"""Time limits: versions of the rules, own entries in the working calendar, and the clocks of disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

RUNNING = text("done_at IS NULL")


class DeadlineRule(Base):
    """One version of a time limit (see ``grid_app/clocks/rules.py``); rows are only ever added."""

    __tablename__ = "deadline_rules"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    trigger: Mapped[str] = mapped_column(String(30))
    limit_count: Mapped[int]
    unit: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    passes: Mapped[str] = mapped_column(String(10))
    basis: Mapped[str] = mapped_column(String(200))
    extension: Mapped[int] = mapped_column(default=0)
    extension_by: Mapped[str | None] = mapped_column(String(10))
    excludes_hearing: Mapped[bool] = mapped_column(default=False)
    repeats: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("code", "version"),)


class CalendarDay(Base):
    """A day that the county entered itself; it goes before what the State Council published."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(30))
    basis: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class Deadline(Base):
    """One clock of one dispute; it keeps the version of its rule, and ``explanation`` says why it ends on its day.

    ``done_at`` with ``ended``: ``done`` (the duty was done), ``stopped`` (the dispute ended), ``replaced`` (a new clock
    took its place). ``extended_at`` is set when an extension counts; before that it has only been asked for.
    """

    __tablename__ = "deadlines"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    rule_code: Mapped[str] = mapped_column(String(40))
    rule_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    day_kind: Mapped[str] = mapped_column(String(12))
    owner_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    ended: Mapped[str | None] = mapped_column(String(10))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    extension_days: Mapped[int] = mapped_column(default=0)
    extension_reason: Mapped[str] = mapped_column(Text, default="")
    extension_asked_at: Mapped[datetime | None]
    extended_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    extended_at: Mapped[datetime | None]
    extension_approver: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        ForeignKeyConstraint(["rule_code", "rule_version"], ["deadline_rules.code", "deadline_rules.version"]),
        Index("ix_deadlines_dispute", "dispute_id"),
        Index("uq_deadlines_running", "dispute_id", "rule_code", unique=True, sqlite_where=RUNNING,
              postgresql_where=RUNNING),
        Index("ix_deadlines_due", "due_at", "kind", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )  # fmt: skip
