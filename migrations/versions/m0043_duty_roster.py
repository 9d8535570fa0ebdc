"""Duty rosters: which hours an office promises, patterns, shifts with their people, leave with substitutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

MOMENT = sa.DateTime(timezone=True)
TABLES = ("duty_rosters", "roster_patterns", "roster_shifts", "roster_places", "roster_leaves")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "duty_rosters",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.String(10), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_duty_rosters")),
        _to("duty_rosters", "unit_id", "units"),
    )
    op.create_table(
        "roster_patterns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("days", sa.String(10), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(10), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_patterns")),
        _to("roster_patterns", "unit_id", "units"),
    )
    op.create_index("ix_roster_patterns_unit_id", "roster_patterns", ["unit_id"])
    _create_shifts()
    _create_leaves()


def _create_shifts() -> None:
    op.create_table(
        "roster_shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("pattern_id", sa.Uuid(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("called_off", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_shifts")),
        sa.UniqueConstraint("pattern_id", "day", name=op.f("uq_roster_shifts_pattern_id_day")),
        _to("roster_shifts", "unit_id", "units"),
        _to("roster_shifts", "pattern_id", "roster_patterns"),
    )
    op.create_index("ix_roster_shifts_ends_at", "roster_shifts", ["ends_at"])
    op.create_index("ix_roster_shifts_unit_time", "roster_shifts", ["unit_id", "ends_at", "starts_at"])
    op.create_table(
        "roster_places",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", "position", name=op.f("pk_roster_places")),
        _to("roster_places", "shift_id", "roster_shifts"),
        _to("roster_places", "assignment_id", "assignments"),
    )


def _create_leaves() -> None:
    op.create_table(
        "roster_leaves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_leaves")),
        _to("roster_leaves", "unit_id", "units"),
        _to("roster_leaves", "assignment_id", "assignments"),
        _to("roster_leaves", "substitute_id", "assignments"),
    )
    op.create_index("ix_roster_leaves_ends_at", "roster_leaves", ["ends_at"])
    op.create_index("ix_roster_leaves_unit_time", "roster_leaves", ["unit_id", "ends_at"])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)
