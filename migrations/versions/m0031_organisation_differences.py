"""Pairs of organisation names that somebody said are two organisations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "organisation_differences",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_differences_organisation_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["organisations.id"], name=op.f("fk_organisation_differences_other_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["assignments.id"], name=op.f("fk_organisation_differences_decided_by")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "other_id", name=op.f("pk_organisation_differences")),
    )
    op.create_index("ix_organisation_differences_other_id", "organisation_differences", ["other_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("organisation_differences")
