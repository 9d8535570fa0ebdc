"""Units, accounts and what they may act as; sign-ins, registered phones, delegations and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class Unit(Base):
    """An office with a duty.

    ``kind``: county_office, county_lead_office, department, township_government, village_committee,
    mediation_committee or legal_clinic.
    """

    __tablename__ = "units"

    id: Mapped[UuidKey]
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(30), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    duty_phone: Mapped[str] = mapped_column(String(40), default="")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    closed_at: Mapped[datetime | None]


class Account(Base):
    """A member of staff who signs in."""

    __tablename__ = "accounts"

    id: Mapped[UuidKey]
    login: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime | None]


class Assignment(Base):
    """A role of an account, in a unit, over the subtree of a division, from a moment until another."""

    __tablename__ = "assignments"

    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Delegation(Base):
    """A leader's named actions lent to another account for a period; both names appear in every event."""

    __tablename__ = "delegations"

    id: Mapped[UuidKey]
    from_assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    to_assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"), index=True)
    actions: Mapped[list[Any]] = mapped_column(JSON)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignIn(Base):
    """One desk session; the cookie holds only a random secret whose SHA-256 is ``id``."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeviceToken(Base):
    """A registered phone: a bearer token (only its SHA-256 is kept) that lasts 30 days behind a PIN."""

    __tablename__ = "device_tokens"

    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(60), default="")
    pin_hash: Mapped[str] = mapped_column(String(200))
    failed_pins: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class AuditEvent(Base):
    """One link of the audit chain: who did or read what, when; ``digest`` covers the row and the link before."""

    __tablename__ = "audit_events"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[UUID | None]
    assignment_id: Mapped[UUID | None]
    acting_for: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60), index=True)
    target_kind: Mapped[str] = mapped_column(String(30), default="")
    target_id: Mapped[str] = mapped_column(String(60), default="")
    succeeded: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_audit_events_target", "target_kind", "target_id"),)


class Notice(Base):
    """A line for one member of staff (a subscription that died, open work handed over); never about a person."""

    __tablename__ = "notices"

    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class JobLease(Base):
    """A lease row per scheduled job, and the scheduler's own leader row."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80), default="")
    leased_until: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_outcome: Mapped[str] = mapped_column(String(200), default="")


class InstallationFact(Base):
    """A small fact of this installation: demonstration seed and date, counters that are nobody's row."""

    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
