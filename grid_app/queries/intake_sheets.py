"""The uploaded sheets of a unit, what became of their rows, and the names of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import ImportBatch
from grid_app.models.intake import ImportRow, ImportSheet, ImportSource

MOST_LINES = 50
MOST_REFUSED = 1_000


@dataclass(frozen=True)
class SheetLine:
    """One uploaded sheet with the counts of its rows by outcome."""

    id: UUID
    file_name: str
    source: str
    state: str
    rows: int
    taken: int
    uploaded_at: datetime
    accepted: int
    already_have: int
    rejected: int


def sheet_lines(session: Session, *, unit_id: UUID, only: UUID | None = None) -> list[SheetLine]:
    """Return the newest sheets of a unit that were not given up, or one of them."""
    question = (
        select(ImportSheet, ImportSource.name)
        .join(ImportSource, ImportSource.id == ImportSheet.source_id)
        .where(ImportSheet.unit_id == unit_id)
        .order_by(ImportSheet.uploaded_at.desc(), ImportSheet.id)
        .limit(MOST_LINES)
    )
    narrowed = question.where(ImportSheet.id == only) if only else question.where(ImportSheet.state != "dropped")
    found = session.execute(narrowed).all()
    counts = _counts(session, [sheet.id for sheet, _ in found])
    return [_line(sheet, name, counts.get(sheet.id, {})) for sheet, name in found]


def refused_rows(session: Session, sheet_id: UUID) -> list[tuple[int, str]]:
    """Return the lines of a sheet that were not taken in, with the reason of each."""
    rows = session.execute(
        select(ImportRow.line, ImportRow.sentence)
        .where(ImportRow.sheet_id == sheet_id, ImportRow.outcome == "rejected")
        .order_by(ImportRow.line)
        .limit(MOST_REFUSED)
    )
    return [(row.line, row.sentence) for row in rows]


def earlier_imports(session: Session, *, digest: str, sheet_id: UUID) -> list[datetime]:
    """Return when the very same file was imported to its end before and not undone."""
    undone = select(ImportSheet.id).where(ImportSheet.digest == digest, ImportSheet.state == "undone")
    if session.scalars(undone.where(ImportSheet.id != sheet_id)).first():
        return []
    return list(
        session.scalars(select(ImportBatch.at).where(ImportBatch.digest == digest).order_by(ImportBatch.at.desc()))
    )


def source_names(session: Session, *, unit_id: UUID) -> list[str]:
    """Return the names of the sources of a unit, the one used last first."""
    return list(
        session.scalars(
            select(ImportSource.name).where(ImportSource.unit_id == unit_id).order_by(ImportSource.changed_at.desc())
        )
    )


def _counts(session: Session, ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = {}
    rows = session.execute(
        select(ImportRow.sheet_id, ImportRow.outcome, func.count())
        .where(ImportRow.sheet_id.in_(ids))
        .group_by(ImportRow.sheet_id, ImportRow.outcome)
    )
    for sheet, outcome, count in rows:
        found.setdefault(sheet, {})[outcome] = count
    return found


def _line(sheet: ImportSheet, source: str, counts: dict[str, int]) -> SheetLine:
    return SheetLine(
        sheet.id, sheet.file_name, source, sheet.state, sheet.rows, sheet.taken, sheet.uploaded_at,
        counts.get("accepted", 0), counts.get("already_have", 0), counts.get("rejected", 0),
    )  # fmt: skip
