"""Mediation of disputes: cases, consents, meetings, helpers, agreements, promises, judicial confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)
OPEN_CASE = sa.text("ended_at IS NULL")
UNDONE = sa.text("done_on IS NULL")
TABLES = (
    "judicial_confirmations", "agreement_terms", "mediation_agreements", "mediation_invitees", "mediation_sessions",
    "mediation_consents", "mediation_cases",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables."""
    _cases()
    _consents()
    _sessions()
    _agreements()
    _confirmations()


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _cases() -> None:
    table = "mediation_cases"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_unit_id", sa.Uuid(), nullable=True),
        sa.Column("mediator_id", sa.Uuid(), nullable=True),
        sa.Column("mediator_choice", sa.String(length=10), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("looked_by", sa.Uuid(), nullable=True),
        sa.Column("pledged_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", sa.String(length=14), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_way", sa.String(length=10), nullable=False),
        sa.Column("pathway", sa.String(length=30), nullable=False),
        _key(table, "dispute_id", "disputes"),
        _key(table, "unit_id", "units"),
        _key(table, "from_unit_id", "units"),
        _key(table, "mediator_id", "assignments"),
        _key(table, "room_id", "mediation_rooms"),
        _key(table, "looked_by", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_mediation_cases_dispute_id"), table, ["dispute_id"])
    op.create_index(
        "uq_mediation_cases_open", table, ["dispute_id"], unique=True, sqlite_where=OPEN_CASE,
        postgresql_where=OPEN_CASE,
    )  # fmt: skip
    op.create_index("ix_mediation_cases_unit", table, ["unit_id", "state"])


def _consents() -> None:
    table = "mediation_consents"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        _key(table, "case_id", "mediation_cases"),
        _key(table, "assignment_id", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "label", name=op.f(f"uq_{table}_case_id_label")),
    )


def _sessions() -> None:
    table = "mediation_sessions"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        _key(table, "case_id", "mediation_cases"),
        _key(table, "room_id", "mediation_rooms"),
        _key(table, "assignment_id", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "number", name=op.f(f"uq_{table}_case_id_number")),
    )
    helpers = "mediation_invitees"
    op.create_table(
        helpers,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.Column("consented_by", sa.JSON(), nullable=False),
        _key(helpers, "session_id", "mediation_sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{helpers}")),
    )
    op.create_index(op.f("ix_mediation_invitees_session_id"), helpers, ["session_id"])


def _agreements() -> None:
    table = "mediation_agreements"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("written_why", sa.JSON(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("responsibility", sa.Text(), nullable=False),
        sa.Column("performance_method", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.JSON(), nullable=False),
        sa.Column("mediator_signed", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("effective_at", MOMENT, nullable=True),
        _key(table, "case_id", "mediation_cases"),
        _key(table, "dispute_id", "disputes"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", name=op.f(f"uq_{table}_case_id")),
    )
    op.create_index(op.f("ix_mediation_agreements_dispute_id"), table, ["dispute_id"])
    terms = "agreement_terms"
    op.create_table(
        terms,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        _key(terms, "agreement_id", "mediation_agreements"),
        _key(terms, "done_by", "assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{terms}")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f(f"uq_{terms}_agreement_id_number")),
    )
    op.create_index("ix_agreement_terms_due", terms, ["due_on"], sqlite_where=UNDONE, postgresql_where=UNDONE)


def _confirmations() -> None:
    table = "judicial_confirmations"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("court", sa.String(length=60), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=60), nullable=False),
        _key(table, "agreement_id", "mediation_agreements"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("agreement_id", name=op.f(f"uq_{table}_agreement_id")),
    )
