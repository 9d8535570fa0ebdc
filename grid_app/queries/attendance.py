"""Who of many is still signed in as before: a sign for each session that changes with its rights."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Delegation, SignIn
from grid_app.models.places import Division
from grid_app.queries.accounts import assignment_is_valid, delegation_is_valid

AT_ONCE: Final = 400
"""Sessions that one question asks for."""


def signs_of(
    session: Session, sessions: Collection[str], *, now: datetime, idle: timedelta, absolute: timedelta
) -> dict[str, str]:
    """Return a sign for each session (given by its digest) that has not ended; one that ended is not among them.

    The sign is another one when the account acts as something else, when its assignments have changed or run out, and
    when something was lent to it or taken back. It costs three questions for 400 sessions, whoever they are.
    """
    ordered = sorted(sessions)
    found: dict[str, str] = {}
    for first in range(0, len(ordered), AT_ONCE):
        found |= _signs(session, ordered[first : first + AT_ONCE], now, now - idle, now - absolute)
    return found


def _signs(
    session: Session, digests: list[str], now: datetime, seen_since: datetime, begun_since: datetime
) -> dict[str, str]:
    here = session.execute(
        select(SignIn.id, SignIn.account_id, SignIn.assignment_id)
        .join(Account, Account.id == SignIn.account_id)
        .where(
            SignIn.id.in_(digests),
            SignIn.ended_at.is_(None),
            SignIn.seen_at >= seen_since,
            SignIn.started_at >= begun_since,
            Account.disabled_at.is_(None),
        )
    ).all()
    rights = _rights(session, {row.account_id for row in here}, now)
    return {
        row.id: hashlib.sha256(f"{row.assignment_id}|{rights[row.account_id]}".encode()).hexdigest() for row in here
    }


def _rights(session: Session, accounts: Collection[UUID], now: datetime) -> defaultdict[UUID, list[tuple[str, ...]]]:
    found: defaultdict[UUID, list[tuple[str, ...]]] = defaultdict(list)
    held = session.execute(
        select(Assignment.account_id, Assignment.id, Assignment.role, Assignment.unit_id, Division.path)
        .join(Division, Division.code == Assignment.division_code)
        .where(Assignment.account_id.in_(accounts), assignment_is_valid(now))
        .order_by(Assignment.id)
    ).all()
    whose = {row.id: row.account_id for row in held}
    for row in held:
        found[row.account_id].append(tuple(str(one) for one in row))
    lent = session.execute(
        select(Delegation.to_assignment_id, Delegation.id, Delegation.actions)
        .join(Assignment, Assignment.id == Delegation.from_assignment_id)
        .where(Delegation.to_assignment_id.in_(whose), delegation_is_valid(now), assignment_is_valid(now))
        .order_by(Delegation.id)
    ).all()
    for row in lent:
        found[whose[row.to_assignment_id]].append(tuple(str(one) for one in row))
    return found
