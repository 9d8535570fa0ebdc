"""Versions of policies that are lists of rows, holds on personal data, and the library of rules and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables; version 1 of every policy is its file and needs no row."""
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["assignments.id"], name=op.f("fk_policy_versions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_policy_versions_code_version")),
    )
    op.create_table(
        "retention_holds",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_retention_holds_dispute_id")),
        sa.ForeignKeyConstraint(["set_by"], ["assignments.id"], name=op.f("fk_retention_holds_set_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["assignments.id"], name=op.f("fk_retention_holds_lifted_by")),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("pk_retention_holds")),
    )
    _library()


def downgrade() -> None:
    """Drop the three tables."""
    op.drop_table("library_documents")
    op.drop_table("retention_holds")
    op.drop_table("policy_versions")


def _library() -> None:
    op.create_table(
        "library_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("edition", sa.String(length=30), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_library_documents_unit_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_library_documents_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_documents")),
    )
    op.create_index("ix_library_documents_unit_kind", "library_documents", ["unit_id", "kind", "valid_from"])
