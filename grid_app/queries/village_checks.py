"""What townships saw on the spot in one village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.villages import VillageCheck


@dataclass(frozen=True)
class CheckLine:
    """One check on record: when, by which office, what of each criterion, and the findings."""

    on: date
    unit: str
    seen: dict[str, bool]
    findings: str


def checks_of(session: Session, *, code: str) -> list[CheckLine]:
    """Return the checks of a village, the newest first."""
    rows = session.execute(
        select(VillageCheck, Unit.name)
        .join(Unit, Unit.id == VillageCheck.unit_id)
        .where(VillageCheck.village_code == code)
        .order_by(VillageCheck.checked_on.desc(), VillageCheck.recorded_at.desc())
    )
    return [CheckLine(row.checked_on, unit, dict(row.seen), row.findings) for row, unit in rows]
