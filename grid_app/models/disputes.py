"""Disputes, their append-only history, parties (one dispute each), links between disputes, and what phones sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

HAS_DUE, HAS_LIMIT = text("due_at IS NOT NULL"), text("statutory_due_at IS NOT NULL")
STILL_OPEN = "state NOT IN ('closed', 'not_accepted', 'referred_out', 'legally_concluded')"
"""The states of ``ENDED_STATES``, written out: an index over open disputes serves a question in the same words."""
ON_SPOT = text("closure_ground = 'settled_on_spot'")


class Organisation(Base):
    """An organisation or project with a duty; ``name_key`` is the name without spaces and legal-form noise."""

    __tablename__ = "organisations"

    id: Mapped[UuidKey]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), unique=True)


class Dispute(Base):
    """One disagreement at one place; its state is a column kept by the service, its history is `DisputeEvent`.

    ``place_kind``: inside, nearest, chosen, uncertain or not_located. ``household_label`` answers only whether the
    same household told us twice about the same matter in the same place (see docs/privacy.md); it is never shown,
    exported or searched. ``version`` rises with every change: the second of two people closing loses politely.
    ``phone_village`` is what the phone's own locator found, kept beside the server's answer; the two may differ.
    ``summary`` is empty as long as a voice note stands in its place. ``track`` (mediation, petition) and ``complexity``
    (simple, complex) are fixed when it is sorted and decide which clocks run. ``due_at`` is the next date of an open
    dispute and ``statutory_due_at`` the next that the law sets (see ``services/clocks/due_dates.py``); ``said`` is what
    a search looks through, without the names of its parties (``services/matters/searchable.py``).
    """

    __tablename__ = "disputes"

    id: Mapped[UuidKey]
    case_code: Mapped[str] = mapped_column(String(24), unique=True)
    tracking_code: Mapped[str] = mapped_column(String(16), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(4), index=True)
    summary: Mapped[str] = mapped_column(Text)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    place_kind: Mapped[str] = mapped_column(String(12))
    place_text: Mapped[str] = mapped_column(String(100), default="")
    generation_id: Mapped[UUID | None] = mapped_column(ForeignKey("boundary_generations.id"))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    source_crs: Mapped[str] = mapped_column(String(12), default="wgs84")
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    point: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False), nullable=True)
    channel: Mapped[str] = mapped_column(String(20))
    danger: Mapped[bool] = mapped_column(default=False)
    safety_child: Mapped[bool] = mapped_column(default=False)
    safety_present: Mapped[bool] = mapped_column(default=False)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    project: Mapped[str] = mapped_column(String(100), default="")
    about_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    household_band: Mapped[str | None] = mapped_column(String(6))
    band_status: Mapped[str | None] = mapped_column(String(10))
    since_when: Mapped[date | None]
    household_label: Mapped[str] = mapped_column(String(64))
    grade: Mapped[str] = mapped_column(String(6), index=True)
    grade_reasons: Mapped[list[Any]] = mapped_column(JSON)
    grade_raised_to: Mapped[str | None] = mapped_column(String(6))
    owner_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    reported_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    noted_on: Mapped[date] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closure_ground: Mapped[str | None] = mapped_column(String(40))
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    same_matter_as: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    phone_village: Mapped[str | None] = mapped_column(String(12))
    track: Mapped[str | None] = mapped_column(String(12))
    complexity: Mapped[str | None] = mapped_column(String(8))
    due_at: Mapped[datetime | None]
    statutory_due_at: Mapped[datetime | None]
    said: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_disputes_place_state", "division_code", "state", "received_at"),
        Index("ix_disputes_state_received", "state", "received_at"),
        Index("ix_disputes_reporter_received", "reported_by", "received_at"),
        Index("ix_disputes_tally", "division_code", "state", "grade", "category", "about_unit_id", "place_kind"),
        Index(
            "ix_disputes_standing",
            "division_code",
            "grade",
            "category",
            "place_kind",
            "about_unit_id",
            "statutory_due_at",
            "due_at",
            sqlite_where=text(STILL_OPEN),
            postgresql_where=text(STILL_OPEN),
        ),
        Index("idx_disputes_point", "point", postgresql_using="gist"),
        Index("ix_disputes_due", "due_at", "id", sqlite_where=HAS_DUE, postgresql_where=HAS_DUE),
        Index("ix_disputes_statutory", "statutory_due_at", sqlite_where=HAS_LIMIT, postgresql_where=HAS_LIMIT),
        Index("ix_disputes_category_received", "category", "received_at"),
        Index("ix_disputes_owner_received", "owner_unit_id", "received_at"),
        Index("ix_disputes_channel_received", "channel", "received_at"),
        Index("ix_disputes_on_spot", "received_at", "id", sqlite_where=ON_SPOT, postgresql_where=ON_SPOT),
        Index("ix_disputes_pairs", text("dispute_pairs(said)"), postgresql_using="gin"),
    )


class DisputeEvent(Base):
    """One step of a dispute's history; rows are only ever added."""

    __tablename__ = "dispute_events"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str | None] = mapped_column(String(20))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("dispute_id", "number"), Index("ix_dispute_events_kind_at", "kind", "at"))


class Party(Base):
    """A party of one dispute; name and phone are encrypted, and no key joins parties of different disputes."""

    __tablename__ = "parties"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    label: Mapped[str] = mapped_column(String(20))
    name_sealed: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class DisputeLink(Base):
    """What a person answered about two disputes: same_household, other_household or unrelated."""

    __tablename__ = "dispute_links"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    relation: Mapped[str] = mapped_column(String(20))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("dispute_id", "other_id"),)


class Submission(Base):
    """What arrived under a report id: its digest and canonical content as sent, and the receipt's moment.

    ``content_sealed`` is the content as sent, encrypted; the digest and signature stay provable without it.
    """

    __tablename__ = "submissions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(30))
    received_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(10))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    content_sealed: Mapped[str] = mapped_column(Text)


class CaseCounter(Base):
    """The last case number given out per county and year."""

    __tablename__ = "case_counters"

    county_code: Mapped[str] = mapped_column(String(24), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class ImportBatch(Base):
    """One imported file, by digest: what was in it and what became of every row."""

    __tablename__ = "import_batches"

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
