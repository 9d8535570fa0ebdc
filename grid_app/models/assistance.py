"""Help for a party of one dispute, by its recorded consent; and the lawyers whom residents may ask.

A party is named by its label in its dispute, so that no key leads to a person. There is no column about anybody's
health or state of mind, and nothing in these rows changes how the dispute is graded, handled or closed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

IN_FORCE = text("withdrawn_at IS NULL")
OPEN_PLAN = text("ended_at IS NULL")


class ConsentRecord(Base):
    """What a party agreed to, how it said so, and that it took its word back; for what is in ``purpose``."""

    __tablename__ = "consent_records"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    label: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime]
    given_to: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_to: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        Index("uq_consent_records_in_force", "dispute_id", "label", "purpose", unique=True, sqlite_where=IN_FORCE,
              postgresql_where=IN_FORCE),
    )  # fmt: skip


class AssistancePlan(Base):
    """A plan of help that a party wanted and agreed to; ``ended_why``: done, refused (by the party) or stopped."""

    __tablename__ = "assistance_plans"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    label: Mapped[str] = mapped_column(String(20))
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent_records.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    due_on: Mapped[date]
    agreed_on: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        Index("uq_assistance_plans_open", "dispute_id", "label", unique=True, sqlite_where=OPEN_PLAN,
              postgresql_where=OPEN_PLAN),
    )  # fmt: skip


class AssistanceMeasure(Base):
    """One measure of a plan: of a closed list of kinds, by which unit, until when.

    ``amount_cents`` is paid only when two people agreed who did not enter it; ``amount_state``: none, asked, approved
    or refused. ``state``: planned, done, declined (by the party) or dropped. Counselling has no words of its own.
    """

    __tablename__ = "assistance_measures"

    id: Mapped[UuidKey]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("assistance_plans.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="planned")
    done_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(Text, default="")
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    amount_state: Mapped[str] = mapped_column(String(10), default="none")
    added_at: Mapped[datetime]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class AmountApproval(Base):
    """What one person said to an amount; two who agree make it payable, one who does not ends it."""

    __tablename__ = "amount_approvals"

    id: Mapped[UuidKey]
    measure_id: Mapped[UUID] = mapped_column(ForeignKey("assistance_measures.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    agrees: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("measure_id", "assignment_id"),)


class LawyerDuty(Base):
    """A law firm that receives residents on a day at a place, or in a legal studio (``clinic_id``); no names."""

    __tablename__ = "lawyer_duties"

    id: Mapped[UuidKey]
    county_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    on_day: Mapped[date]
    hours: Mapped[str] = mapped_column(String(40))
    firm: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(100))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    tasks: Mapped[list[Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_lawyer_duties_day", "county_code", "on_day"),)


class LawyerTask(Base):
    """What the county calls one of the nine kinds of work that lawyers take part in; without a row the file's word."""

    __tablename__ = "lawyer_tasks"

    county_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    changed_at: Mapped[datetime]
