"""Messages about one matter to one target, and what went out inside another, are found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

WAITS = sa.text("state = 'due'")
IS_MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    """Create the indexes; each holds only the rows that are asked for."""
    op.create_index(
        "ix_outbox_messages_waiting_target",
        "outbox_messages",
        ["escalation_id", "subscription_id", "endpoint_id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index(
        "ix_outbox_messages_merged_into",
        "outbox_messages",
        ["merged_into"],
        sqlite_where=IS_MERGED,
        postgresql_where=IS_MERGED,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_outbox_messages_merged_into", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_waiting_target", table_name="outbox_messages")
