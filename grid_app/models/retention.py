"""What keeps the personal data of a closed matter longer than its period: a hold, set and lifted by an office."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base


class RetentionHold(Base):
    """One hold on one matter, with its reason; it counts until it is lifted."""

    __tablename__ = "retention_holds"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
