"""Call-backs: samples drawn from what was closed or refused, and what another unit than the handling one found.

A sample belongs to one dispute and one decision. Nothing joins people; the words of a resident are encrypted.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class CallbackDraw(Base):
    """One draw: from which decisions of which township and month, by which seed; it can be repeated.

    ``kind`` is closed or refused. ``candidates`` is how many decisions there were to draw from, ``digest`` the SHA-256
    of their ids in order.
    """

    __tablename__ = "callback_draws"

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(10))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    month: Mapped[date]
    seed: Mapped[str] = mapped_column(String(64))
    candidates: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("division_code", "month", "kind"),)


class CallbackSample(Base):
    """One decision that was drawn, and what its verification found.

    ``stratum``: full, light (settled on the spot) or refused. ``verifier_unit_id`` is never the unit that handled it;
    empty where there is no other. ``state``: waiting, verified, not_verified, not_reached; of a refusal right, wrong.
    ``told``: whether the resident had been told how it went.
    """

    __tablename__ = "callback_samples"

    id: Mapped[UuidKey]
    draw_id: Mapped[UUID] = mapped_column(ForeignKey("callback_draws.id"))
    number: Mapped[int]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("dispute_events.id"), unique=True)
    decided_at: Mapped[datetime]
    stratum: Mapped[str] = mapped_column(String(10))
    verifier_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(14), default="waiting")
    told: Mapped[bool | None]
    words_sealed: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        UniqueConstraint("draw_id", "number"),
        Index("ix_callback_samples_verifier", "verifier_unit_id", "state", "due_on"),
        Index("ix_callback_samples_decided", "decided_at"),
    )


class CallbackTry(Base):
    """One attempt to reach the resident that found nobody."""

    __tablename__ = "callback_tries"

    id: Mapped[UuidKey]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("callback_samples.id"), index=True)
    at: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(10))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
