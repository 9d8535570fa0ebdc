"""Follow-up visits (回访) after a settled dispute: when each is due and who makes it, and every visit that was made."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class FollowUp(Base):
    """A visit that falls due some days after a dispute was settled.

    ``closed_at`` is the closing it belongs to: a dispute closed twice has two series. ``carrier_id`` is who makes it;
    empty, the unit that handled the dispute makes it. ``state``: due, settled, relapsed, declined, missed (a later
    visit was made instead) or cancelled (the dispute was taken up again).
    """

    __tablename__ = "follow_ups"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    closed_at: Mapped[datetime]
    day: Mapped[int]
    due_on: Mapped[date]
    carrier_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    state: Mapped[str] = mapped_column(String(10), default="due")
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("dispute_id", "closed_at", "day"),
        Index("ix_follow_ups_carrier_due", "carrier_id", "state", "due_on"),
        Index("ix_follow_ups_state_due", "state", "due_on"),
    )


class FollowUpVisit(Base):
    """One visit or call that was made, under an id made on a phone or with the form; a visit is never changed.

    What was heard stands in the history of the dispute; here are the digest of what was sent and the receipt's moment.
    """

    __tablename__ = "follow_up_visits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(30))
    received_at: Mapped[datetime]
    captured_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    follow_up_id: Mapped[UUID] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(12))
