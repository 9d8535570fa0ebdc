"""Urgent incidents, their reports, and escalations that lead to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables and the column."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(24), nullable=False),
        sa.Column("place_words", sa.String(40), nullable=False),
        sa.Column("category", sa.String(4), nullable=False),
        sa.Column("happened", sa.String(8), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=True),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("first_due_at", MOMENT, nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("first_report_at", MOMENT, nullable=True),
        sa.Column("written_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("late_told_at", MOMENT, nullable=True),
        sa.Column("about_unit_id", sa.Uuid(), nullable=True),
        sa.Column("dispute_id", sa.Uuid(), nullable=True),
        sa.Column("same_as_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("code", name=op.f("uq_incidents_code")),
        _to("incidents", "unit_id", "units"),
        _to("incidents", "division_code", "divisions", "code"),
        _to("incidents", "about_unit_id", "units"),
        _to("incidents", "dispute_id", "disputes"),
        _to("incidents", "same_as_id", "incidents"),
    )
    for name in ("state", "unit_id", "division_code", "known_at"):
        op.create_index(f"ix_incidents_{name}", "incidents", [name])
    op.create_index("ix_incidents_waiting", "incidents", ["state", "first_due_at"])
    _create_entries()
    op.add_column("escalations", sa.Column("incident_id", sa.Uuid(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":  # SQLite adds no constraint to a table that stands
        op.create_foreign_key(
            op.f("fk_escalations_incident_id_incidents"), "escalations", "incidents", ["incident_id"], ["id"]
        )


def _create_entries() -> None:
    op.create_table(
        "incident_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("captured_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("counts_at", MOMENT, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("answering", sa.String(60), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_entries")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_incident_entries_incident_id_number")),
        sa.UniqueConstraint("form_token", name=op.f("uq_incident_entries_form_token")),
        _to("incident_entries", "incident_id", "incidents"),
        _to("incident_entries", "unit_id", "units"),
        _to("incident_entries", "taken_by", "assignments"),
        _to("incident_entries", "other_id", "incidents"),
    )


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_escalations_incident_id_incidents"), "escalations", type_="foreignkey")
    op.drop_column("escalations", "incident_id")
    op.drop_table("incident_entries")
    op.drop_table("incidents")
