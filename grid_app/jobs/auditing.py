"""The job of the auditor: reckon every escalation anew from its history, and let each difference be an alarm."""

from __future__ import annotations

from uuid import UUID

from grid_app.database.transaction import transaction
from grid_app.services.escalations.auditing import audit_causes, audit_some
from grid_app.wiring import wired

NAME = "auditor.check"


def audit_job() -> str:
    """Audit what waits or ended lately, some in each short transaction; return how many differ of how many."""
    clock, looked_at, found = wired().clock, 0, 0
    after: UUID | None = None
    while True:
        with transaction() as session:
            audit = audit_some(session, now=clock.now(), after=after)
        looked_at, found, after = looked_at + audit.looked_at, found + audit.found, audit.last
        if after is None:
            break
    with transaction() as session:
        found += audit_causes(session, now=clock.now())
    return f"checked={looked_at} differ={found}"
