"""Evaluations, complaints and requests of residents; what offices publish; tries of addresses and codes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)
TABLES = ("public_notices", "resident_requests", "resident_complaints", "evaluations", "resident_tries")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "resident_tries",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_resident_tries")),
    )
    op.create_index(op.f("ix_resident_tries_since"), "resident_tries", ["since"])
    _evaluations()
    _complaints()
    _requests()
    _notices()


def downgrade() -> None:
    """Drop the tables."""
    for name in TABLES:
        op.drop_table(name)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _evaluations() -> None:
    name = "evaluations"
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("closed_at", MOMENT),
        _column("unit_id", sa.Uuid(), empty=True),
        _column("satisfied", sa.Boolean()),
        _column("missing", sa.JSON()),
        _column("words_sealed", sa.Text(), empty=True),
        _column("at", MOMENT),
        _foreign(name, "dispute_id", "disputes"),
        _foreign(name, "unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("dispute_id", "closed_at", name=op.f("uq_evaluations_dispute_id_closed_at")),
    )
    op.create_index(op.f("ix_evaluations_unit_id"), name, ["unit_id"])
    op.create_index(op.f("ix_evaluations_at"), name, ["at"])


def _complaints() -> None:
    name = "resident_complaints"
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("kind", sa.String(length=10)),
        _column("about_unit_id", sa.Uuid(), empty=True),
        _column("to_unit_id", sa.Uuid()),
        _column("words_sealed", sa.Text()),
        _column("at", MOMENT),
        _column("due_on", sa.Date()),
        _column("answer_sealed", sa.Text(), empty=True),
        _column("answered_at", MOMENT, empty=True),
        _column("answered_by", sa.Uuid(), empty=True),
        _foreign(name, "dispute_id", "disputes"),
        _foreign(name, "about_unit_id", "units"),
        _foreign(name, "to_unit_id", "units"),
        _foreign(name, "answered_by", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_complaints")),
    )
    op.create_index(op.f("ix_resident_complaints_dispute_id"), name, ["dispute_id"])
    op.create_index(op.f("ix_resident_complaints_to_unit_id"), name, ["to_unit_id"])


def _requests() -> None:
    name = "resident_requests"
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("kind", sa.String(length=10)),
        _column("letter", sa.String(length=1)),
        _column("words_sealed", sa.Text(), empty=True),
        _column("at", MOMENT),
        _column("due_on", sa.Date()),
        _column("state", sa.String(length=10)),
        _column("answer_sealed", sa.Text(), empty=True),
        _column("answered_at", MOMENT, empty=True),
        _column("answered_by", sa.Uuid(), empty=True),
        _foreign(name, "dispute_id", "disputes"),
        _foreign(name, "answered_by", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_requests")),
    )
    op.create_index(op.f("ix_resident_requests_dispute_id"), name, ["dispute_id"])
    op.create_index("ix_resident_requests_state_due", name, ["state", "due_on"])


def _notices() -> None:
    name = "public_notices"
    op.create_table(
        name,
        _column("unit_id", sa.Uuid()),
        _column("address", sa.String(length=200)),
        _column("hours", sa.String(length=200)),
        _column("weekday", sa.Integer(), empty=True),
        _column("market_days", sa.String(length=20)),
        _column("first_market_only", sa.Boolean()),
        _column("dates", sa.JSON()),
        _column("note", sa.String(length=300)),
        _column("changed_at", MOMENT),
        _column("changed_by", sa.Uuid(), empty=True),
        _foreign(name, "unit_id", "units"),
        _foreign(name, "changed_by", "assignments"),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_public_notices")),
    )
