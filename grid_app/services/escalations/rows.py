"""Rows that are written once, however often they are asked for, and the numbers of escalations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.once import insert_all_once, insert_into, insert_once
from grid_app.models.disputes import CaseCounter
from grid_app.models.escalations import EscalationEvent
from grid_app.policy import Actor

__all__ = ("insert_all_once", "insert_once", "next_code", "note_event")

COUNTER_PREFIX: Final = "E"
"""Counters of escalations stand beside those of cases, under the county's code with this letter before it."""
COUNTY_DIGITS: Final = 6


def next_code(session: Session, *, division_code: str, now: datetime) -> str:
    """Return the next number of an escalation in its county and year, such as ``E990101-2026-00012``.

    The counter's row is held until the transaction ends. Take the audit chain's lock before (write the audit
    event first), so that two transactions always ask for the two in the same order.
    """
    county, year = division_code[:COUNTY_DIGITS], local_date(now).year
    statement = (
        insert_into(session, CaseCounter)
        .values(county_code=f"{COUNTER_PREFIX}{county}", year=year, last=1)
        .on_conflict_do_update(index_elements=["county_code", "year"], set_={"last": CaseCounter.last + 1})
        .returning(CaseCounter.__table__.c.last)
    )
    return f"{COUNTER_PREFIX}{county}-{year}-{session.scalars(statement).one():05d}"


def note_event(
    session: Session,
    escalation_id: UUID,
    kind: str,
    *,
    rung: int,
    now: datetime,
    unit_id: UUID | None = None,
    by: Actor | None = None,
    acting_for: UUID | None = None,
    details: Mapping[str, str | int] | None = None,
) -> None:
    """Add one step to an escalation's history: opened, told, climbed, seen, shut_out, acknowledged or exhausted.

    ``unit_id`` is the unit that was told, saw or took it up; ``by`` and ``acting_for`` name persons, for an
    acknowledgement alone. ``nobody`` is a rung on which no unit may be told.
    """
    session.add(
        EscalationEvent(
            escalation_id=escalation_id,
            at=now,
            kind=kind,
            rung=rung,
            unit_id=unit_id,
            assignment_id=by.assignment_id if by else None,
            acting_for=acting_for,
            details=dict(details or {}),
        )
    )
