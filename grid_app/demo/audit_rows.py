"""Many links of the audit chain at once, each made exactly as the audit service makes its single ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent
from grid_app.services.audit import FIRST_LINK, digest_of_event


@dataclass
class _Link:
    """One link with the columns of its row; number and digests follow when it is hung onto the chain."""

    at: datetime
    account_id: UUID
    assignment_id: UUID
    action: str
    target_kind: str
    target_id: str
    details: Mapping[str, str | int | bool | None]
    acting_for: UUID | None = None
    succeeded: bool = True
    number: int = 0
    previous: str = ""
    digest: str = ""


class AuditRows:
    """Collects links and hangs them onto the chain when they are written.

    Parameters
    ----------
    accounts : mapping of UUID to UUID
        The account behind each assignment.
    """

    def __init__(self, accounts: Mapping[UUID, UUID]) -> None:
        self._accounts = accounts
        self._waiting: list[_Link] = []

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
        self._waiting.append(_Link(at, self._accounts[by], by, action, *target, details))

    def write(self, session: Session) -> None:
        """Hang what was collected onto the chain, in the caller's transaction."""
        links, self._waiting = self._waiting, []
        if not links:
            return
        last = session.execute(
            select(AuditEvent.number, AuditEvent.digest).order_by(AuditEvent.number.desc()).limit(1)
        ).first()
        number, previous = (last.number, last.digest) if last else (0, FIRST_LINK)
        for link in links:
            number += 1
            link.number, link.previous = number, previous
            # a link has every attribute that the digest reads, without the cost of a mapped object
            link.digest = previous = digest_of_event(cast("AuditEvent", link))
        session.execute(insert(cast("Table", AuditEvent.__table__)), [vars(link) for link in links])
