"""Daily probes of channels, and test rings of duty phones that a person recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class ChannelProbe(Base):
    """One probe of one endpoint or device on one day; its proof is the outbox message or, of a phone, ``outcome``.

    ``key`` is the day and what was probed, so that a repeated job asks nothing twice. ``outcome`` is answered,
    no_answer or wrong_number for a test ring by a person, empty for what the platform sent by itself.
    """

    __tablename__ = "channel_probes"

    id: Mapped[UuidKey]
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("channel_endpoints.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("push_subscriptions.id"))
    outbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox_messages.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        Index("ix_channel_probes_endpoint_id_asked_at", "endpoint_id", "asked_at"),
        Index("ix_channel_probes_subscription_id_asked_at", "subscription_id", "asked_at"),
        Index("ix_channel_probes_unit_id_outcome", "unit_id", "outcome"),
    )
