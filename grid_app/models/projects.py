"""Projects and sites (works, sections, housing estates, markets), who has which duty there, and the matters there."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Project(Base):
    """One project or site.

    ``risk_assessment_done`` says whether risks were assessed before the decision (重大行政决策程序暂行条例 22-24);
    empty: nobody has said. ``report_ref`` names the report. ``lon`` and ``lat`` are the site's, in WGS84.
    """

    __tablename__ = "projects"

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), index=True)
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    risk_assessment_done: Mapped[bool | None]
    report_ref: Mapped[str] = mapped_column(String(100), default="")
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class ProjectPlace(Base):
    """A village that a project touches."""

    __tablename__ = "project_places"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True, index=True)


class ProjectDuty(Base):
    """Which organisation has which duty on a project, from one day until another."""

    __tablename__ = "project_duties"

    id: Mapped[UuidKey]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    role: Mapped[str] = mapped_column(String(14))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    since: Mapped[date | None]
    until: Mapped[date | None]
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("project_id", "role", "organisation_id", "since"),)


class ProjectMatter(Base):
    """A dispute that belongs to a project; what was typed as its project stays on the dispute as it is."""

    __tablename__ = "project_matters"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (Index("ix_project_matters_project_id", "project_id"),)
