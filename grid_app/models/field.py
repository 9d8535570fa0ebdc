"""What phones in the field hand in beside reports: returns by their id, and what a phone and the office disagree on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class ReturnSubmission(Base):
    """A return that arrived under an id made on a phone: its digest, and the receipt's moment.

    ``return_id`` is empty when every round had been answered before it came; it was received all the same.
    """

    __tablename__ = "return_submissions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(30))
    received_at: Mapped[datetime]
    captured_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    return_id: Mapped[UUID | None] = mapped_column(ForeignKey("screening_returns.id"))


class ReportGap(Base):
    """A report that a phone has as received and the office has not (``missing``) or has otherwise (``differs``).

    Nothing of the person, the place or how much a phone still holds; it is over when ``settled_at`` is set.
    """

    __tablename__ = "report_gaps"

    id: Mapped[UuidKey]
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device_tokens.id"))
    report_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    noticed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("device_id", "report_id"),)
