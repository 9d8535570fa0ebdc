"""The policy library: rules of the work, plans and summaries of units, each with its version and the time it holds."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class LibraryDocument(Base):
    """One document of the library: a text, a file, or both; it is never changed, only withdrawn with a reason.

    ``kind`` is a key of ``KIND_WORDS`` (rule, plan, summary, study); ``valid_to`` is empty while it holds without end.
    """

    __tablename__ = "library_documents"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(100))
    edition: Mapped[str] = mapped_column(String(30))
    document_no: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    words: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_library_documents_unit_kind", "unit_id", "kind", "valid_from"),)
