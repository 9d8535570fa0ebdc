"""Passwords that an account makes for a program."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "application_passwords",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("selector", sa.String(12), nullable=False),
        sa.Column("secret_hash", sa.String(200), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_application_passwords_account_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_application_passwords_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_passwords")),
        sa.UniqueConstraint("selector", name=op.f("uq_application_passwords_selector")),
    )
    op.create_index(op.f("ix_application_passwords_account_id"), "application_passwords", ["account_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("application_passwords")
