"""Lead officials and their diary, plans, re-examinations, hearings, questions of policy, days of reception."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

MOMENT = sa.DateTime(timezone=True)
NEWEST_FIRST = (
    "reception_duties", "reception_sessions", "policy_queries", "consultations", "hearing_invitees", "hearings",
    "examination_findings", "re_examinations", "historical_issues", "plan_steps", "resolution_plans", "leader_promises",
    "leader_visits", "case_team_members", "leader_assignments",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables, the ones that others point to first."""
    _leaders()
    _diary()
    _plans()
    _examinations()
    _hearings()
    _questions()
    _receptions()


def downgrade() -> None:
    """Drop the tables."""
    for name in NEWEST_FIRST:
        op.drop_table(name)


def _column(name: str, kind: object, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)  # type: ignore[arg-type]  # a column type or its class


def _words(name: str, length: int) -> sa.Column[Any]:
    return _column(name, sa.String(length=length))


def _text(name: str) -> sa.Column[Any]:
    return _column(name, sa.Text())


def _day(name: str, *, empty: bool = False) -> sa.Column[Any]:
    return _column(name, sa.Date(), empty=empty)


def _moment(name: str, *, empty: bool = False) -> sa.Column[Any]:
    return _column(name, MOMENT, empty=empty)


def _number() -> sa.Column[Any]:
    return _column("number", sa.Integer())


def _table(name: str, *parts: object, key: str = "id", maybe: tuple[str, ...] = (), **keys: str) -> None:
    """Create a table with its primary key and its foreign keys; those in ``maybe`` may be empty."""
    op.create_table(
        name,
        _column(key, sa.Uuid()),
        *(_column(column, sa.Uuid(), empty=column in maybe) for column in keys if column != key),
        *parts,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _one_only(name: str, table: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, ["dispute_id"], unique=True, sqlite_where=where, postgresql_where=where)


def _leaders() -> None:
    _table(
        "leader_assignments",
        _text("issue"), _text("plan"), _words("plan_document", 200),
        _moment("assigned_at"), _moment("ended_at", empty=True), _moment("declined_at", empty=True),
        dispute_id="disputes", lead_id="assignments", assigned_by="assignments",
    )  # fmt: skip
    _index("leader_assignments", "dispute_id")
    _one_only("uq_leader_assignments_in_charge", "leader_assignments", "ended_at IS NULL")
    _table(
        "case_team_members",
        _number(), _words("duty", 20), _words("post", 60),
        _unique("case_team_members", "leader_assignment_id", "number"),
        leader_assignment_id="leader_assignments", unit_id="units",
    )  # fmt: skip


def _diary() -> None:
    _table(
        "leader_visits",
        _number(), _day("held_on"), _words("way", 10), _words("place", 100), _text("asked"), _words("documents", 300),
        _moment("at"), _unique("leader_visits", "dispute_id", "number"),
        leader_assignment_id="leader_assignments", dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip
    _table(
        "leader_promises",
        _number(), _text("what"), _day("due_on"), _day("kept_on", empty=True), _text("evidence"),
        _unique("leader_promises", "dispute_id", "number"),
        maybe=("kept_by",), visit_id="leader_visits", dispute_id="disputes", unit_id="units", kept_by="assignments",
    )  # fmt: skip
    _index("leader_promises", "visit_id")
    unkept = sa.text("kept_on IS NULL")
    op.create_index(
        "ix_leader_promises_due", "leader_promises", ["due_on"], sqlite_where=unkept, postgresql_where=unkept
    )


def _plans() -> None:
    _table(
        "resolution_plans",
        _number(), _moment("made_at"), _day("agreed_on", empty=True), _words("agreed_way", 10),
        _column("agreed_by", sa.JSON()), _moment("replaced_at", empty=True),
        dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip
    _index("resolution_plans", "dispute_id")
    _one_only("uq_resolution_plans_current", "resolution_plans", "replaced_at IS NULL")
    _table(
        "plan_steps",
        _number(), _text("what"), _day("due_on"), _day("done_on", empty=True), _text("evidence"),
        _unique("plan_steps", "plan_id", "number"),
        maybe=("done_by",), plan_id="resolution_plans", unit_id="units", done_by="assignments",
    )  # fmt: skip
    _table(
        "historical_issues", _text("background"), _moment("at"),
        key="dispute_id", dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip


def _examinations() -> None:
    _table(
        "re_examinations",
        _number(), _text("earlier"), _moment("begun_at"), _text("conclusion"), _moment("concluded_at", empty=True),
        dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip
    _index("re_examinations", "dispute_id")
    _one_only("uq_re_examinations_open", "re_examinations", "concluded_at IS NULL")
    _table(
        "examination_findings",
        _words("slot", 10), _day("held_on"), _words("way", 10), _text("note"), _words("documents", 300), _moment("at"),
        examination_id="re_examinations", assignment_id="assignments",
    )  # fmt: skip
    _index("examination_findings", "examination_id")


def _hearings() -> None:
    _table(
        "hearings",
        _number(), _words("kind", 20), _column("days", sa.JSON()), _words("place", 100),
        _column("is_public", sa.Boolean()), _column("public_by", sa.JSON()), _words("state", 10), _text("record"),
        _moment("at"), _unique("hearings", "dispute_id", "number"),
        dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip
    _table(
        "hearing_invitees", _words("kind", 14), _words("who", 60), _column("consented_by", sa.JSON()),
        hearing_id="hearings",
    )  # fmt: skip
    _index("hearing_invitees", "hearing_id")


def _questions() -> None:
    _table(
        "consultations",
        _day("held_on"), _words("units", 200), _text("question"), _text("result"), _moment("at"),
        dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip
    _index("consultations", "dispute_id")
    _table(
        "policy_queries",
        _number(), _words("to_organ", 100), _text("question"), _words("document_no", 60), _day("asked_on"),
        _day("answer_due"), _day("answered_on", empty=True), _text("answer"), _moment("at"),
        _unique("policy_queries", "dispute_id", "number"),
        dispute_id="disputes", assignment_id="assignments",
    )  # fmt: skip


def _receptions() -> None:
    _table(
        "reception_sessions",
        _day("day"), _words("hours", 60), _words("place", 100), _words("state", 10), _words("note", 200),
        _moment("changed_at"), _unique("reception_sessions", "unit_id", "day"),
        unit_id="units", changed_by="assignments",
    )  # fmt: skip
    _index("reception_sessions", "day")
    _table(
        "reception_duties",
        _number(), _words("duty", 14), _words("name", 30), _words("post", 60),
        _unique("reception_duties", "session_id", "number"),
        session_id="reception_sessions",
    )  # fmt: skip
