"""The course of an official naming: applied, checked, accepted, named, reviewed each year, withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from grid_app.database.base import Base, UuidKey


class NamingStep(Base):
    """One step of a village's course, with the office that did it, its day, document and reason.

    ``course`` counts the village's courses from 1, ``number`` the steps of one course; ``naming_id`` is the recorded
    naming that the step made or is about. Nothing in it counts petitions, and nothing in the platform computes it.
    """

    __tablename__ = "naming_steps"

    id: Mapped[UuidKey]
    village_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    course: Mapped[int]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    done_on: Mapped[date]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    document_number: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    naming_id: Mapped[UUID | None] = mapped_column(ForeignKey("village_namings.id"), index=True)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    recorded_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("village_code", "course", "number"),)


@event.listens_for(NamingStep, "before_update")
@event.listens_for(NamingStep, "before_delete")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: NamingStep) -> None:
    raise TypeError(f"step {row.number} of a naming's course is on record and cannot be changed")
