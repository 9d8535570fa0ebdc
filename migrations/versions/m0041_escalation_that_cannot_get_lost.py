"""Escalations keep their ladder, endpoints of offices, rates, calls and alarms that stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

HAS_RECEIPT = sa.text("receipt <> ''")
STANDING = sa.text("cleared_at IS NULL")
MOMENT = sa.DateTime(timezone=True)


NEW = {
    "escalation_policies": (
        sa.Column("idle_minutes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("bounce_limit", sa.Integer(), nullable=False, server_default="2"),
    ),
    "escalations": (
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("ladder", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("urgency", sa.String(8), nullable=False, server_default="normal"),
        sa.Column("rung_due_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("act_due_at", MOMENT, nullable=True),
        sa.Column("acted_at", MOMENT, nullable=True),
        sa.Column("bounces", sa.Integer(), nullable=False, server_default="0"),
    ),
    "outbox_messages": (
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(12), nullable=False, server_default="escalation"),
        sa.Column("rung", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("bucket", sa.String(80), nullable=False, server_default=""),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.String(48), nullable=False, server_default=""),
        sa.Column("delivered_at", MOMENT, nullable=True),
    ),
}
LEADS_TO = (
    ("escalations", "round_id", "rounds"),
    ("outbox_messages", "endpoint_id", "channel_endpoints"),
    ("outbox_messages", "unit_id", "units"),
    ("outbox_messages", "merged_into", "outbox_messages"),
)


def upgrade() -> None:
    """Create the tables and add the columns."""
    _create_tables()
    for table, columns in NEW.items():
        for column in columns:
            op.add_column(table, column)
    if op.get_bind().dialect.name == "postgresql":  # SQLite adds no constraint to a table that stands
        for table, name, other in LEADS_TO:
            op.create_foreign_key(op.f(f"fk_{table}_{name}_{other}"), table, other, [name], ["id"])
    op.create_index("ix_outbox_messages_endpoint_id", "outbox_messages", ["endpoint_id"])
    op.create_index(
        "ix_outbox_messages_receipt",
        "outbox_messages",
        ["receipt"],
        unique=True,
        sqlite_where=HAS_RECEIPT,
        postgresql_where=HAS_RECEIPT,
    )


def _create_tables() -> None:
    op.create_table(
        "channel_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("disabled_reason", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_endpoints")),
        _to("channel_endpoints", "unit_id", "units"),
        _to("channel_endpoints", "created_by", "assignments"),
    )
    op.create_index("ix_channel_endpoints_unit_id", "channel_endpoints", ["unit_id"])
    op.create_table(
        "rate_buckets",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("sends", sa.JSON(), nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_buckets")),
    )
    _create_calls()
    _create_alarms()


def _create_calls() -> None:
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("answered_by", sa.String(60), nullable=False),
        sa.Column("called_at", MOMENT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_calls")),
        _to("phone_calls", "escalation_id", "escalations"),
        _to("phone_calls", "unit_id", "units"),
        _to("phone_calls", "recorded_by", "assignments"),
    )
    op.create_index("ix_phone_calls_escalation_id", "phone_calls", ["escalation_id"])
    op.create_index("ix_phone_calls_unit_id", "phone_calls", ["unit_id"])


def _create_alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("division_code", sa.String(24), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.Column("cleared_by", sa.Uuid(), nullable=True),
        sa.Column("cleared_why", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        _to("alarms", "division_code", "divisions", "code"),
        _to("alarms", "unit_id", "units"),
        _to("alarms", "escalation_id", "escalations"),
        _to("alarms", "cleared_by", "assignments"),
    )
    op.create_index("ix_alarms_kind", "alarms", ["kind"])
    op.create_index("ix_alarms_division_code", "alarms", ["division_code"])
    op.create_index(
        "uq_alarms_standing", "alarms", ["key"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING
    )


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_outbox_messages_receipt", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_endpoint_id", table_name="outbox_messages")
    for table, columns in NEW.items():
        for column in columns:
            op.drop_column(table, column.name)
    for name in ("alarms", "phone_calls", "rate_buckets", "channel_endpoints"):
        op.drop_table(name)
