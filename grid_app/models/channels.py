"""How an office is reached besides the inbox: its endpoints, the rates they allow, calls made, and alarms that stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

STANDING = text("cleared_at IS NULL")


class ChannelEndpoint(Base):
    """One way of reaching an office: a group robot, a mailbox, a number, an address of another system.

    ``kind``: wecom, dingtalk, feishu, mail, sms, webhook or phone. ``sealed`` is its configuration as encrypted JSON
    (context ``channel_endpoints.sealed:<id>``); ``hint`` is the part of it that may be shown.
    """

    __tablename__ = "channel_endpoints"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str] = mapped_column(String(100), default="")


class RateBucket(Base):
    """What was sent against one rate: moments in seconds since 1970 within the longest window, newest last."""

    __tablename__ = "rate_buckets"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    sends: Mapped[list[Any]] = mapped_column(JSON)
    blocked_until: Mapped[datetime | None]


class PhoneCall(Base):
    """An office that has to be rung up about an escalation, and, once somebody did, what came of it.

    ``outcome``: empty while nobody has called, then answered, no_answer or wrong_number. ``answered_by`` is the
    office's own word for who answered (值班员), never a resident.
    """

    __tablename__ = "phone_calls"

    id: Mapped[UuidKey]
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalations.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    rung: Mapped[int]
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12), default="")
    answered_by: Mapped[str] = mapped_column(String(60), default="")
    called_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class Alarm(Base):
    """Something about the telling itself that a person has to mend; it stays until it is mended.

    ``key`` names the trouble: one alarm per key stands at a time. ``text`` says what to do.
    """

    __tablename__ = "alarms"

    id: Mapped[UuidKey]
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30), index=True)
    text: Mapped[str] = mapped_column(Text)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    escalation_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalations.id"))
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    cleared_why: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("uq_alarms_standing", "key", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )
