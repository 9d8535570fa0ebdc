"""The support workspace: supervision, inspection, reviews of duty, rectification, proposals, joint meetings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True)
ASKED_KEYS = {
    "unit_id": "units",
    "by_unit_id": "units",
    "opened_by": "assignments",
    "replied_by": "assignments",
    "closed_by": "assignments",
}
TABLES = (
    "meeting_resolutions", "meeting_matters", "joint_meetings", "recommendations", "rectifications", "duty_reviews",
    "inspection_matters", "inspections", "supervisions",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _asked(
        "supervisions",
        _column("dispute_id", sa.Uuid(), empty=True),
        _words("method", 10),
        _words("document_no", 60),
        _column("missed", sa.Text()),
        keys={"dispute_id": "disputes"},
    )
    _inspections()
    _asked(
        "duty_reviews",
        _column("dispute_id", sa.Uuid()),
        _column("deadline_id", sa.Uuid()),
        _words("opened_why", 16),
        _column("changes", sa.Text()),
        sa.UniqueConstraint("deadline_id", name=op.f("uq_duty_reviews_deadline_id")),
        keys={"dispute_id": "disputes", "deadline_id": "deadlines"},
    )
    _asked(
        "rectifications",
        _column("issue", sa.Text()),
        _column("inspection_id", sa.Uuid(), empty=True),
        _column("duty_review_id", sa.Uuid(), empty=True),
        _column("closed_on", sa.Date(), empty=True),
        keys={"inspection_id": "inspections", "duty_review_id": "duty_reviews"},
    )
    _asked(
        "recommendations",
        _words("kind", 16),
        _words("title", 100),
        _column("body", sa.Text()),
        _column("legal_basis", sa.Text()),
        _words("document_no", 60),
        _words("adopted", 8),
        keys={},
    )
    _meetings()
    for table in ("supervisions", "duty_reviews", "inspection_matters", "meeting_matters"):
        _index(table, "dispute_id")


def downgrade() -> None:
    """Drop the tables."""
    for name in TABLES:
        op.drop_table(name)


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _table(name: str, *parts: object, keys: dict[str, str]) -> None:
    """Create a table with its primary key and foreign keys."""
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        *parts,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _asked(name: str, *parts: object, keys: dict[str, str]) -> None:
    """Create a table of requests to a unit, with what all of them share."""
    _table(
        name,
        *parts,
        _column("unit_id", sa.Uuid()),
        _column("by_unit_id", sa.Uuid()),
        _column("due_on", sa.Date()),
        _column("opened_at", MOMENT),
        _column("opened_by", sa.Uuid(), empty=True),
        _column("reply", sa.Text()),
        _column("replied_at", MOMENT, empty=True),
        _column("replied_by", sa.Uuid(), empty=True),
        _column("closing", sa.Text()),
        _column("closed_at", MOMENT, empty=True),
        _column("closed_by", sa.Uuid(), empty=True),
        keys={**ASKED_KEYS, **keys},
    )
    _index(name, "unit_id")
    _index(name, "by_unit_id")


def _inspections() -> None:
    _table(
        "inspections",
        _column("by_unit_id", sa.Uuid()),
        _column("unit_id", sa.Uuid(), empty=True),
        _words("title", 100),
        _words("method", 12),
        _column("held_on", sa.Date()),
        _column("announced_on", sa.Date(), empty=True),
        _column("first_day", sa.Date()),
        _column("last_day", sa.Date()),
        _words("seed", 64),
        _column("candidates", sa.Integer()),
        _words("digest", 64),
        _column("opened_at", MOMENT),
        _column("opened_by", sa.Uuid()),
        _column("findings", sa.Text()),
        _column("closed_at", MOMENT, empty=True),
        _column("closed_by", sa.Uuid(), empty=True),
        keys={"by_unit_id": "units", "unit_id": "units", "opened_by": "assignments", "closed_by": "assignments"},
    )
    _index("inspections", "by_unit_id")
    _table(
        "inspection_matters",
        _column("inspection_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _words("result", 10),
        _column("note", sa.Text()),
        sa.UniqueConstraint("inspection_id", "number", name=op.f("uq_inspection_matters_inspection_id_number")),
        keys={"inspection_id": "inspections", "dispute_id": "disputes"},
    )


def _meetings() -> None:
    _table(
        "joint_meetings",
        _column("unit_id", sa.Uuid()),
        _words("title", 100),
        _column("planned_on", sa.Date()),
        _words("place", 100),
        _column("topics", sa.Text()),
        _column("opened_at", MOMENT),
        _column("opened_by", sa.Uuid()),
        _column("minutes", sa.Text()),
        _column("held_at", MOMENT, empty=True),
        _column("held_by", sa.Uuid(), empty=True),
        keys={"unit_id": "units", "opened_by": "assignments", "held_by": "assignments"},
    )
    _index("joint_meetings", "unit_id")
    op.create_index("ix_joint_meetings_planned", "joint_meetings", ["planned_on"])
    _table(
        "meeting_matters",
        _column("meeting_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        sa.UniqueConstraint("meeting_id", "dispute_id", name=op.f("uq_meeting_matters_meeting_id_dispute_id")),
        keys={"meeting_id": "joint_meetings", "dispute_id": "disputes"},
    )
    _asked(
        "meeting_resolutions",
        _column("meeting_id", sa.Uuid()),
        _column("dispute_id", sa.Uuid(), empty=True),
        _column("what", sa.Text()),
        keys={"meeting_id": "joint_meetings", "dispute_id": "disputes"},
    )
    _index("meeting_resolutions", "meeting_id")
