"""What a change of boundaries leaves behind: its plan, which division continues which, and every record it moved."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class BoundaryPlan(Base):
    """What was decided about one generation beside its polygons, and what taking it back needs.

    ``successors``: list of {"old", "new", "default", "on"}, as uploaded or as a split or merge made them. ``choices``:
    where single records go ("assignment:<id>" to a code). ``before``: the rows of the tree that the activation changed,
    as they stood. ``asked``: the splits and merges that made the generation, in words for the page.
    """

    __tablename__ = "boundary_plans"

    generation_id: Mapped[UUID] = mapped_column(ForeignKey("boundary_generations.id"), primary_key=True)
    successors: Mapped[list[Any]] = mapped_column(JSON)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked: Mapped[list[Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class DivisionSuccession(Base):
    """Which division continues an ended one; a split has several, at most one of them the default.

    The default is what ``divisions.successor_code`` says too: where records without a point go.
    """

    __tablename__ = "division_successions"

    old_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    new_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True, index=True)
    since: Mapped[date]
    is_default: Mapped[bool]
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("boundary_generations.id"), index=True)


class RecordMove(Base):
    """One record that went to another division when a generation was activated or taken back; only ever added to.

    ``kind``: dispute, escalation, finding, round, assignment, unit, room, area or project. ``how``: point (it lies
    there), default (the named successor), chosen (somebody chose), parent (nothing single continues it), origin (back
    where it came from). ``undone_at`` is set when it was taken back.
    """

    __tablename__ = "record_moves"

    id: Mapped[UuidKey]
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("boundary_generations.id"))
    kind: Mapped[str] = mapped_column(String(12))
    record_id: Mapped[UUID]
    from_code: Mapped[str] = mapped_column(String(24))
    to_code: Mapped[str] = mapped_column(String(24))
    how: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_record_moves_generation", "generation_id", "kind"),
        Index("ix_record_moves_record", "record_id", "kind"),
    )
