"""An analysis under way, so that any process can say how far it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base


class RoundAnalysis(Base):
    """The newest analysis of a round: one row per round; ``outcome`` is empty while it runs, then done or failed."""

    __tablename__ = "round_analyses"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    percent: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8), default="")
    sentence: Mapped[str] = mapped_column(String(300), default="")
