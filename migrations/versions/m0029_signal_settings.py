"""Which signals a county has switched on, with which figures, since when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "signal_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("signal", sa.String(length=20), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("backtest_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_signal_settings_division_code")),
        sa.ForeignKeyConstraint(["set_by"], ["assignments.id"], name=op.f("fk_signal_settings_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_settings")),
    )
    op.create_index("ix_signal_settings_newest", "signal_settings", ["division_code", "signal", "set_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("signal_settings")
