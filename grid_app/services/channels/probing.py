"""Daily probes: each channel of an office is tried once a day in office hours, unless real traffic has proved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from grid_app.clock import local, local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.models.accounts import Unit
from grid_app.models.channel_probes import ChannelProbe
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.queries.reachability_states import PATIENCE, device_is_told
from grid_app.services.escalations.receipts import new_receipt
from grid_app.services.escalations.rows import insert_once
from grid_app.vocabulary.channels import DEVICES, OFFICE_KINDS
from notifications.messages import Message

PROBED: Final = ("wecom", "dingtalk", "feishu", "mail", "webhook")
SMS: Final = "sms"
SMS_DAYS: Final = {"daily": 1, "weekly": 7}
LAST_HOUR: Final = time(17, 30)
"""Nothing is probed after office hours; what a day missed is not made up for on the next."""
REAL_TRAFFIC: Final = timedelta(hours=24)
LEAD_SECONDS: Final = 60
SPREAD_SECONDS: Final = 1200
"""Probes go out over twenty minutes and never on the stroke of an hour, so that they hold up nothing else."""
DEVICE_TTL_SECONDS: Final = 3 * 3600
ENDPOINT_TTL_SECONDS: Final = 3600
PURPOSE: Final = "probe"


@dataclass(frozen=True)
class Plan:
    """When the day's probes begin on the clock of Shanghai, and how often a paid text message may be one."""

    begins: time
    sms: str = "never"


@dataclass(frozen=True)
class Target:
    """What is to be probed: an endpoint, or a device of a unit."""

    kind: str
    unit_id: UUID
    endpoint_id: UUID | None = None
    subscription_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """Return the id of the endpoint or device."""
        found = self.endpoint_id or self.subscription_id
        if found is None:
            raise ValueError("a probe goes to an endpoint or to a device")
        return found


def may_probe_at(plan: Plan, now: datetime) -> bool:
    """Say whether probes may be asked for at ``now``: from their hour to the end of office hours."""
    return plan.begins <= local(now).time() < LAST_HOUR


def due_targets(session: Session, *, plan: Plan, now: datetime, limit: int) -> list[Target]:
    """Return at most ``limit`` endpoints and devices that nothing proved for a day and no probe went to today."""
    if not may_probe_at(plan, now):
        return []
    endpoints = _due_endpoints(session, plan, now=now, limit=limit)
    return [*endpoints, *_due_devices(session, now=now, limit=limit - len(endpoints))]


def ask_probes(session: Session, targets: Sequence[Target], *, now: datetime) -> int:
    """Put a probe for each target into the outbox and return how many are new; a repeat on the same day adds none."""
    return sum(_ask(session, target, now=now) for target in targets)


def stop_stale_probes(session: Session, *, plan: Plan, now: datetime) -> int:
    """Stop probes that nobody sent in time, so that a server that comes back at night wakes no one with them."""
    late = OutboxMessage.created_at <= now - PATIENCE
    stopped = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.purpose == PURPOSE,
            OutboxMessage.state == "due",
            or_(OutboxMessage.lease_token.is_(None), OutboxMessage.leased_until <= now),
            late if may_probe_at(plan, now) else OutboxMessage.created_at <= now,
        )
        .values(state="stopped", finished_at=now, lease_token=None, leased_until=None)
        .execution_options(synchronize_session=False)
        .returning(OutboxMessage.id)
    )
    return len(stopped.all())


def has_stale_probes(session: Session, *, plan: Plan, now: datetime) -> bool:
    """Say whether `stop_stale_probes` would stop any."""
    until = now - PATIENCE if may_probe_at(plan, now) else now
    question = select(OutboxMessage.id).where(
        OutboxMessage.state == "due",
        OutboxMessage.due_at <= now,
        OutboxMessage.purpose == PURPOSE,
        OutboxMessage.created_at <= until,
    )
    return session.scalar(question.limit(1)) is not None


def _due_endpoints(session: Session, plan: Plan, *, now: datetime, limit: int) -> list[Target]:
    wanted: ColumnElement[bool] = ChannelEndpoint.kind.in_(PROBED)
    today = start_of_day(local_date(now))
    if plan.sms in SMS_DAYS:
        since = today - timedelta(days=SMS_DAYS[plan.sms] - 1)
        rested = ~_was_asked(ChannelProbe.endpoint_id == ChannelEndpoint.id, since)
        wanted = or_(wanted, (ChannelEndpoint.kind == SMS) & rested)
    sent = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.endpoint_id == ChannelEndpoint.id,
            OutboxMessage.state == "sent",
            OutboxMessage.finished_at >= now - REAL_TRAFFIC,
            OutboxMessage.purpose != PURPOSE,
        )
        .exists()
    )
    rows = session.execute(
        select(ChannelEndpoint.kind, ChannelEndpoint.unit_id, ChannelEndpoint.id)
        .join(Unit, Unit.id == ChannelEndpoint.unit_id)
        .where(
            _of_an_office(),
            ChannelEndpoint.disabled_at.is_(None),
            wanted,
            ~_was_asked(ChannelProbe.endpoint_id == ChannelEndpoint.id, today),
            ~sent,
        )
        .order_by(ChannelEndpoint.id)
        .limit(limit)
    )
    return [Target(kind, unit, endpoint_id=found) for kind, unit, found in rows]


def _due_devices(session: Session, *, now: datetime, limit: int) -> list[Target]:
    answered = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.subscription_id == PushSubscription.id,
            OutboxMessage.delivered_at >= now - REAL_TRAFFIC,
            OutboxMessage.purpose != PURPOSE,
        )
        .exists()
    )
    rows = session.execute(
        select(PushSubscription.unit_id, PushSubscription.id)
        .join(Unit, Unit.id == PushSubscription.unit_id)
        .where(
            _of_an_office(),
            device_is_told(now),
            ~_was_asked(ChannelProbe.subscription_id == PushSubscription.id, start_of_day(local_date(now))),
            ~answered,
        )
        .order_by(PushSubscription.id)
        .limit(max(limit, 0))
    )
    return [Target(DEVICES, unit, subscription_id=found) for unit, found in rows]


def _of_an_office() -> ColumnElement[bool]:
    return Unit.kind.in_(OFFICE_KINDS) & Unit.closed_at.is_(None)


def _was_asked(whose: ColumnElement[bool], since: datetime) -> ColumnElement[bool]:
    return select(ChannelProbe.id).where(whose, ChannelProbe.asked_at >= since).exists()


def _ask(session: Session, target: Target, *, now: datetime) -> bool:
    day, message_id = local_date(now), new_id()
    row = {
        "id": message_id,
        "dedupe_key": f"probe:{day:%Y%m%d}:{target.id}",
        "endpoint_id": target.endpoint_id,
        "subscription_id": target.subscription_id,
        "unit_id": target.unit_id,
        "purpose": PURPOSE,
        "channel": target.kind,
        "receipt": new_receipt(),
        "message": asdict(_message(target)),
        "state": "due",
        "due_at": now + timedelta(seconds=LEAD_SECONDS + target.id.int % SPREAD_SECONDS),
        "tries": 0,
        "created_at": now,
    }
    if not insert_once(session, OutboxMessage, row):
        return False
    probe = {
        "key": f"{day:%Y%m%d}:{target.id}",
        "kind": target.kind,
        "unit_id": target.unit_id,
        "endpoint_id": target.endpoint_id,
        "subscription_id": target.subscription_id,
        "outbox_id": message_id,
        "asked_at": now,
        "outcome": "",
    }
    return insert_once(session, ChannelProbe, probe)


def _message(target: Target) -> Message:
    device = target.subscription_id is not None
    return Message(
        key=f"probe-{target.id}",
        title="通道自检",
        body="这台设备能收到提醒,不用处理。" if device else "每天一次的自检:这里能收到提醒,不用处理。",
        url="/push" if device else f"/reachability/{target.unit_id}",
        urgency="low",
        ttl_seconds=DEVICE_TTL_SECONDS if device else ENDPOINT_TTL_SECONDS,
    )
