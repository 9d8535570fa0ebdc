"""Returns that phones hand in by an id, and what a phone and the office disagree on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "return_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("captured_at", MOMENT, nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_return_submissions_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_return_submissions_division_code")
        ),
        sa.ForeignKeyConstraint(["return_id"], ["screening_returns.id"], name=op.f("fk_return_submissions_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_submissions")),
    )
    op.create_table(
        "report_gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device_tokens.id"], name=op.f("fk_report_gaps_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_gaps")),
        sa.UniqueConstraint("device_id", "report_id", name=op.f("uq_report_gaps_device_id_report_id")),
    )
    op.create_index(op.f("ix_report_gaps_report_id"), "report_gaps", ["report_id"])


def downgrade() -> None:
    """Drop the two tables."""
    op.drop_table("report_gaps")
    op.drop_table("return_submissions")
