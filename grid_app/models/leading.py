"""Leaders who own hard matters: who took which matter, the diary, promises, plans, hearings, questions of policy.

Every row hangs on one matter. A lead official is named where the matter is told of; parties only by their labels
there. There is no row about anybody's mood, attitude or whereabouts.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

IN_CHARGE = text("ended_at IS NULL")
UNKEPT = text("kept_on IS NULL")
CURRENT = text("replaced_at IS NULL")
UNDER_WAY = text("concluded_at IS NULL")


class LeaderAssignment(Base):
    """One matter, one lead official (包案, “五个一”): the issue and the plan stand here, the team beside it.

    It stays until the matter is closed and counts again when the matter is reopened; ``ended_at`` is set only when
    another official takes it over. ``declined_at``: the resident does not want to be visited, so that no clock runs.
    """

    __tablename__ = "leader_assignments"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    issue: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text)
    plan_document: Mapped[str] = mapped_column(String(200), default="")
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    assigned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_leader_assignments_in_charge", "dispute_id", unique=True, sqlite_where=IN_CHARGE,
              postgresql_where=IN_CHARGE),
    )  # fmt: skip


class CaseTeamMember(Base):
    """Who works on the matter beside the lead official: a duty from the county's list, a unit, and a post there."""

    __tablename__ = "case_team_members"

    id: Mapped[UuidKey]
    leader_assignment_id: Mapped[UUID] = mapped_column(ForeignKey("leader_assignments.id"))
    number: Mapped[int]
    duty: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    post: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (UniqueConstraint("leader_assignment_id", "number"),)


class LeaderVisit(Base):
    """One line of the diary (访情日记): when, where, what the resident asked for, which papers there are."""

    __tablename__ = "leader_visits"

    id: Mapped[UuidKey]
    leader_assignment_id: Mapped[UUID] = mapped_column(ForeignKey("leader_assignments.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    way: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(100))
    asked: Mapped[str] = mapped_column(Text)
    documents: Mapped[str] = mapped_column(String(300), default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("dispute_id", "number"),)


class LeaderPromise(Base):
    """What a unit promised the resident in a visit, until when, and that it was done."""

    __tablename__ = "leader_promises"

    id: Mapped[UuidKey]
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("leader_visits.id"), index=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    what: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date]
    kept_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    kept_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        UniqueConstraint("dispute_id", "number"),
        Index("ix_leader_promises_due", "due_on", sqlite_where=UNKEPT, postgresql_where=UNKEPT),
    )


class ResolutionPlan(Base):
    """The steps by which a matter is solved; agreed with the resident it is the common timetable (限期化解共识).

    ``agreed_by`` holds the labels of the parties who agreed. Another plan replaces it; the earlier one stays.
    """

    __tablename__ = "resolution_plans"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    number: Mapped[int]
    made_at: Mapped[datetime]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    agreed_on: Mapped[date | None]
    agreed_way: Mapped[str] = mapped_column(String(10), default="")
    agreed_by: Mapped[list[Any]] = mapped_column(JSON)
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_resolution_plans_current", "dispute_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    )


class PlanStep(Base):
    """One step of a plan: which unit does what until when, and what shows that it was done."""

    __tablename__ = "plan_steps"

    id: Mapped[UuidKey]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("resolution_plans.id"))
    number: Mapped[int]
    what: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class HistoricalIssue(Base):
    """The matter is a legacy of earlier years (历史遗留问题); ``background`` says what held then and what holds now."""

    __tablename__ = "historical_issues"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    background: Mapped[str] = mapped_column(Text)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]


class ReExamination(Base):
    """A matter looked at anew, bound by no earlier finding and no earlier conclusion (两个不拘泥)."""

    __tablename__ = "re_examinations"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    number: Mapped[int]
    earlier: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    conclusion: Mapped[str] = mapped_column(Text, default="")
    concluded_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_re_examinations_open", "dispute_id", unique=True, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )


class ExaminationFinding(Base):
    """What was done for one of the three musts (三个必须): seen on the spot, the resident heard, the others heard."""

    __tablename__ = "examination_findings"

    id: Mapped[UuidKey]
    examination_id: Mapped[UUID] = mapped_column(ForeignKey("re_examinations.id"), index=True)
    slot: Mapped[str] = mapped_column(String(10))
    held_on: Mapped[date]
    way: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    documents: Mapped[str] = mapped_column(String(300), default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]


class Hearing(Base):
    """A hearing (信访工作条例 31) or an open mediation meeting; ``days`` are those on which it sat or is to sit.

    ``state``: planned, held or put_off. ``public_by`` holds the labels of the parties who agreed to open doors.
    """

    __tablename__ = "hearings"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    days: Mapped[list[Any]] = mapped_column(JSON)
    place: Mapped[str] = mapped_column(String(100))
    is_public: Mapped[bool]
    public_by: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="planned")
    record: Mapped[str] = mapped_column(Text, default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("dispute_id", "number"),)


class HearingInvitee(Base):
    """Somebody from outside at a hearing: never a name, and only by every party's consent (人民调解法 20)."""

    __tablename__ = "hearing_invitees"

    id: Mapped[UuidKey]
    hearing_id: Mapped[UUID] = mapped_column(ForeignKey("hearings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    who: Mapped[str] = mapped_column(String(60))
    consented_by: Mapped[list[Any]] = mapped_column(JSON)


class Consultation(Base):
    """Units that looked at a matter together (会商): what was asked, what came of it."""

    __tablename__ = "consultations"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    held_on: Mapped[date]
    units: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]


class PolicyQuery(Base):
    """A question of policy to a higher or competent organ; waiting for the answer stops no clock."""

    __tablename__ = "policy_queries"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    to_organ: Mapped[str] = mapped_column(String(100))
    question: Mapped[str] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(String(60), default="")
    asked_on: Mapped[date]
    answer_due: Mapped[date]
    answered_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("dispute_id", "number"),)
