"""Months of the village status and the checks on the spot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "status_runs",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_status_runs")),
    )
    op.create_table(
        "village_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("village_code", sa.String(24), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("met_until", sa.Date()),
        sa.Column("review_until", sa.Date()),
        sa.ForeignKeyConstraint(["month"], ["status_runs.month"], name=op.f("fk_village_months_month")),
        sa.ForeignKeyConstraint(["village_code"], ["divisions.code"], name=op.f("fk_village_months_village_code")),
        sa.PrimaryKeyConstraint("month", "village_code", name=op.f("pk_village_months")),
    )
    op.create_index("ix_village_months_village", "village_months", ["village_code", "month"])
    op.create_table(
        "village_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village_code", sa.String(24), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["village_code"], ["divisions.code"], name=op.f("fk_village_checks_village_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_village_checks_unit_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["assignments.id"], name=op.f("fk_village_checks_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_checks")),
    )
    op.create_index(op.f("ix_village_checks_village_code"), "village_checks", ["village_code"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("village_checks")
    op.drop_table("village_months")
    op.drop_table("status_runs")
