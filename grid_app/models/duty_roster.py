"""The duty roster of an office: who can be reached, by shift; leave and substitutes. Nothing here counts anybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class DutyRoster(Base):
    """That an office keeps a roster, and which hours it promises to be reached in.

    ``hours``: ``always``, or ``working`` for the working days alone, from minute ``opens`` of the day to ``closes``.
    """

    __tablename__ = "duty_rosters"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    hours: Mapped[str] = mapped_column(String(10))
    opens: Mapped[int]
    closes: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RosterPattern(Base):
    """How shifts of one kind repeat; what a person changed by hand goes before it.

    ``days``: working, rest, holiday or every; ``turn``: day, week or weekday (``groups`` then holds seven, Monday
    first). ``begins`` and ``ends`` are minutes of the day, an end not after the begin lies on the next day.
    ``groups`` are lists of assignment ids, who is asked first before the others.
    """

    __tablename__ = "roster_patterns"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    days: Mapped[str] = mapped_column(String(10))
    begins: Mapped[int]
    ends: Mapped[int]
    turn: Mapped[str] = mapped_column(String(10))
    groups: Mapped[list[Any]] = mapped_column(JSON)
    first_day: Mapped[date] = mapped_column(Date)
    weeks: Mapped[int]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RosterShift(Base):
    """One shift; it is deleted ninety days after its end, or sooner by the county's periods.

    ``day`` is the day on which it begins in Asia/Shanghai. ``pattern_id`` says which pattern made it, ``by_hand``
    that a person changed or entered it since, ``called_off`` that nobody is needed then although the pattern says so.
    """

    __tablename__ = "roster_shifts"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    pattern_id: Mapped[UUID | None] = mapped_column(ForeignKey("roster_patterns.id"))
    by_hand: Mapped[bool]
    called_off: Mapped[bool]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("pattern_id", "day"),
        Index("ix_roster_shifts_unit_time", "unit_id", "ends_at", "starts_at"),
    )


class RosterPlace(Base):
    """Somebody's place in a shift: 0 is asked first (主班), the others (副班) in their order."""

    __tablename__ = "roster_places"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("roster_shifts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))


class RosterLeave(Base):
    """Somebody cannot be reached for a while, and who stands in. There is no column for why."""

    __tablename__ = "roster_leaves"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_roster_leaves_unit_time", "unit_id", "ends_at"),)
