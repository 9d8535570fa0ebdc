"""Searches for where the next mediation rooms reach most: what was asked, how far it is, what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

ONE_AT_A_TIME = text("state = 'running'")


class SitingRun(Base):
    """One search in an area; states: running, done, failed, cancelled.

    ``asked`` holds the number of rooms and the candidate sites as they were given, ``result`` sites and sums of
    households; neither holds a person. ``started_at`` tells one try from the next.
    """

    __tablename__ = "siting_runs"

    id: Mapped[UuidKey]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        Index(
            "uq_siting_runs_running", "division_code", unique=True,
            sqlite_where=ONE_AT_A_TIME, postgresql_where=ONE_AT_A_TIME,
        ),
        Index("ix_siting_runs_newest", "division_code", "started_at"),
    )  # fmt: skip
