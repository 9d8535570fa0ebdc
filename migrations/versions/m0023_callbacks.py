"""Call-backs by drawn samples; and what the counting of indicators looks for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, the ones that others point to first, and the index by which closings are counted."""
    _table(
        "callback_draws",
        _column("kind", sa.String(length=10)),
        _column("division_code", sa.String(length=24)),
        _column("month", sa.Date()),
        _column("seed", sa.String(length=64)),
        _column("candidates", sa.Integer()),
        _column("digest", sa.String(length=64)),
        _column("drawn_at", MOMENT),
        sa.UniqueConstraint("division_code", "month", "kind", name=op.f("uq_callback_draws_division_code_month_kind")),
        keys={"division_code": "divisions.code"},
    )
    _samples()
    _table(
        "callback_tries",
        _column("sample_id", sa.Uuid()),
        _column("at", MOMENT),
        _column("way", sa.String(length=10)),
        _column("assignment_id", sa.Uuid()),
        keys={"sample_id": "callback_samples.id", "assignment_id": "assignments.id"},
    )
    op.create_index(op.f("ix_callback_tries_sample_id"), "callback_tries", ["sample_id"])
    op.create_index("ix_dispute_events_kind_at", "dispute_events", ["kind", "at"])


def downgrade() -> None:
    """Drop the index and the tables."""
    op.drop_index("ix_dispute_events_kind_at", "dispute_events")
    for name in ("callback_tries", "callback_samples", "callback_draws"):
        op.drop_table(name)


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


def _samples() -> None:
    _table(
        "callback_samples",
        _column("draw_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _column("dispute_id", sa.Uuid()),
        _column("event_id", sa.Uuid()),
        _column("decided_at", MOMENT),
        _column("stratum", sa.String(length=10)),
        _column("verifier_unit_id", sa.Uuid(), empty=True),
        _column("due_on", sa.Date()),
        _column("state", sa.String(length=14)),
        _column("told", sa.Boolean(), empty=True),
        _column("words_sealed", sa.Text(), empty=True),
        _column("ended_at", MOMENT, empty=True),
        _column("ended_by", sa.Uuid(), empty=True),
        sa.UniqueConstraint("draw_id", "number", name=op.f("uq_callback_samples_draw_id_number")),
        sa.UniqueConstraint("event_id", name=op.f("uq_callback_samples_event_id")),
        keys={
            "draw_id": "callback_draws.id",
            "dispute_id": "disputes.id",
            "event_id": "dispute_events.id",
            "verifier_unit_id": "units.id",
            "ended_by": "assignments.id",
        },
    )
    op.create_index(op.f("ix_callback_samples_dispute_id"), "callback_samples", ["dispute_id"])
    op.create_index("ix_callback_samples_verifier", "callback_samples", ["verifier_unit_id", "state", "due_on"])
    op.create_index("ix_callback_samples_decided", "callback_samples", ["decided_at"])
