"""Weekly rounds over recorded messages, as a county would have run them, keeping each finding's identity."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from screening import Parameters, RoundInput
from screening.inputs import Incident, KnownFinding
from screening.results import FindingResult
from screening.round import run_round

DISTRICT = re.compile(r"([A-Z]\d+)[区县市]")
CITY = "A"


@dataclass(frozen=True)
class Seen:
    """One finding as one weekly round told it."""

    on: date
    finding_id: str
    finding: FindingResult


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def message_incidents(data: Path) -> tuple[Incident, ...]:
    """Give the citizen messages as incidents: the first district named is the place, else the whole city."""
    organisations: dict[str, str] = {}
    for row in rows_of(data / "orgs" / "org_mentions_dev.csv"):
        for message in row["message_ids"].split():
            organisations.setdefault(message, row["org_text"])
    return tuple(
        _message(row, organisations.get(row["message_id"])) for row in rows_of(data / "taidi2020c" / "messages_dev.csv")
    )


def _message(row: dict[str, str], organisation: str | None) -> Incident:
    named = DISTRICT.search(row["title"]) or DISTRICT.search(row["body"])
    cell = named[1] if named else CITY
    return Incident(
        dispute_id=row["message_id"], noted_on=datetime.fromisoformat(row["created_at"]).date(), category="99",
        cell=cell, path=() if cell == CITY else (CITY,), reporter=row["user_id"], channel="import",
        organisation=organisation, text=f"{row['title']} {row['body'].strip()[:120]}",
    )  # fmt: skip


def event_incidents(data: Path) -> tuple[Incident, ...]:
    """Give the district events as incidents: mapped village, kind of matter as text, each a household of its own."""
    villages = {
        row["rec_id"]: row["mapped_village_code"]
        for row in rows_of(data / "pingshan12345" / "synthetic_points_dev.csv")
    }
    return tuple(
        Incident(
            dispute_id=row["rec_id"], noted_on=datetime.fromisoformat(row["created_at"]).date(), category="99",
            cell=villages[row["rec_id"]], path=(villages[row["rec_id"]][:6], villages[row["rec_id"]][:9]),
            reporter=row["rec_id"], channel=row["source"], text=row["sub_type"],
        )
        for row in rows_of(data / "pingshan12345" / "events_dev.csv")
    )  # fmt: skip


def weekly_rounds(
    incidents: Sequence[Incident],
    first: date,
    last: date,
    params: Parameters = Parameters(),  # noqa: B008 - frozen
) -> list[Seen]:
    """Run a round every seven days, each with what was known by then, and give every finding of every round."""
    start = min(one.noted_on for one in incidents)
    known: dict[str, KnownFinding] = {}
    seen: list[Seen] = []
    numbers = count(1)
    for week in range((last - first).days // 7 + 1):
        end = first + timedelta(days=7 * week)
        begin = end - timedelta(days=params.window_days - 1)
        oldest = begin - timedelta(days=params.base_days_max)
        use = tuple(one for one in incidents if oldest <= one.noted_on <= end)
        data = RoundInput(
            window_start=begin, window_end=end, incidents=use, earlier=tuple(known.values()), history_start=start
        )
        result = run_round(data, params, 1)
        told = [Seen(end, one.finding_id or f"F{next(numbers):04d}", one) for one in result.findings]
        known.update({one.finding_id: _as_known(one) for one in told})
        for gone in result.gone:
            if gone.merged_into:
                del known[gone.finding_id]
        seen += told
    return seen


def _as_known(seen: Seen) -> KnownFinding:
    found = replace(seen.finding, finding_id=seen.finding_id)
    return KnownFinding(
        finding_id=seen.finding_id, key=found.key, member_ids=found.member_ids, households_ever=found.households_ever,
        last_households=found.households_current, since=date.fromisoformat(found.since),
    )  # fmt: skip
