"""How many of the hand-made gold issues the rounds found, and when; told, never judged (see the data's notes)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import select

from bench.acceptance.ledger import Ledger
from bench.acceptance.messages import COUNTY, Message
from bench.acceptance.stream_messages import SOURCE
from bench.acceptance.tables import rows_of
from grid_app.database.transaction import reading
from grid_app.models.rounds import Finding, FindingMember, Round, RoundRun
from grid_app.services.intake.table import NAMESPACE

SECTION = "gold issues of stream (b), for information"
HOUSEHOLDS = 3


def count_gold(data: Path, messages: list[Message], ledger: Ledger) -> None:
    """Note how many issues were told by a finding in which three of its households make up at least half."""
    users = {one.id: one.row["user_id"] for one in messages}
    issues = rows_of(data / "taidi2020c" / "gold_hot_issues_dev.csv")
    members: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(data / "taidi2020c" / "gold_members_dev.csv"):
        members[row["issue_id"]].add(row["message_id"])
    told = {issue: day for issue, wanted in members.items() if (day := _first_told(wanted, users))}
    due = {row["issue_id"]: row["date_5users_in_60d"] for row in issues if row["date_5users_in_60d"]}
    in_time = [issue for issue, day in due.items() if issue in told and told[issue] <= _a_week_after(day)]
    ledger.put(SECTION, "issues", len(issues))
    ledger.put(SECTION, "issues told by a finding", len(told))
    ledger.put(SECTION, "issues of five users within 60 days", len(due))
    ledger.put(SECTION, "of these told within a week of the fifth user", len(in_time))


def _a_week_after(day: str) -> date:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 7)


def _first_told(wanted: set[str], users: Mapping[str, str]) -> date | None:
    """Return the end of the first window whose finding held three households of the issue, they being half of it."""
    by_dispute = {uuid5(NAMESPACE, f"{SOURCE}|{name}"): name for name in users}
    days = []
    for joined in _members_by_finding().values():
        inside: set[str] = set()
        for size, (day, dispute) in enumerate(sorted(joined, key=lambda one: one[0]), 1):
            if by_dispute.get(dispute) in wanted:
                inside.add(by_dispute[dispute])
            if len({users[name] for name in inside}) >= HOUSEHOLDS and 2 * len(inside) >= size:
                days.append(day)
                break
    return min(days, default=None)


def _members_by_finding() -> dict[UUID, list[tuple[date, UUID]]]:
    found: dict[UUID, list[tuple[date, UUID]]] = defaultdict(list)
    with reading() as session:
        rows = session.execute(
            select(FindingMember.finding_id, Round.window_end, FindingMember.dispute_id)
            .join(Finding, Finding.id == FindingMember.finding_id)
            .join(RoundRun, RoundRun.id == FindingMember.first_run_id)
            .join(Round, Round.id == RoundRun.round_id)
            .where(Finding.division_code.startswith(COUNTY))
        )
        for finding, day, dispute in rows:
            found[finding].append((day, dispute))
    return found
