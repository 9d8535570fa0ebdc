"""Documents of a dispute: what was issued, which signed papers came back; templates and letterheads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.documents import DocumentTemplate, IssuedDocument, Letterhead, PaperPage, PaperRecord
from grid_app.policy import Scope
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class IssuedLine:
    """An issued document: kind, number, unit, who issued it and when, digests, and how it was withdrawn."""

    id: UUID
    kind: str
    number_text: str
    unit_id: UUID
    unit: str
    by_name: str
    issued_at: datetime
    docx_file: UUID
    docx_sha256: str
    pdf_file: UUID
    pdf_sha256: str
    withdrawn_at: datetime | None
    withdrawal_reason: str


@dataclass(frozen=True)
class PageLine:
    """One photographed or scanned page."""

    id: UUID
    number: int
    type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class PaperLine:
    """A signed paper: its own day, the day it was entered, who does what by when, and its pages."""

    id: UUID
    kind: str
    document_id: UUID | None
    signed_on: date
    entered_at: datetime
    terms: tuple[dict[str, Any], ...]
    note: str
    by_name: str
    pages: tuple[PageLine, ...]


@dataclass(frozen=True)
class TemplateLine:
    """One version of a county's template, without its bytes."""

    id: UUID
    kind: str
    version: int
    file_name: str
    digest: str
    at: datetime
    by_name: str


@dataclass(frozen=True)
class Heading:
    """The letterhead of a unit; a unit that set none has empty words."""

    unit_id: UUID
    unit: str
    number_word: str
    red_heading: str


def issued_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[IssuedLine]:
    """Return the documents of one dispute of the scope, the newest first; withdrawn ones stay."""
    rows = session.execute(_issued(scope, dispute_id).order_by(IssuedDocument.issued_at.desc(), IssuedDocument.id))
    return [IssuedLine(*row) for row in rows]


def issued_one(session: Session, *, scope: Scope, dispute_id: UUID, document_id: UUID) -> IssuedLine | None:
    """Return one document of one dispute of the scope, or ``None``."""
    row = session.execute(_issued(scope, dispute_id).where(IssuedDocument.id == document_id)).first()
    return IssuedLine(*row) if row else None


def papers_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[PaperLine]:
    """Return the signed papers of one dispute of the scope, by their own day."""
    rows = session.execute(
        select(PaperRecord, Account.display_name)
        .join(Dispute, Dispute.id == PaperRecord.dispute_id)
        .outerjoin(Assignment, Assignment.id == PaperRecord.assignment_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .where(PaperRecord.dispute_id == dispute_id, visible(scope))
        .order_by(PaperRecord.signed_on, PaperRecord.id)
    ).all()
    pages = _pages(session, [row[0].id for row in rows])
    return [
        PaperLine(
            one.id, one.kind, one.document_id, one.signed_on, one.entered_at, tuple(one.terms), one.note, name or "",
            tuple(pages.get(one.id, ())),
        )
        for one, name in rows
    ]  # fmt: skip


def number_after(session: Session, *, unit_id: UUID, series: str, year: int) -> int:
    """Return the number that the unit's next document of this series and year gets."""
    last = session.scalar(
        select(func.max(IssuedDocument.number)).where(
            IssuedDocument.unit_id == unit_id, IssuedDocument.series == series, IssuedDocument.year == year
        )
    )
    return (last or 0) + 1


def template_in_force(session: Session, *, county_code: str, kind: str) -> DocumentTemplate | None:
    """Return the county's newest template of a kind, or ``None`` when it uses the platform's own."""
    return session.scalar(
        select(DocumentTemplate)
        .where(DocumentTemplate.county_code == county_code, DocumentTemplate.kind == kind)
        .order_by(DocumentTemplate.version.desc())
        .limit(1)
    )


def template_versions(session: Session, *, county_code: str) -> dict[str, list[TemplateLine]]:
    """Return every version of a county's templates by kind, the newest first."""
    rows = session.execute(
        select(
            DocumentTemplate.id,
            DocumentTemplate.kind,
            DocumentTemplate.version,
            DocumentTemplate.file_name,
            DocumentTemplate.digest,
            DocumentTemplate.at,
            func.coalesce(Account.display_name, ""),
        )
        .outerjoin(Assignment, Assignment.id == DocumentTemplate.assignment_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .where(DocumentTemplate.county_code == county_code)
        .order_by(DocumentTemplate.version.desc())
    )
    found: dict[str, list[TemplateLine]] = {}
    for row in rows:
        line = TemplateLine(*row)
        found.setdefault(line.kind, []).append(line)
    return found


def one_template(session: Session, *, county_code: str, template_id: UUID) -> DocumentTemplate | None:
    """Return one version of a county's template with its bytes, or ``None``."""
    return session.scalar(
        select(DocumentTemplate).where(DocumentTemplate.id == template_id, DocumentTemplate.county_code == county_code)
    )


def headings_under(session: Session, *, path_code: str) -> list[Heading]:
    """Return the letterhead of every unit of a county that stands, by place and name."""
    rows = session.execute(
        select(Unit.id, Unit.name, func.coalesce(Letterhead.number_word, ""), func.coalesce(Letterhead.red_heading, ""))
        .outerjoin(Letterhead, Letterhead.unit_id == Unit.id)
        .where(Unit.division_code.startswith(path_code), Unit.closed_at.is_(None))
        .order_by(Unit.division_code, Unit.name)
    )
    return [Heading(*row) for row in rows]


def heading_of(session: Session, unit_id: UUID) -> Letterhead | None:
    """Return the letterhead that a unit has set, or ``None``."""
    return session.get(Letterhead, unit_id)


def _issued(scope: Scope, dispute_id: UUID) -> Select[*tuple[Any, ...]]:
    by = aliased(Account)
    return (
        select(
            IssuedDocument.id,
            IssuedDocument.kind,
            IssuedDocument.number_text,
            IssuedDocument.unit_id,
            Unit.name,
            func.coalesce(by.display_name, ""),
            IssuedDocument.issued_at,
            IssuedDocument.docx_file,
            IssuedDocument.docx_sha256,
            IssuedDocument.pdf_file,
            IssuedDocument.pdf_sha256,
            IssuedDocument.withdrawn_at,
            IssuedDocument.withdrawal_reason,
        )
        .join(Dispute, Dispute.id == IssuedDocument.dispute_id)
        .join(Unit, Unit.id == IssuedDocument.unit_id)
        .outerjoin(Assignment, Assignment.id == IssuedDocument.assignment_id)
        .outerjoin(by, by.id == Assignment.account_id)
        .where(IssuedDocument.dispute_id == dispute_id, visible(scope))
    )


def _pages(session: Session, papers: list[UUID]) -> dict[UUID, list[PageLine]]:
    if not papers:
        return {}
    rows = session.scalars(
        select(PaperPage).where(PaperPage.paper_id.in_(papers)).order_by(PaperPage.paper_id, PaperPage.number)
    )
    found: dict[UUID, list[PageLine]] = {}
    for one in rows:
        found.setdefault(one.paper_id, []).append(PageLine(one.id, one.number, one.type, one.bytes, one.sha256))
    return found
