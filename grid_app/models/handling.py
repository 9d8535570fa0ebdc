"""What handling by the law leaves behind: contacts, reviews, closings proposed, transfers, opinions, sorting, seals.

Every row belongs to one dispute and tells of an office's duty. No row joins people of different disputes.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey

OPEN_TRANSFER = text("state IN ('sent', 'received', 'objected')")
STANDING = text("state = 'standing'")
IN_FORCE = text("lifted_at IS NULL")


class Sorting(Base):
    """One decision on the way a matter goes (分流); the newest counts, the earlier ones stay.

    ``route`` is one of the six of 信访工作条例 31, ``pathway`` the legal pathway that was considered (in the version
    of the list that was in force), ``decided_elsewhere`` whether a court, the police or a procuratorate decides or has
    decided: no, pending or final.
    """

    __tablename__ = "sortings"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    track: Mapped[str] = mapped_column(String(12))
    complexity: Mapped[str] = mapped_column(String(8))
    decided_elsewhere: Mapped[str] = mapped_column(String(8), default="")
    route: Mapped[str] = mapped_column(String(20), default="")
    pathway: Mapped[str] = mapped_column(String(40), default="")
    list_version: Mapped[int] = mapped_column(default=0)


class ContactRecord(Base):
    """One of the two talks before a matter is transferred, assigned or supervised (双沟通).

    ``side`` is resident or unit; for a unit ``unit_id`` says which. ``used_at`` is set by the step it was held for.
    """

    __tablename__ = "contact_records"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    side: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    way: Mapped[str] = mapped_column(String(10))
    held_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ClosingProposal(Base):
    """A closing as it is put before those who review it; ``state``: standing, used, refused or withdrawn.

    ``document`` and ``document_on`` are the paper that the ground needs (acceptance notice, decision, statement);
    ``remedy`` is what the resident was told about the routes that stay open, ``notified_on`` when.
    """

    __tablename__ = "closing_proposals"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    ground: Mapped[str] = mapped_column(String(40))
    legal_basis: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    same_as: Mapped[str] = mapped_column(String(24), default="")
    document: Mapped[str] = mapped_column(String(200), default="")
    document_on: Mapped[date | None]
    remedy: Mapped[str] = mapped_column(Text, default="")
    notified_on: Mapped[date | None]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="standing")

    __table_args__ = (
        Index("uq_closing_proposals_standing", "dispute_id", unique=True, sqlite_where=STANDING,
              postgresql_where=STANDING),
    )  # fmt: skip


class ReviewRecord(Base):
    """One review of a closing that was proposed (双审核), or the call that another officer made to the party.

    ``side``: handling_unit, coordinating_office, second_person or call_back. ``passed_up`` says that the own office
    had no second person, so that the county took it.
    """

    __tablename__ = "review_records"

    id: Mapped[UuidKey]
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("closing_proposals.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    side: Mapped[str] = mapped_column(String(20))
    agrees: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    passed_up: Mapped[bool] = mapped_column(default=False)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("proposal_id", "side"),)


class Transfer(Base):
    """A matter handed from one unit to another, with its document and the receipt.

    ``state``: sent, received, objected, returned, kept (the objection was not agreed to) or done. ``is_ruling`` marks
    the superior's decision after two returns: nobody objects to it.
    """

    __tablename__ = "transfers"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    from_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    to_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    document: Mapped[str] = mapped_column(Text)
    asked_due_on: Mapped[date | None]
    is_ruling: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="sent")
    sent_at: Mapped[datetime]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    received_at: Mapped[datetime | None]
    received_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    objected_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    decision: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("uq_transfers_open", "dispute_id", unique=True, sqlite_where=OPEN_TRANSFER,
              postgresql_where=OPEN_TRANSFER),
    )  # fmt: skip


class Opinion(Base):
    """A written handling opinion (信访工作条例 32) and how it reached the resident.

    ``result``: supported, no_legal_basis (reasonable, but the law gives nothing) or not_supported; it speaks of the
    claim. Before ``delivered_on`` it is a draft. ``refused`` says that the resident did not want to sign for it.
    """

    __tablename__ = "opinions"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    document_no: Mapped[str] = mapped_column(String(60))
    claim: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(20))
    opinion: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    made_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(12), default="")
    delivered_on: Mapped[date | None]
    refused: Mapped[bool] = mapped_column(default=False)
    delivery_note: Mapped[str] = mapped_column(Text, default="")
    delivered_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class OpinionReview(Base):
    """A review (复查) or the final one (复核) of an opinion: asked for, and answered in writing."""

    __tablename__ = "opinion_reviews"

    id: Mapped[UuidKey]
    opinion_id: Mapped[UUID] = mapped_column(ForeignKey("opinions.id"))
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    stage: Mapped[str] = mapped_column(String(8))
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    organ: Mapped[str] = mapped_column(String(100))
    result: Mapped[str] = mapped_column(String(10), default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("opinion_id", "stage"),)


class Seal(Base):
    """A matter shut to the unit it complains of; set by staff, it is confirmed or lifted one level up."""

    __tablename__ = "seals"

    id: Mapped[UuidKey]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    due_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    decision: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("uq_seals_in_force", "dispute_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )
