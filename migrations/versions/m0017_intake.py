"""How matters came to an office, receptions, and sheets of old reports that are imported."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _registrations()
    _receptions()
    _imports()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("import_rows", "import_sheets", "import_sources", "receptions", "registrations"):
        op.drop_table(name)


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _table(name: str, *parts: object, key: str = "id", keys: dict[str, str]) -> None:
    """Create a table with its primary key and foreign keys."""
    op.create_table(
        name,
        _column(key, sa.Uuid()),
        *parts,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
    )


def _registrations() -> None:
    _table(
        "registrations",
        _words("channel", 20),
        _column("came_on", sa.Date()),
        _words("issuing_unit", 100),
        _words("document_no", 60),
        _column("due_on", sa.Date(), empty=True),
        _column("report_back", sa.Boolean()),
        _words("official", 60),
        _column("official_words", sa.Text()),
        _column("unit_id", sa.Uuid()),
        _column("assignment_id", sa.Uuid(), empty=True),
        _column("at", MOMENT),
        key="dispute_id",
        keys={"dispute_id": "disputes", "unit_id": "units", "assignment_id": "assignments"},
    )
    op.create_index("ix_registrations_unit_id_due_on", "registrations", ["unit_id", "due_on"])


def _receptions() -> None:
    _table(
        "receptions",
        _column("held_at", MOMENT),
        _words("place", 100),
        _words("official", 60),
        _words("accompanying", 100),
        _column("visitors", sa.Integer()),
        _column("representatives", sa.Integer(), empty=True),
        _column("request", sa.Text()),
        _column("earlier", sa.Text()),
        _column("answer", sa.Text()),
        _column("opinion", sa.Text()),
        _words("responsible", 100),
        _column("promised_on", sa.Date(), empty=True),
        _column("acknowledged", sa.Boolean()),
        key="dispute_id",
        keys={"dispute_id": "disputes"},
    )


def _imports() -> None:
    _table(
        "import_sources",
        _column("unit_id", sa.Uuid()),
        _words("name", 40),
        _column("columns", sa.JSON()),
        _column("words", sa.JSON()),
        _column("changed_at", MOMENT),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_import_sources_unit_id_name")),
        keys={"unit_id": "units"},
    )
    _table(
        "import_sheets",
        _column("source_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("assignment_id", sa.Uuid()),
        _words("file_name", 200),
        _words("digest", 64),
        _words("state", 10),
        _column("facts", sa.JSON()),
        _column("sealed", sa.Text()),
        _column("rows", sa.Integer()),
        _column("taken", sa.Integer()),
        _column("uploaded_at", MOMENT),
        _column("changed_at", MOMENT),
        keys={"source_id": "import_sources", "unit_id": "units", "assignment_id": "assignments"},
    )
    op.create_index("ix_import_sheets_source_id", "import_sheets", ["source_id"])
    op.create_index("ix_import_sheets_digest", "import_sheets", ["digest"])
    op.create_index("ix_import_sheets_unit_id_uploaded_at", "import_sheets", ["unit_id", "uploaded_at"])
    _table(
        "import_rows",
        _column("sheet_id", sa.Uuid()),
        _column("line", sa.Integer()),
        _words("outcome", 12),
        _column("sentence", sa.Text()),
        _column("dispute_id", sa.Uuid(), empty=True),
        sa.UniqueConstraint("sheet_id", "line", name=op.f("uq_import_rows_sheet_id_line")),
        keys={"sheet_id": "import_sheets", "dispute_id": "disputes"},
    )
    op.create_index("ix_import_rows_dispute_id", "import_rows", ["dispute_id"])
