"""Endpoints of offices, waiting messages and a robot that counts, for tests of the outbox."""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.base import new_id
from grid_app.jobs.delivery import alarms
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import OutboxMessage
from grid_app.security.fields import FieldCipher
from notifications.messages import Message, Outcome, Sent
from notifications.ports import Clock
from notifications.targets import Target
from tests.world import NOW

CIPHER = FieldCipher({1: bytes(range(32))})
CONFIGURED = {
    "wecom": {"key": "k"},
    "dingtalk": {"token": "t", "secret": "s"},
    "feishu": {"token": "t", "secret": "s"},
    "mail": {"address": "duty@example.org"},
    "sms": {"number": "12345"},
    "webhook": {"url": "https://county.example/hook", "secret": "s", "algorithm": "sm3"},
}


def outbox_at(engine: Engine, *, chance: float = 0.0) -> SqlOutbox:
    """Return an outbox with everything that the real one has."""
    return SqlOutbox(
        engine,
        unseal=lambda stored, context: CIPHER.decrypt(stored, context=context),
        alarms=alarms(),
        chance=lambda: chance,
    )


def add_endpoint(session: Session, unit_id: UUID, kind: str, *, sealed: str | None = None) -> UUID:
    """Add an endpoint of a unit and return its id."""
    endpoint_id = new_id()
    text = CIPHER.encrypt(json.dumps(CONFIGURED[kind]), context=f"channel_endpoints.sealed:{endpoint_id}")
    endpoint = ChannelEndpoint(
        id=endpoint_id, unit_id=unit_id, kind=kind, name="值班群", sealed=sealed or text, created_at=NOW
    )
    session.add(endpoint)
    session.flush()
    return endpoint_id


def put(
    session: Session,
    *,
    channel: str,
    endpoint: UUID | None = None,
    device: UUID | None = None,
    escalation: UUID | None = None,
    purpose: str = "escalation",
    at: datetime = NOW,
    **values: object,
) -> UUID:
    """Put a message into the outbox and return its id."""
    row = OutboxMessage(
        id=new_id(),
        dedupe_key=secrets.token_hex(16),
        escalation_id=escalation,
        endpoint_id=endpoint,
        subscription_id=device,
        channel=channel,
        purpose=purpose,
        message=asdict(Message("escalation-1", "请确认收到：2026-1（红）", "云岭村，土地。", "/inbox/1", "high", 3600)),
        state="due",
        due_at=at,
        created_at=at,
    )
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row.id


class CountingRobot:
    """Takes every message and remembers when; for any number of threads."""

    at_once = 4

    def __init__(self, clock: Clock, kind: str = "wecom") -> None:
        self.kind = kind
        self._clock = clock
        self._lock = threading.Lock()
        self.taken: list[tuple[float, Message]] = []

    def send(self, target: Target, message: Message) -> Outcome:
        with self._lock:
            self.taken.append((self._clock.now().timestamp(), message))
        return Sent("")

    def most_within(self, seconds: float) -> int:
        """Return the most messages that came within any span of so many seconds."""
        moments = sorted(moment for moment, _ in self.taken)
        return max((sum(0 <= other - one < seconds for other in moments) for one in moments), default=0)
