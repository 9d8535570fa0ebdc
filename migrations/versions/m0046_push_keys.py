"""Which public key of ours a browser subscribed with; empty in rows older than this, which are the oldest key's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Add the column."""
    op.add_column("push_subscriptions", sa.Column("vapid_public", sa.String(100), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("push_subscriptions", "vapid_public")
