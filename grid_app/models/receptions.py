"""Days on which an office receives residents, and who receives: by name and post, as the board at the door says."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class ReceptionSession(Base):
    """One day on which an office receives; ``state`` is planned or cancelled (with the reason in ``note``)."""

    __tablename__ = "reception_sessions"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    day: Mapped[date] = mapped_column(index=True)
    hours: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(10), default="planned")
    note: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("unit_id", "day"),)


class ReceptionDuty(Base):
    """Who receives on that day, as the county publishes it (信访工作条例 18): name, post, and the part taken."""

    __tablename__ = "reception_duties"

    id: Mapped[UuidKey]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("reception_sessions.id"))
    number: Mapped[int]
    duty: Mapped[str] = mapped_column(String(14))
    name: Mapped[str] = mapped_column(String(30))
    post: Mapped[str] = mapped_column(String(60))

    __table_args__ = (UniqueConstraint("session_id", "number"),)
