"""The tables of rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "round_templates",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("opens_weekday", sa.Integer(), nullable=True),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_round_templates")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_code", sa.String(length=30), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_rounds_division_code")),
        sa.ForeignKeyConstraint(["template_code"], ["round_templates.code"], name=op.f("fk_rounds_template_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint(
            "template_code",
            "division_code",
            "period",
            name=op.f("uq_rounds_template_code_division_code_period"),
        ),
    )
    op.create_index(op.f("ix_rounds_division_code"), "rounds", ["division_code"], unique=False)
    op.create_index(op.f("ix_rounds_state"), "rounds", ["state"], unique=False)
    op.create_table(
        "round_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=True),
        sa.Column("code_version", sa.String(length=60), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("result_digest", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["boundary_generations.id"], name=op.f("fk_round_runs_generation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_runs_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_runs")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_round_runs_round_id_number")),
    )
    op.create_index(op.f("ix_round_runs_round_id"), "round_runs", ["round_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("issue_key", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("trend", sa.String(length=12), nullable=False),
        sa.Column("grade", sa.String(length=6), nullable=False),
        sa.Column("grade_reasons", sa.JSON(), nullable=False),
        sa.Column("disputes_ever", sa.Integer(), nullable=False),
        sa.Column("households_ever", sa.Integer(), nullable=False),
        sa.Column("households_now", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=True),
        sa.Column("ratio", sa.Float(), nullable=True),
        sa.Column("p_value", sa.Float(), nullable=True),
        sa.Column("enough_history", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unflag", sa.Text(), nullable=False),
        sa.Column("first_run_id", sa.Uuid(), nullable=False),
        sa.Column("last_run_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["assignments.id"], name=op.f("fk_findings_decided_by")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_findings_division_code")),
        sa.ForeignKeyConstraint(["first_run_id"], ["round_runs.id"], name=op.f("fk_findings_first_run_id")),
        sa.ForeignKeyConstraint(["last_run_id"], ["round_runs.id"], name=op.f("fk_findings_last_run_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["findings.id"], name=op.f("fk_findings_merged_into")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_findings_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("code", name=op.f("uq_findings_code")),
    )
    op.create_index(op.f("ix_findings_division_code"), "findings", ["division_code"], unique=False)
    op.create_index(op.f("ix_findings_issue_key"), "findings", ["issue_key"], unique=False)
    op.create_index(op.f("ix_findings_state"), "findings", ["state"], unique=False)
    op.create_table(
        "screening_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("village_code", sa.String(length=24), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("method_note", sa.String(length=300), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_screening_returns_assignment_id")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_screening_returns_division_code")),
        sa.ForeignKeyConstraint(["village_code"], ["divisions.code"], name=op.f("fk_screening_returns_village_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_returns")),
    )
    op.create_index(op.f("ix_screening_returns_division_code"), "screening_returns", ["division_code"], unique=False)
    op.create_index(op.f("ix_screening_returns_village_code"), "screening_returns", ["village_code"], unique=False)
    op.create_table(
        "finding_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["acting_for"], ["assignments.id"], name=op.f("fk_finding_events_acting_for")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_finding_events_assignment_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_events_finding_id")),
        sa.ForeignKeyConstraint(["run_id"], ["round_runs.id"], name=op.f("fk_finding_events_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_events")),
    )
    op.create_index(op.f("ix_finding_events_finding_id"), "finding_events", ["finding_id"], unique=False)
    op.create_table(
        "finding_members",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("first_run_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_finding_members_dispute_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_members_finding_id")),
        sa.ForeignKeyConstraint(["first_run_id"], ["round_runs.id"], name=op.f("fk_finding_members_first_run_id")),
        sa.PrimaryKeyConstraint("finding_id", "dispute_id", name=op.f("pk_finding_members")),
    )
    op.create_index(op.f("ix_finding_members_dispute_id"), "finding_members", ["dispute_id"], unique=False)
    op.create_table(
        "round_answers",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=24), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_round_answers_division_code")),
        sa.ForeignKeyConstraint(["return_id"], ["screening_returns.id"], name=op.f("fk_round_answers_return_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_answers_round_id")),
        sa.PrimaryKeyConstraint("round_id", "division_code", name=op.f("pk_round_answers")),
    )
    op.create_index(op.f("ix_round_answers_return_id"), "round_answers", ["return_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_round_answers_return_id"), table_name="round_answers")
    op.drop_table("round_answers")
    op.drop_index(op.f("ix_finding_members_dispute_id"), table_name="finding_members")
    op.drop_table("finding_members")
    op.drop_index(op.f("ix_finding_events_finding_id"), table_name="finding_events")
    op.drop_table("finding_events")
    op.drop_index(op.f("ix_screening_returns_village_code"), table_name="screening_returns")
    op.drop_index(op.f("ix_screening_returns_division_code"), table_name="screening_returns")
    op.drop_table("screening_returns")
    op.drop_index(op.f("ix_findings_state"), table_name="findings")
    op.drop_index(op.f("ix_findings_issue_key"), table_name="findings")
    op.drop_index(op.f("ix_findings_division_code"), table_name="findings")
    op.drop_table("findings")
    op.drop_index(op.f("ix_round_runs_round_id"), table_name="round_runs")
    op.drop_table("round_runs")
    op.drop_index(op.f("ix_rounds_state"), table_name="rounds")
    op.drop_index(op.f("ix_rounds_division_code"), table_name="rounds")
    op.drop_table("rounds")
    op.drop_table("round_templates")
