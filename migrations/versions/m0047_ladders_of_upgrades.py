"""Time to act in office hours; ladders that nobody of the county has changed get the standing ones of today."""

from __future__ import annotations

import json
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

WAYS = ["inbox", "webpush", "wecom", "dingtalk", "feishu", "mail", "sms", "webhook"]
EARLY_WAYS = ["inbox", "webpush"]
COUNTY = ("county_office", "county_lead_office")
TOWNSHIP_FIRST = ("township_government", *COUNTY)
DAY, RED = 1440, 120
# By kind: its offices in order, the minutes in which an office that took it up must act, and how those are counted.
STANDING: dict[str, tuple[tuple[str, ...], int, str]] = {
    "grade_red": (COUNTY, 240, "always"),
    "limit_near": (COUNTY, 540, "working"),
    "limit_passed": (COUNTY, 540, "working"),
    "finding_confirmed": (COUNTY, 1080, "working"),
    "finding_undecided": (COUNTY, 1080, "working"),
    "whistle_silent": (COUNTY, 540, "working"),
    "safety_duty": (COUNTY, 60, "always"),
    "incident_first_report": (COUNTY, 60, "always"),
    "round_missing": (COUNTY, 540, "working"),
    "reopened": (TOWNSHIP_FIRST, 540, "working"),
}
POLICIES = sa.table(
    "escalation_policies",
    sa.column("id", sa.Uuid()),
    sa.column("event_kind", sa.String()),
    sa.column("version", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("basis", sa.String()),
    sa.column("rungs", sa.JSON()),
    sa.column("idle_minutes", sa.Integer()),
    sa.column("idle_hours", sa.String()),
    sa.column("bounce_limit", sa.Integer()),
    sa.column("enabled", sa.Boolean()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
AUDIT = sa.table("audit_events", sa.column("action", sa.String()), sa.column("target_id", sa.String()))


def upgrade() -> None:
    """Add the column, and a second version to each ladder that is still as a program wrote it.

    What is climbing keeps its own ladder: its snapshot, or the version that it began with.
    """
    hours = sa.Column("idle_hours", sa.String(8), nullable=False, server_default="always")
    op.add_column("escalation_policies", hours)
    bind = op.get_bind()
    newest = sa.select(POLICIES.c.event_kind, sa.func.max(POLICIES.c.version)).group_by(POLICIES.c.event_kind)
    only_one = [kind for kind, version in bind.execute(newest) if version == 1 and kind in STANDING]
    saved = set(bind.execute(sa.select(AUDIT.c.target_id).where(AUDIT.c.action == "ladder.saved")).scalars())
    for row in bind.execute(sa.select(POLICIES).where(POLICIES.c.event_kind.in_(only_one))).mappings().all():
        if row["enabled"] and str(row["id"]) not in saved and _is_a_programs(row):
            bind.execute(POLICIES.insert().values(**_second(row)))


def _is_a_programs(row: sa.RowMapping) -> bool:
    """Say whether a ladder is one that a program before this one wrote, and is not today's already."""
    offices, minutes, hours = STANDING[row["event_kind"]]
    rungs = row["rungs"] if isinstance(row["rungs"], list) else json.loads(row["rungs"])
    if row["bounce_limit"] != 2 or [_plain(rung) for rung in rungs] not in (_early(offices), _today(offices)):
        return False
    return (rungs, row["idle_minutes"], row["idle_hours"]) != (_today(offices), minutes, hours)


def _plain(rung: dict[str, object]) -> dict[str, object]:
    return {"whom": "everyone", "hours": "always", "repeat_minutes": 0} | rung


def _early(offices: tuple[str, ...]) -> list[dict[str, object]]:
    return [one | {"channels": EARLY_WAYS} for one in _today(offices)]


def _today(offices: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {
            "unit_kind": office,
            "wait_minutes": DAY,
            "red_wait_minutes": RED,
            "channels": [*WAYS, "phone"] if office == "county_lead_office" else WAYS,
            "whom": "everyone",
            "hours": "always",
            "repeat_minutes": 0,
        }
        for office in offices
    ]


def _second(row: sa.RowMapping) -> dict[str, object]:
    offices, minutes, hours = STANDING[row["event_kind"]]
    return {
        "id": uuid.uuid4(),
        "event_kind": row["event_kind"],
        "version": 2,
        "name": row["name"],
        "basis": row["basis"],
        "rungs": _today(offices),
        "idle_minutes": minutes,
        "idle_hours": hours,
        "bounce_limit": 2,
        "enabled": True,
        "created_at": sa.func.now(),
    }


def downgrade() -> None:
    """Drop the column; versions that were added stay, since escalations may have begun with them."""
    op.drop_column("escalation_policies", "idle_hours")
