"""Reports to the police or another office, and how mediation committees are made up; settling on the spot apart."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

MOMENT = sa.DateTime(timezone=True)
ON_SPOT = sa.text("closure_ground = 'settled_on_spot'")


def upgrade() -> None:
    """Create the tables, and the index by which matters settled on the spot are listed and counted."""
    _table(
        "danger_reports",
        _column("dispute_id", sa.Uuid()),
        _column("danger", sa.String(length=16)),
        _column("reported_to", sa.String(length=12)),
        _column("office", sa.String(length=60)),
        _column("reported_at", MOMENT),
        _column("situation", sa.Text()),
        _column("measure", sa.Text()),
        _column("assignment_id", sa.Uuid()),
        _column("recorded_at", MOMENT),
        keys={"dispute_id": "disputes.id", "assignment_id": "assignments.id"},
    )
    op.create_index(op.f("ix_danger_reports_dispute_id"), "danger_reports", ["dispute_id"])
    _table(
        "committee_compositions",
        _column("unit_id", sa.Uuid()),
        _column("members", sa.Integer()),
        _column("has_director", sa.Boolean()),
        _column("women", sa.Integer()),
        _column("mixed_area", sa.Boolean()),
        _column("has_minority", sa.Boolean()),
        _column("elected_on", sa.Date()),
        _column("changed_on", sa.Date()),
        _column("filed_on", sa.Date(), empty=True),
        _column("version", sa.Integer()),
        _column("assignment_id", sa.Uuid()),
        _column("recorded_at", MOMENT),
        sa.UniqueConstraint("unit_id", name=op.f("uq_committee_compositions_unit_id")),
        keys={"unit_id": "units.id", "assignment_id": "assignments.id"},
    )
    op.create_index(
        "ix_disputes_on_spot", "disputes", ["received_at", "id"], sqlite_where=ON_SPOT, postgresql_where=ON_SPOT
    )


def downgrade() -> None:
    """Drop the index and the tables."""
    op.drop_index("ix_disputes_on_spot", "disputes")
    op.drop_table("committee_compositions")
    op.drop_table("danger_reports")


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _table(name: str, *parts: object, keys: dict[str, str]) -> None:
    """Create a table with its primary key and foreign keys."""
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        *parts,
        *(sa.ForeignKeyConstraint([one], [target], name=op.f(f"fk_{name}_{one}")) for one, target in keys.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
