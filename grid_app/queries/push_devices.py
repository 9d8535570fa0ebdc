"""An account's own browsers, and how far the last test message to each has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription

NOT_REACHED = {"network", "timeout", "unresolved"}
"""Codes of attempts that did not reach the push service."""


@dataclass(frozen=True)
class DeviceTest:
    """The last test of a browser; ``state`` is that of its outbox row, ``outcome`` and ``code`` of its last try.

    ``ended_at`` is when it was handed over or given up; ``delivered_at`` when the browser said that it has shown it.
    """

    asked_at: datetime
    state: str
    ended_at: datetime | None
    delivered_at: datetime | None
    outcome: str
    code: str

    @property
    def is_unreached(self) -> bool:
        """Say whether the last try did not even reach the push service."""
        return self.code in NOT_REACHED


@dataclass(frozen=True)
class DeviceRow:
    """One of an account's own browsers; ``outcome`` is how the last message to it ended, if any was sent."""

    device_id: UUID
    endpoint: str
    label: str
    created_at: datetime
    dropped_at: datetime | None
    outcome: str | None
    outcome_at: datetime | None
    waiting: int
    test: DeviceTest | None


def own_devices(session: Session, account_id: UUID) -> list[DeviceRow]:
    """Return an account's browsers, live ones first, then newest first."""
    devices = session.scalars(
        select(PushSubscription)
        .where(PushSubscription.account_id == account_id)
        .order_by(PushSubscription.dropped_at.is_not(None), PushSubscription.created_at.desc())
    ).all()
    return [_device(session, device) for device in devices]


def own_device(session: Session, account_id: UUID, device_id: UUID) -> DeviceRow | None:
    """Return one of an account's browsers, ``None`` when it is not one of them."""
    device = session.scalar(
        select(PushSubscription).where(PushSubscription.id == device_id, PushSubscription.account_id == account_id)
    )
    return _device(session, device) if device is not None else None


def _device(session: Session, device: PushSubscription) -> DeviceRow:
    last = session.execute(
        select(DeliveryAttempt.outcome, DeliveryAttempt.at)
        .join(OutboxMessage, OutboxMessage.id == DeliveryAttempt.outbox_id)
        .where(OutboxMessage.subscription_id == device.id)
        .order_by(DeliveryAttempt.at.desc(), DeliveryAttempt.id.desc())
        .limit(1)
    ).first()
    waiting = session.scalar(
        select(func.count()).where(OutboxMessage.subscription_id == device.id, OutboxMessage.state == "due")
    )
    return DeviceRow(
        device_id=device.id,
        endpoint=device.endpoint,
        label=device.label,
        created_at=device.created_at,
        dropped_at=device.dropped_at,
        outcome=last.outcome if last else None,
        outcome_at=last.at if last else None,
        waiting=waiting or 0,
        test=_test_of(session, device.id),
    )


def _test_of(session: Session, device_id: UUID) -> DeviceTest | None:
    row = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.subscription_id == device_id, OutboxMessage.purpose == "test")
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    tried = session.scalar(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.outbox_id == row.id)
        .order_by(DeliveryAttempt.at.desc(), DeliveryAttempt.id.desc())
        .limit(1)
    )
    return DeviceTest(
        asked_at=row.created_at,
        state=row.state,
        ended_at=row.finished_at,
        delivered_at=row.delivered_at,
        outcome=tried.outcome if tried else "",
        code=_code_of(tried) if tried else "",
    )


def _code_of(tried: DeliveryAttempt) -> str:
    return str(tried.code) if tried.code else tried.detail.partition(" ")[0]
