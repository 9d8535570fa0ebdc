"""Urgent incidents as units report them: place, time, issue, about how many, what is asked, who answers there.

Nobody is named: there is no column for a name, a telephone number, a face or a plate, and none for a point on a map.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Incident(Base):
    """An incident with the clock of its first report; states: known, reported, ended.

    ``unit_id`` is the unit that owes the report and ``known_at`` when it knew: the clock runs from there and neither is
    ever changed. ``first_report_at`` is the earliest first report, by telephone or in writing, ``written_at`` the first
    in writing. ``happened``: exact, about or unknown. ``about_unit_id`` is the unit that it concerns. ``same_as_id``
    leads to the earlier report of the same incident by another unit or by telephone.
    """

    __tablename__ = "incidents"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    place_words: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(4))
    happened: Mapped[str] = mapped_column(String(8))
    occurred_at: Mapped[datetime | None]
    known_at: Mapped[datetime] = mapped_column(index=True)
    first_due_at: Mapped[datetime]
    rule_version: Mapped[int]
    first_report_at: Mapped[datetime | None]
    written_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    late_told_at: Mapped[datetime | None]
    about_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    same_as_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"))
    created_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_incidents_waiting", "state", "first_due_at"),)


class IncidentEntry(Base):
    """One report or note of an incident; rows are only ever added.

    ``kind``: known, first, follow_up, final, correction, linked, unlinked, matter. ``way``: written or phone.
    ``unit_id`` is the unit that says it (of a telephone report the caller's), ``taken_by`` who wrote it down.
    ``captured_at`` is the time of the call or of the device, ``received_at`` the server's, ``counts_at`` the one that
    counts: of a telephone report that of the call. ``band`` and ``about`` are how many, roughly; ``corrects`` is the
    number of the entry that a correction belongs to. ``form_token`` makes a form sent twice one entry.
    """

    __tablename__ = "incident_entries"

    id: Mapped[UuidKey]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    way: Mapped[str] = mapped_column(String(8), default="written")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    captured_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    counts_at: Mapped[datetime]
    issue: Mapped[str] = mapped_column(Text, default="")
    band: Mapped[str] = mapped_column(String(8), default="")
    about: Mapped[int | None]
    asked: Mapped[str] = mapped_column(Text, default="")
    answering: Mapped[str] = mapped_column(String(60), default="")
    corrects: Mapped[int | None]
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"))
    form_token: Mapped[UUID] = mapped_column(unique=True)

    __table_args__ = (UniqueConstraint("incident_id", "number"),)
