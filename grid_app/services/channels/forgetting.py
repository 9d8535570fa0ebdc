"""Forgetting probes: they prove that a channel works today and say nothing worth keeping afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.models.channel_probes import ChannelProbe
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage
from grid_app.services.channels.probing import PURPOSE

KEPT: Final = timedelta(days=30)
RINGS_KEPT: Final = timedelta(days=400)
"""Test rings are made each quarter and tell of an office's telephone, never of a device of somebody's."""


def probes_to_forget(session: Session, *, now: datetime, limit: int) -> list[UUID]:
    """Return at most ``limit`` messages of probes that ended more than 30 days ago."""
    question = (
        select(OutboxMessage.id)
        .where(OutboxMessage.purpose == PURPOSE, OutboxMessage.created_at < now - KEPT, OutboxMessage.state != "due")
        .order_by(OutboxMessage.id)
        .limit(limit)
    )
    return list(session.scalars(question))


def rings_to_forget(session: Session, *, now: datetime, limit: int) -> list[UUID]:
    """Return at most ``limit`` rows of old test rings, and of probes whose message is gone."""
    question = (
        select(ChannelProbe.id)
        .where(
            ChannelProbe.outbox_id.is_(None),
            ChannelProbe.asked_at < now - RINGS_KEPT,
        )
        .limit(limit)
    )
    return list(session.scalars(question))


def forget_probes(session: Session, messages: Sequence[UUID], rings: Sequence[UUID]) -> int:
    """Delete these probes with their messages and tries, and these rings; return how many rows of probes went."""
    gone = session.execute(
        delete(ChannelProbe)
        .where(ChannelProbe.outbox_id.in_(messages) | ChannelProbe.id.in_(rings))
        .execution_options(synchronize_session=False)
        .returning(ChannelProbe.id)
    ).all()
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.outbox_id.in_(messages)))
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(messages)))
    return len(gone)
