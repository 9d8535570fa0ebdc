"""What people say about the platform itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Feedback(Base):
    """A remark about a page; it does not keep who made it."""

    __tablename__ = "feedback"

    id: Mapped[UuidKey]
    at: Mapped[datetime]
    page: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
