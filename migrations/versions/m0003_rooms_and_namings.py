"""The tables of rooms and namings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "mediation_rooms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("brand", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("opening_hours", sa.String(length=200), nullable=False),
        sa.Column("mediators", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_mediation_rooms_division_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_mediation_rooms_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_rooms")),
        sa.UniqueConstraint("code", name=op.f("uq_mediation_rooms_code")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("idx_mediation_rooms_point", "mediation_rooms", ["point"], postgresql_using="gist")
    op.create_index(op.f("ix_mediation_rooms_division_code"), "mediation_rooms", ["division_code"], unique=False)
    op.create_table(
        "village_namings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_village_namings_division_code")),
        sa.ForeignKeyConstraint(["recorded_by"], ["assignments.id"], name=op.f("fk_village_namings_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_namings")),
        sa.UniqueConstraint(
            "division_code", "document_number", name=op.f("uq_village_namings_division_code_document_number")
        ),
    )
    op.create_index(op.f("ix_village_namings_division_code"), "village_namings", ["division_code"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_village_namings_division_code"), table_name="village_namings")
    op.drop_table("village_namings")
    op.drop_index(op.f("ix_mediation_rooms_division_code"), table_name="mediation_rooms")
    op.execute("DROP TABLE mediation_rooms")
