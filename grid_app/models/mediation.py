"""People's mediation of one dispute: consents, sessions, agreement, performance, judicial confirmation.

Every row hangs on one case of one dispute. Parties are named by their labels in that dispute, so that no key leads to
a person and nothing joins people of different disputes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

OPEN_CASE = text("ended_at IS NULL")
UNDONE = text("done_on IS NULL")


class MediationCase(Base):
    """One attempt to mediate a dispute; ``state`` is a key of ``CASE_WORDS``.

    ``from_unit_id`` handled the dispute before and gets it back when the mediation ends without an agreement.
    ``looked_at``: somebody made sure of people's safety, needed where the report told of a danger at home.
    ``pledged_at``: the mediator took note of the duties of 人民调解法 15. ``told_on``: the parties were told the other
    routes (26).
    """

    __tablename__ = "mediation_cases"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    from_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    mediator_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    mediator_choice: Mapped[str] = mapped_column(String(10), default="")
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("mediation_rooms.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="asking")
    opened_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    looked_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    pledged_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(14), default="")
    told_on: Mapped[date | None]
    told_way: Mapped[str] = mapped_column(String(10), default="")
    pathway: Mapped[str] = mapped_column(String(30), default="")

    __table_args__ = (
        Index("uq_mediation_cases_open", "dispute_id", unique=True, sqlite_where=OPEN_CASE, postgresql_where=OPEN_CASE),
        Index("ix_mediation_cases_unit", "unit_id", "state"),
        Index("ix_mediation_cases_opened_at", "opened_at"),
    )


class MediationConsent(Base):
    """What one party, by its label, said to being mediated: agreed (and how), or refused; nobody asks for a reason."""

    __tablename__ = "mediation_consents"

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_cases.id"))
    label: Mapped[str] = mapped_column(String(20))
    consented_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    way: Mapped[str] = mapped_column(String(10), default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("case_id", "label"),)


class MediationSession(Base):
    """One meeting: planned, held (with a record) or put off."""

    __tablename__ = "mediation_sessions"

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_cases.id"))
    number: Mapped[int]
    planned_at: Mapped[datetime]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("mediation_rooms.id"))
    place: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(10), default="planned")
    held_at: Mapped[datetime | None]
    record: Mapped[str] = mapped_column(Text, default="")
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_mediation_sessions_room_id_held_at", "room_id", "held_at"),
    )


class MediationInvitee(Base):
    """Somebody from outside who helps in a meeting: never a name, and only by the parties' consent (人民调解法 20)."""

    __tablename__ = "mediation_invitees"

    id: Mapped[UuidKey]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_sessions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    who: Mapped[str] = mapped_column(String(60))
    consented_by: Mapped[list[Any]] = mapped_column(JSON)


class MediationAgreement(Base):
    """What the parties agreed (人民调解法 28-30); a draft until ``effective_on``.

    ``signed_by`` holds the labels of the parties who signed, or who agreed by word of mouth. ``written_why`` holds the
    codes of what made the written form necessary.
    """

    __tablename__ = "mediation_agreements"

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_cases.id"), unique=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    form: Mapped[str] = mapped_column(String(8))
    written_why: Mapped[list[Any]] = mapped_column(JSON)
    facts: Mapped[str] = mapped_column(Text)
    issues: Mapped[str] = mapped_column(Text)
    responsibility: Mapped[str] = mapped_column(Text)
    performance_method: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[list[Any]] = mapped_column(JSON)
    mediator_signed: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bool] = mapped_column(default=False)
    drafted_at: Mapped[datetime]
    effective_on: Mapped[date | None]
    effective_at: Mapped[datetime | None]


class AgreementTerm(Base):
    """One promise: who (a label, an office, an organisation) does what until when, and that it was done."""

    __tablename__ = "agreement_terms"

    id: Mapped[UuidKey]
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_agreements.id"))
    number: Mapped[int]
    who: Mapped[str] = mapped_column(String(100))
    what: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index("ix_agreement_terms_due", "due_on", sqlite_where=UNDONE, postgresql_where=UNDONE),
    )


class JudicialConfirmation(Base):
    """The parties' joint application to a court to confirm an agreement (人民调解法 33), and what the court said."""

    __tablename__ = "judicial_confirmations"

    id: Mapped[UuidKey]
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_agreements.id"), unique=True)
    court: Mapped[str] = mapped_column(String(60))
    applied_on: Mapped[date]
    accepted: Mapped[bool | None]
    answered_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(String(10), default="")
    decided_on: Mapped[date | None]
    document_no: Mapped[str] = mapped_column(String(60), default="")


class DangerReport(Base):
    """The police or another office was told of a danger in a dispute (人民调解法 25); no persons, only the situation.

    ``danger`` is a key of ``DANGER_WORDS``, ``reported_to`` of ``REPORTED_TO_WORDS``.
    """

    __tablename__ = "danger_reports"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    danger: Mapped[str] = mapped_column(String(16))
    reported_to: Mapped[str] = mapped_column(String(12))
    office: Mapped[str] = mapped_column(String(60))
    reported_at: Mapped[datetime]
    situation: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(Text)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    recorded_at: Mapped[datetime]


class CommitteeComposition(Base):
    """How a mediation committee is made up (人民调解法 8, 9), in numbers and days; who sits in it stands nowhere.

    ``mixed_area``: the county says that people of several nationalities live there, so that one member is of a smaller
    one. ``changed_on`` is the day it was set up or changed, ``filed_on`` the day the justice bureau was told.
    """

    __tablename__ = "committee_compositions"

    id: Mapped[UuidKey]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), unique=True)
    members: Mapped[int]
    has_director: Mapped[bool]
    women: Mapped[int]
    mixed_area: Mapped[bool] = mapped_column(default=False)
    has_minority: Mapped[bool] = mapped_column(default=False)
    elected_on: Mapped[date]
    changed_on: Mapped[date]
    filed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    recorded_at: Mapped[datetime]
