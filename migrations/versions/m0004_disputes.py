"""The tables of disputes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "case_counters",
        sa.Column("county_code", sa.String(length=24), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "year", name=op.f("pk_case_counters")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name_key", name=op.f("uq_organisations_name_key")),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_code", sa.String(length=24), nullable=False),
        sa.Column("tracking_code", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("place_kind", sa.String(length=12), nullable=False),
        sa.Column("place_text", sa.String(length=100), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("source_crs", sa.String(length=12), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("safety_child", sa.Boolean(), nullable=False),
        sa.Column("safety_present", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("project", sa.String(length=100), nullable=False),
        sa.Column("about_unit_id", sa.Uuid(), nullable=True),
        sa.Column("household_band", sa.String(length=6), nullable=True),
        sa.Column("band_status", sa.String(length=10), nullable=True),
        sa.Column("since_when", sa.Date(), nullable=True),
        sa.Column("household_label", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=6), nullable=False),
        sa.Column("grade_reasons", sa.JSON(), nullable=False),
        sa.Column("grade_raised_to", sa.String(length=6), nullable=True),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closure_ground", sa.String(length=40), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("same_matter_as", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["about_unit_id"], ["units.id"], name=op.f("fk_disputes_about_unit_id")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_disputes_division_code")),
        sa.ForeignKeyConstraint(["generation_id"], ["boundary_generations.id"], name=op.f("fk_disputes_generation_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_disputes_organisation_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["units.id"], name=op.f("fk_disputes_owner_unit_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["assignments.id"], name=op.f("fk_disputes_reported_by")),
        sa.ForeignKeyConstraint(["same_matter_as"], ["disputes.id"], name=op.f("fk_disputes_same_matter_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("case_code", name=op.f("uq_disputes_case_code")),
        sa.UniqueConstraint("tracking_code", name=op.f("uq_disputes_tracking_code")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("idx_disputes_point", "disputes", ["point"], postgresql_using="gist")
    op.create_index(op.f("ix_disputes_category"), "disputes", ["category"], unique=False)
    op.create_index(op.f("ix_disputes_grade"), "disputes", ["grade"], unique=False)
    op.create_index(op.f("ix_disputes_noted_on"), "disputes", ["noted_on"], unique=False)
    op.create_index(op.f("ix_disputes_organisation_id"), "disputes", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_disputes_owner_unit_id"), "disputes", ["owner_unit_id"], unique=False)
    op.create_index("ix_disputes_place_state", "disputes", ["division_code", "state", "received_at"], unique=False)
    op.create_index(op.f("ix_disputes_received_at"), "disputes", ["received_at"], unique=False)
    op.create_index("ix_disputes_reporter_received", "disputes", ["reported_by", "received_at"], unique=False)
    op.create_index("ix_disputes_state_received", "disputes", ["state", "received_at"], unique=False)
    op.create_index(
        "ix_disputes_tally", "disputes", ["division_code", "state", "grade", "category", "about_unit_id"], unique=False
    )
    op.create_table(
        "import_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_import_batches_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    op.create_table(
        "dispute_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["acting_for"], ["assignments.id"], name=op.f("fk_dispute_events_acting_for")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_dispute_events_assignment_id")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_events_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_events")),
        sa.UniqueConstraint("dispute_id", "number", name=op.f("uq_dispute_events_dispute_id_number")),
    )
    op.create_table(
        "dispute_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_dispute_links_assignment_id")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_links_dispute_id")),
        sa.ForeignKeyConstraint(["other_id"], ["disputes.id"], name=op.f("fk_dispute_links_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_links")),
        sa.UniqueConstraint("dispute_id", "other_id", name=op.f("uq_dispute_links_dispute_id_other_id")),
    )
    op.create_index(op.f("ix_dispute_links_dispute_id"), "dispute_links", ["dispute_id"], unique=False)
    op.create_index(op.f("ix_dispute_links_other_id"), "dispute_links", ["other_id"], unique=False)
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_parties_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_dispute_id"), "parties", ["dispute_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_submissions_assignment_id")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_submissions_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index(op.f("ix_submissions_dispute_id"), "submissions", ["dispute_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_submissions_dispute_id"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_index(op.f("ix_parties_dispute_id"), table_name="parties")
    op.drop_table("parties")
    op.drop_index(op.f("ix_dispute_links_other_id"), table_name="dispute_links")
    op.drop_index(op.f("ix_dispute_links_dispute_id"), table_name="dispute_links")
    op.drop_table("dispute_links")
    op.drop_table("dispute_events")
    op.drop_table("import_batches")
    op.drop_index("ix_disputes_tally", table_name="disputes")
    op.drop_index("ix_disputes_state_received", table_name="disputes")
    op.drop_index("ix_disputes_reporter_received", table_name="disputes")
    op.drop_index(op.f("ix_disputes_received_at"), table_name="disputes")
    op.drop_index("ix_disputes_place_state", table_name="disputes")
    op.drop_index(op.f("ix_disputes_owner_unit_id"), table_name="disputes")
    op.drop_index(op.f("ix_disputes_organisation_id"), table_name="disputes")
    op.drop_index(op.f("ix_disputes_noted_on"), table_name="disputes")
    op.drop_index(op.f("ix_disputes_grade"), table_name="disputes")
    op.drop_index(op.f("ix_disputes_category"), table_name="disputes")
    op.execute("DROP TABLE disputes")
    op.drop_table("organisations")
    op.drop_table("case_counters")
