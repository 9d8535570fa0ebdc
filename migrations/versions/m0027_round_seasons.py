"""When a season begins, on a round template."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; templates that exist have no season."""
    op.add_column("round_templates", sa.Column("season", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("round_templates") as table:
        table.drop_column("season")
