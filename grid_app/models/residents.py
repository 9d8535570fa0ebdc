"""What residents do without signing in: evaluations, complaints, requests; what offices publish; how often one tried.

Every row belongs to one dispute or one office. No row says who a resident is, and none joins two disputes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class ResidentTry(Base):
    """How often one address or code was tried in a span of time; ``key`` is a keyed hash, forgotten after a day."""

    __tablename__ = "resident_tries"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


class Evaluation(Base):
    """What a resident said of a closing, once for each; ``missing`` holds codes, ``words_sealed`` is encrypted."""

    __tablename__ = "evaluations"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    closed_at: Mapped[datetime]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    satisfied: Mapped[bool]
    missing: Mapped[list[Any]] = mapped_column(JSON)
    words_sealed: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("dispute_id", "closed_at"),)


class ResidentComplaint(Base):
    """A complaint of treatment; it goes one level up, and the unit it is about never sees it (信访工作条例 30).

    ``kind``: treatment, or rights when somebody was asked to give up a right. Nothing of it stands in the history of
    the dispute, which that unit reads.
    """

    __tablename__ = "resident_complaints"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    about_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    to_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    words_sealed: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    due_on: Mapped[date]
    answer_sealed: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class ResidentRequest(Base):
    """A request by a party: about the own data (个人信息保护法 44-48), or to withdraw the own matter.

    ``kind``: see, copy, correct, delete, explain or withdraw. ``state``: open, done or refused (with the reason).
    ``letter`` says which party's phone was known, empty when it was made at a window.
    """

    __tablename__ = "resident_requests"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    letter: Mapped[str] = mapped_column(String(1), default="")
    words_sealed: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answer_sealed: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (Index("ix_resident_requests_state_due", "state", "due_on"),)


class PublicNotice(Base):
    """What an office publishes of itself (信访工作条例 18): where, when, and on which days it receives residents.

    ``weekday`` is 1 (Monday) to 7; ``market_days`` are the last figures of the days of the month on which the market
    is held, such as ``3,8``; ``dates`` are further days, as 2026-11-21.
    """

    __tablename__ = "public_notices"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[str] = mapped_column(String(200), default="")
    weekday: Mapped[int | None]
    market_days: Mapped[str] = mapped_column(String(20), default="")
    first_market_only: Mapped[bool] = mapped_column(default=False)
    dates: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(300), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
