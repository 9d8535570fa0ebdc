"""What makes a mediation room effective and reachable, whether a village is urban, and searches for the next rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Add the columns and the table; what nobody told stays unknown."""
    for name in ("term_until", "used_on", "tested_on", "closed_on"):
        op.add_column("mediation_rooms", sa.Column(name, sa.Date(), nullable=True))
    for name in ("accessible", "woman_mediator"):
        op.add_column("mediation_rooms", sa.Column(name, sa.Boolean(), nullable=True))
    op.add_column("mediation_rooms", sa.Column("seats", sa.Integer(), nullable=True))
    for name in ("languages", "closed_why"):
        op.add_column("mediation_rooms", sa.Column(name, sa.String(length=200), nullable=False, server_default=""))
    op.add_column(
        "mediation_rooms", sa.Column("place_confirmed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("mediation_rooms", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("divisions", sa.Column("urban", sa.Boolean(), nullable=True))
    op.create_index("ix_mediation_cases_opened_at", "mediation_cases", ["opened_at"])
    op.create_index("ix_mediation_sessions_room_id_held_at", "mediation_sessions", ["room_id", "held_at"])
    _siting_runs()


def _siting_runs() -> None:
    op.create_table(
        "siting_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_siting_runs_division_code")),
        sa.ForeignKeyConstraint(["started_by"], ["assignments.id"], name=op.f("fk_siting_runs_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_siting_runs")),
    )
    op.create_index("ix_siting_runs_newest", "siting_runs", ["division_code", "started_at"])
    op.create_index(
        "uq_siting_runs_running",
        "siting_runs",
        ["division_code"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("siting_runs")
    op.drop_index("ix_mediation_sessions_room_id_held_at", "mediation_sessions")
    op.drop_index("ix_mediation_cases_opened_at", "mediation_cases")
    op.drop_column("divisions", "urban")
    for name in (
        *("version", "place_confirmed", "closed_why", "languages", "seats", "woman_mediator", "accessible"),
        *("closed_on", "tested_on", "used_on", "term_until"),
    ):
        op.drop_column("mediation_rooms", name)
