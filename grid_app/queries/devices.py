"""Registered phones of an area: what each is called and until when, never where or when it was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, DeviceToken, Unit
from grid_app.models.places import Division
from grid_app.queries.accounts import under


@dataclass(frozen=True)
class DeviceRow:
    """One registered phone, as the township that may revoke it sees it."""

    device_id: UUID
    label: str
    unit_name: str
    created_at: datetime
    expires_at: datetime


def phones_under(session: Session, *, path: str, now: datetime) -> list[DeviceRow]:
    """Return the phones registered for roles in the subtree of ``path`` that still work, by unit and label."""
    question = (
        select(DeviceToken.id, DeviceToken.label, Unit.name, DeviceToken.created_at, DeviceToken.expires_at)
        .join(Assignment, Assignment.id == DeviceToken.assignment_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(under(path), DeviceToken.revoked_at.is_(None), DeviceToken.expires_at > now)
        .order_by(Unit.name, DeviceToken.label, DeviceToken.id)
    )
    return [DeviceRow(*row) for row in session.execute(question)]
