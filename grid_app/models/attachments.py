"""Photos and voice notes that a report announced: what was promised, and how much of it has arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base


class Attachment(Base):
    """One photo or voice note of one dispute; its bytes lie encrypted in a file of the instance folder.

    ``bytes`` and ``sha256`` are what the report announced, ``received`` how many bytes are safe here. ``key_number``
    names the field key that sealed the whole file; it and ``completed_at`` are empty until all of it is here.
    """

    __tablename__ = "attachments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(30))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    received: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime | None]
    key_number: Mapped[int | None]

    __table_args__ = (UniqueConstraint("dispute_id", "number"),)
