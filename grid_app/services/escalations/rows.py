"""Rows that are written once, however often they are asked for, and the numbers of escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import Base, new_id
from grid_app.models.disputes import CaseCounter
from grid_app.models.escalations import EscalationEvent
from grid_app.policy import Actor

COUNTER_PREFIX: Final = "E"
"""Counters of escalations stand beside those of cases, under the county's code with this letter before it."""
COUNTY_DIGITS: Final = 6

Upsert = postgresql.Insert | sqlite.Insert


def insert_once(session: Session, table: type[Base], values: Mapping[str, object]) -> bool:
    """Say whether the row was written; a row with the same unique key makes this a harmless no.

    On PostgreSQL it waits for another transaction that is just writing the same key; SQLite has one writer.
    """
    row = {"id": new_id(), **values}
    statement = _insert(session, table).values(row).on_conflict_do_nothing()
    return session.execute(statement.returning(table.__table__.c.id)).first() is not None


def insert_all_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Write the rows in one statement; what is there already under the same unique key stays as it is."""
    if rows:
        made = [{"id": new_id(), **row} for row in rows]
        session.execute(_insert(session, table).on_conflict_do_nothing(), made)


def next_code(session: Session, *, division_code: str, now: datetime) -> str:
    """Return the next number of an escalation in its county and year, such as ``E990101-2026-00012``.

    The counter's row is held until the transaction ends. Take the audit chain's lock before (write the audit
    event first), so that two transactions always ask for the two in the same order.
    """
    county, year = division_code[:COUNTY_DIGITS], local_date(now).year
    statement = (
        _insert(session, CaseCounter)
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


def _insert(session: Session, table: type[Base]) -> Upsert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
