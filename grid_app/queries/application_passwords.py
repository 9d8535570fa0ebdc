"""The passwords that an account has made for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.application_passwords import ApplicationPassword


@dataclass(frozen=True)
class ApplicationPasswordRow:
    """A password that can be used now; what it is for and until when."""

    id: UUID
    label: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def application_passwords_of(session: Session, *, account_id: UUID, now: datetime) -> list[ApplicationPasswordRow]:
    """Return the account's own passwords that can be used, the newest first."""
    rows = session.scalars(
        select(ApplicationPassword)
        .where(
            ApplicationPassword.account_id == account_id,
            ApplicationPassword.revoked_at.is_(None),
            ApplicationPassword.expires_at > now,
        )
        .order_by(ApplicationPassword.created_at.desc(), ApplicationPassword.id)
    )
    return [ApplicationPasswordRow(row.id, row.label, row.created_at, row.expires_at, row.used_at) for row in rows]
