"""Rooms and the state of villages as they were when a week ended; of weeks before, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add the column; weeks that were kept before have nothing in it."""
    op.add_column("map_weeks", sa.Column("rooms", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("map_weeks", "rooms")
