"""The course of findings: who owns and decides each, which unit answers, its clocks, and the signal that raised it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("done_at IS NULL")
# Whatever stands already belongs to the township of its place, or to the county where no township holds it; the next
# analysis and the next step of a person look again at who has the duty.
FILL = """
INSERT INTO finding_courses (finding_id, version, level, owner_code, why, told_at, told_grade, told_disputes)
SELECT f.id, 1, CASE WHEN t.code IS NULL THEN 'county' ELSE 'township' END, COALESCE(t.code, c.code), 'place',
       f.updated_at, f.grade, f.disputes_ever
FROM findings f
JOIN divisions d ON d.code = f.division_code
JOIN divisions c ON c.level = 'county' AND substr(d.path, 1, length(c.path)) = c.path
LEFT JOIN divisions t ON t.level = 'township' AND substr(d.path, 1, length(t.path)) = t.path
"""


def upgrade() -> None:
    """Add the columns and tables, and a course for every finding there is."""
    kind = sa.Column("kind", sa.String(length=30), nullable=False, server_default="shared_grievance")
    op.add_column("findings", kind)
    op.add_column("findings", sa.Column("recurrence_days", sa.Float(), nullable=True))
    _courses()
    _deadlines()
    op.execute(FILL)


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("finding_deadlines")
    op.drop_table("finding_courses")
    op.drop_column("findings", "recurrence_days")
    op.drop_column("findings", "kind")


def _courses() -> None:
    op.create_table(
        "finding_courses",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("owner_code", sa.String(length=24), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told_grade", sa.String(length=6), nullable=False),
        sa.Column("told_disputes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_courses_finding_id")),
        sa.ForeignKeyConstraint(["owner_code"], ["divisions.code"], name=op.f("fk_finding_courses_owner_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_finding_courses_unit_id")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_courses")),
    )
    op.create_index(op.f("ix_finding_courses_owner_code"), "finding_courses", ["owner_code"])
    op.create_index(op.f("ix_finding_courses_unit_id"), "finding_courses", ["unit_id"])


def _deadlines() -> None:
    op.create_table(
        "finding_deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.String(length=40), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("day_kind", sa.String(length=12), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_deadlines_finding_id")),
        sa.ForeignKeyConstraint(
            ["rule_code", "rule_version"],
            ["deadline_rules.code", "deadline_rules.version"],
            name=op.f("fk_finding_deadlines_rule_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_deadlines")),
    )
    op.create_index(
        "uq_finding_deadlines_running", "finding_deadlines", ["finding_id", "rule_code"], unique=True,
        sqlite_where=RUNNING, postgresql_where=RUNNING,
    )  # fmt: skip
    op.create_index(
        "ix_finding_deadlines_due", "finding_deadlines", ["due_at"], sqlite_where=RUNNING, postgresql_where=RUNNING
    )
