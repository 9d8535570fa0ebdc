"""Files that people asked for, and the sheets of a superior office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

MOMENT = sa.DateTime(timezone=True)
TABLES = ("export_jobs", "superior_sheets", "sheet_returns", "sheet_return_rows")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "export_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("beat_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_export_jobs_assignment_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_export_jobs_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_export_jobs_unit_id")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_export_jobs_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_jobs")),
    )
    op.create_index("ix_export_jobs_account_id_asked_at", "export_jobs", ["account_id", "asked_at"])
    op.create_index("ix_export_jobs_state_asked_at", "export_jobs", ["state", "asked_at"])
    op.create_table(
        "superior_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("county_code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("covers", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("tab", sa.String(length=31), nullable=False),
        sa.Column("header_first", sa.Integer(), nullable=False),
        sa.Column("header_last", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_superior_sheets_assignment_id")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_superior_sheets_series_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_superior_sheets")),
    )
    op.create_index("ix_superior_sheets_county_code_name", "superior_sheets", ["county_code", "name"])
    op.create_index("ix_superior_sheets_series", "superior_sheets", ["series"])
    op.create_table(
        "sheet_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("only_changes", sa.Boolean(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["sheet_id"], ["superior_sheets.id"], name=op.f("fk_sheet_returns_sheet_id")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_sheet_returns_division_code")),
        sa.ForeignKeyConstraint(["job_id"], ["export_jobs.id"], name=op.f("fk_sheet_returns_job_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["assignments.id"], name=op.f("fk_sheet_returns_sent_by")),
        sa.UniqueConstraint("job_id", name=op.f("uq_sheet_returns_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_returns")),
    )
    op.create_index(
        "ix_sheet_returns_series_division_code_sent_at", "sheet_returns", ["series", "division_code", "sent_at"]
    )
    op.create_table(
        "sheet_return_rows",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["sheet_returns.id"], name=op.f("fk_sheet_return_rows_return_id")),
        sa.PrimaryKeyConstraint("return_id", "dispute_id", name=op.f("pk_sheet_return_rows")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
