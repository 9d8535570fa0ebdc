"""What of a dispute becomes an escalation: it turned red, a duty of safety, a limit of the law, a matter reopened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.database.apart import done_apart
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation
from grid_app.services.escalations.steps import raise_escalation
from grid_app.vocabulary.words import OPEN_STATES

PASSED, CLOSE_BY = "limit_passed", "limit_near"
NEAR: Final = timedelta(days=3)
LONG_PAST: Final = timedelta(days=30)
"""A limit that passed longer ago when the platform first saw it stands in the lists; it is no event of today."""
AT_ONCE: Final = 50


def escalate_red(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Raise the escalation of a dispute whose colour has just become red.

    Where the report told of violence or of a child, it is the duty to report that is raised, which the same offices
    are told of once and not twice (反家庭暴力法 14, 未成年人保护法 11).
    """
    is_duty = dispute.safety_present or dispute.safety_child
    raise_escalation(
        session,
        event_kind="safety_duty" if is_duty else "grade_red",
        dispute_id=dispute.id,
        division_code=dispute.division_code,
        category=dispute.category,
        grade=dispute.grade,
        reason=";".join(dispute.grade_reasons),
        now=now,
        danger=dispute.danger,
    )


def escalate_reopened(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Raise that a matter that had been closed is open again."""
    raise_escalation(
        session,
        event_kind="reopened",
        dispute_id=dispute.id,
        division_code=dispute.division_code,
        category=dispute.category,
        grade=dispute.grade,
        reason="这件事办结以后又重新打开。请看上次为什么没有解决,再定怎样办。",
        now=now,
        part=f"{dispute.id}:{dispute.version}",
    )


def raise_limits(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Raise the limits of the law that end within three days or have passed, and return how many were raised.

    Each limit is raised once when it is near and once when it has passed, and again at another grade; one that was put
    off is near anew. A second run raises nothing. One that cannot be raised is taken back by itself, takes no other's
    place, and is tried again by the next run.
    """
    known = set(
        session.scalars(
            select(Escalation.dedupe_key).where(
                Escalation.event_kind.in_((PASSED, CLOSE_BY)), Escalation.opened_at >= now - 2 * LONG_PAST
            )
        )
    )
    waiting = session.execute(
        select(Dispute.id, Dispute.statutory_due_at.label("due"), Dispute.grade)
        .where(
            Dispute.statutory_due_at.between(now - LONG_PAST, now + NEAR),
            Dispute.state.in_(OPEN_STATES),
        )
        .order_by(Dispute.statutory_due_at, Dispute.id)
    ).all()
    limits = [_Limit(PASSED if row.due <= now else CLOSE_BY, row.id, row.due, row.grade) for row in waiting]
    raised = 0
    for one in limits:
        if raised < limit and one.key not in known:
            work = partial(_raise_limit, session, one, now=now)
            raised += done_apart(session, work, what="raise a limit of the law", key=one.dispute_id)
    return raised


@dataclass(frozen=True)
class _Limit:
    """One limit of one dispute, near or passed."""

    kind: str
    dispute_id: UUID
    due: datetime
    grade: str

    @property
    def part(self) -> str:
        """Return what tells this limit from a later one of the same dispute."""
        return f"{self.dispute_id}:{self.due:%y%m%d%H%M}"

    @property
    def key(self) -> str:
        """Return the key under which it escalates once."""
        return f"{self.kind}:{self.part}:{self.grade}"


def _raise_limit(session: Session, limit: _Limit, *, now: datetime) -> bool:
    dispute = session.get_one(Dispute, limit.dispute_id)
    day = local(limit.due)
    passed = "已经过了" if limit.kind == PASSED else "快到了"
    raised = raise_escalation(
        session,
        event_kind=limit.kind,
        dispute_id=dispute.id,
        division_code=dispute.division_code,
        category=dispute.category,
        grade=limit.grade,
        reason=f"法定期限{passed}:{day.month}月{day.day}日 {day:%H:%M}。",
        now=now,
        part=limit.part,
    )
    return raised is not None
