"""Probes of channels, and the indexes that find the last proof of an endpoint or a device at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

MOMENT = sa.DateTime(timezone=True)
LEADS_TO = (
    ("unit_id", "units"),
    ("endpoint_id", "channel_endpoints"),
    ("subscription_id", "push_subscriptions"),
    ("outbox_id", "outbox_messages"),
    ("recorded_by", "assignments"),
)
INDEXES = (
    ("channel_probes", ["asked_at"]),
    ("channel_probes", ["outbox_id"]),
    ("channel_probes", ["endpoint_id", "asked_at"]),
    ("channel_probes", ["subscription_id", "asked_at"]),
    ("channel_probes", ["unit_id", "outcome"]),
    ("outbox_messages", ["endpoint_id", "state", "finished_at"]),
    ("outbox_messages", ["subscription_id", "delivered_at"]),
)


def upgrade() -> None:
    """Create the table and the indexes."""
    op.create_table(
        "channel_probes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_probes")),
        sa.UniqueConstraint("key", name=op.f("uq_channel_probes_key")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_channel_probes_{column}"))
            for column, other in LEADS_TO
        ),
    )
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    """Drop them."""
    for table, columns in INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
    op.drop_table("channel_probes")
