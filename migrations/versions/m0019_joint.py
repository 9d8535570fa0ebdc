"""Several units on one matter, help by consent, lawyers: whistles, joint handling, areas, plans, duties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True)
OPEN_WHISTLE = sa.text("state IN ('asked', 'sent')")
NOT_ENDED = sa.text("ended_at IS NULL")
NOT_LEFT = sa.text("left_at IS NULL")
UNDECIDED = sa.text("decided_at IS NULL")
IN_FORCE = sa.text("withdrawn_at IS NULL")
TABLES = (
    "lawyer_tasks", "lawyer_duties", "amount_approvals", "assistance_measures", "assistance_plans", "consent_records",
    "responsibility_areas", "cross_flags", "jurisdiction_disputes", "joint_units", "joint_handlings", "whistle_calls",
    "whistles",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables."""
    _whistles()
    _joint()
    _competence()
    _assistance()
    _measures()
    _lawyers()


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _table(name: str, *parts: object, keys: Mapping[str, str], primary: tuple[str, ...] = ("id",)) -> None:
    """Create a table with its primary key and foreign keys."""
    own = [_column("id", sa.Uuid())] if primary == ("id",) else []
    op.create_table(
        name,
        *own,
        *parts,
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{name}_{column}"))
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint(*primary, name=op.f(f"pk_{name}")),
    )


def _whistles() -> None:
    _table(
        "whistles",
        _column("dispute_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("urgent", sa.Boolean()),
        _column("problem", sa.Text()),
        _column("state", sa.String(length=10)),
        _column("asked_at", MOMENT),
        _column("asked_by", sa.Uuid()),
        _column("checked_at", MOMENT, empty=True),
        _column("checked_by", sa.Uuid(), empty=True),
        _column("ended_at", MOMENT, empty=True),
        keys={
            "dispute_id": "disputes.id",
            "unit_id": "units.id",
            "asked_by": "assignments.id",
            "checked_by": "assignments.id",
        },
    )
    op.create_index("ix_whistles_dispute_id", "whistles", ["dispute_id"])
    op.create_index("ix_whistles_unit_id", "whistles", ["unit_id"])
    op.create_index(
        "uq_whistles_open",
        "whistles",
        ["dispute_id"],
        unique=True,
        sqlite_where=OPEN_WHISTLE,
        postgresql_where=OPEN_WHISTLE,
    )
    _table(
        "whistle_calls",
        _column("whistle_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("state", sa.String(length=10)),
        _column("called_at", MOMENT, empty=True),
        _column("answer_due_at", MOMENT, empty=True),
        _column("site_due_at", MOMENT, empty=True),
        _column("silent_at", MOMENT, empty=True),
        _column("answered_at", MOMENT, empty=True),
        _column("answered_by", sa.Uuid(), empty=True),
        _column("plan", sa.Text()),
        _column("plan_due_on", sa.Date(), empty=True),
        _column("on_site_at", MOMENT, empty=True),
        _column("done_at", MOMENT, empty=True),
        _column("done_note", sa.Text()),
        _column("refused_at", MOMENT, empty=True),
        _column("refusal", sa.Text()),
        _column("ruled_at", MOMENT, empty=True),
        _column("ruled_by", sa.Uuid(), empty=True),
        _column("ruling", sa.Text()),
        _column("rated_at", MOMENT, empty=True),
        _column("rating", sa.String(length=8)),
        _column("rating_note", sa.Text()),
        sa.UniqueConstraint("whistle_id", "unit_id", name=op.f("uq_whistle_calls_whistle_id_unit_id")),
        keys={
            "whistle_id": "whistles.id",
            "dispute_id": "disputes.id",
            "unit_id": "units.id",
            "answered_by": "assignments.id",
            "ruled_by": "assignments.id",
        },
    )
    op.create_index("ix_whistle_calls_dispute_id", "whistle_calls", ["dispute_id"])
    op.create_index("ix_whistle_calls_due", "whistle_calls", ["state", "answer_due_at"])
    op.create_index("ix_whistle_calls_unit", "whistle_calls", ["unit_id", "state"])


def _joint() -> None:
    _table(
        "joint_handlings",
        _column("dispute_id", sa.Uuid()),
        _column("lead_unit_id", sa.Uuid()),
        _column("reason", sa.Text()),
        _column("begun_at", MOMENT),
        _column("begun_by", sa.Uuid()),
        _column("ended_at", MOMENT, empty=True),
        keys={"dispute_id": "disputes.id", "lead_unit_id": "units.id", "begun_by": "assignments.id"},
    )
    op.create_index("ix_joint_handlings_dispute_id", "joint_handlings", ["dispute_id"])
    op.create_index(
        "uq_joint_handlings_open",
        "joint_handlings",
        ["dispute_id"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    _table(
        "joint_units",
        _column("joint_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("task", sa.Text()),
        _column("joined_at", MOMENT),
        _column("left_at", MOMENT, empty=True),
        keys={"joint_id": "joint_handlings.id", "dispute_id": "disputes.id", "unit_id": "units.id"},
    )
    op.create_index("ix_joint_units_dispute_id", "joint_units", ["dispute_id"])
    op.create_index("ix_joint_units_unit", "joint_units", ["unit_id"], sqlite_where=NOT_LEFT, postgresql_where=NOT_LEFT)
    op.create_index(
        "uq_joint_units_in",
        "joint_units",
        ["joint_id", "unit_id"],
        unique=True,
        sqlite_where=NOT_LEFT,
        postgresql_where=NOT_LEFT,
    )


def _competence() -> None:
    _table(
        "jurisdiction_disputes",
        _column("dispute_id", sa.Uuid()),
        _column("unit_ids", sa.JSON()),
        _column("question", sa.Text()),
        _column("raised_at", MOMENT),
        _column("raised_by", sa.Uuid()),
        _column("decided_at", MOMENT, empty=True),
        _column("decided_by", sa.Uuid(), empty=True),
        _column("decided_unit_id", sa.Uuid(), empty=True),
        _column("decision", sa.Text()),
        keys={
            "dispute_id": "disputes.id",
            "raised_by": "assignments.id",
            "decided_by": "assignments.id",
            "decided_unit_id": "units.id",
        },
    )
    op.create_index("ix_jurisdiction_disputes_dispute_id", "jurisdiction_disputes", ["dispute_id"])
    op.create_index(
        "uq_jurisdiction_disputes_open",
        "jurisdiction_disputes",
        ["dispute_id"],
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    _table(
        "cross_flags",
        _column("dispute_id", sa.Uuid()),
        _column("flag", sa.String(length=20)),
        _column("set_at", MOMENT),
        _column("set_by", sa.Uuid()),
        sa.UniqueConstraint("dispute_id", "flag", name=op.f("uq_cross_flags_dispute_id_flag")),
        keys={"dispute_id": "disputes.id", "set_by": "assignments.id"},
    )
    _table(
        "responsibility_areas",
        _column("county_code", sa.String(length=24)),
        _column("name", sa.String(length=40)),
        _column("team", sa.String(length=100)),
        _column("lead_unit_id", sa.Uuid()),
        _column("unit_ids", sa.JSON()),
        _column("division_codes", sa.JSON()),
        _column("version", sa.Integer()),
        _column("changed_at", MOMENT),
        _column("changed_by", sa.Uuid()),
        _column("ended_at", MOMENT, empty=True),
        keys={"county_code": "divisions.code", "lead_unit_id": "units.id", "changed_by": "assignments.id"},
    )
    op.create_index("ix_responsibility_areas_county_code", "responsibility_areas", ["county_code"])


def _assistance() -> None:
    _table(
        "consent_records",
        _column("dispute_id", sa.Uuid()),
        _column("label", sa.String(length=20)),
        _column("purpose", sa.String(length=20)),
        _column("way", sa.String(length=10)),
        _column("given_at", MOMENT),
        _column("given_to", sa.Uuid()),
        _column("withdrawn_at", MOMENT, empty=True),
        _column("withdrawn_to", sa.Uuid(), empty=True),
        keys={"dispute_id": "disputes.id", "given_to": "assignments.id", "withdrawn_to": "assignments.id"},
    )
    op.create_index(
        "uq_consent_records_in_force",
        "consent_records",
        ["dispute_id", "label", "purpose"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    _table(
        "assistance_plans",
        _column("dispute_id", sa.Uuid()),
        _column("label", sa.String(length=20)),
        _column("consent_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("due_on", sa.Date()),
        _column("agreed_on", sa.Date(), empty=True),
        _column("made_at", MOMENT),
        _column("made_by", sa.Uuid()),
        _column("ended_at", MOMENT, empty=True),
        _column("ended_why", sa.String(length=10)),
        keys={
            "dispute_id": "disputes.id",
            "consent_id": "consent_records.id",
            "unit_id": "units.id",
            "made_by": "assignments.id",
        },
    )
    op.create_index("ix_assistance_plans_dispute_id", "assistance_plans", ["dispute_id"])
    op.create_index("ix_assistance_plans_unit_id", "assistance_plans", ["unit_id"])
    op.create_index(
        "uq_assistance_plans_open",
        "assistance_plans",
        ["dispute_id", "label"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )


def _measures() -> None:
    _table(
        "assistance_measures",
        _column("plan_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _column("kind", sa.String(length=20)),
        _column("what", sa.Text()),
        _column("unit_id", sa.Uuid()),
        _column("due_on", sa.Date()),
        _column("state", sa.String(length=10)),
        _column("done_on", sa.Date(), empty=True),
        _column("result", sa.Text()),
        _column("amount_cents", sa.BigInteger(), empty=True),
        _column("amount_state", sa.String(length=10)),
        _column("added_at", MOMENT),
        _column("added_by", sa.Uuid()),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_assistance_measures_plan_id_number")),
        keys={
            "plan_id": "assistance_plans.id",
            "dispute_id": "disputes.id",
            "unit_id": "units.id",
            "added_by": "assignments.id",
        },
    )
    op.create_index("ix_assistance_measures_dispute_id", "assistance_measures", ["dispute_id"])
    _table(
        "amount_approvals",
        _column("measure_id", sa.Uuid()),
        _column("assignment_id", sa.Uuid()),
        _column("agrees", sa.Boolean()),
        _column("note", sa.Text()),
        _column("at", MOMENT),
        sa.UniqueConstraint("measure_id", "assignment_id", name=op.f("uq_amount_approvals_measure_id_assignment_id")),
        keys={"measure_id": "assistance_measures.id", "assignment_id": "assignments.id"},
    )


def _lawyers() -> None:
    _table(
        "lawyer_duties",
        _column("county_code", sa.String(length=24)),
        _column("on_day", sa.Date()),
        _column("hours", sa.String(length=40)),
        _column("firm", sa.String(length=60)),
        _column("place", sa.String(length=100)),
        _column("clinic_id", sa.Uuid(), empty=True),
        _column("tasks", sa.JSON()),
        _column("made_at", MOMENT),
        _column("made_by", sa.Uuid()),
        _column("cancelled_at", MOMENT, empty=True),
        keys={"county_code": "divisions.code", "clinic_id": "units.id", "made_by": "assignments.id"},
    )
    op.create_index("ix_lawyer_duties_day", "lawyer_duties", ["county_code", "on_day"])
    _table(
        "lawyer_tasks",
        _column("county_code", sa.String(length=24)),
        _column("slot", sa.Integer()),
        _column("name", sa.String(length=30)),
        _column("changed_at", MOMENT),
        keys={"county_code": "divisions.code"},
        primary=("county_code", "slot"),
    )
