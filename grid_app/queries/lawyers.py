"""When and where law firms receive residents, what they may be asked for, and the county's legal studios."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.assistance import LawyerDuty, LawyerTask
from grid_app.models.residents import PublicNotice
from grid_app.vocabulary.assistance import lawyer_tasks

CLINIC: Final = "legal_clinic"
MOST_DUTIES: Final = 60


@dataclass(frozen=True)
class DutyView:
    """A day on which a firm receives: where, from when to when, for what."""

    id: UUID
    on_day: date
    hours: str
    firm: str
    place: str
    clinic: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class ClinicView:
    """A legal studio that residents may go to first, if they like."""

    id: UUID
    name: str
    phone: str
    address: str
    hours: str


def duties_from(session: Session, county_code: str, *, today: date) -> list[DutyView]:
    """Return the days of duty of a county from today on."""
    tasks = task_names(session, county_code)
    rows = session.execute(
        select(LawyerDuty, Unit.name)
        .outerjoin(Unit, Unit.id == LawyerDuty.clinic_id)
        .where(LawyerDuty.county_code == county_code, LawyerDuty.on_day >= today, LawyerDuty.cancelled_at.is_(None))
        .order_by(LawyerDuty.on_day, LawyerDuty.hours, LawyerDuty.id)
        .limit(MOST_DUTIES)
    ).all()
    return [
        DutyView(
            row.id, row.on_day, row.hours, row.firm, row.place, clinic or "",
            tuple(tasks[slot] for slot in row.tasks if tasks.get(slot)),
        )
        for row, clinic in rows
    ]  # fmt: skip


def clinics_of(session: Session, county_code: str) -> list[ClinicView]:
    """Return the open legal studios of a county with what they publish."""
    rows = session.execute(
        select(Unit, PublicNotice)
        .outerjoin(PublicNotice, PublicNotice.unit_id == Unit.id)
        .where(Unit.kind == CLINIC, Unit.division_code == county_code, Unit.closed_at.is_(None))
        .order_by(Unit.name)
    ).all()
    return [
        ClinicView(
            unit.id, unit.name, unit.duty_phone, notice.address if notice else "", notice.hours if notice else ""
        )
        for unit, notice in rows
    ]


def task_names(session: Session, county_code: str) -> dict[int, str]:
    """Return what the county calls the nine kinds of lawyers' work, by slot; an empty one is not offered."""
    own = dict(
        session.execute(select(LawyerTask.slot, LawyerTask.name).where(LawyerTask.county_code == county_code)).all()
    )
    return {slot: own.get(slot, name) for slot, name in enumerate(lawyer_tasks(), 1)}
