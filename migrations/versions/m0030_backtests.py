"""What the rounds of a past period would have told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

MOMENT = sa.DateTime(timezone=True)
ONE_AT_A_TIME = sa.text("state = 'running'")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "backtests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("code_version", sa.String(length=60), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("result_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_backtests_division_code")),
        sa.ForeignKeyConstraint(["started_by"], ["assignments.id"], name=op.f("fk_backtests_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
    )
    op.create_index(
        "uq_backtests_running", "backtests", ["division_code"], unique=True,
        sqlite_where=ONE_AT_A_TIME, postgresql_where=ONE_AT_A_TIME,
    )  # fmt: skip
    op.create_index("ix_backtests_newest", "backtests", ["division_code", "started_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("backtests")
