"""Backtests: what the rounds of a past period would have told, with chosen signals and figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

ONE_AT_A_TIME = text("state = 'running'")


class Backtest(Base):
    """One backtest of an area; states: running, done, failed.

    ``first`` and ``last`` are the last days known to its first round and at most to its last. ``started_at`` tells one
    try from the next of a backtest that broke off. ``result`` holds disputes, places and counts, never a text or a
    household; it is written once, when the backtest is done.
    """

    __tablename__ = "backtests"

    id: Mapped[UuidKey]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    signals: Mapped[list[Any]] = mapped_column(JSON)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    first: Mapped[date]
    last: Mapped[date]
    every_days: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    percent: Mapped[int]
    beat_at: Mapped[datetime]
    started_at: Mapped[datetime]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    code_version: Mapped[str] = mapped_column(String(60))
    input_digest: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    result_digest: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (
        Index(
            "uq_backtests_running", "division_code", unique=True,
            sqlite_where=ONE_AT_A_TIME, postgresql_where=ONE_AT_A_TIME,
        ),
        Index("ix_backtests_newest", "division_code", "started_at"),
    )  # fmt: skip
