"""Escalations, their inbox rows (the record) and outbox rows (the knock on the door), ladders and subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import grid_app.models.channels
import grid_app.models.incidents  # noqa: F401 - foreign keys lead there
from grid_app.database.base import Base, UuidKey

HAS_RECEIPT = text("receipt <> ''")
WAITS = text("state = 'due'")
IS_MERGED = text("merged_into IS NOT NULL")
HELD = "held:"
"""Begins the keys of messages that were held for the next day's digest: nobody was reached by them."""


class EscalationPolicy(Base):
    """One version of the ladder of an event kind; the newest enabled version is used.

    ``rungs``: list of {"unit_kind", "whom", "channels", "wait_minutes", "red_wait_minutes", "hours", "repeat_minutes"},
    at least two. ``idle_minutes``: how long an office that took it up may leave it without acting (0: for ever),
    ``idle_hours``: by the clock (always) or in office hours (working);
    ``bounce_limit``: how often offices may pass it on to one another.
    """

    __tablename__ = "escalation_policies"

    id: Mapped[UuidKey]
    event_kind: Mapped[str] = mapped_column(String(30))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    basis: Mapped[str] = mapped_column(String(200), default="")
    rungs: Mapped[list[Any]] = mapped_column(JSON)
    idle_minutes: Mapped[int] = mapped_column(default=0)
    idle_hours: Mapped[str] = mapped_column(String(8), default="always")
    bounce_limit: Mapped[int] = mapped_column(default=2)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("event_kind", "version"),)


class Escalation(Base):
    """Something an office must take up; states: open, exhausted, acknowledged, acted.

    ``dedupe_key`` makes the same cause escalate once per grade; a unit acknowledges, a named person does it.
    ``ladder`` is the ladder as it was when this began (see ``EscalationPolicy``), empty in rows older than it.
    ``urgency``: danger (somebody is in danger now, or an incident is going on) or normal.
    ``next_step_at`` is when the job looks again: the rung's repeat, its end, or the end of the time to act.
    """

    __tablename__ = "escalations"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    event_kind: Mapped[str] = mapped_column(String(30))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("escalation_policies.id"))
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"), index=True)
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("findings.id"), index=True)
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("rounds.id"))
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    category: Mapped[str] = mapped_column(String(4))
    grade: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), index=True)
    opened_at: Mapped[datetime]
    rung: Mapped[int]
    rung_started_at: Mapped[datetime]
    next_step_at: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    ladder: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    urgency: Mapped[str] = mapped_column(String(8), default="normal")
    rung_due_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    act_due_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    bounces: Mapped[int] = mapped_column(default=0)


class EscalationEvent(Base):
    """One step of an escalation.

    opened, told, nobody, repeated, climbed, seen, shut_out, acknowledged, handed_over, idle (acknowledged and not acted
    in time, so that it waits again), acted, called, exhausted.
    """

    __tablename__ = "escalation_events"

    id: Mapped[UuidKey]
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalations.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    rung: Mapped[int]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class InboxItem(Base):
    """An escalation as it lies in one unit's inbox; this row is the record, the push only a hint."""

    __tablename__ = "inbox_items"

    id: Mapped[UuidKey]
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalations.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    rung: Mapped[int]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("escalation_id", "unit_id"),)


class PushSubscription(Base):
    """One browser that agreed to be knocked at; dropped when the push service says it is gone.

    ``vapid_public`` is the public key of ours that it subscribed with, empty for the oldest.
    """

    __tablename__ = "push_subscriptions"

    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(2048), unique=True)
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(40))
    vapid_public: Mapped[str] = mapped_column(String(100), default="")
    label: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    dropped_reason: Mapped[str] = mapped_column(String(100), default="")


class OutboxMessage(Base):
    """One message to one target, a device or an office's endpoint; states: due, sent, gone, failed, stopped, merged.

    ``dedupe_key`` makes a repeated insert harmless; ``stopped`` is what an acknowledgement or a seal left unsent,
    ``merged`` what went out inside the digest ``merged_into``. ``purpose``: escalation, test, probe, digest, alarm.
    ``bucket`` is the rate it counts against; ``receipt`` what the service worker answers with, ``delivered_at`` when.
    """

    __tablename__ = "outbox_messages"

    id: Mapped[UuidKey]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    escalation_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalations.id"), index=True)
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("push_subscriptions.id"), index=True)
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("channel_endpoints.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    purpose: Mapped[str] = mapped_column(String(12), default="escalation")
    rung: Mapped[int] = mapped_column(default=0)
    bucket: Mapped[str] = mapped_column(String(80), default="")
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("outbox_messages.id"))
    receipt: Mapped[str] = mapped_column(String(48), default="")
    delivered_at: Mapped[datetime | None]
    channel: Mapped[str] = mapped_column(String(20))
    message: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_messages_due", "state", "due_at"),
        Index("ix_outbox_messages_endpoint_id_state_finished_at", "endpoint_id", "state", "finished_at"),
        Index("ix_outbox_messages_subscription_id_delivered_at", "subscription_id", "delivered_at"),
        Index("ix_outbox_messages_waiting_target", "escalation_id", "subscription_id", "endpoint_id",
              sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_outbox_messages_merged_into", "merged_into", sqlite_where=IS_MERGED, postgresql_where=IS_MERGED),
        Index("ix_outbox_messages_receipt", "receipt", unique=True, sqlite_where=HAS_RECEIPT,
              postgresql_where=HAS_RECEIPT),
    )  # fmt: skip


class DeliveryAttempt(Base):
    """One try at delivering an outbox message, and what the other side answered.

    ``outcome``: sent, gone, refused, misconfig (a person has to mend the channel) or retry.
    """

    __tablename__ = "delivery_attempts"

    id: Mapped[UuidKey]
    outbox_id: Mapped[UUID] = mapped_column(ForeignKey("outbox_messages.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(300), default="")
