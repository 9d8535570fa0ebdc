"""Decisions on organisations; projects with their duties; duty units, recusals and checklists of disputes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("lifted_at IS NULL")
NEWEST_FIRST = (
    "stage_checks", "recusals", "duty_units", "project_matters", "project_duties", "project_places", "projects",
    "organisation_moves", "organisation_entries",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _organisations()
    _projects()
    _duties()


def downgrade() -> None:
    """Drop the tables."""
    for name in NEWEST_FIRST:
        op.drop_table(name)


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _key(name: str, *, empty: bool = False) -> sa.Column[Any]:
    return _column(name, sa.Uuid(), empty=empty)


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _table(name: str, *parts: object, key: tuple[str, ...] = ("id",), keys: dict[str, str]) -> None:
    """Create a table with its primary key and foreign keys; a column ``id`` is added when it is the key."""
    first = [_key("id")] if key == ("id",) else []
    op.create_table(
        name,
        *first,
        *parts,
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{name}_{column}"))
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )


def _organisations() -> None:
    _table(
        "organisation_entries",
        _key("organisation_id"),
        _words("state", 10),
        _key("merged_into_id", empty=True),
        _column("reason", sa.Text()),
        _column("decided_at", MOMENT),
        _key("decided_by"),
        key=("organisation_id",),
        keys={
            "organisation_id": "organisations.id",
            "merged_into_id": "organisations.id",
            "decided_by": "assignments.id",
        },
    )
    op.create_index("ix_organisation_entries_state", "organisation_entries", ["state"])
    op.create_index("ix_organisation_entries_merged_into_id", "organisation_entries", ["merged_into_id"])
    _table(
        "organisation_moves",
        _key("organisation_id"),
        _key("dispute_id"),
        keys={"organisation_id": "organisations.id", "dispute_id": "disputes.id"},
    )
    op.create_index("ix_organisation_moves_organisation_id", "organisation_moves", ["organisation_id"])


def _projects() -> None:
    _table(
        "projects",
        _words("kind", 10),
        _words("name", 100),
        _words("name_key", 100),
        _column("lon", sa.Float(), empty=True),
        _column("lat", sa.Float(), empty=True),
        _column("risk_assessment_done", sa.Boolean(), empty=True),
        _words("report_ref", 100),
        _column("ended_on", sa.Date(), empty=True),
        _column("version", sa.Integer()),
        _column("made_at", MOMENT),
        _key("made_by", empty=True),
        keys={"made_by": "assignments.id"},
    )
    op.create_index("ix_projects_name_key", "projects", ["name_key"])
    _table(
        "project_places",
        _key("project_id"),
        _words("division_code", 24),
        key=("project_id", "division_code"),
        keys={"project_id": "projects.id", "division_code": "divisions.code"},
    )
    op.create_index("ix_project_places_division_code", "project_places", ["division_code"])
    _table(
        "project_duties",
        _key("project_id"),
        _words("role", 14),
        _key("organisation_id"),
        _column("since", sa.Date(), empty=True),
        _column("until", sa.Date(), empty=True),
        _column("at", MOMENT),
        _key("assignment_id", empty=True),
        sa.UniqueConstraint(
            "project_id", "role", "organisation_id", "since",
            name=op.f("uq_project_duties_project_id_role_organisation_id_since"),
        ),
        keys={"project_id": "projects.id", "organisation_id": "organisations.id", "assignment_id": "assignments.id"},
    )  # fmt: skip
    op.create_index("ix_project_duties_project_id", "project_duties", ["project_id"])
    op.create_index("ix_project_duties_organisation_id", "project_duties", ["organisation_id"])
    _table(
        "project_matters",
        _key("dispute_id"),
        _key("project_id"),
        _column("at", MOMENT),
        _key("assignment_id", empty=True),
        key=("dispute_id",),
        keys={"dispute_id": "disputes.id", "project_id": "projects.id", "assignment_id": "assignments.id"},
    )
    op.create_index("ix_project_matters_project_id", "project_matters", ["project_id"])


def _duties() -> None:
    _table(
        "duty_units",
        _key("dispute_id"),
        _key("unit_id"),
        _column("basis", sa.Text()),
        _column("at", MOMENT),
        _key("assignment_id", empty=True),
        key=("dispute_id",),
        keys={"dispute_id": "disputes.id", "unit_id": "units.id", "assignment_id": "assignments.id"},
    )
    op.create_index("ix_duty_units_unit_id", "duty_units", ["unit_id"])
    _table(
        "recusals",
        _key("dispute_id"),
        _key("account_id"),
        _key("assignment_id"),
        _key("passed_to", empty=True),
        _column("declared_at", MOMENT),
        _column("lifted_at", MOMENT, empty=True),
        _key("lifted_by", empty=True),
        _column("reason", sa.Text()),
        keys={
            "dispute_id": "disputes.id",
            "account_id": "accounts.id",
            "assignment_id": "assignments.id",
            "passed_to": "units.id",
            "lifted_by": "assignments.id",
        },
    )
    op.create_index(
        "uq_recusals_in_force", "recusals", ["dispute_id", "account_id"], unique=True, sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )  # fmt: skip
    _table(
        "stage_checks",
        _key("dispute_id"),
        _words("list_code", 30),
        _words("item_code", 30),
        _column("done", sa.Boolean()),
        _column("list_version", sa.Integer()),
        _column("at", MOMENT),
        _key("assignment_id", empty=True),
        sa.UniqueConstraint(
            "dispute_id", "list_code", "item_code", name=op.f("uq_stage_checks_dispute_id_list_code_item_code")
        ),
        keys={"dispute_id": "disputes.id", "assignment_id": "assignments.id"},
    )
