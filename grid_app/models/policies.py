"""Versions of policies that are lists of rows: gates, legal pathways, how long personal data is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class PolicyVersion(Base):
    """One version of a list of rows that a county has saved; version 1 is the file and has no row here."""

    __tablename__ = "policy_versions"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    rows: Mapped[list[Any]] = mapped_column(JSON)
    basis: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("code", "version"),)
