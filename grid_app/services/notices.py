"""Lines on the start page of staff: told to who works in a unit, put away when read or when the work is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Notice
from grid_app.policy import Role
from grid_app.queries.accounts import assignments_in_force


@dataclass(frozen=True)
class Line:
    """What a line says: its kind, its words (never a name), and where it leads."""

    kind: str
    text: str
    url: str


def tell(session: Session, line: Line, accounts: Iterable[UUID], *, now: datetime) -> None:
    """Put a line on the start page of each account, once."""
    session.add_all(
        Notice(account_id=one, kind=line.kind, text=line.text, url=line.url, created_at=now)
        for one in dict.fromkeys(accounts)
    )


def tell_unit(
    session: Session,
    line: Line,
    unit_id: UUID | None,
    *,
    roles: Collection[Role],
    now: datetime,
    but: UUID | None = None,
) -> None:
    """Put a line on the start page of those who act in a unit in one of ``roles``; ``but`` knows it already."""
    if unit_id is None:
        return
    wanted = Assignment.role.in_([str(role) for role in roles])
    staff = assignments_in_force(session, Assignment.unit_id == unit_id, wanted, now=now)
    tell(session, line, (one.account_id for one in staff if one.account_id != but), now=now)


def put_away_done(session: Session, line: Line, units: Collection[UUID | None], *, now: datetime) -> None:
    """Mark a line as read for everybody in these units, because what it asked for has been done."""
    staff = select(Assignment.account_id).where(Assignment.unit_id.in_([one for one in units if one]))
    session.execute(
        update(Notice)
        .where(Notice.account_id.in_(staff), Notice.kind == line.kind, Notice.url == line.url, Notice.read_at.is_(None))
        .values(read_at=now)
    )


def put_away(session: Session, *, notice_id: UUID, account_id: UUID, now: datetime) -> None:
    """Mark a line of this account as read; somebody else's line and a second tap change nothing."""
    row = session.get(Notice, notice_id)
    if row is not None and row.account_id == account_id and row.read_at is None:
        row.read_at = now
