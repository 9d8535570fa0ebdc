"""What the county decided about organisations that reports named: confirmed, an alias of another, or sent back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class OrganisationEntry(Base):
    """The county's decision about one name; a name without a row waits for it.

    ``state``: confirmed, merged (the name is another word for ``merged_into_id``) or rejected (it names no
    organisation; the name itself is gone then).
    """

    __tablename__ = "organisation_entries"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))


class OrganisationMove(Base):
    """A dispute that named the merged entry, kept so that the merging can be taken back."""

    __tablename__ = "organisation_moves"

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))


class OrganisationDifference(Base):
    """Somebody said that two names are two organisations, or took their merging apart; it is not suggested again."""

    __tablename__ = "organisation_differences"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
