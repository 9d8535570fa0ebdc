"""Rules of time limits, own entries in the working calendar, the clocks of disputes; how a dispute was sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Create the tables; the rules are written from the file at the first start, and then the clocks in batches."""
    op.add_column("disputes", sa.Column("track", sa.String(length=12), nullable=True))
    op.add_column("disputes", sa.Column("complexity", sa.String(length=8), nullable=True))
    _rules()
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    _deadlines()


def downgrade() -> None:
    """Drop the tables and the two columns."""
    op.drop_table("deadlines")
    op.drop_table("calendar_days")
    op.drop_table("deadline_rules")
    op.drop_column("disputes", "complexity")
    op.drop_column("disputes", "track")


def _rules() -> None:
    op.create_table(
        "deadline_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("trigger", sa.String(length=30), nullable=False),
        sa.Column("limit_count", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("passes", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("extension", sa.Integer(), nullable=False),
        sa.Column("extension_by", sa.String(length=10), nullable=True),
        sa.Column("excludes_hearing", sa.Boolean(), nullable=False),
        sa.Column("repeats", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rules")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_deadline_rules_code_version")),
    )


def _deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.String(length=40), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day_kind", sa.String(length=12), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("extension_reason", sa.Text(), nullable=False),
        sa.Column("extension_asked_at", MOMENT, nullable=True),
        sa.Column("extended_by", sa.Uuid(), nullable=True),
        sa.Column("extended_at", MOMENT, nullable=True),
        sa.Column("extension_approver", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_deadlines_dispute_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["units.id"], name=op.f("fk_deadlines_owner_unit_id")),
        sa.ForeignKeyConstraint(["extended_by"], ["assignments.id"], name=op.f("fk_deadlines_extended_by")),
        sa.ForeignKeyConstraint(
            ["extension_approver"], ["assignments.id"], name=op.f("fk_deadlines_extension_approver")
        ),
        sa.ForeignKeyConstraint(
            ["rule_code", "rule_version"],
            ["deadline_rules.code", "deadline_rules.version"],
            name=op.f("fk_deadlines_rule_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index("ix_deadlines_dispute", "deadlines", ["dispute_id"])
    op.create_index(
        "uq_deadlines_running", "deadlines", ["dispute_id", "rule_code"], unique=True, sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )  # fmt: skip
    op.create_index("ix_deadlines_due", "deadlines", ["due_at", "kind"], sqlite_where=RUNNING, postgresql_where=RUNNING)
