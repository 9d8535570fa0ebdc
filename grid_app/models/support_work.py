"""The support workspace: what one unit asks of another about its duty, and what the other answers.

Every row is about the duty of a unit, a matter, a place or a clock; none is about a resident, and none names who
works in a unit. Who did a step stands in the audit trail.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Asked:
    """What the kinds of requests to a unit share: who asks whom, until when, the answer, and how it ended.

    ``opened_by`` is empty for what the platform opened by itself. ``reply`` is the unit's answer or evidence,
    ``closing`` what the asking unit found.
    """

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    by_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    closing: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class Supervision(Asked, Base):
    """Supervising (督办) the handling of a matter, or a unit's duty; ``missed`` says what was not done in time."""

    __tablename__ = "supervisions"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"), index=True)
    method: Mapped[str] = mapped_column(String(10))
    document_no: Mapped[str] = mapped_column(String(60), default="")
    missed: Mapped[str] = mapped_column(Text)


class Inspection(Base):
    """An inspection (督查); a random sample of matters is drawn by ``seed``, so that anybody can draw it again.

    ``unit_id`` narrows it to what one unit handles. ``candidates`` is how many matters there were to draw from and
    ``digest`` the SHA-256 of their numbers in order.
    """

    __tablename__ = "inspections"

    id: Mapped[UuidKey]
    by_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    title: Mapped[str] = mapped_column(String(100))
    method: Mapped[str] = mapped_column(String(12))
    held_on: Mapped[date]
    announced_on: Mapped[date | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    seed: Mapped[str] = mapped_column(String(64), default="")
    candidates: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    findings: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class InspectionMatter(Base):
    """One matter that was drawn or chosen for an inspection, and what was found about how it was handled."""

    __tablename__ = "inspection_matters"

    id: Mapped[UuidKey]
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    number: Mapped[int]
    result: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("inspection_id", "number"),)


class DutyReview(Asked, Base):
    """A review of a missed duty (责任倒查): which clock, of which unit, why (``reply``), and what ``changes``.

    ``opened_why``: submitted_again (by the platform) or chosen (by an office). One clock is reviewed once.
    """

    __tablename__ = "duty_reviews"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadlines.id"), unique=True)
    opened_why: Mapped[str] = mapped_column(String(16))
    changes: Mapped[str] = mapped_column(Text, default="")


class Rectification(Asked, Base):
    """An issue that a unit has to put right (责令限期整改) until a day; ``reply`` is its evidence."""

    __tablename__ = "rectifications"

    id: Mapped[UuidKey]
    issue: Mapped[str] = mapped_column(Text)
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspections.id"))
    duty_review_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty_reviews.id"))
    closed_on: Mapped[date | None]


class Recommendation(Asked, Base):
    """One of the three proposals (三项建议): to improve work, to improve a policy, to hold a unit to its duty.

    ``adopted``: yes, partly or no, answered in writing (信访工作条例 40); empty while nobody has answered.
    """

    __tablename__ = "recommendations"

    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(String(60), default="")
    adopted: Mapped[str] = mapped_column(String(8), default="")


class JointMeeting(Base):
    """A joint meeting (联席会议) of a county or a township: when, where, what it is about, and that it was held."""

    __tablename__ = "joint_meetings"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    planned_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(100))
    topics: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    minutes: Mapped[str] = mapped_column(Text, default="")
    held_at: Mapped[datetime | None]
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (Index("ix_joint_meetings_planned", "planned_on"),)


class MeetingMatter(Base):
    """A matter on the agenda of a joint meeting."""

    __tablename__ = "meeting_matters"

    id: Mapped[UuidKey]
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("joint_meetings.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)

    __table_args__ = (UniqueConstraint("meeting_id", "dispute_id"),)


class Resolution(Asked, Base):
    """What a joint meeting resolved: which unit does what until when; ``reply`` is what the unit has done."""

    __tablename__ = "meeting_resolutions"

    id: Mapped[UuidKey]
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("joint_meetings.id"), index=True)
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    what: Mapped[str] = mapped_column(Text)
