"""How things stood at the end of each week, and indexes that alone answer what stands open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

OPEN = sa.text("state NOT IN ('closed', 'not_accepted', 'referred_out', 'legally_concluded')")
TALLY = ["division_code", "state", "grade", "category", "about_unit_id"]
STANDING = [
    "division_code", "grade", "category", "place_kind", "about_unit_id", "statutory_due_at", "due_at",
]  # fmt: skip


def upgrade() -> None:
    """Create the table and the indexes."""
    op.create_table(
        "map_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_map_weeks")),
    )
    op.drop_index("ix_disputes_tally", table_name="disputes")
    op.create_index("ix_disputes_tally", "disputes", [*TALLY, "place_kind"])
    op.create_index("ix_disputes_standing", "disputes", STANDING, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_disputes_standing", table_name="disputes")
    op.drop_index("ix_disputes_tally", table_name="disputes")
    op.create_index("ix_disputes_tally", "disputes", TALLY)
    op.drop_table("map_weeks")
