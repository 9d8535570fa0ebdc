"""Shutting an alert to the unit it complains of: what still waits to be sent to it is stopped, and nobody waits for it.

A report may be red and sealed in one step: the alert was raised with the report, the seal is set a moment later in the
same transaction. What a phone was sent before the seal is not undone; the alert leaves the unit's inbox, and its own
history says so.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import (
    Escalation,
    EscalationEvent,
    InboxItem,
    OutboxMessage,
    PushSubscription,
)
from grid_app.services.audit import record_audit
from grid_app.services.escalations.course import ladder_at
from grid_app.services.escalations.holders import holders_of
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import tell_from
from notifications.ladder import LadderError

_log = logging.getLogger(__name__)


def shut_out(session: Session, *, dispute_id: UUID, unit_id: UUID, now: datetime) -> None:
    """Stop what a dispute's alerts still have to tell a unit, and ask the next rung where they rest with it alone.

    What the unit had taken up waits again: nobody sees to what complains of himself.
    An alert that the job of the ladder is moving at this moment is left to it: the job asks who may be told, and the
    outbox asks once more before it sends.
    """
    session.flush()  # the seal and the alert may be of this very transaction
    alerts = session.scalars(
        select(Escalation)
        .where(Escalation.dispute_id == dispute_id, Escalation.state != "acted")
        .order_by(Escalation.id)
        .with_for_update(skip_locked=True)
    ).all()
    for alert in alerts:
        holders = {unit.id for unit in holders_of(session, alert)}
        _stop(session, alert, unit_id, now=now)
        _ask_for_no_call(session, alert, unit_id)
        session.execute(delete(InboxItem).where(InboxItem.escalation_id == alert.id, InboxItem.unit_id == unit_id))
        is_theirs = alert.state == "acknowledged" and alert.acknowledged_unit_id == unit_id
        is_alone = alert.state == "open" and holders == {unit_id}
        if _was_told(session, alert, unit_id):
            note_event(session, alert.id, "shut_out", rung=alert.rung, now=now, unit_id=unit_id)
        if is_theirs:
            _take_back(alert)
        if is_theirs or is_alone:
            _ask_next(session, alert, now=now)


def _stop(session: Session, alert: Escalation, unit_id: UUID, *, now: datetime) -> None:
    devices = select(PushSubscription.id).where(PushSubscription.unit_id == unit_id)
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.escalation_id == alert.id,
            or_(
                OutboxMessage.state == "due", and_(OutboxMessage.state == "merged", OutboxMessage.finished_at.is_(None))
            ),
            or_(OutboxMessage.unit_id == unit_id, OutboxMessage.subscription_id.in_(devices)),
            or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
        )
        .values(state="stopped", finished_at=now)
        .execution_options(synchronize_session=False)
    )


def _ask_for_no_call(session: Session, alert: Escalation, unit_id: UUID) -> None:
    """Take back that the unit is to be rung up; a call that was made stays in the history."""
    session.execute(
        delete(PhoneCall).where(
            PhoneCall.escalation_id == alert.id, PhoneCall.unit_id == unit_id, PhoneCall.outcome == ""
        )
    )


def _take_back(alert: Escalation) -> None:
    """Let an alert that the unit had taken up wait again: what complains of it is not its own to see to."""
    alert.state, alert.act_due_at = "open", None
    alert.acknowledged_at = alert.acknowledged_unit_id = alert.acknowledged_by = None


def _was_told(session: Session, alert: Escalation, unit_id: UUID) -> bool:
    told = exists().where(
        EscalationEvent.escalation_id == alert.id, EscalationEvent.kind == "told", EscalationEvent.unit_id == unit_id
    )
    return bool(session.scalar(select(told)))


def _ask_next(session: Session, alert: Escalation, *, now: datetime) -> None:
    try:
        rungs = ladder_at(session, alert).rungs
    except LadderError:
        _log.exception("broken ladder", extra={"escalation_id": str(alert.id)})
        return
    following = alert.rung + 1
    if following < len(rungs):
        note_event(session, alert.id, "climbed", rung=following, now=now)
        target = ("escalation", str(alert.id))
        record_audit(session, None, "escalation.climbed", now=now, target=target, details={"rung": following})
    tell_from(session, alert, rung=following, now=now)
