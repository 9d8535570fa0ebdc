"""What a change of boundaries leaves behind: plans, successions and moved records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

GENERATION = ["boundary_generations.id"]
CODE = ["divisions.code"]


def upgrade() -> None:
    """Create the tables; successors named so far become defaults of the generation in use."""
    op.create_table(
        "boundary_plans",
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("successors", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["generation_id"], GENERATION, name=op.f("fk_boundary_plans_generation_id")),
        sa.PrimaryKeyConstraint("generation_id", name=op.f("pk_boundary_plans")),
    )
    op.create_table(
        "division_successions",
        sa.Column("old_code", sa.String(24), nullable=False),
        sa.Column("new_code", sa.String(24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["old_code"], CODE, name=op.f("fk_division_successions_old_code")),
        sa.ForeignKeyConstraint(["new_code"], CODE, name=op.f("fk_division_successions_new_code")),
        sa.ForeignKeyConstraint(["generation_id"], GENERATION, name=op.f("fk_division_successions_generation_id")),
        sa.PrimaryKeyConstraint("old_code", "new_code", name=op.f("pk_division_successions")),
    )
    op.create_index(op.f("ix_division_successions_new_code"), "division_successions", ["new_code"])
    op.create_index(op.f("ix_division_successions_generation_id"), "division_successions", ["generation_id"])
    op.create_table(
        "record_moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("from_code", sa.String(24), nullable=False),
        sa.Column("to_code", sa.String(24), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["generation_id"], GENERATION, name=op.f("fk_record_moves_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_moves")),
    )
    op.create_index("ix_record_moves_generation", "record_moves", ["generation_id", "kind"])
    op.create_index("ix_record_moves_record", "record_moves", ["record_id", "kind"])
    op.execute(
        "INSERT INTO division_successions (old_code, new_code, since, is_default, generation_id) "
        "SELECT old.code, old.successor_code, old.valid_to, true, "
        "(SELECT id FROM boundary_generations WHERE state = 'active') FROM divisions old "
        "JOIN divisions new ON new.code = old.successor_code WHERE old.valid_to IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM boundary_generations WHERE state = 'active')"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("record_moves")
    op.drop_table("division_successions")
    op.drop_table("boundary_plans")
