"""Many links of the audit chain at once, each made exactly as the audit service makes its single ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent
from grid_app.services.audit import FIRST_LINK, digest_of_event

_COLUMNS = tuple(column.key for column in AuditEvent.__table__.columns)


class AuditRows:
    """Collects links and hangs them onto the chain when they are written.

    Parameters
    ----------
    accounts : mapping of UUID to UUID
        The account behind each assignment.
    """

    def __init__(self, accounts: Mapping[UUID, UUID]) -> None:
        self._accounts = accounts
        self._waiting: list[AuditEvent] = []

    def add(
        self,
        action: str,
        by: UUID,
        *,
        at: datetime,
        target: tuple[str, str],
        details: Mapping[str, str | int | bool | None],
    ) -> None:
        """Collect one link: ``by`` is the assignment that acted."""
        self._waiting.append(
            AuditEvent(
                at=at,
                account_id=self._accounts[by],
                assignment_id=by,
                action=action,
                target_kind=target[0],
                target_id=target[1],
                succeeded=True,
                details=dict(details),
            )
        )

    def write(self, session: Session) -> None:
        """Hang what was collected onto the chain, in the caller's transaction."""
        if not self._waiting:
            return
        last = session.execute(
            select(AuditEvent.number, AuditEvent.digest).order_by(AuditEvent.number.desc()).limit(1)
        ).first()
        number, previous = (last.number, last.digest) if last else (0, FIRST_LINK)
        rows: list[dict[str, Any]] = []
        for event in self._waiting:
            number += 1
            event.number, event.previous = number, previous
            event.digest = previous = digest_of_event(event)
            rows.append({name: getattr(event, name) for name in _COLUMNS})
        self._waiting = []
        session.execute(insert(cast("Table", AuditEvent.__table__)), rows)
