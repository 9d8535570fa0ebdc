"""A suspected finding that nobody decided in time becomes an escalation past the level that should have."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from grid_app.models.escalations import Escalation
from grid_app.models.findings import FindingDeadline
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent
from grid_app.queries.signal_settings import counties_without
from grid_app.services.audit import record_audit
from grid_app.services.escalations.steps import raise_escalation
from grid_app.services.escalations.targets import UNDECIDED
from grid_app.services.findings.deadlines import start_clocks
from grid_app.services.findings.ownership import settle_owner
from grid_app.services.findings.states import CONFIRM, MOVES
from grid_app.vocabulary.findings import SUSPECTED
from grid_app.vocabulary.signals import UNDECIDED as UNDECIDED_SIGNAL

AT_ONCE: Final = 100
ASKING_KINDS: Final = ("new", "raised_again")


def raise_undecided(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Escalate the suspected findings whose time to decide has passed, once per asking; return how many did.

    A county that switched this signal off is left out.
    """
    told = exists().where(
        Escalation.finding_id == Finding.id,
        Escalation.event_kind == UNDECIDED,
        Escalation.opened_at >= FindingDeadline.started_at,
    )
    without = counties_without(session, signal=UNDECIDED_SIGNAL, at=now)
    rows = session.execute(
        select(Finding, FindingDeadline)
        .join(FindingDeadline, FindingDeadline.finding_id == Finding.id)
        .join(Division, Division.code == Finding.division_code)
        .where(
            *[~Division.path.startswith(f"/{county}/", autoescape=True) for county in without],
            Finding.state == SUSPECTED,
            FindingDeadline.rule_code == CONFIRM,
            FindingDeadline.done_at.is_(None),
            FindingDeadline.due_at <= now,
            ~told,
        )
        .order_by(FindingDeadline.due_at, Finding.id)
        .limit(limit)
    ).all()
    return sum(_escalate(session, finding, clock, now) for finding, clock in rows)


def give_missing_clocks(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Give findings from before there were clocks theirs, from the day they were put to people or confirmed."""
    bare = ~exists().where(FindingDeadline.finding_id == Finding.id)
    found = session.scalars(
        select(Finding).where(Finding.state.in_((SUSPECTED, "confirmed")), bare).order_by(Finding.id).limit(limit)
    ).all()
    for finding in found:
        begun = finding.decided_at or _asked_at(session, finding.id) or finding.created_at
        codes = (CONFIRM,) if finding.state == SUSPECTED else MOVES["confirm"].starts
        start_clocks(session, finding_id=finding.id, codes=codes, started_at=begun, now=now)
    return len(found)


def _asked_at(session: Session, finding_id: UUID) -> datetime | None:
    return session.scalar(
        select(func.max(FindingEvent.at)).where(
            FindingEvent.finding_id == finding_id, FindingEvent.kind.in_(ASKING_KINDS)
        )
    )


def _escalate(session: Session, finding: Finding, clock: FindingDeadline, now: datetime) -> int:
    # The audit link first: it takes the chain's lock, so that every transaction takes its locks in one order.
    record_audit(session, None, "finding.undecided", now=now, target=("finding", str(finding.id)))
    settle_owner(session, finding)
    session.add(
        FindingEvent(
            finding_id=finding.id, at=now, kind="undecided", note="",
            details={"households": finding.households_now, "grade": finding.grade},
        )
    )  # fmt: skip
    raised = raise_escalation(
        session,
        event_kind=UNDECIDED,
        finding_id=finding.id,
        division_code=finding.division_code,
        category=finding.category,
        grade=finding.grade,
        reason=finding.reason,
        now=now,
        part=f"{finding.id}:{clock.started_at:%Y%m%d%H%M}",
    )
    return int(raised is not None)
