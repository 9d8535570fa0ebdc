"""How things stood at the end of each week, kept for the map's way back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base


class MapWeek(Base):
    """One week, named by its Monday, as it stood when it ended; written once (see ``grid_app/queries/map_past.py``).

    ``content`` are compressed counts by place and grade, ``digest`` the SHA-256 of what they say; no single dispute
    stands in it. ``rooms`` are the rooms and the state of every village, recorded within a day after the week ended;
    none where nobody did, since rooms have no history (see ``grid_app/queries/map_back.py``).
    """

    __tablename__ = "map_weeks"

    week: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    rooms: Mapped[bytes | None] = mapped_column(LargeBinary)
