"""Disputes, subscriptions and raised escalations for tests, on top of the small county."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import EscalationEvent, PushSubscription
from grid_app.services.escalations.steps import raise_escalation
from tests.world import NOW, World

VILLAGE = "990101001201"


def add_dispute(
    session: Session,
    world: World,
    *,
    number: int = 1,
    division: str = VILLAGE,
    category: str = "0901",
    about: str | None = None,
) -> UUID:
    """Add a red dispute and return its id."""
    dispute = Dispute(
        case_code=f"990101-2026-{number:05d}",
        tracking_code=f"T{number:07d}",
        state="reported",
        category=category,
        summary="租金没有付",
        division_code=division,
        place_kind="inside",
        channel="grid_walk",
        household_label="h",
        grade="red",
        grade_reasons=[],
        about_unit_id=world.units[about] if about else None,
        captured_at=NOW,
        received_at=NOW,
        noted_on=NOW.date(),
    )
    session.add(dispute)
    session.flush()
    return dispute.id


def add_subscription(
    session: Session, world: World, name: str, *, endpoint: str = "", p256dh: str = "p", auth: str = "a"
) -> UUID:
    """Add a live push subscription of the account of that name and return its id."""
    assignment = session.get_one(Assignment, world.assignments[name])
    subscription = PushSubscription(
        account_id=assignment.account_id,
        assignment_id=assignment.id,
        unit_id=assignment.unit_id,
        endpoint=endpoint or f"https://updates.push.services.mozilla.com/wpush/v2/{name}",
        p256dh=p256dh,
        auth=auth,
        created_at=NOW,
    )
    session.add(subscription)
    session.flush()
    return subscription.id


def raise_for(
    session: Session,
    dispute_id: UUID,
    *,
    event_kind: str = "grade_red",
    division: str = VILLAGE,
    category: str = "0901",
    grade: str = "red",
    reason: str = "有人身危险",
    danger: bool = False,
    now: datetime = NOW,
) -> UUID | None:
    """Raise an escalation for a dispute and return its id."""
    return raise_escalation(
        session,
        event_kind=event_kind,
        dispute_id=dispute_id,
        division_code=division,
        category=category,
        grade=grade,
        reason=reason,
        danger=danger,
        now=now,
    )


def kinds_of(session: Session, escalation_id: UUID) -> list[str]:
    """Return the kinds of an escalation's events, oldest first."""
    session.flush()
    rows = session.scalars(
        select(EscalationEvent.kind).where(EscalationEvent.escalation_id == escalation_id).order_by(EscalationEvent.id)
    )
    return list(rows)
