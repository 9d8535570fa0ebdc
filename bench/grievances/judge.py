"""Judging a replay against hand-made truth: issues found and when, traps stepped into, pairs right and wrong."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

SHARE, PURE, PEOPLE, DAYS = 0.6, 0.6, 3, 90
FIRST = 5


@dataclass(frozen=True)
class Truth:
    """What people found by reading: messages, issues and traps."""

    people: Mapping[str, str]
    written: Mapping[str, datetime]
    issues: Mapping[str, frozenset[str]]
    tiers: Mapping[str, str]
    traps: Mapping[str, frozenset[str]]


def read_truth(folder: Path) -> Truth:
    """Return the truth of a folder; issues and traps hold only messages that are there."""
    rows = _rows(folder / "messages_dev.csv")
    return Truth(
        {row["message_id"]: row["user_id"] for row in rows},
        {row["message_id"]: datetime.fromisoformat(row["created_at"]) for row in rows},
        _groups(folder / "gold_members_dev.csv", "issue_id"),
        {row["issue_id"]: row["tier"] for row in _rows(folder / "gold_hot_issues_dev.csv")},
        _groups(folder / "traps_dev.csv", "trap_id"),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _groups(path: Path, key: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(path):
        found[row[key]].add(row["message_id"])
    return {name: frozenset(members) for name, members in found.items()}


def third_person(truth: Truth, issue: str) -> datetime | None:
    """Return the moment at which three different people had written within 90 days; None when that never was."""
    members = sorted(truth.issues[issue], key=lambda one: (truth.written[one], one))
    for at, one in enumerate(members):
        since = truth.written[one] - timedelta(days=DAYS)
        if len({truth.people[other] for other in members[: at + 1] if truth.written[other] >= since}) >= PEOPLE:
            return truth.written[one]
    return None


def first_found(truth: Truth, issue: str, rounds: Sequence[Mapping[str, Any]]) -> tuple[datetime, int] | None:
    """Return the first round with a finding that holds the issue, and the best rank it ever has."""
    when: datetime | None = None
    best = 10**6
    for one in rounds:
        as_of = _moment(one["as_of"])
        known = {name for name in truth.issues[issue] if truth.written[name] < as_of}
        for rank, finding in enumerate(one["findings"], 1):
            if finding["state"] != "gone" and _holds(set(finding["message_ids"]), known):
                when, best = when or as_of, min(best, rank)
    return None if when is None else (when, best)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _holds(members: set[str], known: set[str]) -> bool:
    both = len(members & known)
    return bool(known) and both >= SHARE * len(known) and both >= PURE * len(members)


def rounds_late(third: datetime, found: datetime, rounds: Sequence[Mapping[str, Any]]) -> int:
    """Return how many rounds there were after the third person up to the one that found it; 1 is the first."""
    return sum(third < _moment(one["as_of"]) <= found for one in rounds)


def pair_score(truth: Truth, groups: Iterable[Iterable[str]]) -> dict[str, float]:
    """Return precision, recall and F1 over pairs of messages that both belong to issues."""
    issue_of = {name: issue for issue, members in truth.issues.items() for name in members}
    true = {pair for members in truth.issues.values() for pair in combinations(sorted(members), 2)}
    told = {
        pair for group in groups for pair in combinations(sorted(name for name in set(group) if name in issue_of), 2)
    }
    right = len(true & told)
    precision, recall = right / max(1, len(told)), right / max(1, len(true))
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
    }


def traps_taken(truth: Truth, rounds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each trap that a finding stepped into.

    A trap never shares a finding with an issue; one person's repeats never make one; and what is written about many
    places never makes one of three people.
    """
    wrong: set[str] = set()
    for one in rounds:
        for finding in one["findings"]:
            members = set(finding["message_ids"])
            for trap, caught in truth.traps.items():
                inside = members & caught
                issues = [name for name, own in truth.issues.items() if len(own & members) >= PEOPLE]
                if inside and issues:
                    wrong.add(f"{trap} in {','.join(sorted(issues))}: {','.join(sorted(inside))}")
                if len({truth.people[name] for name in inside}) >= PEOPLE and trap not in {"T1", "T2"}:
                    wrong.add(f"{trap} counted: {','.join(sorted(inside))}")
    return sorted(wrong)


def too_few_people(truth: Truth, rounds: Sequence[Mapping[str, Any]]) -> int:
    """Return how many findings were told with fewer than three people."""
    return sum(
        finding["state"] != "gone" and len({truth.people[name] for name in finding["message_ids"]} - {""}) < PEOPLE
        for one in rounds
        for finding in one["findings"]
    )


def extra_findings(truth: Truth, rounds: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the findings that hold no message of any issue, with all they ever held."""
    known = frozenset().union(*truth.issues.values())
    held: dict[str, set[str]] = defaultdict(set)
    for one in rounds:
        for finding in one["findings"]:
            held[finding["finding_id"]] |= set(finding["message_ids"])
    return {name: members for name, members in held.items() if not members & known}
