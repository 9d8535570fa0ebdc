"""How a matter came to an office, the form of a reception, and sheets of old reports that are being imported."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Registration(Base):
    """How one matter came to an office (登记): by which channel, from which unit, with which document and due date.

    ``due_on`` is the date that the sending unit set; it stands beside our clocks and never replaces them. ``official``
    is who read the letter or gave the instruction, by name and post; ``official_words`` what was written on it.
    """

    __tablename__ = "registrations"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    came_on: Mapped[date]
    issuing_unit: Mapped[str] = mapped_column(String(100), default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    due_on: Mapped[date | None]
    report_back: Mapped[bool] = mapped_column(default=False)
    official: Mapped[str] = mapped_column(String(60), default="")
    official_words: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_registrations_unit_id_due_on", "unit_id", "due_on"),)


class Reception(Base):
    """The form of a visit (接访登记): who received, how many came, what was asked, answered and promised.

    Visitors are a number; whoever wants to leave a name is a party of the dispute. ``representatives`` is at most five
    (信访工作条例 20) and only a number.
    """

    __tablename__ = "receptions"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    held_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(100))
    official: Mapped[str] = mapped_column(String(60))
    accompanying: Mapped[str] = mapped_column(String(100), default="")
    visitors: Mapped[int]
    representatives: Mapped[int | None]
    request: Mapped[str] = mapped_column(Text)
    earlier: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    opinion: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(100), default="")
    promised_on: Mapped[date | None]
    acknowledged: Mapped[bool] = mapped_column(default=False)


class ImportSource(Base):
    """How the sheets of one source are read by one unit, kept for its next sheet.

    ``columns`` maps items to column names, ``words`` the words of the sheet (villages, kinds) to codes.
    """

    __tablename__ = "import_sources"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(40))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("unit_id", "name"),)


class ImportSheet(Base):
    """One uploaded sheet on its way: ``state`` is reading, running, done, undone or dropped.

    ``sealed`` is the sheet without its columns of identity numbers, encrypted; it is emptied when nothing needs it any
    more. ``taken`` counts the rows that were worked through.
    """

    __tablename__ = "import_sheets"

    id: Mapped[UuidKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("import_sources.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(10))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    uploaded_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_import_sheets_unit_id_uploaded_at", "unit_id", "uploaded_at"),)


class ImportRow(Base):
    """What became of one row of a sheet; ``dispute_id`` is set only for a row that made a dispute."""

    __tablename__ = "import_rows"

    id: Mapped[UuidKey]
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("import_sheets.id"))
    line: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(12))
    sentence: Mapped[str] = mapped_column(Text, default="")
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"), index=True)

    __table_args__ = (UniqueConstraint("sheet_id", "line"),)
