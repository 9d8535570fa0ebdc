"""Divisions, boundary generations, mediation rooms and the recorded naming of villages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Division(Base):
    """One node of the division tree; ``path`` is ``/county/township/village/grid/`` and carries the scope.

    ``urban`` is what the county said of a village; unsaid, a community counts as urban (see ``kind``).
    """

    __tablename__ = "divisions"

    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    level: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(12), default="")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"), index=True)
    path: Mapped[str] = mapped_column(String(120), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(String(24))
    households: Mapped[int | None]
    urban: Mapped[bool | None]

    __table_args__ = (
        Index("ix_divisions_path_prefix", "path", postgresql_ops={"path": "varchar_pattern_ops"}),
        Index("ix_divisions_level_path", "level", "path", postgresql_ops={"path": "varchar_pattern_ops"}),
    )


class BoundaryGeneration(Base):
    """One complete set of boundaries: ``pending`` while loaded, ``active`` when in use, then ``retired``."""

    __tablename__ = "boundary_generations"

    id: Mapped[UuidKey]
    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Boundary(Base):
    """One polygon of one generation; becomes part of the tree when its generation is activated."""

    __tablename__ = "boundaries"

    id: Mapped[UuidKey]
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("boundary_generations.id"))
    level: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(12), default="")
    parent_code: Mapped[str | None] = mapped_column(String(24))
    area_km2: Mapped[float] = mapped_column(Float)
    label_lon: Mapped[float] = mapped_column(Float)
    label_lat: Mapped[float] = mapped_column(Float)
    source_crs: Mapped[str] = mapped_column(String(12))
    polygon: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        UniqueConstraint("generation_id", "code"),
        Index("idx_boundaries_polygon", "polygon", postgresql_using="gist"),
        Index("ix_boundaries_level", "generation_id", "level", "code"),
    )


class MediationRoom(Base):
    """A place for mediation (人民调解法 8); ``status`` is ``active`` or ``closed``.

    ``mediators`` counts those whose term ends on ``term_until``. ``used_on`` is the last use that somebody told; the
    meetings on record count beside it. ``tested_on`` is the last opening on trial. ``None`` is not known, never no.
    ``place_confirmed``: somebody made sure that the point is right although it lies outside the village.
    """

    __tablename__ = "mediation_rooms"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    brand: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(30), default="village")
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    point: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False), nullable=True)
    opening_hours: Mapped[str] = mapped_column(String(200), default="")
    mediators: Mapped[int | None]
    phone: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(10), default="active")
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    term_until: Mapped[date | None]
    used_on: Mapped[date | None]
    tested_on: Mapped[date | None]
    accessible: Mapped[bool | None]
    woman_mediator: Mapped[bool | None]
    languages: Mapped[str] = mapped_column(String(200), default="", server_default="")
    seats: Mapped[int | None]
    place_confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    closed_on: Mapped[date | None]
    closed_why: Mapped[str] = mapped_column(String(200), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __table_args__ = (Index("idx_mediation_rooms_point", "point", postgresql_using="gist"),)


class VillageNaming(Base):
    """An official 无上访村(社区)命名, recorded from its document; nothing in the platform computes or changes it."""

    __tablename__ = "village_namings"

    id: Mapped[UuidKey]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    document_number: Mapped[str] = mapped_column(String(80))
    named_on: Mapped[date]
    expires_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    recorded_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("division_code", "document_number"),)
