"""Templates of documents, letterheads, issued documents with their numbers, signed papers and their pages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _templates()
    _letterheads()
    _issued()
    _papers()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("paper_pages", "paper_records", "issued_documents", "letterheads", "document_templates"):
        op.drop_table(name)


def _table(name: str, *columns: sa.Column[Any], keys: dict[str, str], unique: tuple[str, ...] = ()) -> None:
    parts: list[Any] = [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{name}_{column}")) for column, target in keys.items()
    ]
    if unique:
        parts.append(sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")))
    parts.append(sa.PrimaryKeyConstraint(columns[0].name, name=op.f(f"pk_{name}")))
    op.create_table(name, *columns, *parts)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _templates() -> None:
    _table(
        "document_templates",
        _column("id", sa.Uuid()),
        _words("county_code", 24),
        _words("kind", 30),
        _column("version", sa.Integer()),
        _words("file_name", 120),
        _words("digest", 64),
        _column("body", sa.LargeBinary()),
        _column("at", MOMENT),
        _column("assignment_id", sa.Uuid(), empty=True),
        keys={"county_code": "divisions.code", "assignment_id": "assignments.id"},
        unique=("county_code", "kind", "version"),
    )


def _letterheads() -> None:
    _table(
        "letterheads",
        _column("unit_id", sa.Uuid()),
        _words("number_word", 30),
        _words("red_heading", 60),
        _column("changed_at", MOMENT),
        _column("changed_by", sa.Uuid(), empty=True),
        keys={"unit_id": "units.id", "changed_by": "assignments.id"},
    )


def _issued() -> None:
    _table(
        "issued_documents",
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _words("kind", 30),
        _column("unit_id", sa.Uuid()),
        _words("series", 30),
        _column("year", sa.Integer()),
        _column("number", sa.Integer()),
        _words("number_text", 60),
        _column("template_id", sa.Uuid(), empty=True),
        _words("template_digest", 64),
        _column("issued_at", MOMENT),
        _column("assignment_id", sa.Uuid(), empty=True),
        _column("acting_for", sa.Uuid(), empty=True),
        _column("docx_file", sa.Uuid()),
        _words("docx_sha256", 64),
        _column("pdf_file", sa.Uuid()),
        _words("pdf_sha256", 64),
        _column("key_number", sa.Integer()),
        _column("withdrawn_at", MOMENT, empty=True),
        _column("withdrawn_by", sa.Uuid(), empty=True),
        _column("withdrawal_reason", sa.Text()),
        keys={
            "dispute_id": "disputes.id", "unit_id": "units.id", "template_id": "document_templates.id",
            "assignment_id": "assignments.id", "acting_for": "assignments.id", "withdrawn_by": "assignments.id",
        },
        unique=("unit_id", "series", "year", "number"),
    )  # fmt: skip
    op.create_index(op.f("ix_issued_documents_dispute_id"), "issued_documents", ["dispute_id"])


def _papers() -> None:
    _table(
        "paper_records",
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _words("kind", 30),
        _column("document_id", sa.Uuid(), empty=True),
        _column("signed_on", sa.Date()),
        _column("terms", sa.JSON()),
        _column("note", sa.Text()),
        _column("entered_at", MOMENT),
        _column("assignment_id", sa.Uuid(), empty=True),
        keys={
            "dispute_id": "disputes.id", "document_id": "issued_documents.id", "assignment_id": "assignments.id",
        },
    )  # fmt: skip
    op.create_index(op.f("ix_paper_records_dispute_id"), "paper_records", ["dispute_id"])
    _table(
        "paper_pages",
        _column("id", sa.Uuid()),
        _column("paper_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _words("type", 30),
        _column("bytes", sa.Integer()),
        _words("sha256", 64),
        _column("key_number", sa.Integer()),
        keys={"paper_id": "paper_records.id"},
        unique=("paper_id", "number"),
    )
