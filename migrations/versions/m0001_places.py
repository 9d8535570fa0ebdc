"""The tables of places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "boundary_generations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_generations")),
        sa.UniqueConstraint("number", name=op.f("uq_boundary_generations_number")),
    )
    op.create_index(op.f("ix_boundary_generations_state"), "boundary_generations", ["state"], unique=False)
    op.create_table(
        "divisions",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=24), nullable=True),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.String(length=24), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["divisions.code"], name=op.f("fk_divisions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_divisions")),
    )
    op.create_index(op.f("ix_divisions_parent_code"), "divisions", ["parent_code"], unique=False)
    op.create_index(op.f("ix_divisions_path"), "divisions", ["path"], unique=False)
    op.create_index(
        "ix_divisions_path_prefix",
        "divisions",
        ["path"],
        unique=False,
        postgresql_ops={"path": "varchar_pattern_ops"},
    )
    op.create_table(
        "boundaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=24), nullable=True),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("label_lon", sa.Float(), nullable=False),
        sa.Column("label_lat", sa.Float(), nullable=False),
        sa.Column("source_crs", sa.String(length=12), nullable=False),
        sa.Column("polygon", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["boundary_generations.id"], name=op.f("fk_boundaries_generation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundaries")),
        sa.UniqueConstraint("generation_id", "code", name=op.f("uq_boundaries_generation_id_code")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("idx_boundaries_polygon", "boundaries", ["polygon"], postgresql_using="gist")


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE boundaries")
    op.drop_index("ix_divisions_path_prefix", table_name="divisions", postgresql_ops={"path": "varchar_pattern_ops"})
    op.drop_index(op.f("ix_divisions_path"), table_name="divisions")
    op.drop_index(op.f("ix_divisions_parent_code"), table_name="divisions")
    op.drop_table("divisions")
    op.drop_index(op.f("ix_boundary_generations_state"), table_name="boundary_generations")
    op.drop_table("boundary_generations")
