"""Sorting, contacts, reviews, proposed closings, transfers with receipt, handling opinions, seals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("state = 'standing'")
OPEN_TRANSFER = sa.text("state IN ('sent', 'received', 'objected')")
IN_FORCE = sa.text("lifted_at IS NULL")
TABLES = (
    "seals", "opinion_reviews", "opinions", "transfers", "review_records", "closing_proposals", "contact_records",
    "sortings",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _sortings()
    _contacts()
    _closings()
    _transfers()
    _opinions()
    _opinion_reviews()
    _seals()


def downgrade() -> None:
    """Drop the tables."""
    for name in TABLES:
        op.drop_table(name)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _table(name: str, *columns: sa.Column[Any], keys: dict[str, str], unique: tuple[str, ...] = ()) -> None:
    """Create a table of a dispute with its foreign keys and the index of its dispute."""
    every = {"dispute_id": "disputes", **keys}
    parts: list[Any] = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
        for column, target in every.items()
    ]
    if unique:
        parts.append(sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{unique[0]}_{unique[1]}")))
    op.create_table(
        name,
        _column("id", sa.Uuid()),
        _column("dispute_id", sa.Uuid()),
        *columns,
        *parts,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_dispute_id"), name, ["dispute_id"])


def _once(table: str, name: str, where: sa.TextClause) -> None:
    index = f"uq_{table}_{name}"
    op.create_index(index, table, ["dispute_id"], unique=True, sqlite_where=where, postgresql_where=where)


def _sortings() -> None:
    _table(
        "sortings",
        _column("at", MOMENT),
        _column("assignment_id", sa.Uuid(), empty=True),
        _words("track", 12),
        _words("complexity", 8),
        _words("decided_elsewhere", 8),
        _words("route", 20),
        _words("pathway", 40),
        _column("list_version", sa.Integer()),
        keys={"assignment_id": "assignments"},
    )


def _contacts() -> None:
    _table(
        "contact_records",
        _words("side", 10),
        _column("unit_id", sa.Uuid(), empty=True),
        _words("way", 10),
        _column("held_on", sa.Date()),
        _column("note", sa.Text()),
        _column("assignment_id", sa.Uuid(), empty=True),
        _column("at", MOMENT),
        _column("used_at", MOMENT, empty=True),
        keys={"assignment_id": "assignments", "unit_id": "units"},
    )


def _closings() -> None:
    _table(
        "closing_proposals",
        _words("ground", 40),
        _column("legal_basis", sa.Text()),
        _column("outcome", sa.Text()),
        _words("same_as", 24),
        _words("document", 200),
        _column("document_on", sa.Date(), empty=True),
        _column("remedy", sa.Text()),
        _column("notified_on", sa.Date(), empty=True),
        _column("assignment_id", sa.Uuid(), empty=True),
        _column("at", MOMENT),
        _words("state", 10),
        keys={"assignment_id": "assignments"},
    )
    _once("closing_proposals", "standing", STANDING)
    _table(
        "review_records",
        _column("proposal_id", sa.Uuid()),
        _words("side", 20),
        _column("agrees", sa.Boolean()),
        _column("note", sa.Text()),
        _column("passed_up", sa.Boolean()),
        _column("assignment_id", sa.Uuid()),
        _column("unit_id", sa.Uuid()),
        _column("at", MOMENT),
        keys={"proposal_id": "closing_proposals", "assignment_id": "assignments", "unit_id": "units"},
        unique=("proposal_id", "side"),
    )


def _transfers() -> None:
    _table(
        "transfers",
        _column("from_unit_id", sa.Uuid()),
        _column("to_unit_id", sa.Uuid()),
        _column("document", sa.Text()),
        _column("asked_due_on", sa.Date(), empty=True),
        _column("is_ruling", sa.Boolean()),
        _words("state", 10),
        _column("sent_at", MOMENT),
        _column("sent_by", sa.Uuid(), empty=True),
        _column("received_at", MOMENT, empty=True),
        _column("received_by", sa.Uuid(), empty=True),
        _column("objected_at", MOMENT, empty=True),
        _column("objection", sa.Text()),
        _column("decided_at", MOMENT, empty=True),
        _column("decided_by", sa.Uuid(), empty=True),
        _column("decision", sa.Text()),
        keys={
            "from_unit_id": "units", "to_unit_id": "units", "sent_by": "assignments", "received_by": "assignments",
            "decided_by": "assignments",
        },
    )  # fmt: skip
    op.create_index(op.f("ix_transfers_from_unit_id"), "transfers", ["from_unit_id"])
    op.create_index(op.f("ix_transfers_to_unit_id"), "transfers", ["to_unit_id"])
    _once("transfers", "open", OPEN_TRANSFER)


def _opinions() -> None:
    _table(
        "opinions",
        _words("document_no", 60),
        _column("claim", sa.Text()),
        _column("facts", sa.Text()),
        _words("result", 20),
        _column("opinion", sa.Text()),
        _column("legal_basis", sa.Text()),
        _column("remedy", sa.Text()),
        _column("unit_id", sa.Uuid()),
        _column("assignment_id", sa.Uuid(), empty=True),
        _column("made_at", MOMENT),
        _words("method", 12),
        _column("delivered_on", sa.Date(), empty=True),
        _column("refused", sa.Boolean()),
        _column("delivery_note", sa.Text()),
        _column("delivered_by", sa.Uuid(), empty=True),
        keys={"unit_id": "units", "assignment_id": "assignments", "delivered_by": "assignments"},
    )


def _opinion_reviews() -> None:
    _table(
        "opinion_reviews",
        _column("opinion_id", sa.Uuid()),
        _words("stage", 8),
        _column("asked_on", sa.Date()),
        _column("asked_at", MOMENT),
        _column("assignment_id", sa.Uuid(), empty=True),
        _words("organ", 100),
        _words("result", 10),
        _words("document_no", 60),
        _column("legal_basis", sa.Text()),
        _column("answered_on", sa.Date(), empty=True),
        _column("answered_at", MOMENT, empty=True),
        keys={"opinion_id": "opinions", "assignment_id": "assignments"},
        unique=("opinion_id", "stage"),
    )


def _seals() -> None:
    _table(
        "seals",
        _column("unit_id", sa.Uuid()),
        _words("kind", 12),
        _column("reason", sa.Text()),
        _column("set_at", MOMENT),
        _column("set_by", sa.Uuid(), empty=True),
        _column("due_at", MOMENT),
        _column("confirmed_at", MOMENT, empty=True),
        _column("lifted_at", MOMENT, empty=True),
        _column("decided_by", sa.Uuid(), empty=True),
        _column("decision", sa.Text()),
        keys={"unit_id": "units", "set_by": "assignments", "decided_by": "assignments"},
    )
    _once("seals", "in_force", IN_FORCE)
