"""Several units on one matter: a whistle that calls departments, joint handling, competence, areas of responsibility.

Every row but an area belongs to one dispute. What is kept is the duty of a unit and its time; no row tells of a person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

OPEN_WHISTLE = text("state IN ('asked', 'sent')")
NOT_ENDED = text("ended_at IS NULL")
NOT_LEFT = text("left_at IS NULL")
UNDECIDED = text("decided_at IS NULL")


class Whistle(Base):
    """A call of village or township for departments whose powers it lacks (吹哨).

    ``state``: asked, sent, refused (by the township's leader) or ended. ``checked_at`` is when that leader looked at it
    before it went out, so that no empty call is sent.
    """

    __tablename__ = "whistles"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    urgent: Mapped[bool]
    problem: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_whistles_open", "dispute_id", unique=True, sqlite_where=OPEN_WHISTLE, postgresql_where=OPEN_WHISTLE),
    )


class WhistleCall(Base):
    """One department that a whistle calls, and what it does (报到).

    ``state``: waiting (not sent yet), called, answered, on_site, done, rated, refused (the county
    rules), released or dropped.
    ``answer_due_at`` and ``site_due_at`` are counted by the rules of time limits in force when it was called;
    ``silent_at`` is set once when a limit passed without a word. ``rating`` speaks of the department.
    """

    __tablename__ = "whistle_calls"

    id: Mapped[UuidKey]
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistles.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    called_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    site_due_at: Mapped[datetime | None]
    silent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    plan: Mapped[str] = mapped_column(Text, default="")
    plan_due_on: Mapped[date | None]
    on_site_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_note: Mapped[str] = mapped_column(Text, default="")
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(Text, default="")
    ruled_at: Mapped[datetime | None]
    ruled_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    ruling: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime | None]
    rating: Mapped[str] = mapped_column(String(8), default="")
    rating_note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("whistle_id", "unit_id"),
        Index("ix_whistle_calls_unit", "unit_id", "state"),
        Index("ix_whistle_calls_due", "state", "answer_due_at"),
    )


class JointHandling(Base):
    """A matter that one unit leads and others handle with it (联合办理)."""

    __tablename__ = "joint_handlings"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    lead_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_joint_handlings_open", "dispute_id", unique=True, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED),
    )


class JointUnit(Base):
    """A unit that handles a matter with the lead, and its part; while it has not left, its staff see the matter."""

    __tablename__ = "joint_units"

    id: Mapped[UuidKey]
    joint_id: Mapped[UUID] = mapped_column(ForeignKey("joint_handlings.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    task: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_joint_units_in", "joint_id", "unit_id", unique=True, sqlite_where=NOT_LEFT,
              postgresql_where=NOT_LEFT),
        Index("ix_joint_units_unit", "unit_id", sqlite_where=NOT_LEFT, postgresql_where=NOT_LEFT),
    )  # fmt: skip


class JurisdictionDispute(Base):
    """Organs that disagree on who handles a matter; their common superior decides (信访工作条例 24)."""

    __tablename__ = "jurisdiction_disputes"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    unit_ids: Mapped[list[Any]] = mapped_column(JSON)
    question: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    decided_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    decision: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("uq_jurisdiction_disputes_open", "dispute_id", unique=True, sqlite_where=UNDECIDED,
              postgresql_where=UNDECIDED),
    )  # fmt: skip


class CrossFlag(Base):
    """That a matter crosses regions, departments or trades, or that place of work, home and matter lie apart."""

    __tablename__ = "cross_flags"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    flag: Mapped[str] = mapped_column(String(20))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("dispute_id", "flag"),)


class ResponsibilityArea(Base):
    """An area and who answers for it (分片包干): division codes, the lead unit, its team, the other units."""

    __tablename__ = "responsibility_areas"

    id: Mapped[UuidKey]
    county_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(100))
    lead_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    unit_ids: Mapped[list[Any]] = mapped_column(JSON)
    division_codes: Mapped[list[Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    ended_at: Mapped[datetime | None]
