"""Documents on paper: the county's templates, letterheads, documents that were issued, signed papers that came back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid_app.database.base import Base, UuidKey


class DocumentTemplate(Base):
    """One version of a county's own template of a kind of document; the highest version is used, all are kept."""

    __tablename__ = "document_templates"

    id: Mapped[UuidKey]
    county_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    kind: Mapped[str] = mapped_column(String(30))
    version: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (UniqueConstraint("county_code", "kind", "version"),)


class Letterhead(Base):
    """What a unit's documents begin with: the word of its numbers (代字) and the red heading, empty for none."""

    __tablename__ = "letterheads"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    number_word: Mapped[str] = mapped_column(String(30))
    red_heading: Mapped[str] = mapped_column(String(60), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class IssuedDocument(Base):
    """A document as it was issued; nothing of it changes any more but that it may be withdrawn with a reason.

    ``number`` is given out once per unit and year; ``number_text`` is how it stands on the paper, empty for forms
    without a number of their own, whose ``number`` then only counts them. Both files lie encrypted beside the
    attachments under the ids ``docx_file`` and ``pdf_file``. ``template_id`` is empty for the platform's own template.
    """

    __tablename__ = "issued_documents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    series: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    number: Mapped[int]
    number_text: Mapped[str] = mapped_column(String(60), default="")
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_templates.id"))
    template_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    docx_file: Mapped[UUID]
    docx_sha256: Mapped[str] = mapped_column(String(64))
    pdf_file: Mapped[UUID]
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    key_number: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("unit_id", "series", "year", "number"),)


class PaperRecord(Base):
    """A signed or handwritten paper, entered with its own day; ``terms`` say who does what by when.

    ``entered_at`` is the server's moment and stays beside ``signed_on``. ``document_id`` is the issued document whose
    signed copy this is, empty for a form that was written by hand.
    """

    __tablename__ = "paper_records"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("issued_documents.id"))
    signed_on: Mapped[date]
    terms: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    entered_at: Mapped[datetime]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class PaperPage(Base):
    """A photo or scan of one page of a paper; its bytes lie encrypted beside the attachments under ``id``."""

    __tablename__ = "paper_pages"

    id: Mapped[UuidKey]
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper_records.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(30))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key_number: Mapped[int]

    __table_args__ = (UniqueConstraint("paper_id", "number"),)
