"""The sheets of a superior office as pages show them: the newest version of each, and what was made with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.exports import ExportJob, SheetReturn, SuperiorSheet
from grid_app.policy import Actor
from grid_app.queries.exports.jobs import is_own

RETURNS_SHOWN: Final = 20


@dataclass(frozen=True)
class SheetRow:
    """One version of a sheet; ``is_newest`` when no later one is there."""

    sheet_id: UUID
    series: UUID
    version: int
    name: str
    period: str
    covers: str
    file_name: str
    tab: str
    header_first: int
    header_last: int
    columns: tuple[Mapping[str, Any], ...]
    at: datetime
    is_newest: bool = True


@dataclass(frozen=True)
class ReturnRow:
    """One filled sheet; ``job_id`` only where the reader may fetch its file."""

    return_id: UUID
    first: date
    last: date
    only_changes: bool
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    made_at: datetime
    sent_at: datetime | None
    job_id: UUID | None


def sheets_of(session: Session, *, county_code: str) -> list[SheetRow]:
    """Return the newest version of every sheet in use of a county, by name."""
    newest = (
        select(SuperiorSheet.series, func.max(SuperiorSheet.version).label("version"))
        .where(SuperiorSheet.county_code == county_code, SuperiorSheet.retired_at.is_(None))
        .group_by(SuperiorSheet.series)
        .subquery()
    )
    rows = session.scalars(
        select(SuperiorSheet)
        .join(newest, (newest.c.series == SuperiorSheet.series) & (newest.c.version == SuperiorSheet.version))
        .order_by(SuperiorSheet.name, SuperiorSheet.id)
    )
    return [_row(row, is_newest=True) for row in rows]


def sheet_of(session: Session, *, county_code: str, sheet_id: UUID) -> SheetRow | None:
    """Return one version of a sheet in use of a county; ``None`` where there is none."""
    row = session.get(SuperiorSheet, sheet_id)
    if row is None or row.county_code != county_code or row.retired_at is not None:
        return None
    newest = session.scalar(select(func.max(SuperiorSheet.version)).where(SuperiorSheet.series == row.series))
    return _row(row, is_newest=newest == row.version)


def newest_of(session: Session, series: UUID) -> UUID | None:
    """Return the newest version of a sheet."""
    return session.scalar(
        select(SuperiorSheet.id).where(SuperiorSheet.series == series).order_by(SuperiorSheet.version.desc()).limit(1)
    )


def returns_of(session: Session, *, series: UUID, actor: Actor) -> list[ReturnRow]:
    """Return what was made with a sheet for the actor's area, the newest first."""
    rows = session.execute(
        select(SheetReturn, ExportJob.id)
        .outerjoin(ExportJob, (ExportJob.id == SheetReturn.job_id) & is_own(actor))
        .where(SheetReturn.series == series, SheetReturn.division_code == actor.division_code)
        .order_by(SheetReturn.made_at.desc(), SheetReturn.id.desc())
        .limit(RETURNS_SHOWN)
    )
    return [
        ReturnRow(
            row.id, row.first, row.last, row.only_changes, row.added, row.changed, row.withdrawn, row.unchanged,
            row.made_at, row.sent_at, job_id,
        )
        for row, job_id in rows
    ]  # fmt: skip


def _row(row: SuperiorSheet, *, is_newest: bool) -> SheetRow:
    return SheetRow(
        sheet_id=row.id, series=row.series, version=row.version, name=row.name, period=row.period, covers=row.covers,
        file_name=row.file_name, tab=row.tab, header_first=row.header_first, header_last=row.header_last,
        columns=tuple(row.columns), at=row.at, is_newest=is_newest,
    )  # fmt: skip
