"""How often people who do not sign in may try: counted per address and per code, as keyed hashes, for an hour or less.

In a village many phones share one address, so the numbers are wide; a pattern of guessing is far beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.models.residents import ResidentTry
from grid_app.services.audit import record_audit

FORGOTTEN_AFTER: Final = timedelta(days=1)
REACHED: Final = "resident.limit_reached"


@dataclass(frozen=True)
class Limit:
    """At most ``most`` tries of one kind in a span of time."""

    kind: str
    most: int
    span: timedelta


WRONG_BY_ADDRESS: Final = Limit("ask_address", 30, timedelta(minutes=15))
WRONG_BY_CODE: Final = Limit("ask_code", 5, timedelta(minutes=15))
REPORTS_BY_ADDRESS: Final = Limit("report_from", 20, timedelta(hours=1))
REPORTS_BY_PLACE: Final = Limit("report_at", 300, timedelta(hours=1))
TAILS_BY_STAFF: Final = Limit("staff_tail", 5, timedelta(hours=1))


def is_used_up(session: Session, limit: Limit, key: str, *, now: datetime) -> bool:
    """Say whether ``key`` has used up its tries; asks only."""
    count = session.scalar(
        select(ResidentTry.count).where(
            ResidentTry.kind == limit.kind, ResidentTry.key == key, ResidentTry.since > now - limit.span
        )
    )
    return (count or 0) >= limit.most


def count_try(session: Session, limit: Limit, key: str, *, now: datetime) -> bool:
    """Count one try in the caller's transaction; say whether it was still allowed.

    Reaching a limit is one audit event, without the address: a flood of tries must not become a flood of events.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    is_over = ResidentTry.since <= now - limit.span
    counted = (
        insert(ResidentTry)
        .values(kind=limit.kind, key=key, since=now, count=1)
        .on_conflict_do_update(
            index_elements=["kind", "key"],
            set_={
                "count": case((is_over, 1), else_=ResidentTry.count + 1),
                "since": case((is_over, now), else_=ResidentTry.since),
            },
        )
        .returning(ResidentTry.count)
    )
    count = session.execute(counted).scalar_one()
    if count == limit.most:
        record_audit(session, None, REACHED, now=now, details={"kind": limit.kind}, succeeded=False)
    return count <= limit.most


def forget_old_tries(session: Session, *, now: datetime) -> int:
    """Delete what was counted more than a day ago and return how many rows."""
    gone = session.execute(
        delete(ResidentTry).where(ResidentTry.since < now - FORGOTTEN_AFTER).returning(ResidentTry.key)
    )
    return len(gone.all())
