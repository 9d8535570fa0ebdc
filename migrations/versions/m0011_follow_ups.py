"""Follow-up visits after a settled dispute, and the visits that were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_follow_ups_dispute_id")),
        sa.ForeignKeyConstraint(["carrier_id"], ["assignments.id"], name=op.f("fk_follow_ups_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("dispute_id", "closed_at", "day", name=op.f("uq_follow_ups_dispute_id_closed_at_day")),
    )
    op.create_index("ix_follow_ups_carrier_due", "follow_ups", ["carrier_id", "state", "due_on"])
    op.create_index("ix_follow_ups_state_due", "follow_ups", ["state", "due_on"])
    op.create_table(
        "follow_up_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("captured_at", MOMENT, nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_follow_up_visits_assignment_id")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_ups.id"], name=op.f("fk_follow_up_visits_follow_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_visits")),
    )
    op.create_index(op.f("ix_follow_up_visits_follow_up_id"), "follow_up_visits", ["follow_up_id"])


def downgrade() -> None:
    """Drop the two tables."""
    op.drop_table("follow_up_visits")
    op.drop_table("follow_ups")
