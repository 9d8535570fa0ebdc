"""The course of official namings, step by step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "naming_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village_code", sa.String(24), nullable=False),
        sa.Column("course", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("document_number", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("naming_id", sa.Uuid()),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["village_code"], ["divisions.code"], name=op.f("fk_naming_steps_village_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_naming_steps_unit_id")),
        sa.ForeignKeyConstraint(["naming_id"], ["village_namings.id"], name=op.f("fk_naming_steps_naming_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["assignments.id"], name=op.f("fk_naming_steps_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_naming_steps")),
        sa.UniqueConstraint(
            "village_code", "course", "number", name=op.f("uq_naming_steps_village_code_course_number")
        ),
    )
    op.create_index(op.f("ix_naming_steps_village_code"), "naming_steps", ["village_code"])
    op.create_index(op.f("ix_naming_steps_naming_id"), "naming_steps", ["naming_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("naming_steps")
