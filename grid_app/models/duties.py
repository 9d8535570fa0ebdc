"""Which unit has the duty to solve a matter, who has withdrawn from it, and what was checked at each of its stages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

IN_FORCE = text("lifted_at IS NULL")


class DutyUnit(Base):
    """The unit that has the duty to solve a matter (责任单位): another thing than the unit complained of.

    ``basis`` says by which rule it has the duty.
    """

    __tablename__ = "duty_units"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    basis: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class Recusal(Base):
    """A member of staff who has withdrawn from one matter (信访工作条例 28); nobody asks why.

    ``passed_to`` is the unit that took the matter over, when the own unit had nobody else.
    """

    __tablename__ = "recusals"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    passed_to: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    declared_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("uq_recusals_in_force", "dispute_id", "account_id", unique=True, sqlite_where=IN_FORCE,
              postgresql_where=IN_FORCE),
    )  # fmt: skip


class StageCheck(Base):
    """One line of a checklist as it was answered for a dispute, with the version of the list."""

    __tablename__ = "stage_checks"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    list_code: Mapped[str] = mapped_column(String(30))
    item_code: Mapped[str] = mapped_column(String(30))
    done: Mapped[bool]
    list_version: Mapped[int]
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("dispute_id", "list_code", "item_code"),)
