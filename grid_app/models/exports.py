"""Files that people asked for: exports made in the background, and the sheets of a superior office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class ExportJob(Base):
    """One file that somebody asked for; states: waiting, running, done, failed, gone.

    ``assignment_id``, ``role``, ``unit_id`` and ``division_code`` are who asked, in which capacity and for which area:
    whoever acts as anything else gets no file. ``started_at`` tells one try from the next. ``file_name`` is what a
    browser saves it as; where it lies follows from the id.
    """

    __tablename__ = "export_jobs"

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(20))
    form: Mapped[str] = mapped_column(String(8))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    state: Mapped[str] = mapped_column(String(8))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    file_name: Mapped[str] = mapped_column(String(120), default="")
    sentence: Mapped[str] = mapped_column(String(300), default="")
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_export_jobs_account_id_asked_at", "account_id", "asked_at"),
        Index("ix_export_jobs_state_asked_at", "state", "asked_at"),
    )


class SuperiorSheet(Base):
    """One version of a superior office's sheet: the workbook as it came, its header, what stands in its columns.

    ``series`` is the same for all versions of a sheet. ``columns`` holds per column its letter, its name, and what is
    put into it; ``retired_at`` is set on every version of a sheet that is not used any more.
    """

    __tablename__ = "superior_sheets"

    id: Mapped[UuidKey]
    series: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int]
    county_code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(8))
    covers: Mapped[str] = mapped_column(String(12))
    file_name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    tab: Mapped[str] = mapped_column(String(31))
    header_first: Mapped[int]
    header_last: Mapped[int]
    columns: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("series", "version"),
        Index("ix_superior_sheets_county_code_name", "county_code", "name"),
    )


class SheetReturn(Base):
    """One filled sheet of an area and period; it counts as what the superior knows once somebody says it was sent."""

    __tablename__ = "sheet_returns"

    id: Mapped[UuidKey]
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("superior_sheets.id"))
    series: Mapped[UUID]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    job_id: Mapped[UUID] = mapped_column(ForeignKey("export_jobs.id"), unique=True)
    first: Mapped[date]
    last: Mapped[date]
    only_changes: Mapped[bool]
    added: Mapped[int]
    changed: Mapped[int]
    withdrawn: Mapped[int]
    unchanged: Mapped[int]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (Index("ix_sheet_returns_series_division_code_sent_at", "series", "division_code", "sent_at"),)


class SheetReturnRow(Base):
    """What one filled sheet said anew of a dispute: ``change`` is added, changed or withdrawn."""

    __tablename__ = "sheet_return_rows"

    return_id: Mapped[UUID] = mapped_column(ForeignKey("sheet_returns.id"), primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    digest: Mapped[str] = mapped_column(String(64))
    change: Mapped[str] = mapped_column(String(10))
